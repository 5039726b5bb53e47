#include "resolver/arguments.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <string_view>

#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

struct Known {
  int socktype;
  int protocol;
  const char *database_name;  // in services(5)
  bool by_default;            // listed when neither socktype nor protocol is given, and no service by name
  bool takes_service;
  bool any_protocol;
};

constexpr Known kTransports[] = {
    {SOCK_STREAM, IPPROTO_TCP, "tcp", true, true, false},
    {SOCK_DGRAM, IPPROTO_UDP, "udp", true, true, false},
    {SOCK_DCCP, IPPROTO_DCCP, "dccp", false, true, false},
    {SOCK_DGRAM, IPPROTO_UDPLITE, "udplite", false, true, false},
    {SOCK_STREAM, IPPROTO_SCTP, "sctp", false, true, false},
    {SOCK_SEQPACKET, IPPROTO_SCTP, "sctp", false, true, false},
    {SOCK_RAW, 0, "raw", true, false, true},
};

bool goes_with(const Known &known, const Hints &hints) {
  if (hints.socktype != 0 && hints.socktype != known.socktype) return false;
  return hints.protocol == 0 || known.any_protocol || hints.protocol == known.protocol;
}

Transport make(const Known &known, const Hints &hints, std::uint16_t port) {
  const int protocol = known.any_protocol ? hints.protocol : known.protocol;
  return {static_cast<std::uint16_t>(known.socktype), static_cast<std::uint16_t>(protocol), port};
}

// A port or none: with socktype or protocol given, the first transport that goes with them.
int by_port(const Hints &hints, const Known *first, std::uint16_t port, Transports &transports) {
  if (hints.socktype != 0 || hints.protocol != 0) {
    transports.push_back(make(*first, hints, port));
    return DNS_OK;
  }
  for (const Known &known : kTransports) {
    if (known.by_default) transports.push_back(make(known, hints, port));
  }
  return DNS_OK;
}

// A name: with socktype or protocol given, likewise; else all transports that have it.
int by_name(const Hints &hints, const Known *first, std::string_view service, const Services &services,
            Transports &transports) {
  const bool all = hints.socktype == 0 && hints.protocol == 0;
  for (const Known *known = first; known != std::end(kTransports); ++known) {
    const auto port = known->takes_service ? services.find(service, known->database_name) : std::nullopt;
    if (port) transports.push_back(make(*known, hints, *port));
    if (!all) break;
  }
  return transports.empty() ? DNS_ESERVICE : DNS_OK;
}

}  // namespace

int check_hints(const Hints &hints, bool has_hostname) {
  constexpr int kFlags =
      AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG;
  if ((hints.flags & ~kFlags) != 0) return DNS_EBADFLAGS;
  if ((hints.flags & AI_CANONNAME) != 0 && !has_hostname) return DNS_EBADFLAGS;
  if (hints.family != AF_UNSPEC && hints.family != AF_INET && hints.family != AF_INET6) return DNS_EBADFAMILY;
  return DNS_OK;
}

int choose_transports(const Hints &hints, const char *service, const Services &services, Transports &transports) {
  const auto first = std::find_if(std::begin(kTransports), std::end(kTransports),
                                  [&](const Known &known) { return goes_with(known, hints); });
  if (first == std::end(kTransports)) return hints.socktype != 0 ? DNS_ESOCKTYPE : DNS_ESERVICE;
  if (hints.protocol < 0 || hints.protocol > UINT16_MAX) return DNS_ESOCKTYPE;
  if (service == nullptr) return by_port(hints, first, 0, transports);
  if (!first->takes_service) return DNS_ESERVICE;
  if (const auto port = parse_port(service)) return by_port(hints, first, *port, transports);
  if ((hints.flags & AI_NUMERICSERV) != 0) return DNS_ESERVICE;
  return by_name(hints, first, service, services, transports);
}

}  // namespace dns_cares
