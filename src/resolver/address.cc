#include "resolver/address.h"

#include <arpa/inet.h>

namespace dns_cares {

std::string to_text(const ServerAddress &server) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(server.address.family, server.address.octets.data(), text, sizeof text);
  const std::string port = ':' + std::to_string(server.port);
  return server.address.family == AF_INET6 ? '[' + std::string(text) + ']' + port : text + port;
}

}  // namespace dns_cares
