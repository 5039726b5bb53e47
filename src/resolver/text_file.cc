#include "resolver/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace dns_cares {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  Fd(const Fd &) = delete;
  Fd &operator=(const Fd &) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

bool read_all(int fd, std::size_t limit, std::string &text) {
  char block[16384];
  for (;;) {
    const ssize_t got = read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) return true;
    if (text.size() + static_cast<std::size_t>(got) > limit) return false;
    text.append(block, static_cast<std::size_t>(got));
  }
}

}  // namespace

TextFile read_text_file(const char *path, std::size_t limit) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const Fd fd(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return {missing ? TextFile::State::kMissing : TextFile::State::kUnreadable, {}};
  }
  struct stat info;
  if (fstat(fd.get(), &info) != 0 || (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode))) {
    return {TextFile::State::kUnreadable, {}};
  }
  TextFile file{TextFile::State::kRead, {}};
  if (!read_all(fd.get(), limit, file.text)) return {TextFile::State::kUnreadable, {}};
  return file;
}

bool take_line(std::string_view &text, std::string_view &line) {
  if (text.empty()) return false;
  const std::size_t end = text.find('\n');
  line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

std::vector<std::string_view> split_words(std::string_view line, std::string_view comment_marks) {
  line = line.substr(0, line.find_first_of(comment_marks));
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t start = line.find_first_not_of(" \t\v\f");
    if (start == std::string_view::npos) return words;
    line.remove_prefix(start);
    const std::size_t end = line.find_first_of(" \t\v\f");
    words.push_back(line.substr(0, end));
    line.remove_prefix(end == std::string_view::npos ? line.size() : end);
  }
}

}  // namespace dns_cares
