// The server's TCP side. On the server's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>

#include "delayed.h"
#include "desk.h"
#include "sockets.h"

namespace dns_testkit {

class Tcp {
 public:
  // Watches a socket with epoll under a tag, from kFirstTag on; a socket that is closed needs no unwatching.
  // `interest` is EPOLLIN or EPOLLOUT or both.
  using Watch = std::function<void(int fd, std::uint32_t interest, std::uint64_t tag)>;
  static constexpr std::uint64_t kFirstTag = 16;

  // `listener` is listening. `desk` and `delayed` must outlive it.
  Tcp(Fd listener, Watch watch, Desk &desk, Delayed &delayed);

  int fd() const { return listener_.get(); }
  void on_connection();
  void on_event(std::uint64_t tag, std::uint32_t events);

 private:
  struct Connection {
    Fd socket;
    std::uint64_t tag = 0;
    std::uint16_t client_port = 0;
    Octets in;
    Octets out;  // of which `sent` octets are with the kernel
    std::size_t sent = 0;
    std::size_t delayed = 0;   // replies not sent yet
    bool client_done = false;  // it sends no more, but may still be reading
    bool broken = false;
    TcpEnd end = TcpEnd::kKeepOpen;
  };

  void receive(Connection &connection);
  void reply_to_whole_messages(Connection &connection);
  void reply(Connection &connection, OctetView message);
  void reply_by(Connection &connection, const Plan &plan);
  void reply_by_one(Connection &connection, const Plan &plan);
  void queue_after(std::chrono::milliseconds delay, Connection &connection, const Octets &stream, TcpEnd end);
  void queue(Connection &connection, const Octets &stream, TcpEnd end);
  void send(Connection &connection);
  void settle(Connection &connection);

  const Fd listener_;
  const Watch watch_;
  Desk &desk_;
  Delayed &delayed_;
  Query query_;  // kept for its storage
  std::unordered_map<std::uint64_t, Connection> connections_;
  std::uint64_t next_tag_ = kFirstTag;
};

}  // namespace dns_testkit
