// What the servers have said, for as long as it may be kept.
//
// One entry is one RRset, negative answers included; an NXDOMAIN is an entry of the name for all types (RFC 2308
// section 5). All entries are in one list, the least recently used first, and what
// goes beyond the bound is taken from its front.
//
// Time is passed in, in seconds on a clock that never goes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "hash_table.h"
#include "list.h"
#include "resolver/upstream.h"

namespace dns_cares {

class Cache {
 public:
  struct Limits {
    std::size_t bytes = 0;  // 0: nothing is kept
    std::uint32_t max_ttl_s = 0;
    std::uint32_t max_negative_ttl_s = 0;
    std::uint32_t max_stale_s = 0;  // how long past its TTL a positive answer may still serve (RFC 8767)
  };

  class Entry : public ListNode<Entry> {
   public:
    Found found(double now) const;
    // The same for whoever asks for a whole reply: with the reply of a denial too.
    Found found_whole(double now) const;
    bool fresh(double now) const { return now < expires_; }
    // Seconds left, rounded up; 0 when it is stale.
    std::uint32_t ttl(double now) const;
    // Whether it is worth asking again before it expires: it is used, and in the last tenth of its time.
    bool due_for_prefetch(double now) const;

   private:
    friend class Cache;
    struct Free {
      void operator()(Entry *entry) const;
    };
    using Ptr = std::unique_ptr<Entry, Free>;
    static Ptr make(const NameKey &key, RRType type, const Answer &answer);

    std::string_view key() const { return {reinterpret_cast<const char *>(this + 1), key_length_}; }
    std::size_t measure() const;

    std::size_t hash_ = 0;  // of the key
    double stored_ = 0;
    double expires_ = 0;
    double kept_until_ = 0;  // later than it expires if it may serve when stale
    RRset::Ptr rrset_;       // see Answer; with a denial of the name it is of the type that was asked for
    std::uint32_t hits_ = 0;
    std::uint32_t bytes_ = 0;  // of the heap, with the RRset's
    std::uint32_t type_ = 0;
    std::uint16_t key_length_ = 0;
    std::uint8_t status_ = 0;
    bool stale_ = false;  // fresh only since it may serve when stale
  };

  explicit Cache(const Limits &limits) : limits_(limits) {}
  ~Cache() { flush(); }
  Cache(const Cache &) = delete;
  Cache &operator=(const Cache &) = delete;

  // The entry that answers for the name and type, stale ones included; nullptr if there is none. It is valid until the
  // cache is changed. Allocates nothing.
  const Entry *find(const NameKey &key, RRType type, double now);

  // Keeps the answer for as long as it says and the limits allow, instead of what was there. An answer that may not be
  // kept leaves a stale one where it is, if it is a failure. Without memory nothing is kept.
  void store(const NameKey &key, RRType type, const Answer &answer, double now) noexcept;

  // Positive data that have expired and may serve since the servers do not: they then count as fresh for half a minute
  // (RFC 8767 section 5), or until they are too old. nullptr if there are none.
  const Entry *serve_stale(const NameKey &key, RRType type, double now);

  // Forgets the name, or everything, or the negative answers.
  void forget(const NameKey &key);
  void flush();
  void flush_negative();

  // Whether find() may give a stale entry.
  bool has_stale() const { return limits_.max_stale_s > 0; }

  std::size_t entries() const { return entries_.size(); }
  // Octets that the entries and the table take from the heap.
  std::size_t bytes() const { return entry_bytes_ + entries_.bytes(); }

 private:
  Entry *entry_of(const NameKey &key, std::uint32_t type) const;
  std::uint32_t time_to_keep(const Answer &answer) const;
  void insert(const NameKey &key, RRType type, const Answer &answer, double now, std::uint32_t ttl) noexcept;
  void erase(Entry &entry);
  void keep_table_within_bounds();
  void make_room();
  void prefetch_next_to_go();

  const Limits limits_;
  HashTable<Entry> entries_;
  List<Entry> by_use_;  // the same, which own them
  std::size_t entry_bytes_ = 0;
};

}  // namespace dns_cares
