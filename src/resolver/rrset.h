// What was found for a name and a type: in one block of memory that whoever uses it shares, and nobody changes.
//
// Thread rule: all who share one are in one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "counted.h"
#include "resolver/address.h"

namespace dns_cares {

class RRset {
 public:
  using Ptr = CountedPtr<RRset>;

  // `canonical_name`: the end of the CNAME chain; empty if that is the name asked for. At most 65,535 addresses and
  // characters. Throws std::bad_alloc.
  static Ptr make(std::span<const Address> addresses, std::string_view canonical_name = {});

  // A whole reply instead of addresses, as on the wire, with `flags` set in its header beside its own (RFC 1035 section
  // 4.1.1). At most 65,535 octets. Throws std::bad_alloc.
  static Ptr make_whole(std::span<const unsigned char> reply, std::uint16_t flags);

  std::span<const unsigned char> whole() const {
    return {reinterpret_cast<const unsigned char *>(block() + address_count_), canonical_length_};
  }
  std::span<const Address> addresses() const { return {block(), address_count_}; }
  std::string_view canonical_name() const {
    return {reinterpret_cast<const char *>(block() + address_count_), canonical_length_};
  }
  // Octets that it takes from the heap.
  std::size_t bytes() const;

 private:
  friend Ptr;
  RRset(std::size_t addresses, std::size_t canonical_length)
      : address_count_(static_cast<std::uint16_t>(addresses)),
        canonical_length_(static_cast<std::uint16_t>(canonical_length)) {}
  std::size_t size() const;
  void free();
  const Address *block() const { return reinterpret_cast<const Address *>(this + 1); }

  std::uint32_t references_ = 1;
  const std::uint16_t address_count_;
  const std::uint16_t canonical_length_;  // or that of the whole reply
};

}  // namespace dns_cares
