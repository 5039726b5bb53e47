// One of two translation units of a program that uses the C++ headers as strictly as they may be compiled: see
// cpp_headers_test.sh.
#include <dns_cares/coro.hpp>

#include "both.h"

using namespace std::chrono_literals;

dns_cares::Task<int> look_up(dns_cares::Resolver &resolver) {
  dns_cares::Result<dns_cares::Addresses> result = co_await resolver.resolve("192.0.2.1", "443", {.deadline = 2s});
  if (!result) co_return -1;
  int ports = 0;
  for (dns_cares::Address address : *result) ports += address.port();
  auto stream = resolver.stream("192.0.2.1");
  while (stream.more()) {
    auto part = co_await stream.next();
    if (!part) co_return -1;
  }
  co_return ports;
}

const void *category_of_one() { return &dns_cares::dns_category(); }
