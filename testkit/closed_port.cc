#include <cerrno>
#include <system_error>

#include "dns_cares/testkit.h"
#include "sockets.h"

namespace dns_testkit {

// The TCP socket is bound and does not listen, so connections are refused. The UDP socket is connected to itself:
// it takes datagrams from its own port only, and for all others the kernel says that the port is unreachable.
struct ClosedPort::Sockets {
  PortPair pair;
};

ClosedPort::ClosedPort(const std::string &address)
    : sockets_(std::make_unique<const Sockets>(Sockets{bind_pair(parse_endpoint(address, 0))})) {
  const PortPair &pair = sockets_->pair;
  if (connect(pair.udp.get(), pair.endpoint.get(), pair.endpoint.length) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot connect " + pair.endpoint.text());
  }
}

ClosedPort::~ClosedPort() = default;

std::string ClosedPort::address() const { return sockets_->pair.endpoint.text(); }
std::uint16_t ClosedPort::port() const { return sockets_->pair.endpoint.port(); }

}  // namespace dns_testkit
