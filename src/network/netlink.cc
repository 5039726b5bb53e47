#include "network/netlink.h"

#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace dns_cares {
namespace {

// --- Reading messages ---

// Messages are made of structs at multiples of four octets, which a buffer of octets has anywhere: they are copied out.
template <typename T>
bool read_struct(const unsigned char *from, std::size_t size, T &into) {
  if (size < sizeof into) return false;
  std::memcpy(&into, from, sizeof into);
  return true;
}

class Attributes {
 public:
  Attributes(const unsigned char *from, std::size_t size) : from_(from), size_(size) {}

  // Steps to the next one; false at the end.
  bool next() {
    rtattr head;
    if (!read_struct(from_, size_, head) || head.rta_len < sizeof head || head.rta_len > size_) return false;
    type_ = head.rta_type & NLA_TYPE_MASK;
    value_ = from_ + RTA_LENGTH(0);
    value_size_ = head.rta_len - RTA_LENGTH(0);
    const std::size_t step = std::min<std::size_t>(RTA_ALIGN(head.rta_len), size_);
    from_ += step;
    size_ -= step;
    return true;
  }
  int type() const { return type_; }
  std::optional<std::uint32_t> as_number() const {
    std::uint32_t number;
    return read_struct(value_, value_size_, number) ? std::optional(number) : std::nullopt;
  }
  std::optional<Address> as_address(int family) const {
    in_addr v4;
    in6_addr v6;
    if (family == AF_INET && read_struct(value_, value_size_, v4)) return Address::v4(v4);
    if (family == AF_INET6 && read_struct(value_, value_size_, v6)) return Address::v6(v6);
    return std::nullopt;
  }

 private:
  const unsigned char *from_;
  std::size_t size_;
  int type_ = 0;
  const unsigned char *value_ = nullptr;
  std::size_t value_size_ = 0;
};

// Calls visit(type, payload, size) for each message of a buffer until that returns false; then returns false.
template <typename Visit>
bool for_each_message(const unsigned char *from, std::size_t size, Visit visit) {
  nlmsghdr head;
  while (read_struct(from, size, head) && head.nlmsg_len >= sizeof head && head.nlmsg_len <= size) {
    if (!visit(head.nlmsg_type, from + NLMSG_HDRLEN, head.nlmsg_len - NLMSG_HDRLEN)) return false;
    const std::size_t step = std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), size);
    from += step;
    size -= step;
  }
  return true;
}

// --- Requests ---

class NetlinkSocket {
 public:
  NetlinkSocket() : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)) {}
  ~NetlinkSocket() {
    if (fd_ >= 0) close(fd_);
  }
  NetlinkSocket(const NetlinkSocket &) = delete;
  NetlinkSocket &operator=(const NetlinkSocket &) = delete;

  int fd() const { return fd_; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_;
};

// Longer than the datagrams that the kernel makes of these messages.
using Buffer = std::array<unsigned char, 16384>;

// The size of the next datagram, also of one that the buffer is too small for.
ssize_t receive(int fd, Buffer &buffer) {
  ssize_t size;
  do {
    size = recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
  } while (size < 0 && errno == EINTR);
  return size;
}

// Asks for all entries of a kind, and calls visit(payload, size) for each until that returns false. False: not all
// have been seen. Changes in between are not looked for: they are told, or what is read now soon read again.
template <typename Body, typename Visit>
bool dump(std::uint16_t type, const Body &body, Visit visit) {
  const NetlinkSocket socket;
  if (socket.fd() < 0) return false;
  struct {
    nlmsghdr head;
    Body body;
  } request{};
  request.head.nlmsg_len = NLMSG_LENGTH(sizeof body);
  request.head.nlmsg_type = type;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body = body;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (sendto(socket.fd(), &request, request.head.nlmsg_len, MSG_NOSIGNAL, reinterpret_cast<const sockaddr *>(&kernel),
             sizeof kernel) < 0) {
    return false;
  }
  bool complete = false;
  const auto see = [&](std::uint16_t message, const unsigned char *payload, std::size_t size) {
    complete = message == NLMSG_DONE;
    return message != NLMSG_DONE && message != NLMSG_ERROR && visit(payload, size);
  };
  Buffer buffer;
  for (;;) {
    const ssize_t size = receive(socket.fd(), buffer);
    if (size <= 0 || static_cast<std::size_t>(size) > buffer.size()) return false;
    if (!for_each_message(buffer.data(), static_cast<std::size_t>(size), see)) return complete;
  }
}

std::optional<OwnAddress> parse_address(const unsigned char *payload, std::size_t size) {
  ifaddrmsg head;
  if (!read_struct(payload, size, head)) return std::nullopt;
  std::uint32_t flags = head.ifa_flags;
  std::optional<Address> address;
  std::optional<Address> local;
  for (Attributes each(payload + NLMSG_ALIGN(sizeof head), size - NLMSG_ALIGN(sizeof head)); each.next();) {
    if (each.type() == IFA_FLAGS) flags = each.as_number().value_or(flags);
    if (each.type() == IFA_ADDRESS) address = each.as_address(head.ifa_family);
    if (each.type() == IFA_LOCAL) local = each.as_address(head.ifa_family);
  }
  if (local) address = local;  // On a point-to-point link, IFA_ADDRESS is the other end's.
  if (!address) return std::nullopt;
  if (address->family == AF_INET6 && head.ifa_scope == RT_SCOPE_LINK) address->scope_id = head.ifa_index;
  return OwnAddress{*address, head.ifa_prefixlen, (flags & (IFA_F_DEPRECATED | IFA_F_OPTIMISTIC)) != 0,
                    (flags & IFA_F_HOMEADDRESS) != 0};
}

// About a fifth of a millisecond.
constexpr std::size_t kMostRoutes = 1024;

}  // namespace

std::optional<std::vector<OwnAddress>> read_own_addresses() {
  std::vector<OwnAddress> addresses;
  const bool complete = dump(RTM_GETADDR, ifaddrmsg{}, [&](const unsigned char *payload, std::size_t size) {
    if (const auto address = parse_address(payload, size)) addresses.push_back(*address);
    return true;
  });
  if (!complete) return std::nullopt;
  return addresses;
}

std::optional<FineRoutes> read_fine_routes(int family, unsigned prefix_length) {
  FineRoutes routes;
  std::size_t seen = 0;
  const auto read_route = [&](const unsigned char *payload, std::size_t size) {
    rtmsg head;
    if (!read_struct(payload, size, head) || head.rtm_family != family) return true;
    if (++seen > kMostRoutes) routes.unpredictable = true;
    for (Attributes each(payload + NLMSG_ALIGN(sizeof head), size - NLMSG_ALIGN(sizeof head)); each.next();) {
      // A next hop that is an object of its own may be a group of several.
      if (each.type() == RTA_MULTIPATH || each.type() == RTA_NH_ID) routes.unpredictable = true;
      if (each.type() != RTA_DST || head.rtm_dst_len <= prefix_length) continue;
      if (const auto destination = each.as_address(family)) routes.destinations.push_back(*destination);
    }
    return !routes.unpredictable;
  };
  const auto read_rule = [&](const unsigned char *payload, std::size_t size) {
    fib_rule_hdr head;
    if (!read_struct(payload, size, head) || head.family != family) return true;
    if (++seen > kMostRoutes) routes.unpredictable = true;
    for (Attributes each(payload + NLMSG_ALIGN(sizeof head), size - NLMSG_ALIGN(sizeof head)); each.next();) {
      if (each.type() != FRA_DST || head.dst_len <= prefix_length) continue;
      if (const auto destination = each.as_address(family)) routes.destinations.push_back(*destination);
    }
    return !routes.unpredictable;
  };

  rtmsg route{};
  route.rtm_family = static_cast<unsigned char>(family);
  if (!dump(RTM_GETROUTE, route, read_route) && !routes.unpredictable) return std::nullopt;
  fib_rule_hdr rule{};
  rule.family = static_cast<std::uint8_t>(family);
  // A kernel without rules refuses.
  if (!routes.unpredictable) dump(RTM_GETRULE, rule, read_rule);
  return routes;
}

// --- NetworkChanges ---

namespace {

constexpr std::uint32_t group(unsigned number) { return std::uint32_t{1} << (number - 1); }

// Links, because the kernel says nothing of the IPv4 routes that go down with one.
constexpr std::uint32_t kGroups = group(RTNLGRP_LINK) | group(RTNLGRP_IPV4_IFADDR) | group(RTNLGRP_IPV6_IFADDR) |
                                  group(RTNLGRP_IPV4_ROUTE) | group(RTNLGRP_IPV6_ROUTE) | group(RTNLGRP_IPV4_RULE) |
                                  group(RTNLGRP_IPV6_RULE) | group(RTNLGRP_NEXTHOP);

constexpr int kDatagramsAtOnce = 64;

}  // namespace

NetworkChanges::NetworkChanges(struct ev_loop *loop, Callback cb, void *arg) noexcept : cb_(cb), arg_(arg) {
  NetlinkSocket socket;
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = kGroups;
  if (socket.fd() < 0 || bind(socket.fd(), reinterpret_cast<const sockaddr *>(&groups), sizeof groups) != 0) return;
  watcher_.emplace(loop, socket.release(), EVLOOP_READ, on_readable, this, Liveness::kWeak);
}

void NetworkChanges::stop() noexcept {
  if (!watcher_) return;
  const int fd = watcher_->fd();
  watcher_.reset();
  close(fd);
}

// What exactly has changed does not matter.
void NetworkChanges::on_readable(int fd, int, void *arg) {
  auto *self = static_cast<NetworkChanges *>(arg);
  Buffer buffer;
  bool changed = false;
  for (int n = 0; n < kDatagramsAtOnce; ++n) {
    if (receive(fd, buffer) >= 0 || errno == ENOBUFS) {  // ENOBUFS: more than the socket's buffer holds
      changed = true;
      continue;
    }
    if (errno != EAGAIN) {
      changed = true;
      self->stop();
    }
    break;
  }
  if (changed) self->cb_(self->watching(), self->arg_);
}

}  // namespace dns_cares
