// Lookups that need no server, through the C API, from the start to the callback with its addrinfo list.
//
// The argument is how many are started in one turn of the loop. With one, a turn of the loop, with its system call, is
// part of each lookup.
#include <benchmark/benchmark.h>
#include <ev.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "dns_cares/dns_cares.h"
#include "world.h"

namespace micro {
namespace {

void on_result(int status, const addrinfo *, void *done) {
  if (status != DNS_OK) std::abort();
  ++*static_cast<long *>(done);
}

// Lookups of the names in turn.
void measure(benchmark::State &state, const World &world, const std::vector<std::string> &names, int family) {
  const auto together = state.range(0);
  std::size_t next = 0;
  for (auto _ : state) {
    long done = 0;
    for (long i = 0; i < together; ++i) {
      dns_resolve_async(world.loop(), names[next].c_str(), nullptr, family, SOCK_STREAM, 0, on_result, &done);
      if (++next == names.size()) next = 0;
    }
    while (done < together) ev_run(world.loop(), EVRUN_ONCE);
  }
  state.SetItemsProcessed(state.iterations() * together);
}

void literal(benchmark::State &state) { measure(state, World(), {"2001:db8::1"}, AF_UNSPEC); }
BENCHMARK(literal)->Arg(1)->Arg(128);

void hosts_hit(benchmark::State &state) {
  const World world;
  measure(state, world, world.in_hosts, AF_UNSPEC);
}
BENCHMARK(hosts_hit)->Arg(1)->Arg(128);

void cache_hit_a(benchmark::State &state) {
  const World world;
  measure(state, world, world.in_cache, AF_INET);
}
BENCHMARK(cache_hit_a)->Arg(1)->Arg(128);

void cache_hit_a_aaaa(benchmark::State &state) {
  const World world;
  measure(state, world, world.in_cache, AF_UNSPEC);
}
BENCHMARK(cache_hit_a_aaaa)->Arg(1)->Arg(128);

void start_and_cancel(benchmark::State &state) {
  const World world;
  for (auto _ : state) {
    dns_cancel(dns_resolve(world.loop(), "to-be-cancelled.test", nullptr, nullptr, 0, on_result, nullptr));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(start_and_cancel);

}  // namespace
}  // namespace micro
