#include "message.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace dns_cares_tool {

void say(std::string_view text) noexcept { static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr)); }

void complain(std::string_view text) noexcept {
  say("dns-cares: ");
  say(text);
  say("\n");
}

void open_standard_descriptors() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // The lowest one that is free is this one.
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace dns_cares_tool
