// The cases: what is asked, on which machine, with which files.
#pragma once

#include <netdb.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answers.h"
#include "private_world.h"

namespace dns_cares_test {

using Text = std::optional<std::string>;  // of a file; none: there is no such file

inline constexpr const char *kResolvConf = "nameserver 127.0.0.1\n";
inline constexpr const char *kScriptedServer = "nameserver 127.0.0.2\n";
inline constexpr const char *kNsswitch = "hosts: files dns\nservices: files\n";
extern const char *const kHosts;
extern const char *const kServices;

struct Case {
  std::string_view about;  // in words, each case its own; the test is named after it

  Text host = {};
  Text service = {};
  int flags = 0;
  int family = AF_UNSPEC;
  int socktype = SOCK_STREAM;
  int protocol = 0;
  bool has_hints = true;
  Text address = {};  // its names are asked for, and those of the port
  int port = 0;

  Network network = Network::kBoth;
  Text resolv_conf = kResolvConf;
  Text hosts = kHosts;
  Text nsswitch = kNsswitch;
  Text services = kServices;
  std::string host_name = "machine";
  Environment environment = {};

  Question question() const { return {host, service, has_hints, flags, family, socktype, protocol, address, port}; }
  // "FooBar" for "foo bar".
  std::string test_name() const;
};

using Cases = std::vector<Case>;

Cases hints_cases();
Cases literal_cases();
Cases socktype_cases();
Cases service_cases();
Cases name_cases();
Cases special_name_cases();
Cases hosts_cases();
Cases answer_cases();
Cases search_cases();
Cases server_cases();
Cases configuration_cases();
Cases address_configuration_cases();
Cases order_cases();
Cases address_cases();
Cases port_cases();

Cases all_cases();

void PrintTo(const Case &c, std::ostream *out);

}  // namespace dns_cares_test
