#include "wake.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace dns_cares_tool {

Wake::Wake() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Wake::~Wake() { close(fd_); }

// A write fails only when the counter is at its end, and then fd() is readable; a read, when it is 0.
void Wake::signal() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t count = write(fd_, &one, sizeof one);
}

void Wake::clear() const {
  std::uint64_t value = 0;
  [[maybe_unused]] const ssize_t count = read(fd_, &value, sizeof value);
}

}  // namespace dns_cares_tool
