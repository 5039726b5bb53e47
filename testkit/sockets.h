// Sockets that close themselves, and the addresses they have. Failures are std::system_error naming the address.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>

namespace dns_testkit {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd &operator=(Fd &&other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
  const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  std::string text() const;  // "127.0.0.1:53", "[::1]:53"
};

Endpoint parse_endpoint(const std::string &address, std::uint16_t port);

Fd bind_udp(const Endpoint &endpoint);
Endpoint local_endpoint(const Fd &socket);

// Not listening yet, so connections are refused.
struct PortPair {
  Fd udp, tcp;
  Endpoint endpoint;
};
// Both on the same port: that of `endpoint`, or if that is 0, one the kernel chooses.
PortPair bind_pair(const Endpoint &endpoint);

}  // namespace dns_testkit
