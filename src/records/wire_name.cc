#include "records/wire_name.h"

#include <algorithm>

namespace dns_cares {
namespace {

// Octets of a message before its first name (RFC 1035 section 4.1.1).
constexpr std::size_t kHeader = 12;

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

unsigned char *write_name(std::string_view text, unsigned char *place) {
  unsigned char *length = place++;
  if (text == ".") text = {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      *length = static_cast<unsigned char>(place - length - 1);
      length = place++;
      continue;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    *place++ = static_cast<unsigned char>(text[i]);
  }
  *length = static_cast<unsigned char>(place - length - 1);
  if (*length > 0) *place++ = 0;  // The root comes behind the last label, unless the text ends with its dot.
  return place;
}

WireName to_wire_name(std::string_view text) {
  WireName name;
  name.size_ = static_cast<std::size_t>(write_name(text, name.octets_.data()) - name.octets_.data());
  return name;
}

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

// Has visit(label) called for each label, an empty one at the end, until it says false. Each pointer leads further to
// the front than all before it, so the way ends; none into the header, where no name is.
template <class Visit>
bool Reader::read_name(const Visit &visit) {
  std::size_t at = place_;
  std::size_t end = end_;
  std::size_t earliest = place_;
  bool moved = false;
  while (at < end) {
    const std::size_t length = message_[at++];
    if ((length & kPointer) == kPointer) {
      if (at == end) break;
      const std::size_t target = (length & ~std::size_t{kPointer}) << 8 | message_[at++];
      if (target >= earliest || target < kHeader) break;
      if (!moved) place_ = at;
      moved = true;
      earliest = at = target;
      end = message_.size();
      continue;
    }
    if (length > kMaxLabel || length > end - at || !visit(message_.subspan(at, length))) break;
    at += length;
    if (length > 0) continue;
    if (!moved) place_ = at;
    return true;
  }
  fail();
  return false;
}

bool Reader::name(WireName &name) {
  name.clear();
  return read_name([&name](Octets label) {
    if (!label.empty()) return name.append_label(label);
    name.append_root();
    return true;
  });
}

bool Reader::skip_name() {
  std::size_t size = 0;
  return read_name([&size](Octets label) { return (size += 1 + label.size()) <= WireName::kMost; });
}

Octets Labels::next() {
  const Octets label = message_.subspan(place_ + 1, message_[place_]);
  if (label.empty()) return label;
  place_ += 1 + label.size();
  follow_pointers();
  return label;
}

void Labels::follow_pointers() {
  while ((message_[place_] & kPointer) == kPointer) {
    place_ = (message_[place_] & ~std::size_t{kPointer}) << 8 | message_[place_ + 1];
  }
}

bool same_name(Octets message, std::size_t a, std::size_t b) {
  Labels one(message, a);
  Labels other(message, b);
  while (one.place() != other.place()) {
    const Octets label = one.next();
    if (!same_octets(label, other.next())) return false;
    if (label.empty()) break;
  }
  return true;
}

}  // namespace dns_cares
