// One of two translation units of a program that uses the C++ headers as strictly as they may be compiled: see
// cpp_headers_test.sh.
#include <dns_cares/connect.hpp>
#include <dns_cares/coro.hpp>
#include <dns_cares/records.hpp>

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

dns_cares::Task<int> look_further(dns_cares::Resolver &resolver) {
  auto mx = co_await resolver.query<dns_cares::Mx>("a..b");
  auto answer = co_await resolver.query("a..b", 65280, {.deadline = 2s});
  auto socket = co_await resolver.connect("a..b", "443", {.deadline = 2s});
  const bool all = mx.error() == DNS_EBADNAME && answer.error() == DNS_EBADNAME && socket.error() == DNS_EBADNAME;
  co_return all ? 0 : 1;
}

const void *category_of_one() { return &dns_cares::dns_category(); }
