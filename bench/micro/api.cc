// Lookups that need no server, through the C API, from the start to the callback with its addrinfo list.
//
// The argument is how many are started in one turn of the loop. With one, a turn of the loop, with its system call, is
// part of each lookup.
#include <benchmark/benchmark.h>
#include <ev.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "clock.h"
#include "dns_cares/dns_cares.h"
#include "registry.h"

namespace dns_cares {
namespace {

constexpr int kNames = 1000;

std::vector<std::string> names_in(const std::string &zone) {
  std::vector<std::string> names;
  for (int i = 0; i < kNames; ++i) names.push_back("name-" + std::to_string(i) + '.' + zone);
  return names;
}

class HostsFile {
 public:
  explicit HostsFile(const std::vector<std::string> &names) {
    close(mkstemp(path_));
    std::ofstream file(path_);
    for (const std::string &name : names) file << "192.0.2.1 " << name << "\n2001:db8::1 " << name << '\n';
  }
  ~HostsFile() { unlink(path_); }
  const char *path() const { return path_; }

 private:
  char path_[32] = "/tmp/dns_cares_bench.XXXXXX";
};

// A loop with a context whose cache and hosts file know a thousand names each, and whose server is nobody.
class World {
 public:
  World() {
    const HostsFile hosts(in_hosts);
    dns_options options;
    dns_options_init(&options);
    options.servers = "127.0.0.1:9";
    options.hosts_file = hosts.path();
    if (dns_init(loop_, &options) != DNS_OK) throw std::runtime_error("no context");
    for (const std::string &name : in_cache) {
      store(name, RRType::kA, Address::v4({htonl(0xc0000201)}));
      store(name, RRType::kAAAA, Address::v6(in6addr_loopback));
    }
  }
  ~World() { ev_loop_destroy(loop_); }
  World(const World &) = delete;
  World &operator=(const World &) = delete;

  // Lookups of the names in turn.
  void measure(benchmark::State &state, const std::vector<std::string> &names, int family) {
    const auto together = state.range(0);
    std::size_t next = 0;
    for (auto _ : state) {
      long done = 0;
      for (long i = 0; i < together; ++i) {
        dns_resolve_async(loop_, names[next].c_str(), nullptr, family, SOCK_STREAM, 0, on_result, &done);
        if (++next == names.size()) next = 0;
      }
      while (done < together) ev_run(loop_, EVRUN_ONCE);
    }
    state.SetItemsProcessed(state.iterations() * together);
  }

  void measure_cancel(benchmark::State &state) {
    for (auto _ : state) {
      dns_cancel(dns_resolve(loop_, "to-be-cancelled.test", nullptr, nullptr, 0, on_result, nullptr));
    }
    state.SetItemsProcessed(state.iterations());
  }

  const std::vector<std::string> in_cache = names_in("cache.test");
  const std::vector<std::string> in_hosts = names_in("hosts.test");

 private:
  static void on_result(int status, const addrinfo *, void *done) {
    if (status != DNS_OK) std::abort();
    ++*static_cast<long *>(done);
  }

  void store(const std::string &name, RRType type, const Address &address) {
    find_context(loop_)->cache().store(NameKey(name), type, {DNS_OK, RRset::make({&address, 1}), 86400, {}},
                                       steady_now());
  }

  struct ev_loop *const loop_ = ev_loop_new(0);
};

void literal(benchmark::State &state) { World().measure(state, {"2001:db8::1"}, AF_UNSPEC); }
BENCHMARK(literal)->Arg(1)->Arg(128);

void hosts_hit(benchmark::State &state) {
  World world;
  world.measure(state, world.in_hosts, AF_UNSPEC);
}
BENCHMARK(hosts_hit)->Arg(1)->Arg(128);

void cache_hit_a(benchmark::State &state) {
  World world;
  world.measure(state, world.in_cache, AF_INET);
}
BENCHMARK(cache_hit_a)->Arg(1)->Arg(128);

void cache_hit_a_aaaa(benchmark::State &state) {
  World world;
  world.measure(state, world.in_cache, AF_UNSPEC);
}
BENCHMARK(cache_hit_a_aaaa)->Arg(1)->Arg(128);

void start_and_cancel(benchmark::State &state) { World().measure_cancel(state); }
BENCHMARK(start_and_cancel);

}  // namespace
}  // namespace dns_cares
