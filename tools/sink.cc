#include "sink.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace dns_cares_tool {

Sink::Sink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {
  struct stat status = {};
  never_waits_ = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  buffer_.reserve(2 * kWorthWriting);
}

void Sink::append_heading(std::string_view text) {
  append(text);
  heading_ = buffer_.size();
}

// A pipe that is writable takes PIPE_BUF octets at once (pipe(7)).
void Sink::write_some() {
  blocked_ = false;
  while (pending() > 0 && error_ == 0) {
    if (!never_waits_ && !writable()) {
      blocked_ = true;
      break;
    }
    const std::size_t length = never_waits_ ? pending() : std::min<std::size_t>(pending(), PIPE_BUF);
    const ssize_t count = write(fd_, buffer_.data() + written_, length);
    if (count >= 0) {
      written_ += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      blocked_ = true;
      break;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  if (error_ != 0) lost_ = results_pending();
  if (pending() == 0 || error_ != 0) {
    buffer_.clear();
    written_ = heading_ = 0;
  } else if (written_ >= kFull) {
    buffer_.erase(0, written_);
    written_ = heading_ = 0;
  }
}

std::size_t Sink::results_pending() const {
  const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(std::max(written_, heading_));
  return lost_ + static_cast<std::size_t>(std::count(begin, buffer_.end(), '\n'));
}

bool Sink::writable() const {
  pollfd wanted = {fd_, POLLOUT, 0};
  return poll(&wanted, 1, 0) > 0;
}

}  // namespace dns_cares_tool
