// What getnameinfo(3) is asked, and what it answers without asking anybody.
//
// Thread rule: none of its own.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "resolver/address.h"
#include "resolver/hosts.h"
#include "resolver/services.h"

namespace dns_cares {

struct NameQuestion {
  Address address{};
  std::uint16_t port = 0;  // host order
  int flags = 0;

  bool flag(int ni_flag) const { return (flags & ni_flag) != 0; }
};

// Reads the arguments. DNS_OK, DNS_EBADFLAGS or DNS_EBADFAMILY.
int read_question(const sockaddr *address, socklen_t length, int flags, NameQuestion &question);

// The host as a number. Throws std::bad_alloc, as those below do.
std::string numeric_host(const NameQuestion &question);
// The service's name, or its number.
std::string service_text(const NameQuestion &question, const Services &services);
// "" where the hosts file has no name for it.
std::string host_from_file(const NameQuestion &question, const Hosts &hosts);
// "localhost" for the addresses that localhost has (RFC 6761 section 6.3), "" for others.
std::string host_of_loopback(const NameQuestion &question);
// The part of a name that is to be shown: with NI_NOFQDN not its domain, if that is the local one.
std::string shown_name(const NameQuestion &question, std::string_view name, std::string_view local_domain);

}  // namespace dns_cares
