#include "netlink.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace dns_cares_test {
namespace {

constexpr std::size_t kMaxMessage = 1024;

[[noreturn]] void fail(const std::string &what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

int index_of(const std::string &name) {
  const unsigned index = if_nametoindex(name.c_str());
  if (index == 0) fail(name, errno);
  return static_cast<int>(index);
}

std::size_t size_of_family(int family) { return family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr); }

}  // namespace

InterfaceAddress parse_interface_address(const std::string &text, bool deprecated) {
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  InterfaceAddress result{};
  result.family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  result.deprecated = deprecated;
  if (slash == std::string::npos || inet_pton(result.family, address.c_str(), &result.octets) != 1) {
    throw std::invalid_argument(text);
  }
  result.prefix_length = static_cast<std::uint8_t>(std::stoi(text.substr(slash + 1)));
  return result;
}

// A request, written from front to back; attributes may be nested.
class Netlink::Message {
 public:
  template <class Body>
  Message(int type, int flags, const Body &body) {
    nlmsghdr header{};
    header.nlmsg_type = static_cast<std::uint16_t>(type);
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    append(&header, sizeof header);
    append(&body, sizeof body);
  }

  void add(int type, const void *data, std::size_t size) {
    const std::size_t start = open(type);
    append(data, size);
    close(start);
  }
  void add(int type, const std::string &text) { add(type, text.c_str(), text.size() + 1); }
  template <class Value>
  void add_value(int type, const Value &value) {
    add(type, &value, sizeof value);
  }

  std::size_t open(int type) {
    const std::size_t start = size_;
    const rtattr attribute{0, static_cast<std::uint16_t>(type)};
    append(&attribute, sizeof attribute);
    return start;
  }
  // The length leaves out the padding behind the last attribute in it.
  void close(std::size_t start) {
    const auto length = static_cast<std::uint16_t>(used_ - start);
    std::memcpy(octets_.data() + start, &length, sizeof length);
  }

  template <class Body>
  void append_body(const Body &body) {
    append(&body, sizeof body);
  }

  const void *finish() {
    const auto length = static_cast<std::uint32_t>(size_);
    std::memcpy(octets_.data(), &length, sizeof length);
    return octets_.data();
  }
  std::size_t size() const { return size_; }

 private:
  void append(const void *data, std::size_t size) {
    if (size_ + NLMSG_ALIGN(size) > octets_.size()) throw std::length_error("netlink message");
    std::memcpy(octets_.data() + size_, data, size);
    used_ = size_ + size;
    size_ += NLMSG_ALIGN(size);
  }

  alignas(nlmsghdr) std::array<char, kMaxMessage> octets_{};
  std::size_t size_ = 0;  // with padding
  std::size_t used_ = 0;  // without the padding at the end
};

Netlink::Netlink() : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
  if (fd_ < 0) fail("a netlink socket", errno);
}

Netlink::~Netlink() { close(fd_); }

void Netlink::send(Message &message, const std::string &what) {
  const void *octets = message.finish();
  if (::send(fd_, octets, message.size(), 0) < 0) fail(what, errno);
  struct {
    nlmsghdr header;
    nlmsgerr error;
    std::array<char, kMaxMessage> request;
  } reply{};
  if (recv(fd_, &reply, sizeof reply, 0) < 0) fail(what, errno);
  if (reply.header.nlmsg_type != NLMSG_ERROR) fail(what, EPROTO);
  if (reply.error.error != 0) fail(what, -reply.error.error);
}

void Netlink::add_veth(const std::string &name, const std::string &peer) {
  Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  message.add(IFLA_IFNAME, name);
  const std::size_t info = message.open(IFLA_LINKINFO);
  message.add(IFLA_INFO_KIND, "veth");
  const std::size_t data = message.open(IFLA_INFO_DATA);
  const std::size_t other = message.open(VETH_INFO_PEER);
  message.append_body(ifinfomsg{});
  message.add(IFLA_IFNAME, peer);
  message.close(other);
  message.close(data);
  message.close(info);
  send(message, "a veth pair");
}

void Netlink::remove_link(const std::string &name) {
  ifinfomsg link{};
  link.ifi_index = index_of(name);
  Message message(RTM_DELLINK, 0, link);
  send(message, "the removal of " + name);
}

// The kernel would make the link-local address as soon as the link is up.
void Netlink::make_no_address(const std::string &name) {
  ifinfomsg link{};
  link.ifi_index = index_of(name);
  Message message(RTM_NEWLINK, 0, link);
  const std::size_t families = message.open(IFLA_AF_SPEC);
  const std::size_t inet6 = message.open(AF_INET6);
  message.add_value(IFLA_INET6_ADDR_GEN_MODE, std::uint8_t{IN6_ADDR_GEN_MODE_NONE});
  message.close(inet6);
  message.close(families);
  send(message, "no addresses by itself for " + name);
}

void Netlink::bring_up(const std::string &name) {
  if (name != "lo") make_no_address(name);
  set_flags(name, IFF_UP, "that " + name + " goes up");
}

void Netlink::take_down(const std::string &name) { set_flags(name, 0, "that " + name + " goes down"); }

// IFF_UP alone can be changed.
void Netlink::set_flags(const std::string &name, unsigned flags, const std::string &what) {
  ifinfomsg link{};
  link.ifi_index = index_of(name);
  link.ifi_flags = flags;
  link.ifi_change = IFF_UP;
  Message message(RTM_NEWLINK, 0, link);
  send(message, what);
}

void Netlink::add_address(const std::string &name, const InterfaceAddress &address) {
  ifaddrmsg body{};
  body.ifa_family = static_cast<std::uint8_t>(address.family);
  body.ifa_prefixlen = address.prefix_length;
  body.ifa_flags = address.family == AF_INET6 ? IFA_F_NODAD : 0;
  body.ifa_index = static_cast<std::uint32_t>(index_of(name));
  Message message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body);
  message.add(IFA_LOCAL, &address.octets, size_of_family(address.family));
  message.add(IFA_ADDRESS, &address.octets, size_of_family(address.family));
  constexpr std::uint32_t kForEver = std::numeric_limits<std::uint32_t>::max();
  ifa_cacheinfo life{};
  life.ifa_prefered = address.deprecated ? 0 : kForEver;
  life.ifa_valid = kForEver;
  message.add_value(IFA_CACHEINFO, life);
  send(message, "an address for " + name);
}

void Netlink::add_default_route(const std::string &name, int family) {
  rtmsg body{};
  body.rtm_family = static_cast<std::uint8_t>(family);
  body.rtm_table = RT_TABLE_MAIN;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_scope = static_cast<std::uint8_t>(family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
  body.rtm_type = RTN_UNICAST;
  Message message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, body);
  message.add_value(RTA_OIF, index_of(name));
  send(message, "a default route by " + name);
}

}  // namespace dns_cares_test
