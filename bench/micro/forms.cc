// What the form of a lookup costs: a callback in C, a callable in C++, a coroutine. All do the same: 128 chains of
// cache hits side by side, each going on with its next name when it has the addresses of the one before.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "dns_cares/coro.hpp"
#include "world.h"

namespace micro {
namespace {

using dns_cares::Address;
using dns_cares::Addresses;
using dns_cares::Lookup;
using dns_cares::Resolver;
using dns_cares::Result;
using dns_cares::Task;

constexpr int kChains = 128;
constexpr int kLength = 64;  // lookups of each chain
constexpr dns_cares::Hints kHints = {.family = AF_INET};

// The names that one chain looks up.
class Names {
 public:
  Names(const World &world, int chain) : names_(world.in_cache), next_(static_cast<std::size_t>(chain)) {}
  bool more() const { return left_ != 0; }
  const std::string &next() {
    --left_;
    next_ = (next_ + kChains) % names_.size();
    return names_[next_];
  }

 private:
  const std::vector<std::string> &names_;
  std::size_t next_;
  int left_ = kLength;
};

void use(const sockaddr *address) {
  if (address == nullptr) std::abort();
  benchmark::DoNotOptimize(address);
}

// With its result kept, as a program does that needs it later, or read within the callback only.
template <bool kKeeps>
class InC {
 public:
  InC(const World &world, int chain) : loop_(world.loop()), names_(world, chain) { look_up(); }

 private:
  void look_up() {
    if (!names_.more()) return;
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    if (dns_resolve(loop_, names_.next().c_str(), nullptr, &hints, 0, on_result, this) == nullptr) std::abort();
  }
  static void on_result(int status, const addrinfo *ai, void *arg) {
    if (status != DNS_OK) std::abort();
    auto *self = static_cast<InC *>(arg);
    if (!kKeeps) use(ai->ai_addr);
    if (kKeeps) {
      addrinfo *kept = dns_addrinfo_take(ai);
      use(kept->ai_addr);
      self->look_up();
      dns_addrinfo_free(kept);
      return;
    }
    self->look_up();
  }

  struct ev_loop *loop_;
  Names names_;
};

class WithCallables {
 public:
  WithCallables(const World &world, int chain) : resolver_(world.loop()), names_(world, chain) { look_up(); }

 private:
  void look_up() {
    if (!names_.more()) return;
    lookup_ = resolver_.resolve(names_.next(), nullptr, kHints, [this](Result<Addresses> result) {
      use(result.value().front());
      look_up();
    });
  }

  Resolver resolver_;
  Names names_;
  Lookup lookup_;
};

class WithCoroutines {
 public:
  WithCoroutines(const World &world, int chain) : resolver_(world.loop()), task_(look_up(Names(world, chain))) {}

 private:
  Task<> look_up(Names names) {
    while (names.more()) {
      const Result<Addresses> result = co_await resolver_.resolve(names.next(), nullptr, kHints);
      use(result.value().front());
    }
  }

  Resolver resolver_;
  Task<> task_;
};

template <class Chain>
void measure(benchmark::State &state) {
  const World world;
  std::vector<std::unique_ptr<Chain>> chains(kChains);
  for (auto _ : state) {
    for (int i = 0; i < kChains; ++i) chains[static_cast<std::size_t>(i)] = std::make_unique<Chain>(world, i);
    evloop_run(world.loop());
  }
  state.SetItemsProcessed(state.iterations() * kChains * kLength);
}

void form_c_callback(benchmark::State &state) { measure<InC<false>>(state); }
BENCHMARK(form_c_callback);

void form_c_callback_that_keeps(benchmark::State &state) { measure<InC<true>>(state); }
BENCHMARK(form_c_callback_that_keeps);

void form_cpp_callable(benchmark::State &state) { measure<WithCallables>(state); }
BENCHMARK(form_cpp_callable);

void form_coroutine(benchmark::State &state) { measure<WithCoroutines>(state); }
BENCHMARK(form_coroutine);

}  // namespace
}  // namespace micro
