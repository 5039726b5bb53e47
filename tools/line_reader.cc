#include "line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace dns_cares_tool {
namespace {

[[noreturn]] void fail(const std::string &path, int error) {
  throw InputError(fmt::format("{}: {}", path == "-" ? "standard input" : path, std::strerror(error)));
}

}  // namespace

LineReader::LineReader(std::string path) : path_(std::move(path)), buffer_(kLongest + 1) {
  fd_ = path_ == "-" ? STDIN_FILENO : open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) fail(path_, errno);
  struct stat status = {};
  if (fstat(fd_, &status) != 0) fail(path_, errno);
  if (S_ISDIR(status.st_mode)) {
    if (path_ != "-") close(fd_);
    fail(path_, EISDIR);
  }
  never_waits_ = S_ISREG(status.st_mode);
  if (never_waits_) size_ = static_cast<std::size_t>(status.st_size);
}

LineReader::LineReader(LineReader &&other) noexcept = default;

LineReader::~LineReader() {
  // One that was moved from has no path left, and no file.
  if (!path_.empty() && path_ != "-") close(fd_);
}

LineReader::Got LineReader::next(std::string_view &line) {
  was_cut_ = false;
  for (;;) {
    const auto *newline = static_cast<const char *>(std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_));
    if (newline != nullptr) {
      const auto at = static_cast<std::size_t>(newline - buffer_.data());
      line = take(at, at + 1);
      return Got::kLine;
    }
    scanned_ = end_;
    if (!ended_ && !readable()) return Got::kNothingYet;
    if (ended_ || !read_more()) break;
  }
  if (begin_ == end_ && !cutting_) return Got::kEnd;
  line = take(end_, end_);
  return Got::kLine;
}

// The rest of the line ends at `end`, what follows begins at `with_its_end`.
std::string_view LineReader::take(std::size_t end, std::size_t with_its_end) {
  std::string_view line(buffer_.data() + begin_, end - begin_);
  offset_ += with_its_end - begin_;
  begin_ = scanned_ = with_its_end;
  if (!cutting_) return line;
  cutting_ = false;
  was_cut_ = true;
  return cut_;
}

bool LineReader::readable() const {
  if (never_waits_) return true;
  pollfd wanted = {fd_, POLLIN, 0};
  return poll(&wanted, 1, 0) > 0;
}

void LineReader::wait() const {
  pollfd wanted = {fd_, POLLIN, 0};
  poll(&wanted, 1, -1);
}

// False at the end of the file.
bool LineReader::read_more() {
  if (end_ - begin_ >= kLongest) {
    if (!cutting_) cut_.assign(buffer_.data() + begin_, kLongest);
    cutting_ = true;
    offset_ += end_ - begin_;
    begin_ = end_;
  }
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  scanned_ = end_;
  ssize_t count = 0;
  do {
    count = read(fd_, buffer_.data() + end_, buffer_.size() - end_);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && errno == EAGAIN) return true;  // Another reader of the pipe was faster.
  if (count < 0) fail(path_, errno);
  ended_ = count == 0;
  end_ += static_cast<std::size_t>(count);
  return !ended_;
}

}  // namespace dns_cares_tool
