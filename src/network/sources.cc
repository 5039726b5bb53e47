#include "network/sources.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace dns_cares {
namespace {

constexpr in_port_t kDiscard = 9;  // Nothing goes there.
constexpr unsigned kMappedBits = 96;

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t fill(SocketAddress &into, const Address &address) {
  std::memset(&into, 0, sizeof into);
  if (address.family == AF_INET) {
    into.v4.sin_family = AF_INET;
    into.v4.sin_port = htons(kDiscard);
    std::memcpy(&into.v4.sin_addr, address.octets.data(), sizeof into.v4.sin_addr);
    return sizeof into.v4;
  }
  into.v6.sin6_family = AF_INET6;
  into.v6.sin6_port = htons(kDiscard);
  into.v6.sin6_scope_id = address.scope_id;
  std::memcpy(&into.v6.sin6_addr, address.octets.data(), sizeof into.v6.sin6_addr);
  return sizeof into.v6;
}

// Whether it says nothing about the destination.
bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EAGAIN;
}

Kernel::Choice unreachable_or_shortage() { return {!is_shortage(errno), std::nullopt}; }

bool is_loopback(const Address &address) {
  return address == Address::v4({htonl(INADDR_LOOPBACK)}) || address == Address::v6(in6addr_loopback);
}

Source mapped(Source source) {
  source.address = Address::v4_mapped(source.address);
  if (source.prefix_length != Source::kWholeAddress) source.prefix_length += kMappedBits;
  return source;
}

}  // namespace

Kernel::Choice Kernel::choose_source(const Address &destination) noexcept {
  const int fd = socket(destination.family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return unreachable_or_shortage();
  SocketAddress name;
  socklen_t size = fill(name, destination);
  Choice choice{true, std::nullopt};
  if (connect(fd, &name.any, size) != 0 || getsockname(fd, &name.any, &size) != 0) {
    choice = unreachable_or_shortage();
  } else if (name.any.sa_family == AF_INET) {
    choice.source = Address::v4(name.v4.sin_addr);
  } else {
    choice.source = Address::v6(name.v6.sin6_addr, name.v6.sin6_scope_id);
  }
  close(fd);
  return choice;
}

void Sources::changed(bool watched) noexcept {
  watched_ = watched;
  facts_until_ = -std::numeric_limits<double>::infinity();
  remembered_.clear();
}

bool Sources::has_address(int family, double now) noexcept {
  refresh(now);
  return family_of(family).has_address;
}

std::optional<Source> Sources::source_for(const Address &destination, double now) noexcept {
  if (const Address v4 = destination.unmapped(); v4.family != destination.family) {
    const auto source = source_for(v4, now);
    return source ? std::optional(mapped(*source)) : std::nullopt;
  }
  refresh(now);
  const Block block = block_of(destination);
  const auto found = remembered_.find(block);
  if (found != remembered_.end() && now < found->second.until) return found->second.source;

  const Kernel::Choice choice = kernel_.choose_source(destination);
  std::optional<Source> source;
  if (choice.source) source = describe(*choice.source);
  if (choice.known) remember(block, source, now);
  return source;
}

void Sources::remember(const Block &block, const std::optional<Source> &source, double now) noexcept {
  // They live for so short a time that it is not worth while to choose.
  if (remembered_.size() >= kMost && remembered_.find(block) == remembered_.end()) remembered_.clear();
  try {
    remembered_.insert_or_assign(block, Answer{source, now + kShortTime});
  } catch (const std::bad_alloc &) {
  }
}

Sources::Block Sources::block_of(const Address &destination, unsigned bits) {
  Block block{destination.family, bits, destination.scope_id, {}};
  std::copy_n(destination.octets.begin(), bits / 8, block.octets.begin());
  return block;
}

Sources::Block Sources::block_of(const Address &destination) const {
  const bool v6 = destination.family == AF_INET6;
  const Family &family = family_of(destination.family);
  if (!family.one_by_one) {
    Block block = block_of(destination, kBlockBits[v6]);
    // Routes have no scope_id of their own.
    block.scope_id = 0;
    if (family.one_by_one_within.find(block) == family.one_by_one_within.end()) {
      block.scope_id = destination.scope_id;
      return block;
    }
  }
  return block_of(destination, v6 ? 128 : 32);
}

// --- What the kernel says of addresses and routes ---

void Sources::refresh(double now) noexcept {
  if (now < facts_until_) return;
  remembered_.clear();
  addresses_.clear();
  families_ = {};
  bool complete = false;
  try {
    complete = read_addresses();
    for (const int family : {AF_INET, AF_INET6}) complete = read_routes(family) && complete;
  } catch (const std::bad_alloc &) {
    complete = false;
  }
  facts_until_ = watched_ && complete ? std::numeric_limits<double>::infinity() : now + kShortTime;
}

bool Sources::read_addresses() {
  auto addresses = kernel_.own_addresses();
  if (!addresses) return false;
  addresses_ = std::move(*addresses);
  for (const int family : {AF_INET, AF_INET6}) {
    family_of(family).has_address = std::any_of(addresses_.begin(), addresses_.end(), [&](const OwnAddress &own) {
      return own.address.family == family && !is_loopback(own.address);
    });
  }
  return true;
}

bool Sources::read_routes(int family) {
  const unsigned bits = kBlockBits[family == AF_INET6];
  const auto routes = kernel_.fine_routes(family, bits);
  if (!routes) return false;
  Family &about = family_of(family);
  for (const Address &destination : routes->destinations) {
    about.one_by_one_within.insert(block_of(destination, bits));
  }
  // Addresses with a meaning of their own: 0.0.0.0, ::, ::1, the IPv4-compatible ones, and 255.255.255.255.
  about.one_by_one_within.insert(block_of({family, {}, 0}, bits));
  if (family == AF_INET) about.one_by_one_within.insert(block_of(Address::v4({INADDR_BROADCAST}), bits));
  about.one_by_one = routes->unpredictable;
  return true;
}

Source Sources::describe(const Address &address) const {
  Source source{address};
  const auto own = std::find_if(addresses_.begin(), addresses_.end(), [&](const OwnAddress &each) {
    // A socket that is not bound to an interface does not name that of a link-local address.
    return address.scope_id != 0 ? each.address == address : each.address.octets == address.octets;
  });
  if (own == addresses_.end()) return source;
  source.deprecated = own->deprecated;
  source.home = own->home;
  // glibc's getaddrinfo(3), too, does not look at IPv4 networks on a machine without IPv6; and servers that give their
  // addresses in turns are then used in turns.
  if (address.family == AF_INET6 || family_of(AF_INET6).has_address) source.prefix_length = own->prefix_length;
  return source;
}

}  // namespace dns_cares
