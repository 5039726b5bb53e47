// What the servers have said, for as long as it may be kept.
//
// One entry is one RRset, negative answers included; an NXDOMAIN is an entry of the name for all types (RFC 2308
// section 5). An entry is one block of memory. All entries are in one list, the least recently used first, and what
// goes beyond the bound is taken from its front.
//
// Time is passed in, in seconds on a clock that never goes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_set>

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
    RRsetView view(double now) const;
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
    static Ptr make(std::string_view key, RRType type, const Answer &answer);

    std::string_view key() const { return {text() + canonical_length_, key_length_}; }
    std::size_t bytes() const;
    const Address *block() const { return reinterpret_cast<const Address *>(this + 1); }
    const char *text() const { return reinterpret_cast<const char *>(block() + address_count_); }

    double stored_ = 0;
    double expires_ = 0;
    double kept_until_ = 0;  // later than it expires if it may serve when stale
    std::uint32_t hits_ = 0;
    bool stale_ = false;  // fresh only since it may serve when stale
    std::uint16_t type_ = 0;
    std::uint16_t status_ = 0;
    std::uint16_t address_count_ = 0;
    std::uint16_t canonical_length_ = 0;
    std::uint16_t key_length_ = 0;
  };

  explicit Cache(const Limits &limits) : limits_(limits) {}

  // The entry that answers for the name (as name_key() gives it) and type, stale ones included; nullptr if there is
  // none. It is valid until the cache is changed. Allocates nothing.
  const Entry *find(std::string_view key, RRType type, double now);

  // Keeps the answer for as long as it says and the limits allow, instead of what was there. An answer that may not be
  // kept leaves a stale one where it is, if it is a failure. Without memory nothing is kept.
  void store(std::string_view key, RRType type, const Answer &answer, double now) noexcept;

  // Positive data that have expired and may serve since the servers do not: they then count as fresh for half a minute
  // (RFC 8767 section 5), or until they are too old. nullptr if there are none.
  const Entry *serve_stale(std::string_view key, RRType type, double now);

  // Forgets the name, or everything, or the negative answers.
  void forget(std::string_view key);
  void flush();
  void flush_negative();

  std::size_t entries() const { return entries_.size(); }
  std::size_t bytes() const;

 private:
  struct Key {
    std::string_view name;
    std::uint16_t type;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Key &key) const;
    std::size_t operator()(const Entry::Ptr &entry) const { return (*this)(Key{entry->key(), entry->type_}); }
  };
  struct Equal {
    using is_transparent = void;
    static Key key_of(const Key &key) { return key; }
    static Key key_of(const Entry::Ptr &entry) { return {entry->key(), entry->type_}; }
    template <class A, class B>
    bool operator()(const A &a, const B &b) const {
      return key_of(a).type == key_of(b).type && key_of(a).name == key_of(b).name;
    }
  };
  using Entries = std::unordered_set<Entry::Ptr, Hash, Equal>;

  const Entry *use(const Key &key, double now);
  std::uint32_t time_to_keep(const Answer &answer) const;
  void erase(Entries::iterator entry);
  void erase(Entry &entry);
  void make_room();

  const Limits limits_;
  Entries entries_;
  List<Entry> by_use_;
  std::size_t entry_bytes_ = 0;
  std::size_t nxdomains_ = 0;  // so that names are not looked up twice while there is none
};

}  // namespace dns_cares
