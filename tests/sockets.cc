#include "sockets.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace dns_cares_test {

void Fd::reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Listener::Listener(int backlog) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto *address = reinterpret_cast<sockaddr *>(&address_);
  socklen_t length = sizeof address_;
  address_.sin_family = AF_INET;
  address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd(), address, length) != 0 || listen(fd(), backlog) != 0 || getsockname(fd(), address, &length) != 0) {
    throw std::system_error(errno, std::generic_category(), "listening");
  }
}

std::vector<Fd> fill_queue(const sockaddr *address, socklen_t length) {
  std::vector<Fd> fillers;
  for (int n = 0; n < 20; ++n) {
    fillers.emplace_back(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    connect(fillers.back().get(), address, length);
    pollfd ready = {fillers.back().get(), POLLOUT, 0};
    if (poll(&ready, 1, 100) == 0) return fillers;
  }
  throw std::runtime_error("the queue does not fill");
}

}  // namespace dns_cares_test
