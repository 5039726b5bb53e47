// One question, put to glibc and to dns_cares, and what each of them says.
#pragma once

#include <optional>
#include <string>

namespace dns_cares_test {

// The arguments of getaddrinfo(3), or of getnameinfo(3).
struct Question {
  std::optional<std::string> host;
  std::optional<std::string> service;
  bool has_hints = true;
  int flags = 0;
  int family = 0;
  int socktype = 0;
  int protocol = 0;
  std::optional<std::string> address = {};  // a literal, a scope as a number: its names are asked for, with `flags`
  int port = 0;
};

// Environment variables that the resolvers read; none: not set.
struct Environment {
  std::optional<std::string> localdomain = {};
  std::optional<std::string> res_options = {};
};

// One line for each entry of the result list, with all it says, such as "stream/6 192.0.2.1 80, canonical name a.test";
// or the names, such as "host.test http"; otherwise the error, such as "EAI_NONAME". Each runs in a process of its own,
// so that nothing is remembered from one question to the next.
std::string ask_glibc(const Question &question, const Environment &environment);
std::string ask_dns_cares(const Question &question, const Environment &environment);

}  // namespace dns_cares_test
