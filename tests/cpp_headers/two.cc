// The other one.
#include <dns_cares/resolver.hpp>

#include <cstdio>
#include <memory>

#include "both.h"

int main() {
  auto resolver = dns_cares::Resolver::make(nullptr, {.servers = "127.0.0.1:9", .hosts_file = ""});
  if (!resolver) return 1;
  int failures = category_of_one() == &dns_cares::dns_category() ? 0 : 1;
  bool called = false;
  dns_cares::Lookup lookup = resolver->resolve(
      "a..b", nullptr, [&, owned = std::make_unique<int>(1)](dns_cares::Result<dns_cares::Addresses> r) {
        called = *owned == 1 && r.error() == DNS_EBADNAME && r.error() == std::errc::invalid_argument;
      });
  auto task = look_up(*resolver);
  auto further = look_further(*resolver);
  evloop_run(nullptr);
  failures += called ? 0 : 1;
  failures += task.done() && task.result() == 443 ? 0 : 1;
  failures += further.done() ? further.result() : 1;
  std::puts(failures == 0 ? "fine" : "not fine");
  return failures;
}
