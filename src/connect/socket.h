// A TCP socket on its way to be connected.
//
// Thread rule: none of its own.
#pragma once

#include "connect/candidates.h"
#include "dns_cares/connect.h"

namespace dns_cares {

// The program's say in each new socket.
struct SocketHook {
  dns_socket_cb cb;  // null: none
  void *arg;
};

class Socket {
 public:
  Socket() = default;
  ~Socket() { close(); }
  Socket(const Socket &) = delete;
  Socket &operator=(const Socket &) = delete;

  // Opens it and starts to connect it. 0: it is connected; EINPROGRESS: it is writable when that is decided, see
  // outcome(); any other errno value: it is closed.
  int connect(const Endpoint &to, const SocketHook &hook) noexcept;
  // 0: it is connected; else why not.
  int outcome() const noexcept;

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  int release();
  void close();

 private:
  int start(const Endpoint &to, const SocketHook &hook) noexcept;

  int fd_ = -1;
};

}  // namespace dns_cares
