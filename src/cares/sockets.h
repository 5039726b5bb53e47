// The sockets that c-ares talks through, opened, watched, read and written by us.
//
// Doing this ourselves instead of leaving it to c-ares gives the same behaviour with every release: the receive
// buffer is asked for, a full send buffer counts as a datagram lost on the way and not as a failed server, a
// connection that the server closed raises no SIGPIPE, and every reply is seen before c-ares takes it apart.
//
// Thread rule: as the channel's. Lifetime: must outlive the channel that uses it.
#pragma once

#include <ares.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cares/outbox.h"
#include "evloop/watchers.h"
#include "resolver/address.h"

namespace dns_cares {

class Sockets {
 public:
  using Octets = std::span<const unsigned char>;
  struct Observer {
    // Each DNS message that comes in, before c-ares sees it. Returns what c-ares gets to see: the message itself, or
    // something else that is valid until the next call. A datagram for which that is empty it does not get to see; in a
    // stream it then sees the message itself.
    virtual Octets on_message(Octets message, const ServerAddress &from) noexcept = 0;
    // Each datagram that has gone out.
    virtual void on_sent(Octets message, const ServerAddress &to) noexcept = 0;

   protected:
    ~Observer() = default;
  };
  // `on_ready(fd, events, arg)` is called when a socket can be read or written.
  Sockets(struct ev_loop *loop, evloop_io_cb on_ready, void *arg, Observer &observer)
      : loop_(loop), on_ready_(on_ready), arg_(arg), observer_(observer) {}
  Sockets(const Sockets &) = delete;
  Sockets &operator=(const Sockets &) = delete;

  void attach(ares_channel channel);

  // Has the socket watched for EVLOOP_READ, EVLOOP_WRITE, both, or nothing.
  void watch(int fd, int events);

  // Until it is switched off, datagrams wait for flush(), which takes many of them at once.
  void set_gathering(bool on) { gathering_ = on; }
  void flush() noexcept;
  // A socket whose error c-ares has yet to read, since it came only with flush(); ARES_SOCKET_BAD: there is none.
  ares_socket_t failed() const;

  // Has at most so many datagrams and blocks of streams read before the next call, whatever becomes of them: there may
  // always be more.
  void set_reads_left(int datagrams, int blocks) {
    datagrams_left_ = datagrams;
    blocks_left_ = blocks;
  }

  // How many octets of whole messages from a stream c-ares has not taken yet. No event of the loop tells of them.
  std::size_t octets_held(int fd) const;

  // Whether memory was too short to open a socket since the last clear_no_memory().
  bool no_memory() const { return no_memory_; }
  void clear_no_memory() { no_memory_ = false; }

  // Whether the kernel has dropped datagrams that found the receive buffer of an open socket full, since this was last
  // called.
  bool take_overrun();

  // How many small replies the receive buffer of a new socket holds, with room to spare, within reason.
  static std::size_t replies_that_fit();

 private:
  struct Socket {
    std::unique_ptr<evloop_io> watcher;
    bool stream;
    ServerAddress server{};
    sockaddr_in6 peer{};  // the same, as it was connected to; or a sockaddr_in
    socklen_t peer_size = 0;
    // What a stream has brought: whole messages, each behind its length (RFC 1035 section 4.2.2), for c-ares to take,
    // and behind them the beginning of the next one.
    std::string octets{};
    std::size_t whole = 0;
    Outbox outbox{};            // of datagrams
    int error = 0;              // of flush()
    std::uint32_t dropped = 0;  // datagrams, as far as take_overrun() knows
  };

  static ares_socket_t open(int domain, int type, int protocol, void *self);
  static int close(ares_socket_t fd, void *self);
  static int connect(ares_socket_t fd, const sockaddr *address, ares_socklen_t size, void *self);
  static ares_ssize_t receive(ares_socket_t fd, void *data, std::size_t size, int flags, sockaddr *from,
                              ares_socklen_t *from_size, void *self);
  static ares_ssize_t send(ares_socket_t fd, const iovec *parts, int count, void *self);

  Socket &socket_of(int fd);
  ares_ssize_t send_datagram(Socket &socket, Octets datagram);
  bool gather(Socket &socket, Octets datagram) noexcept;
  static void flush(Socket &socket) noexcept;
  ares_ssize_t receive_datagram(Socket &socket, void *data, std::size_t size, int flags, sockaddr *from,
                                ares_socklen_t *from_size);
  ares_ssize_t receive_stream(Socket &socket, void *data, std::size_t size);
  void find_whole_messages(Socket &socket);
  static bool has_dropped(Socket &socket);
  std::size_t replace_message(std::string &octets, std::size_t place, std::size_t length, Octets with);

  struct ev_loop *const loop_;
  const evloop_io_cb on_ready_;
  void *const arg_;
  Observer &observer_;
  std::vector<Socket> sockets_;  // one or two for each server
  bool no_memory_ = false;
  bool gathering_ = false;
  int datagrams_left_ = 0;
  int blocks_left_ = 0;
};

}  // namespace dns_cares
