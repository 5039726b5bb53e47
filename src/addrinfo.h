// Result lists: every struct addrinfo list of dns_cares is one allocation, addresses and names included. Before the
// first entry are words of our own, by which dns_addrinfo_take() finds out who has the list.
#pragma once

#include <netdb.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "resolver/address.h"

namespace dns_cares {

struct FreeAddrinfo {
  void operator()(addrinfo *list) const;
};
using AddrinfoList = std::unique_ptr<addrinfo, FreeAddrinfo>;

// Lets dns_addrinfo_take() take the list, if there is one, as long as `holder` has it. That must not move meanwhile.
void offer(AddrinfoList &holder);

// Where the allocation starts.
void *block_of(addrinfo *list);

// A way to use an address: what ai_socktype, ai_protocol and the sockaddr's port say.
struct Transport {
  std::uint16_t socktype;
  std::uint16_t protocol;
  std::uint16_t port = 0;  // host order
  bool operator==(const Transport &) const = default;
};

// One entry for each address and each transport, addresses first to last, as glibc lists them. The first
// entry has ai_canonname, unless `canonical_name` is empty. Throws std::bad_alloc.
AddrinfoList make_addrinfo(std::span<const Address> addresses, std::span<const Transport> transports,
                           std::string_view canonical_name);

}  // namespace dns_cares
