// What getaddrinfo(3) checks before it looks anything up: hints and service.
#pragma once

#include <netdb.h>

#include <array>
#include <cstdint>
#include <span>

#include "addrinfo.h"
#include "resolver/services.h"

namespace dns_cares {

// The transports a lookup's result is listed for; without an allocation, since every lookup has one.
class Transports {
 public:
  void push_back(Transport transport) { transports_[count_++] = transport; }
  bool empty() const { return count_ == 0; }
  operator std::span<const Transport>() const { return {transports_.data(), count_}; }

 private:
  std::array<Transport, 6> transports_;  // at most all of kTransports in arguments.cc
  std::uint8_t count_ = 0;
};

struct Hints {
  int flags = 0;
  int family = AF_UNSPEC;
  int socktype = 0;
  int protocol = 0;
};

// DNS_OK, DNS_EBADFAMILY or DNS_EBADFLAGS.
int check_hints(const Hints &hints, bool has_hostname);

// Finds the transports for socktype, protocol and service (nullptr, a decimal port, or a name). With socktype
// 0 these are all that go with the service, in glibc's order. DNS_OK, DNS_ESOCKTYPE or DNS_ESERVICE.
int choose_transports(const Hints &hints, const char *service, const Services &services, Transports &transports);

}  // namespace dns_cares
