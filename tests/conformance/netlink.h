// Links, addresses and routes of the network namespace that the program is in, without the ip command.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

namespace dns_cares_test {

struct InterfaceAddress {
  int family;
  in6_addr octets;  // of an IPv4 address the first four
  std::uint8_t prefix_length;
  bool deprecated;  // RFC 4862 section 5.5.4: not for new connections, if there is another
};

// "192.0.2.1/24". std::invalid_argument if it is malformed.
InterfaceAddress parse_interface_address(const std::string &text, bool deprecated);

// What the kernel refuses is a std::system_error that says what was asked for.
class Netlink {
 public:
  Netlink();
  ~Netlink();
  Netlink(const Netlink &) = delete;
  Netlink &operator=(const Netlink &) = delete;

  void add_veth(const std::string &name, const std::string &peer);
  void remove_link(const std::string &name);
  // Up, and without the link-local address that IPv6 makes by itself, but for lo's ::1.
  void bring_up(const std::string &name);
  void take_down(const std::string &name);
  void add_address(const std::string &name, const InterfaceAddress &address);
  void add_default_route(const std::string &name, int family);

 private:
  class Message;
  void make_no_address(const std::string &name);
  void set_flags(const std::string &name, unsigned flags, const std::string &what);
  void send(Message &message, const std::string &what);

  int fd_;
};

}  // namespace dns_cares_test
