// The servers that both resolvers ask, on port 53 of the private world's loopback addresses.
//
//   127.0.0.1, ::1   NSD, with a root zone: every name there is, and those that it answers for with SERVFAIL or REFUSED
//   127.0.0.2        scripted: what NSD does not say by itself
//   127.0.0.3        nobody: connections are refused
//   127.0.0.4        takes queries and answers none
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace dns_cares_test {

// A child process that is killed with the object, and with this program.
class Child {
 public:
  // std::system_error if there can be no process. `run` must not return.
  explicit Child(const std::function<void()> &run);
  ~Child();
  Child(const Child &) = delete;
  Child &operator=(const Child &) = delete;
  bool has_ended();

 private:
  pid_t pid_;
};

class Servers {
 public:
  // They serve when it returns. std::runtime_error says what does not, and shows what it wrote.
  explicit Servers(const std::string &folder);

 private:
  Child nsd_;
  Child scripted_;
};

}  // namespace dns_cares_test
