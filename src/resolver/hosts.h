// The hosts file: a snapshot, looked up by hash.
//
// Block lists put a million names into it, so the names are kept in one text, and 16 octets for each of a name's
// addresses beside it. A lookup allocates nothing but what the first entry of its size takes.
//
// Thread rule: calls on one object in one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/address.h"

namespace dns_cares {

class Hosts {
 public:
  struct Entry {
    std::string canonical_name;      // the first name of the first line that has the name
    std::vector<Address> addresses;  // of all its lines, in their order, each once
  };

  Hosts() = default;
  // hosts(5): an address and its names on each line, '#' starts a comment; lines that are neither are skipped. IPv4
  // addresses are those of inet_pton(3), as in glibc. Names that are not in ASCII count as their A-labels. `text` is
  // not needed afterwards. Throws std::bad_alloc.
  explicit Hosts(std::string_view text);

  // nullptr if the file does not have the name. Case does not matter, nor does a last dot. The entry is valid until
  // the next call. Throws std::bad_alloc.
  const Entry *find(std::string_view name) const;

  // The first name of the first line that has the address; "" if none has. A scope in the file must be that of the
  // address. Looks through all different addresses of the file, which are few or 20 million in a second.
  std::string_view find_name(const Address &address) const;

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = UINT32_MAX;
  static constexpr unsigned char kFree = 0;

  // One address of one name. Those of one name are a ring in the order of their lines, and the name's slot has the last
  // of them.
  struct Name {
    Index text;       // where in texts_ the name is
    Index canonical;  // where in texts_ the first name of its line is
    Index address;    // in addresses_
    Index next;       // in names_
  };
  struct Place {
    std::size_t slot;
    unsigned char tag;
  };
  class Builder;

  std::string_view text_at(Index text) const;
  Place place_of(std::string_view name) const;
  bool is_free(const Place &place) const { return tags_[place.slot] == kFree; }

  std::string texts_;  // names as they are written, with a blank after each
  std::vector<Name> names_;
  std::vector<Address> addresses_;    // each once
  std::vector<Index> address_names_;  // of each, where in texts_ the first name of its first line is
  // The hash table, with open addressing; at least a quarter of it is free. The tags hold some more bits of the hash,
  // so that hardly a slot but the right one is looked into.
  std::vector<unsigned char> tags_;  // kFree, or another value
  std::vector<Index> slots_;         // into names_
  mutable Entry found_;
};

}  // namespace dns_cares
