#include "resolver/cache.h"

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <new>

#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

// The type of the entries that deny a name altogether: no RRset has it.
constexpr std::uint16_t kNoName = 0;

// How long a failure is kept (RFC 9520 section 3.2: one second at least), so that a name whose servers fail is not
// asked for in a tight loop.
constexpr std::uint32_t kFailureTtl = 1;

// RFC 8767 section 5: the TTL of stale data, and how long the servers are not asked again after they have failed.
constexpr double kStaleTtl = 30;

// An entry that was used so often since it was stored is asked for again before it expires.
constexpr std::uint32_t kPopularHits = 3;

constexpr std::size_t kMostAddresses = UINT16_MAX;

bool is_negative(int status) { return status == DNS_ENOTFOUND || status == DNS_ENODATA; }

// What a server said and may say again. That no server could be reached is not kept: to find that out took longer than
// the second for which it could be, and the first lookup after an outage is to be answered at once.
bool is_failure_to_keep(int status) {
  return status == DNS_ESERVFAIL || status == DNS_EREFUSED || status == DNS_EFORMERR || status == DNS_ENOTIMP ||
         status == DNS_EBADRESP;
}

}  // namespace

RRsetView Cache::Entry::view(double now) const {
  return {status_,
          {block(), address_count_},
          {text(), canonical_length_},
          ttl(now),
          stale_ ? DNS_SOURCE_STALE : DNS_SOURCE_CACHE};
}

std::uint32_t Cache::Entry::ttl(double now) const {
  return fresh(now) ? static_cast<std::uint32_t>(std::ceil(expires_ - now)) : 0;
}

bool Cache::Entry::due_for_prefetch(double now) const {
  return status_ == DNS_OK && hits_ >= kPopularHits && fresh(now) && expires_ - now < (expires_ - stored_) / 10;
}

void Cache::Entry::Free::operator()(Entry *entry) const {
  entry->~Entry();
  ::operator delete(entry);
}

Cache::Entry::Ptr Cache::Entry::make(std::string_view key, RRType type, const Answer &answer) {
  const std::size_t addresses = answer.addresses.size();
  const std::size_t size = sizeof(Entry) + addresses * sizeof(Address) + answer.canonical_name.size() + key.size();
  Ptr entry(new (::operator new(size)) Entry);
  entry->type_ = answer.status == DNS_ENOTFOUND ? kNoName : static_cast<std::uint16_t>(type);
  entry->status_ = static_cast<std::uint16_t>(answer.status);
  entry->address_count_ = static_cast<std::uint16_t>(addresses);
  entry->canonical_length_ = static_cast<std::uint16_t>(answer.canonical_name.size());
  entry->key_length_ = static_cast<std::uint16_t>(key.size());
  std::uninitialized_copy(answer.addresses.begin(), answer.addresses.end(), const_cast<Address *>(entry->block()));
  char *text = const_cast<char *>(entry->text());
  std::copy(key.begin(), key.end(), std::copy(answer.canonical_name.begin(), answer.canonical_name.end(), text));
  return entry;
}

// The block itself, the set's node with its hash and its pointer, and what malloc keeps beside each.
std::size_t Cache::Entry::bytes() const {
  constexpr std::size_t kMallocHeader = sizeof(std::size_t);
  constexpr std::size_t kNode = 3 * sizeof(void *);
  return malloc_usable_size(const_cast<Entry *>(this)) + kMallocHeader + kNode + kMallocHeader;
}

std::size_t Cache::Hash::operator()(const Key &key) const {
  return std::hash<std::string_view>()(key.name) * 31 + key.type;
}

std::size_t Cache::bytes() const { return entry_bytes_ + entries_.bucket_count() * sizeof(void *); }

const Cache::Entry *Cache::find(std::string_view key, RRType type, double now) {
  if (nxdomains_ > 0) {
    if (const Entry *denied = use({key, kNoName}, now)) return denied;
  }
  return use({key, static_cast<std::uint16_t>(type)}, now);
}

const Cache::Entry *Cache::use(const Key &key, double now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  Entry &entry = **found;
  if (now >= entry.kept_until_) {
    erase(found);
    return nullptr;
  }
  ++entry.hits_;
  by_use_.push_back(entry);
  return &entry;
}

const Cache::Entry *Cache::serve_stale(std::string_view key, RRType type, double now) {
  if (limits_.max_stale_s == 0) return nullptr;
  const auto found = entries_.find(Key{key, static_cast<std::uint16_t>(type)});
  if (found == entries_.end()) return nullptr;
  Entry &entry = **found;
  if (entry.status_ != DNS_OK || now >= entry.kept_until_) return nullptr;
  if (entry.fresh(now)) return &entry;
  entry.stored_ = now;
  entry.expires_ = std::min(now + kStaleTtl, entry.kept_until_);
  entry.hits_ = 0;
  entry.stale_ = true;
  return &entry;
}

std::uint32_t Cache::time_to_keep(const Answer &answer) const {
  if (answer.status == DNS_OK) return std::min(answer.ttl, limits_.max_ttl_s);
  if (is_negative(answer.status)) return std::min(answer.ttl, limits_.max_negative_ttl_s);
  return is_failure_to_keep(answer.status) ? std::min(kFailureTtl, limits_.max_negative_ttl_s) : 0;
}

void Cache::store(std::string_view key, RRType type, const Answer &answer, double now) noexcept {
  const std::uint32_t ttl = time_to_keep(answer);
  const bool answered = answer.status == DNS_OK || is_negative(answer.status);
  if (limits_.bytes == 0 || (ttl == 0 && !answered)) return;
  const auto old = entries_.find(Key{key, static_cast<std::uint16_t>(type)});
  // A failure says nothing new of data that may still serve.
  if (!answered && old != entries_.end() && (*old)->status_ == DNS_OK && limits_.max_stale_s > 0) return;
  if (old != entries_.end()) erase(old);
  if (const auto denied = entries_.find(Key{key, kNoName}); answered && denied != entries_.end()) erase(denied);
  if (ttl == 0 || answer.addresses.size() > kMostAddresses) return;
  try {
    Entry::Ptr entry = Entry::make(key, type, answer);
    entry->stored_ = now;
    entry->expires_ = now + ttl;
    entry->kept_until_ = entry->expires_ + (answer.status == DNS_OK ? limits_.max_stale_s : 0);
    Entry &stored = *entry;
    entries_.insert(std::move(entry));
    by_use_.push_back(stored);
    entry_bytes_ += stored.bytes();
    if (stored.type_ == kNoName) ++nxdomains_;
  } catch (const std::bad_alloc &) {
    return;
  }
  make_room();
}

void Cache::make_room() {
  while (bytes() > limits_.bytes && !by_use_.empty()) erase(by_use_.front());
}

void Cache::erase(Entries::iterator found) {
  Entry &entry = **found;
  entry_bytes_ -= entry.bytes();
  if (entry.type_ == kNoName) --nxdomains_;
  entries_.erase(found);
}

void Cache::erase(Entry &entry) { erase(entries_.find(Key{entry.key(), entry.type_})); }

void Cache::forget(std::string_view key) {
  for (const std::uint16_t type :
       {kNoName, static_cast<std::uint16_t>(RRType::kA), static_cast<std::uint16_t>(RRType::kAAAA)}) {
    const auto found = entries_.find(Key{key, type});
    if (found != entries_.end()) erase(found);
  }
}

void Cache::flush() {
  entries_.clear();
  entry_bytes_ = 0;
  nxdomains_ = 0;
}

void Cache::flush_negative() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if ((*entry)->status_ != DNS_OK) erase(entry);
    entry = next;
  }
}

}  // namespace dns_cares
