#include "resolver/cache.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "dns_cares/dns_cares.h"
#include "spare_memory.h"

namespace dns_cares {
namespace {

// The type of the entries that deny a name altogether: no RRset has it.
constexpr std::uint32_t kNoName = 0;

// How long a failure is kept (RFC 9520 section 3.2: one second at least), so that a name whose servers fail is not
// asked for in a tight loop.
constexpr std::uint32_t kFailureTtl = 1;

// RFC 8767 section 5: the TTL of stale data, and how long the servers are not asked again after they have failed.
constexpr double kStaleTtl = 30;

// An entry that was used so often since it was stored is asked for again before it expires.
constexpr std::uint32_t kPopularHits = 3;

bool is_negative(int status) { return status == DNS_ENOTFOUND || status == DNS_ENODATA; }

// What a server said and may say again. That no server could be reached is not kept: to find that out took longer than
// the second for which it could be, and the first lookup after an outage is to be answered at once.
bool is_failure_to_keep(int status) {
  return status == DNS_ESERVFAIL || status == DNS_EREFUSED || status == DNS_EFORMERR || status == DNS_ENOTIMP ||
         status == DNS_EBADRESP;
}

}  // namespace

// A denial of the name may have come with the whole reply for another type, which is nothing to look for addresses in.
Found Cache::Entry::found(double now) const {
  return {status_, status_ == DNS_OK ? rrset_ : RRset::Ptr(), ttl(now), stale_ ? DNS_SOURCE_STALE : DNS_SOURCE_CACHE};
}

Found Cache::Entry::found_whole(double now) const {
  return {status_, rrset_, ttl(now), stale_ ? DNS_SOURCE_STALE : DNS_SOURCE_CACHE};
}

std::uint32_t Cache::Entry::ttl(double now) const {
  return fresh(now) ? static_cast<std::uint32_t>(std::ceil(expires_ - now)) : 0;
}

bool Cache::Entry::due_for_prefetch(double now) const {
  return status_ == DNS_OK && hits_ >= kPopularHits && fresh(now) && expires_ - now < (expires_ - stored_) / 10;
}

void Cache::Entry::Free::operator()(Entry *entry) const {
  const std::size_t size = sizeof(Entry) + entry->key_length_;
  entry->~Entry();
  SpareMemory::put(entry, size);
}

Cache::Entry::Ptr Cache::Entry::make(const NameKey &key, RRType type, const Answer &answer) {
  Ptr entry(new (SpareMemory::get(sizeof(Entry) + key.name.size())) Entry);
  entry->type_ = answer.status == DNS_ENOTFOUND ? kNoName : static_cast<std::uint32_t>(type);
  entry->status_ = static_cast<std::uint8_t>(answer.status);
  entry->rrset_ = answer.rrset;
  entry->hash_ = key.hash;
  entry->key_length_ = static_cast<std::uint16_t>(key.name.size());
  std::copy(key.name.begin(), key.name.end(), const_cast<char *>(entry->key().data()));
  return entry;
}

std::size_t Cache::Entry::measure() const {
  return SpareMemory::heap_octets(sizeof(Entry) + key_length_) + (rrset_ ? rrset_->bytes() : 0);
}

// What denies the name answers for all types: while it is there, nothing else of the name is.
Cache::Entry *Cache::entry_of(const NameKey &key, std::uint32_t type) const {
  return entries_.find(key.hash, [&](const Entry &entry) {
    return (entry.type_ == type || entry.type_ == kNoName) && entry.key() == key.name;
  });
}

const Cache::Entry *Cache::find(const NameKey &key, RRType type, double now) {
  Entry *const entry = entry_of(key, static_cast<std::uint32_t>(type));
  if (entry == nullptr) return nullptr;
  if (now >= entry->kept_until_) {
    erase(*entry);
    return nullptr;
  }
  ++entry->hits_;
  by_use_.push_back(*entry);
  return entry;
}

const Cache::Entry *Cache::serve_stale(const NameKey &key, RRType type, double now) {
  if (limits_.max_stale_s == 0) return nullptr;
  Entry *const entry = entry_of(key, static_cast<std::uint32_t>(type));
  if (entry == nullptr || entry->status_ != DNS_OK || now >= entry->kept_until_) return nullptr;
  if (entry->fresh(now)) return entry;
  entry->stored_ = now;
  entry->expires_ = std::min(now + kStaleTtl, entry->kept_until_);
  entry->hits_ = 0;
  entry->stale_ = true;
  return entry;
}

std::uint32_t Cache::time_to_keep(const Answer &answer) const {
  if (answer.status == DNS_OK) return std::min(answer.ttl, limits_.max_ttl_s);
  if (is_negative(answer.status)) return std::min(answer.ttl, limits_.max_negative_ttl_s);
  return is_failure_to_keep(answer.status) ? std::min(kFailureTtl, limits_.max_negative_ttl_s) : 0;
}

void Cache::store(const NameKey &key, RRType type, const Answer &answer, double now) noexcept {
  const std::uint32_t ttl = time_to_keep(answer);
  const bool answered = answer.status == DNS_OK || is_negative(answer.status);
  if (limits_.bytes == 0 || (ttl == 0 && !answered)) return;
  Entry *old = entry_of(key, static_cast<std::uint32_t>(type));
  if (old != nullptr && now >= old->kept_until_) erase(*std::exchange(old, nullptr));
  // A failure says nothing new of a name that does not exist, nor of data that may still serve.
  if (!answered && old != nullptr) {
    if (old->type_ == kNoName || (old->status_ == DNS_OK && limits_.max_stale_s > 0)) return;
  }
  if (answer.status == DNS_ENOTFOUND) {
    forget(key);
  } else if (old != nullptr) {
    erase(*old);
  }
  if (ttl != 0) insert(key, type, answer, now, ttl);
}

void Cache::insert(const NameKey &key, RRType type, const Answer &answer, double now, std::uint32_t ttl) noexcept {
  try {
    Entry::Ptr entry = Entry::make(key, type, answer);
    entry->stored_ = now;
    entry->expires_ = now + ttl;
    entry->kept_until_ = entry->expires_ + (answer.status == DNS_OK ? limits_.max_stale_s : 0);
    keep_table_within_bounds();
    entries_.insert(*entry, key.hash);
    entry->bytes_ = static_cast<std::uint32_t>(entry->measure());
    entry_bytes_ += entry->bytes_;
    by_use_.push_back(*entry.release());
  } catch (const std::bad_alloc &) {
    return;
  }
  make_room();
}

// Where there is no memory for a larger table, the one there is has room for a new entry when an old one goes.
void Cache::keep_table_within_bounds() {
  const std::size_t more = entries_.bytes_to_grow();
  if (more != 0 && bytes() + more > limits_.bytes && !by_use_.empty()) erase(by_use_.front());
}

void Cache::make_room() {
  if (bytes() <= limits_.bytes) return;
  while (bytes() > limits_.bytes && !by_use_.empty()) erase(by_use_.front());
  prefetch_next_to_go();
}

// What has not been used for so long is in none of the processor's caches. It is there by the time it has to go if it
// is fetched when the one before it goes.
void Cache::prefetch_next_to_go() {
  if (by_use_.empty()) return;
  const Entry &next = by_use_.front();
  entries_.prefetch(next.hash_);
  if (next.rrset_) __builtin_prefetch(&*next.rrset_);
  __builtin_prefetch(by_use_.after(next));
}

void Cache::erase(Entry &entry) {
  entry_bytes_ -= entry.bytes_;
  entries_.erase(entry, entry.hash_);
  const Entry::Ptr owned(&entry);
}

void Cache::forget(const NameKey &key) {
  const auto is_of_name = [&](const Entry &entry) { return entry.key() == key.name; };
  while (Entry *const entry = entries_.find(key.hash, is_of_name)) erase(*entry);
}

void Cache::flush() {
  while (!by_use_.empty()) erase(by_use_.front());
}

void Cache::flush_negative() {
  List<Entry> all;
  all.append(by_use_);
  while (!all.empty()) {
    Entry &entry = all.front();
    by_use_.push_back(entry);
    if (entry.status_ != DNS_OK) erase(entry);
  }
}

}  // namespace dns_cares
