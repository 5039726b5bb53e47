// A network, a host name and an /etc of the test's own.
//
// The program itself moves there for good: what it runs from then on, child processes included, sees nothing else.
// No packet leaves it. Root is enough; otherwise the kernel must allow user namespaces.
#pragma once

#include <optional>
#include <string>

#include "netlink.h"

namespace dns_cares_test {

// What addresses the machine has, besides 127.0.0.1 and ::1. With a global address of a family goes a default route.
enum class Network {
  kLoopbackOnly,
  kIPv4Only,
  kIPv6Only,
  kBoth,
  kIPv4AndLinkLocal,   // IPv6 with a link-local address only
  kIPv4AndDeprecated,  // the one global IPv6 address is deprecated
  kManyPrefixes,       // of each family several: private, unique local, 6to4
};

class PrivateWorld {
 public:
  // Moves. std::runtime_error says what could not be made, and what would help.
  PrivateWorld();
  ~PrivateWorld();  // gives back the old /etc only
  PrivateWorld(const PrivateWorld &) = delete;
  PrivateWorld &operator=(const PrivateWorld &) = delete;

  void set_network(Network network);
  // lo, by way of which all of the test's servers are reached.
  void take_loopback_down() { netlink_->take_down("lo"); }
  void bring_loopback_up() { netlink_->bring_up("lo"); }
  void set_host_name(const std::string &name);
  // Makes /etc/`name`, or takes it away.
  void set_file(const std::string &name, const std::optional<std::string> &text);

  // For files of the test's servers; gone with the object.
  const std::string &folder() const { return folder_; }

 private:
  void replace_etc();
  void leave_etc();

  std::string folder_;
  std::optional<Netlink> netlink_;
  std::optional<Network> network_;
};

}  // namespace dns_cares_test
