#include "resolver/hosts.h"

#include <algorithm>

#include "resolver/literal.h"
#include "resolver/name.h"
#include "resolver/text_file.h"

namespace dns_cares {

Hosts::Hosts(std::string_view text) {
  std::string_view line;
  while (take_line(text, line)) {
    const auto words = split_words(line, "#");
    if (words.size() < 2) continue;
    const auto address = parse_literal(words[0]);
    if (!address) continue;
    for (std::size_t i = 1; i < words.size(); ++i) {
      Entry &entry = entries_[name_key(words[i])];
      if (entry.canonical_name.empty()) entry.canonical_name = words[1];
      auto &known = entry.addresses;
      if (std::find(known.begin(), known.end(), *address) == known.end()) known.push_back(*address);
    }
  }
}

const Hosts::Entry *Hosts::find(std::string_view name) const {
  if (entries_.empty()) return nullptr;
  const auto found = entries_.find(name_key(name));
  return found != entries_.end() ? &found->second : nullptr;
}

}  // namespace dns_cares
