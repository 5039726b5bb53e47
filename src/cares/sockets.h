// The sockets that c-ares talks through, opened, read and written by us.
//
// Doing this ourselves instead of leaving it to c-ares gives the same behaviour with every release: the receive
// buffer is asked for, a full send buffer counts as a datagram lost on the way and not as a failed server, a
// connection that the server closed raises no SIGPIPE, and every reply is seen before c-ares takes it apart.
//
// Thread rule: as the channel's. Lifetime: must outlive the channel that uses it.
#pragma once

#include <ares.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dns_cares {

class Sockets {
 public:
  // Sees each DNS message that comes in, before c-ares does. Must not throw.
  using ReplyHook = void (*)(std::span<const unsigned char> message, void *arg);
  Sockets(ReplyHook hook, void *arg) : hook_(hook), hook_arg_(arg) {}
  Sockets(const Sockets &) = delete;
  Sockets &operator=(const Sockets &) = delete;

  void attach(ares_channel channel);

  // How many small replies the receive buffer of a new socket holds, with room to spare, within reason.
  static std::size_t replies_that_fit();

 private:
  // Puts the messages of one TCP connection together (RFC 1035 section 4.2.2).
  struct Stream {
    int fd;
    std::string octets;
  };

  static ares_socket_t open(int domain, int type, int protocol, void *self);
  static int close(ares_socket_t fd, void *self);
  static int connect(ares_socket_t fd, const sockaddr *address, ares_socklen_t size, void *self);
  static ares_ssize_t receive(ares_socket_t fd, void *data, std::size_t size, int flags, sockaddr *from,
                              ares_socklen_t *from_size, void *self);
  static ares_ssize_t send(ares_socket_t fd, const iovec *parts, int count, void *self);

  Stream *stream_of(int fd);
  void read_stream(Stream &stream, std::span<const unsigned char> octets);

  const ReplyHook hook_;
  void *const hook_arg_;
  std::vector<Stream> streams_;  // the open TCP sockets: rarely any, never many
};

}  // namespace dns_cares
