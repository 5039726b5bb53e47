// The hosts file: an immutable snapshot, looked up by hash.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
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
  // hosts(5): an address and its names on each line, '#' starts a comment; lines that are neither are skipped.
  explicit Hosts(std::string_view text);

  // nullptr if the file does not have the name. Case does not matter, nor does a last dot.
  const Entry *find(std::string_view name) const;

 private:
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace dns_cares
