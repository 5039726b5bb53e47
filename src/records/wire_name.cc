#include "records/wire_name.h"

#include <algorithm>

namespace dns_cares {
namespace {

constexpr std::size_t kMaxLabel = 63;

// RFC 1035 section 4.1.4: the top bits of what is a pointer, and not a label's length.
constexpr unsigned kPointer = 0xc0;

constexpr unsigned char to_lower(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c - 'A' + 'a') : c;
}

// Lengths of labels are below the letters.
bool same_octets(Octets a, Octets b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return to_lower(x) == to_lower(y); });
}

bool is_special(unsigned char c) {
  return c == '.' || c == ';' || c == '(' || c == ')' || c == '\\' || c == '"' || c == '@' || c == '$';
}

void print_label(Octets label, TextOut &out) {
  for (const unsigned char c : label) {
    if (c <= ' ' || c >= 0x7f) {
      out.put('\\');
      out.number(c, 3);
      continue;
    }
    if (is_special(c)) out.put('\\');
    out.put(static_cast<char>(c));
  }
  out.put('.');
}

}  // namespace

bool WireName::append_label(Octets label) {
  if (label.empty() || label.size() > kMaxLabel || size_ + 1 + label.size() >= kMost) return false;
  octets_[size_++] = static_cast<unsigned char>(label.size());
  std::copy(label.begin(), label.end(), octets_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += label.size();
  return true;
}

WireName to_wire_name(std::string_view text) {
  WireName name;
  std::array<unsigned char, kMaxLabel> label;
  std::size_t length = 0;
  const auto end_label = [&] {
    name.append_label({label.data(), length});
    length = 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      end_label();
      continue;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    if (length < label.size()) label[length++] = static_cast<unsigned char>(text[i]);
  }
  end_label();
  name.append_root();
  return name;
}

bool same_name(const WireName &a, const WireName &b) { return same_octets(a.octets(), b.octets()); }

bool is_in_zone(const WireName &name, const WireName &zone) {
  Octets rest = name.octets();
  while (rest.size() > zone.octets().size()) rest = rest.subspan(std::size_t{1} + rest[0]);
  return same_octets(rest, zone.octets());
}

void print_name(const WireName &name, TextOut &out) {
  if (name.is_root()) return out.put('.');
  for (Octets rest = name.octets(); rest[0] != 0; rest = rest.subspan(std::size_t{1} + rest[0])) {
    print_label(rest.subspan(1, rest[0]), out);
  }
}

std::uint32_t Reader::number(std::size_t octets) {
  std::uint32_t value = 0;
  for (const unsigned char octet : take(octets)) value = value << 8 | octet;
  return value;
}

Octets Reader::take(std::size_t count) {
  if (!ok_ || count > end_ - place_) {
    fail();
    return {};
  }
  const Octets taken = message_.subspan(place_, count);
  place_ += count;
  return taken;
}

// Each pointer leads further to the front than all before it, so the way ends.
bool Reader::name(WireName &name) {
  name.clear();
  std::size_t earliest = place_;
  Reader labels(message_, place_, end_);
  bool moved = false;
  for (;;) {
    const unsigned length = labels.u8();
    if (!moved) place_ = labels.place_;
    if (!labels.ok_) break;
    if (length == 0) {
      name.append_root();
      return true;
    }
    if ((length & kPointer) == kPointer) {
      const std::size_t target = (length & ~kPointer) << 8 | labels.u8();
      if (!labels.ok_ || target >= earliest) break;
      if (!moved) place_ = labels.place_;
      moved = true;
      earliest = target;
      labels = Reader(message_, target, message_.size());
      continue;
    }
    if (!name.append_label(labels.take(length))) break;
    if (!moved) place_ = labels.place_;
  }
  fail();
  return false;
}

}  // namespace dns_cares
