#include "sockets.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace dns_testkit {
namespace {

constexpr int kPortAttempts = 100;
// Bursts are what servers are tested with. The kernel gives what its limit allows.
constexpr int kReceiveBuffer = 64 << 20;

[[noreturn]] void fail(const std::string &what, const Endpoint &endpoint) {
  const int error = errno;
  throw std::system_error(error, std::generic_category(), what + " " + endpoint.text());
}

void set_option(const Fd &socket, int level, int option, int value) {
  setsockopt(socket.get(), level, option, &value, sizeof value);
}

Fd open_socket(const Endpoint &endpoint, int type) {
  Fd fd(socket(endpoint.storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) fail("cannot open a socket for", endpoint);
  if (endpoint.storage.ss_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  return fd;
}

bool bound(const Fd &fd, const Endpoint &endpoint) { return bind(fd.get(), endpoint.get(), endpoint.length) == 0; }

// None: the port that the kernel chose for UDP is taken over TCP.
std::optional<PortPair> try_bind_pair(const Endpoint &endpoint) {
  PortPair pair;
  pair.udp = bind_udp(endpoint);
  pair.endpoint = local_endpoint(pair.udp);
  pair.tcp = open_socket(endpoint, SOCK_STREAM);
  set_option(pair.tcp, SOL_SOCKET, SO_REUSEADDR, 1);  // Connections of the server before may linger in TIME_WAIT.
  if (bound(pair.tcp, pair.endpoint)) return pair;
  if (errno != EADDRINUSE || endpoint.port() != 0) fail("cannot bind TCP", pair.endpoint);
  return std::nullopt;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

// The port is at the same place in both families.
std::uint16_t Endpoint::port() const { return ntohs(reinterpret_cast<const sockaddr_in *>(&storage)->sin_port); }
void Endpoint::set_port(std::uint16_t port) { reinterpret_cast<sockaddr_in *>(&storage)->sin_port = htons(port); }

std::string Endpoint::text() const {
  char address[INET6_ADDRSTRLEN] = "";
  const bool v6 = storage.ss_family == AF_INET6;
  const void *octets = v6 ? static_cast<const void *>(&reinterpret_cast<const sockaddr_in6 *>(&storage)->sin6_addr)
                          : &reinterpret_cast<const sockaddr_in *>(&storage)->sin_addr;
  inet_ntop(storage.ss_family, octets, address, sizeof address);
  std::string text = v6 ? "[" : "";
  text += address;
  text += v6 ? "]:" : ":";
  return text += std::to_string(port());
}

Endpoint parse_endpoint(const std::string &address, std::uint16_t port) {
  Endpoint endpoint;
  auto &v4 = reinterpret_cast<sockaddr_in &>(endpoint.storage);
  auto &v6 = reinterpret_cast<sockaddr_in6 &>(endpoint.storage);
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    endpoint.storage.ss_family = AF_INET;
    endpoint.length = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    endpoint.storage.ss_family = AF_INET6;
    endpoint.length = sizeof(sockaddr_in6);
  } else {
    throw std::system_error(EINVAL, std::generic_category(), "not a numeric address \"" + address + "\"");
  }
  endpoint.set_port(port);
  return endpoint;
}

Fd bind_udp(const Endpoint &endpoint) {
  Fd udp = open_socket(endpoint, SOCK_DGRAM);
  set_option(udp, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  set_option(udp, SOL_SOCKET, SO_SNDBUF, kReceiveBuffer);
  if (!bound(udp, endpoint)) fail("cannot bind UDP", endpoint);
  return udp;
}

Endpoint local_endpoint(const Fd &socket) {
  Endpoint endpoint;
  getsockname(socket.get(), endpoint.get(), &endpoint.length);
  return endpoint;
}

PortPair bind_pair(const Endpoint &endpoint) {
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    if (auto pair = try_bind_pair(endpoint)) return std::move(*pair);
  }
  errno = EADDRINUSE;
  fail("cannot find a port that is free over both UDP and TCP at", endpoint);
}

}  // namespace dns_testkit
