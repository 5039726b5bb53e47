#include "cares/sockets.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

namespace dns_cares {
namespace {

// What is asked for; the kernel gives at most net.core.rmem_max, twice over for its own bookkeeping.
constexpr int kReceiveBuffer = 4 << 20;

// What the kernel counts for one small datagram, and how much of the buffer can be relied on: memory of datagrams
// that were read is given back late.
constexpr std::size_t kReplyCost = 832;
constexpr std::size_t kUsableQuarters = 3;

// Octets of the length in front of each message in a stream (RFC 1035 section 4.2.2).
constexpr std::size_t kLength = 2;

// However large our own buffer, a server's holds some 256 queries with the kernel's defaults, and what does not fit is
// lost and asked for again after a timeout.
constexpr std::size_t kLeastReplies = 16;
constexpr std::size_t kMostReplies = 200;

int open_socket(int domain, int type, int protocol) {
  const int fd = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) return fd;
  if (type == SOCK_DGRAM) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  const int on = 1;
  if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// c-ares 1.18 shortens a query to send it without EDNS, does not look whether there was memory for that, and goes on
// two octets behind where there is none.
bool comes_from_null(const unsigned char *datagram) {
  constexpr std::uintptr_t kFirstPage = 4096;  // Nothing is ever there.
  return reinterpret_cast<std::uintptr_t>(datagram) < kFirstPage;
}

ssize_t send_parts(int fd, const iovec *parts, int count) {
  msghdr message{};
  message.msg_iov = const_cast<iovec *>(parts);
  message.msg_iovlen = static_cast<std::size_t>(count);
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

ServerAddress server_address(const sockaddr &address) {
  if (address.sa_family == AF_INET) {
    const auto &v4 = reinterpret_cast<const sockaddr_in &>(address);
    return {Address::v4(v4.sin_addr), ntohs(v4.sin_port)};
  }
  const auto &v6 = reinterpret_cast<const sockaddr_in6 &>(address);
  return {Address::v6(v6.sin6_addr, v6.sin6_scope_id), ntohs(v6.sin6_port)};
}

}  // namespace

std::size_t Sockets::replies_that_fit() {
  const int fd = open_socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) return kLeastReplies;
  int granted = 0;
  socklen_t size = sizeof granted;
  if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &granted, &size) != 0) granted = 0;
  ::close(fd);
  return std::clamp(static_cast<std::size_t>(granted) / kReplyCost * kUsableQuarters / 4, kLeastReplies, kMostReplies);
}

void Sockets::attach(ares_channel channel) {
#if ARES_VERSION >= 0x012200
  static const ares_socket_functions_ex kFunctions = {
      .version = 1,
      .flags = ARES_SOCKFUNC_FLAG_NONBLOCKING,
      .asocket = open,
      .aclose = close,
      // Options are set where the socket is opened.
      .asetsockopt =
          [](ares_socket_t, ares_socket_opt_t, const void *, ares_socklen_t, void *) {
            errno = ENOSYS;
            return -1;
          },
      .aconnect = [](ares_socket_t fd, const sockaddr *address, ares_socklen_t size, unsigned,
                     void *self) { return connect(fd, address, size, self); },
      .arecvfrom = receive,
      .asendto =
          [](ares_socket_t fd, const void *data, std::size_t size, int, const sockaddr *, ares_socklen_t, void *self) {
            const iovec part = {const_cast<void *>(data), size};
            return send(fd, &part, 1, self);
          },
      .agetsockname = [](ares_socket_t fd, sockaddr *address, ares_socklen_t *size,
                         void *) { return getsockname(fd, address, size); },
      .abind = [](ares_socket_t fd, unsigned, const sockaddr *address, socklen_t size,
                  void *) { return bind(fd, address, size); },
      .aif_nametoindex = nullptr,
      .aif_indextoname = nullptr,
  };
  ares_set_socket_functions_ex(channel, &kFunctions, this);
#else
  static const ares_socket_functions kFunctions = {open, close, connect, receive, send};
  ares_set_socket_functions(channel, &kFunctions, this);
#endif
}

ares_socket_t Sockets::open(int domain, int type, int protocol, void *arg) {
  auto *self = static_cast<Sockets *>(arg);
  const int fd = open_socket(domain, type, protocol);
  if (fd < 0) return ARES_SOCKET_BAD;
  try {
    auto watcher = std::make_unique<evloop_io>(self->loop_, fd, 0, self->on_ready_, self->arg_, Liveness::kWeak);
    self->sockets_.push_back({.watcher = std::move(watcher), .stream = type == SOCK_STREAM});
  } catch (const std::bad_alloc &) {
    self->no_memory_ = true;
    ::close(fd);
    errno = ENOMEM;
    return ARES_SOCKET_BAD;
  }
  return fd;
}

int Sockets::close(ares_socket_t fd, void *arg) {
  auto *self = static_cast<Sockets *>(arg);
  std::erase_if(self->sockets_, [fd](const Socket &socket) { return socket.watcher->fd() == fd; });
  return ::close(fd);
}

int Sockets::connect(ares_socket_t fd, const sockaddr *address, ares_socklen_t size, void *arg) {
  Socket &socket = static_cast<Sockets *>(arg)->socket_of(fd);
  socket.server = server_address(*address);
  socket.peer_size = std::min(size, static_cast<socklen_t>(sizeof socket.peer));
  std::memcpy(&socket.peer, address, socket.peer_size);
  return ::connect(fd, address, size);
}

void Sockets::watch(int fd, int events) {
  // c-ares also tells of a socket that it has closed a moment ago.
  for (Socket &socket : sockets_) {
    if (socket.watcher->fd() == fd) return socket.watcher->update(events);
  }
}

Sockets::Socket &Sockets::socket_of(int fd) {
  return *std::find_if(sockets_.begin(), sockets_.end(),
                       [fd](const Socket &socket) { return socket.watcher->fd() == fd; });
}

ares_ssize_t Sockets::send(ares_socket_t fd, const iovec *parts, int count, void *arg) {
  auto *self = static_cast<Sockets *>(arg);
  Socket &socket = self->socket_of(fd);
  if (socket.stream) return send_parts(fd, parts, count);
  // A datagram comes in one part.
  const Octets datagram = {static_cast<const unsigned char *>(parts->iov_base), parts->iov_len};
  if (!comes_from_null(datagram.data())) return self->send_datagram(socket, datagram);
  self->no_memory_ = true;
  errno = ENOMEM;
  return -1;
}

// What is lost here c-ares asks again after a timeout; with an error it would give up the server.
ares_ssize_t Sockets::send_datagram(Socket &socket, Octets datagram) {
  if (!gathering_ || !gather(socket, datagram)) {
    errno = Outbox::send(socket.watcher->fd(), datagram);
    if (errno != 0) return -1;
  }
  observer_.on_sent(datagram, socket.server);
  return static_cast<ares_ssize_t>(datagram.size());
}

bool Sockets::gather(Socket &socket, Octets datagram) noexcept {
  if (socket.outbox.put(datagram)) return true;
  flush(socket);
  return socket.outbox.put(datagram);
}

void Sockets::flush(Socket &socket) noexcept {
  const int error = socket.outbox.flush(socket.watcher->fd());
  if (error != 0) socket.error = error;
}

void Sockets::flush() noexcept {
  for (Socket &socket : sockets_) flush(socket);
}

ares_socket_t Sockets::failed() const {
  const auto failed = std::ranges::find_if(sockets_, [](const Socket &socket) { return socket.error != 0; });
  return failed != sockets_.end() ? failed->watcher->fd() : ARES_SOCKET_BAD;
}

ares_ssize_t Sockets::receive(ares_socket_t fd, void *data, std::size_t size, int flags, sockaddr *from,
                              ares_socklen_t *from_size, void *arg) {
  auto *self = static_cast<Sockets *>(arg);
  Socket &socket = self->socket_of(fd);
  return socket.stream ? self->receive_stream(socket, data, size)
                       : self->receive_datagram(socket, data, size, flags, from, from_size);
}

// From its server, since no other is let through to a socket that is connected: the kernel need not say from whom.
ares_ssize_t Sockets::receive_datagram(Socket &socket, void *data, std::size_t size, int flags, sockaddr *from,
                                       ares_socklen_t *from_size) {
  if (socket.error != 0) {
    errno = std::exchange(socket.error, 0);
    return -1;
  }
  if (from != nullptr) {
    std::memcpy(from, &socket.peer, std::min(*from_size, socket.peer_size));
    *from_size = socket.peer_size;
  }
  while (datagrams_left_ > 0) {
    --datagrams_left_;
    const ssize_t got = recv(socket.watcher->fd(), data, size, flags);
    if (got < 0) return got;
    const Octets message = {static_cast<const unsigned char *>(data), static_cast<std::size_t>(got)};
    const Octets to_see = observer_.on_message(message, socket.server);
    if (to_see.empty() || to_see.size() > size) continue;
    if (to_see.data() != message.data()) std::memcpy(data, to_see.data(), to_see.size());
    return static_cast<ares_ssize_t>(to_see.size());
  }
  errno = EAGAIN;
  return -1;
}

// c-ares gets whole messages only: 1.34 does not notice the end of a connection behind half of one, and reads on and
// on.
ares_ssize_t Sockets::receive_stream(Socket &socket, void *data, std::size_t size) {
  if (socket.whole == 0) {
    errno = EAGAIN;
    if (blocks_left_ == 0) return -1;
    --blocks_left_;
    char block[16384];
    const ssize_t got = recv(socket.watcher->fd(), block, sizeof block, 0);
    if (got < 0) return got;
    errno = ECONNRESET;
    if (got == 0) return -1;
    try {
      socket.octets.append(block, static_cast<std::size_t>(got));
      find_whole_messages(socket);
    } catch (const std::bad_alloc &) {
      no_memory_ = true;
      return -1;
    }
    errno = EAGAIN;
    if (socket.whole == 0) return -1;
  }
  const std::size_t given = std::min(size, socket.whole);
  std::memcpy(data, socket.octets.data(), given);
  socket.octets.erase(0, given);
  socket.whole -= given;
  return static_cast<ares_ssize_t>(given);
}

void Sockets::find_whole_messages(Socket &socket) {
  while (socket.octets.size() - socket.whole >= kLength) {
    const auto *data = reinterpret_cast<const unsigned char *>(socket.octets.data()) + socket.whole;
    const Octets message = {data + kLength, static_cast<std::size_t>(data[0]) << 8 | data[1]};
    if (socket.octets.size() - socket.whole - kLength < message.size()) return;
    const Octets to_see = observer_.on_message(message, socket.server);
    const bool is_other = !to_see.empty() && to_see.data() != message.data();
    socket.whole +=
        is_other ? replace_message(socket.octets, socket.whole, message.size(), to_see) : kLength + message.size();
  }
}

// How many octets the other then has, with its length.
std::size_t Sockets::replace_message(std::string &octets, std::size_t place, std::size_t length, Octets with) {
  std::string message = {static_cast<char>(with.size() >> 8), static_cast<char>(with.size())};
  message.append(reinterpret_cast<const char *>(with.data()), with.size());
  octets.replace(place, kLength + length, message);
  return message.size();
}

bool Sockets::has_dropped(Socket &socket) {
  if (socket.stream) return false;
  std::uint32_t counts[SK_MEMINFO_VARS];
  socklen_t size = sizeof counts;
  if (getsockopt(socket.watcher->fd(), SOL_SOCKET, SO_MEMINFO, counts, &size) != 0) return false;
  return std::exchange(socket.dropped, counts[SK_MEMINFO_DROPS]) != counts[SK_MEMINFO_DROPS];
}

bool Sockets::take_overrun() {
  bool overrun = false;
  for (Socket &socket : sockets_) overrun |= has_dropped(socket);
  return overrun;
}

std::size_t Sockets::octets_held(int fd) const {
  const auto socket =
      std::find_if(sockets_.begin(), sockets_.end(), [fd](const Socket &one) { return one.watcher->fd() == fd; });
  return socket != sockets_.end() ? socket->whole : 0;
}

}  // namespace dns_cares
