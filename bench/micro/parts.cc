// What a lookup is made of, part by part.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <resolv.h>

#include <memory>
#include <string>
#include <vector>

#include "addrinfo.h"
#include "cares/decode.h"
#include "dns_cares/dns_cares.h"
#include "resolver/cache.h"
#include "resolver/literal.h"
#include "resolver/name.h"
#include "resolver/order.h"
#include "resolver/search.h"

namespace dns_cares {
namespace {

void literal_found(benchmark::State &state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_literal(std::string_view("2001:db8::1")));
}
BENCHMARK(literal_found);

void literal_not_found(benchmark::State &state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_literal(std::string_view("www.example.com")));
}
BENCHMARK(literal_not_found);

void name_checked(benchmark::State &state) {
  for (auto _ : state) benchmark::DoNotOptimize(is_valid_name("www.example.com"));
}
BENCHMARK(name_checked);

// All candidates of a name with a search list of three domains.
void search_candidates(benchmark::State &state) {
  const Search search({"a.example.com", "b.example.com", "example.com"}, 1);
  std::string candidate;
  for (auto _ : state) {
    for (std::size_t i = 0;; ++i) {
      search.write_candidate("www", i, candidate);
      if (candidate.empty()) break;
    }
  }
}
BENCHMARK(search_candidates);

constexpr char kQuestion[] = "www.example.com";

// A reply with a CNAME and as many addresses as the argument says.
std::vector<unsigned char> reply(unsigned addresses) {
  std::vector<unsigned char> octets(NS_PACKETSZ);
  const int size = res_mkquery(ns_o_query, kQuestion, ns_c_in, ns_t_a, nullptr, 0, nullptr, octets.data(),
                               static_cast<int>(octets.size()));
  octets.resize(static_cast<std::size_t>(size));
  const auto add = [&octets](unsigned value) {
    octets.push_back(static_cast<unsigned char>(value >> 8));
    octets.push_back(static_cast<unsigned char>(value));
  };
  const auto add_head = [&](unsigned owner, unsigned type, unsigned length) {
    for (const unsigned field : {0xc000 | owner, type, unsigned{ns_c_in}, 0U, 300U, length}) add(field);
  };
  octets[2] |= 0x80;  // a reply
  octets[7] = static_cast<unsigned char>(1 + addresses);
  const auto target = static_cast<unsigned>(octets.size()) + 12;
  add_head(NS_HFIXEDSZ, ns_t_cname, 6);
  for (const char c : {'\3', 'c', 'd', 'n', '\300', '\20'}) octets.push_back(static_cast<unsigned char>(c));
  for (unsigned i = 0; i < addresses; ++i) {
    add_head(target, ns_t_a, 4);
    add(0xc000);
    add(0x0200 + i);
  }
  return octets;
}

// With what goes before: taking it apart.
void decode_reply(benchmark::State &state) {
  const auto octets = reply(static_cast<unsigned>(state.range(0)));
  RecordMessage message;
  std::vector<Address> memory;
  for (auto _ : state) {
    message.parse(octets, RecordMessage::Check::kAddresses);
    benchmark::DoNotOptimize(decode_addresses(message, memory));
  }
}
BENCHMARK(decode_reply)->Arg(1)->Arg(8);

// The machine can reach everything, from one address of each family.
class EverySource final : public SourceFinder {
 public:
  std::optional<Source> source_for(const Address &destination, double) noexcept override {
    return destination.family == AF_INET ? v4_ : v6_;
  }
  bool has_address(int, double) noexcept override { return true; }

 private:
  const Source v4_ = {*parse_literal("192.0.2.2"), 24};
  const Source v6_ = {*parse_literal("2001:db8::2"), 64};
};

// As many addresses as the argument says, half of each family.
std::vector<Address> addresses(std::int64_t count) {
  std::vector<Address> result;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i + 1);
    result.push_back(*parse_literal(i % 2 == 0 ? "192.0.2." + number : "2001:db8::" + number));
  }
  return result;
}

// The finder's own cost, which is in network/, is not in it.
void order(benchmark::State &state) {
  EverySource sources;
  const auto all = addresses(state.range(0));
  std::vector<Address> sorted;
  for (auto _ : state) {
    sorted = all;
    order_addresses(sorted, sources, 0);
  }
}
BENCHMARK(order)->Arg(2)->Arg(8)->Arg(32);

void build_addrinfo(benchmark::State &state) {
  const auto all = addresses(state.range(0));
  const Transport transport = {SOCK_STREAM, IPPROTO_TCP, 443};
  for (auto _ : state) benchmark::DoNotOptimize(make_addrinfo(all, std::span(&transport, 1), "www.example.com"));
}
BENCHMARK(build_addrinfo)->Arg(1)->Arg(2)->Arg(8);

constexpr Cache::Limits kLimits = {std::size_t{64} << 20, 86400, 900, 0};

Answer answer() { return {DNS_OK, RRset::make(addresses(1)), 300, {}}; }

// In a cache of as many entries as the argument says.
void find_in_cache(benchmark::State &state) {
  Cache cache(kLimits);
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < state.range(0); ++i) names.push_back("name-" + std::to_string(i) + ".example.com");
  for (const std::string &name : names) cache.store(NameKey(name), RRType::kA, answer(), 0);
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(cache.find(NameKey(names[next]), RRType::kA, 1));
    if (++next == names.size()) next = 0;
  }
}
BENCHMARK(find_in_cache)->Arg(1000)->Arg(100000);

void store_in_cache(benchmark::State &state) {
  Cache cache({std::size_t{4} << 20, 86400, 900, 0});
  const Answer one = answer();
  long number = 0;
  for (auto _ : state) {
    const std::string name = "name-" + std::to_string(++number) + ".example.com";
    cache.store(NameKey(name), RRType::kA, one, 0);
  }
}
BENCHMARK(store_in_cache);

}  // namespace
}  // namespace dns_cares
