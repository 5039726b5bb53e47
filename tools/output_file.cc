#include "output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace dns_cares_tool {
namespace {

[[noreturn]] void fail(const std::string &path, int error) {
  throw OutputError(fmt::format("{}: {}", path, std::strerror(error)));
}

mode_t mode_for_new_files() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

// What is not to be replaced by a file, such as a device, a pipe, or a descriptor by its name.
bool is_special(const std::string &path) {
  if (path.starts_with("/dev/") || path.starts_with("/proc/")) return true;
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

// What a symbolic link leads to, whether or not it is there.
std::string followed(std::filesystem::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int links = 0; std::filesystem::is_symlink(path, error); ++links) {
    if (links == kMostLinks) fail(path, ELOOP);
    path = path.parent_path() / std::filesystem::read_symlink(path, error);
  }
  return path;
}

}  // namespace

OutputFile::OutputFile(const Options &options) : fd_(STDOUT_FILENO) {
  if (options.output.empty() || options.output == "-") return;
  name_ = options.output;
  struct stat status = {};
  const bool exists = stat(name_.c_str(), &status) == 0;
  const bool is_file = !exists || S_ISREG(status.st_mode);
  if (options.resume && !is_file) throw OutputError(fmt::format("{}: is no file, so nothing can be resumed", name_));
  is_new_ = !exists || !is_file || status.st_size == 0;
  if (options.append || options.resume || !is_file) {
    open_in_place(is_file);
  } else {
    open_to_replace(name_);
  }
}

// A pipe that nobody reads is an error: to wait for its reader would hold the run, and a signal could not end that.
OutputFile::OutputFile(const std::string &path) : name_(path), fd_(-1) {
  if (is_special(path)) {
    fd_ = open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
    if (fd_ < 0) fail(path, errno);
  } else {
    open_to_replace(path);
  }
}

OutputFile::~OutputFile() {
  if (fd_ >= 0 && fd_ != STDOUT_FILENO) close(fd_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

// A device or a pipe is opened as it is. Two runs that add to one file would each take the other's results for its own.
void OutputFile::open_in_place(bool is_file) {
  fd_ = open(name_.c_str(), is_file ? O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC : O_WRONLY | O_CLOEXEC, 0666);
  if (fd_ < 0) fail(name_, errno);
  if (is_file && flock(fd_, LOCK_EX | LOCK_NB) != 0)
    throw OutputError(fmt::format("{}: another run adds to it", name_));
  char last = '\n';
  if (is_file && !is_new_ && pread(fd_, &last, 1, lseek(fd_, 0, SEEK_END) - 1) < 0) fail(name_, errno);
  ends_within_line_ = last != '\n';
}

// Beside the file itself, so that it can be renamed; a symbolic link stays one.
void OutputFile::open_to_replace(const std::string &path) {
  path_ = followed(path);
  temporary_ = path_ + ".XXXXXX";
  fd_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (fd_ < 0) {
    temporary_.clear();
    fail(path, errno);
  }
  struct stat status = {};
  const bool exists = stat(path_.c_str(), &status) == 0;
  // Who may not give it to its owner has it for himself.
  if (exists && fchown(fd_, status.st_uid, status.st_gid) != 0) status.st_mode &= 0777;
  fchmod(fd_, exists ? status.st_mode & 07777 : mode_for_new_files());
}

void OutputFile::commit() {
  if (temporary_.empty()) return;
  if (fsync(fd_) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0) fail(name_, errno);
  temporary_.clear();
}

// A pipe's reader may come later.
void OutputFile::check(const std::string &path) {
  if (!path.empty() && !is_special(path)) const OutputFile file(path);
}

void OutputFile::write_whole(const std::string &path, const std::string &text) {
  OutputFile file(path);
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = write(file.fd_, text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR) fail(path, errno);
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  file.commit();
}

}  // namespace dns_cares_tool
