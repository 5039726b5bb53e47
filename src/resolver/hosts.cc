#include "resolver/hosts.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "resolver/idna.h"
#include "resolver/literal.h"
#include "resolver/name.h"
#include "resolver/text_file.h"

namespace dns_cares {
namespace {

struct AddressHash {
  std::size_t operator()(const Address &address) const {
    const auto *octets = reinterpret_cast<const char *>(address.octets.data());
    return std::hash<std::string_view>()({octets, address.octets.size()}) + address.scope_id;
  }
};

// Calls visit(address, names) with the words before and after the first blank of each line.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  std::string_view line;
  while (take_line(text, line)) {
    line = line.substr(0, line.find('#'));
    std::string_view address;
    if (take_word(line, address)) visit(address, line);
  }
}

}  // namespace

// What is needed only while the snapshot is made.
class Hosts::Builder {
 public:
  explicit Builder(Hosts &hosts) : hosts_(hosts) {}

  void build(std::string_view text) {
    make_room(text);
    for_each_line(text, [this](std::string_view address, std::string_view names) { add_line(address, names); });
    hosts_.texts_.shrink_to_fit();
    hosts_.names_.shrink_to_fit();
    hosts_.addresses_.shrink_to_fit();
    hosts_.address_names_.shrink_to_fit();
  }

 private:
  // So many addresses of one name are compared one by one.
  static constexpr int kFew = 8;

  void make_room(std::string_view text) {
    std::size_t count = 0;
    std::size_t octets = 0;
    for_each_line(text, [&](std::string_view, std::string_view names) {
      std::string_view name;
      for (; take_word(names, name); ++count) octets += name.size() + 1;
    });
    hosts_.texts_.reserve(octets);
    hosts_.names_.reserve(count);
    if (count == 0) return;
    hosts_.tags_.assign(count + count / 3 + 1, kFree);
    hosts_.slots_.assign(hosts_.tags_.size(), kNone);
  }

  void add_line(std::string_view address, std::string_view names) {
    if (address != address_text_) {
      address_text_ = address;
      address_ = index_of(parse_dotted_literal(address));
    }
    if (address_ == kNone) return;
    Index canonical = kNone;
    std::string_view name;
    while (take_word(names, name)) add_name(as_asked_for(name), canonical);
    if (hosts_.address_names_[address_] == kNone) hosts_.address_names_[address_] = canonical;
  }

  // Lookups ask for A-labels. A name that has none stays as it is written, and is not found.
  std::string_view as_asked_for(std::string_view name) {
    if (is_ascii(name)) return name;
    converted_ = name;
    to_a_labels(converted_);
    return converted_;
  }

  // `canonical` is set by the first name of the line.
  void add_name(std::string_view name, Index &canonical) {
    const Place place = hosts_.place_of(name);
    const Index last = hosts_.slots_[place.slot];  // kNone if the name is new
    const Index text =
        last != kNone && hosts_.text_at(hosts_.names_[last].text) == name ? hosts_.names_[last].text : add_text(name);
    if (canonical == kNone) canonical = text;
    if (last != kNone && !is_new_address(last)) return;
    const auto added = static_cast<Index>(hosts_.names_.size());
    hosts_.names_.push_back({text, canonical, address_, added});
    if (last != kNone) std::swap(hosts_.names_[last].next, hosts_.names_[added].next);
    hosts_.slots_[place.slot] = added;
    hosts_.tags_[place.slot] = place.tag;
  }

  Index add_text(std::string_view name) {
    const auto text = static_cast<Index>(hosts_.texts_.size());
    hosts_.texts_.append(name);
    hosts_.texts_ += ' ';
    return text;
  }

  // Whether the name, known already, does not have the line's address. A name with many addresses has those after
  // the first few in more_.
  bool is_new_address(Index last) {
    const Index first = hosts_.names_[last].next;
    Index name = first;
    for (int n = 0; n < kFew; ++n) {
      if (hosts_.names_[name].address == address_) return false;
      if (name == last) return n + 1 < kFew || more_.insert(pair_of(first)).second;
      name = hosts_.names_[name].next;
    }
    return more_.insert(pair_of(first)).second;
  }

  std::uint64_t pair_of(Index first) const { return std::uint64_t{first} << 32 | address_; }

  Index index_of(const std::optional<Address> &address) {
    if (!address) return kNone;
    const auto [known, is_new] = known_.try_emplace(*address, static_cast<Index>(hosts_.addresses_.size()));
    if (is_new) {
      hosts_.addresses_.push_back(*address);
      hosts_.address_names_.push_back(kNone);
    }
    return known->second;
  }

  Hosts &hosts_;
  std::string_view address_text_;  // of the last line
  Index address_ = kNone;          // the same, in addresses_
  std::string converted_;          // the name, if it is not in ASCII
  std::unordered_map<Address, Index, AddressHash> known_;
  std::unordered_set<std::uint64_t> more_;
};

Hosts::Hosts(std::string_view text) {
  Builder(*this).build(text.substr(0, kNone / 8));  // The indices reach no further, with A-labels for U-labels.
}

std::string_view Hosts::text_at(Index text) const {
  const auto rest = std::string_view(texts_).substr(text);
  return rest.substr(0, rest.find(' '));
}

// The slot that has the name, or the free one where it belongs.
Hosts::Place Hosts::place_of(std::string_view name) const {
  const auto hash = static_cast<std::uint32_t>(hash_of_name(without_last_dot(name)) >> 32);
  const auto tag = static_cast<unsigned char>((hash & 0xff) != kFree ? hash & 0xff : 1);
  std::size_t slot = (std::uint64_t{hash} * tags_.size()) >> 32;
  while (tags_[slot] != kFree) {
    if (tags_[slot] == tag && same_name(text_at(names_[slots_[slot]].text), name)) break;
    if (++slot == tags_.size()) slot = 0;
  }
  return {slot, tag};
}

const Hosts::Entry *Hosts::find(std::string_view name) const {
  if (tags_.empty()) return nullptr;
  const Place place = place_of(name);
  if (is_free(place)) return nullptr;
  const Index last = slots_[place.slot];
  const Index first = names_[last].next;
  found_.canonical_name = text_at(names_[first].canonical);
  found_.addresses.clear();
  for (Index index = first;; index = names_[index].next) {
    found_.addresses.push_back(addresses_[names_[index].address]);
    if (index == last) return &found_;
  }
}

std::string_view Hosts::find_name(const Address &address) const {
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const Address &one = addresses_[i];
    const bool matches = one.family == address.family && one.octets == address.octets &&
                         (one.scope_id == 0 || one.scope_id == address.scope_id);
    if (matches && address_names_[i] != kNone) return text_at(address_names_[i]);
  }
  return {};
}

}  // namespace dns_cares
