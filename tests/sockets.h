// File descriptors with an owner, and ports of this machine to which one can connect by TCP, or cannot.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

namespace dns_cares_test {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd &operator=(Fd &&other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }
  void reset();
  int get() const { return fd_; }

 private:
  int fd_;
};

// Listens at a port of 127.0.0.1 that the kernel chooses. Throws std::system_error.
class Listener {
 public:
  explicit Listener(int backlog = 16);
  int fd() const { return fd_.get(); }
  const sockaddr_in &address() const { return address_; }
  std::string port() const { return std::to_string(ntohs(address_.sin_port)); }

 private:
  Fd fd_;
  sockaddr_in address_{};
};

// Connects to who listens there until nobody is let in any more, for as long as what it returns is there: what comes
// then is dropped. Throws std::runtime_error if that does not come about.
std::vector<Fd> fill_queue(const sockaddr *address, socklen_t length);

}  // namespace dns_cares_test
