// Operations on the cache, and the same on a map of what was stored last. The cache may forget, but never invent.
#include "resolver/cache.h"

#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dns_cares/dns_cares.h"
#include "fuzz.h"

namespace dns_cares {
namespace {

using dns_cares_fuzz::claim;
using dns_cares_fuzz::Input;

constexpr unsigned kNames = 24;
constexpr std::uint32_t kMaxTtl = 3600;
constexpr std::uint32_t kMaxNegativeTtl = 300;
constexpr std::uint32_t kStaleTtl = 30;  // RFC 8767 section 5

// What may be found: the status and the first address, if any, until a moment.
struct Known {
  int status;
  std::uint32_t address;
  double until;        // fresh
  double stale_until;  // to be served stale
};

class Test {
 public:
  explicit Test(Input &input)
      : input_(input),
        stale_s_(input.below(2) * 600U),
        most_bytes_(bytes_of(input.below(4))),
        cache_({most_bytes_, kMaxTtl, kMaxNegativeTtl, stale_s_}) {}

  void run() {
    while (!input_.empty()) {
      step();
      claim(cache_.bytes() <= most_bytes_, "the cache is within its bound");
      if (most_bytes_ == 0) claim(cache_.entries() == 0, "a cache of no octets keeps nothing");
    }
  }

 private:
  static std::size_t bytes_of(unsigned which) {
    constexpr std::size_t kSizes[] = {0, 700, 3000, 1 << 20};
    return kSizes[which];
  }
  static std::uint32_t first_address(const Found &found) {
    std::uint32_t address = 0;
    if (!found.addresses().empty())
      std::copy_n(found.addresses()[0].octets.begin(), 4, reinterpret_cast<char *>(&address));
    return address;
  }

  void step() {
    switch (input_.below(8)) {
      case 0:
      case 1:
        return store();
      case 2:
      case 3:
        return find();
      case 4:
        return serve_stale();
      case 5:
        now_ += input_.octet() * (input_.below(2) == 0 ? 0.25 : 20.0);
        return;
      case 6:
        return forget();
      default:
        return flush();
    }
  }

  void choose() {
    const unsigned n = input_.below(kNames);
    name_ = std::string(n % 5 + 1, static_cast<char>('a' + n)) + ".test";
    type_ = input_.below(2) == 0 ? RRType::kA : RRType::kAAAA;
  }
  std::map<RRType, Known> &known() { return known_[name_]; }

  void store() {
    choose();
    constexpr int kStatuses[] = {DNS_OK, DNS_ENOTFOUND, DNS_ENODATA, DNS_ESERVFAIL, DNS_ETIMEOUT};
    const int status = kStatuses[input_.below(std::size(kStatuses))];
    const std::uint32_t ttl = input_.octet() * (1U << input_.below(16));
    Answer answer = {status, {}, ttl, {}};
    std::uint32_t address = 0;
    if (status == DNS_OK) {
      address = ++last_address_;
      in_addr v4;
      v4.s_addr = address;
      answer.rrset = RRset::make(std::vector<Address>(1U + input_.below(8), Address::v4(v4)), "end.test");
    }
    cache_.store(NameKey(name_), type_, answer, now_);
    remember(status, address, ttl);
  }

  void remember(int status, std::uint32_t address, std::uint32_t ttl) {
    const bool ok = status == DNS_OK;
    const bool negative = status == DNS_ENOTFOUND || status == DNS_ENODATA;
    if (!ok && !negative) {
      // A failure is kept a moment, where nothing better is there.
      may_have_failed_[{name_, type_}] = status;
      return;
    }
    if (status == DNS_ENOTFOUND) known().clear();
    known().erase(RRType{});
    const double keep = std::min(ttl, ok ? kMaxTtl : kMaxNegativeTtl);
    const Known one = {status, address, now_ + keep, now_ + keep + (ok && keep > 0 ? stale_s_ : 0)};
    known()[status == DNS_ENOTFOUND ? RRType{} : type_] = one;
  }

  const Known *look_up() {
    for (const RRType type : {type_, RRType{}}) {
      const auto found = known().find(type);
      if (found != known().end()) return &found->second;
    }
    return nullptr;
  }

  void find() {
    choose();
    const Cache::Entry *entry = cache_.find(NameKey(name_), type_, now_);
    if (entry == nullptr) return;
    const Found found = entry->found(now_);
    if (found.status == DNS_ESERVFAIL) {
      claim(may_have_failed_.count({name_, type_}) != 0, "a failure that is found was stored");
      return;
    }
    const Known *const one = look_up();
    claim(one != nullptr, "what is found was stored");
    claim(found.status == one->status, "with its status");
    claim(first_address(found) == one->address, "and its addresses");
    claim(now_ < one->stale_until, "and not too long ago");
    if (now_ >= one->until) claim(found.source == DNS_SOURCE_STALE || !entry->fresh(now_), "past its TTL it is stale");
    claim(entry->ttl(now_) <= std::max(kMaxTtl, kStaleTtl), "it has no more TTL than is allowed");
  }

  void serve_stale() {
    choose();
    const Cache::Entry *entry = cache_.serve_stale(NameKey(name_), type_, now_);
    if (entry == nullptr) return;
    claim(stale_s_ > 0, "nothing stale is served unasked");
    const Known *const one = look_up();
    claim(one != nullptr && one->status == DNS_OK, "what is served stale is data that were stored");
    claim(now_ < one->stale_until, "and not too old");
    claim(first_address(entry->found(now_)) == one->address, "with their addresses");
  }

  void forget() {
    choose();
    cache_.forget(NameKey(name_));
    known().clear();
    may_have_failed_.erase({name_, RRType::kA});
    may_have_failed_.erase({name_, RRType::kAAAA});
    claim(cache_.find(NameKey(name_), type_, now_) == nullptr, "what is forgotten is not found");
  }

  void flush() {
    if (input_.below(2) == 0) {
      cache_.flush();
      claim(cache_.entries() == 0, "nothing is left");
      known_.clear();
    } else {
      cache_.flush_negative();
      for (auto &[name, types] : known_)
        std::erase_if(types, [](const auto &one) { return one.second.status != DNS_OK; });
    }
    may_have_failed_.clear();
  }

  Input &input_;
  const std::uint32_t stale_s_;
  const std::size_t most_bytes_;
  Cache cache_;
  double now_ = 1000;
  std::uint32_t last_address_ = 0;
  std::string name_;
  RRType type_{};
  std::map<std::string, std::map<RRType, Known>> known_;  // RRType{}: that the name does not exist
  std::map<std::pair<std::string, RRType>, int> may_have_failed_;
};

}  // namespace
}  // namespace dns_cares

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  dns_cares_fuzz::Input input(data, size);
  dns_cares::Test(input).run();
  return 0;
}
