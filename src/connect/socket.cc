#include "connect/socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace dns_cares {

int Socket::connect(const Endpoint &to, const SocketHook &hook) noexcept {
  const int error = start(to, hook);
  if (error != 0 && error != EINPROGRESS) close();
  return error;
}

int Socket::start(const Endpoint &to, const SocketHook &hook) noexcept {
  const auto *address = reinterpret_cast<const sockaddr *>(&to.address);
  fd_ = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd_ < 0) return errno;
  const int refused = hook.cb != nullptr ? hook.cb(fd_, address, to.length, hook.arg) : 0;
  if (refused != 0) return refused;
  if (::connect(fd_, address, to.length) == 0) return 0;
  return errno == EINTR ? EINPROGRESS : errno;  // It goes on after a signal: connect(2).
}

int Socket::outcome() const noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

int Socket::release() { return std::exchange(fd_, -1); }

void Socket::close() {
  if (is_open()) ::close(release());
}

}  // namespace dns_cares
