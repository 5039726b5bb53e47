// Domain names as they are on the wire (RFC 1035 section 3.1), and octets read with their bounds checked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "records/text_out.h"

namespace dns_cares {

using Octets = std::span<const unsigned char>;

// A whole name: labels behind their lengths, the root's empty one at the end.
class WireName {
 public:
  static constexpr std::size_t kMost = 255;

  Octets octets() const { return {octets_.data(), size_}; }
  bool is_root() const { return size_ == 1; }

  // False if it is empty or too long, or the name then were. Behind the last label comes the root.
  bool append_label(Octets label);
  void append_root() { octets_[size_++] = 0; }
  void clear() { size_ = 0; }

 private:
  friend WireName to_wire_name(std::string_view text);

  std::array<unsigned char, kMost> octets_;
  std::size_t size_ = 0;
};

// Writes a valid name in presentation format (see is_valid_name()), or ".", and returns what is behind it.
unsigned char *write_name(std::string_view text, unsigned char *place);
// From such a name.
WireName to_wire_name(std::string_view text);

// In ASCII, case does not matter (RFC 4343).
bool is_in_zone(const WireName &name, const WireName &zone);

// In presentation format with the last dot.
void print_name(const WireName &name, TextOut &out);

// Reads a part of a message from its beginning on. What is not there reads as nothing, and is remembered.
class Reader {
 public:
  Reader(Octets message, std::size_t begin, std::size_t end) : message_(message), place_(begin), end_(end) {
    if (begin > end || end > message.size()) fail();
  }
  // All of it.
  explicit Reader(Octets message) : Reader(message, 0, message.size()) {}

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && place_ == end_; }
  std::size_t place() const { return place_; }

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  Octets take(std::size_t count) {
    if (!has(count)) return {};
    place_ += count;
    return message_.subspan(place_ - count, count);
  }
  Octets rest() { return take(end_ - place_); }
  // Octets behind one that is their number (RFC 1035 section 3.3: a character string).
  Octets string() { return take(u8()); }
  // A name, which may go on elsewhere in the message, though only before itself (RFC 1035 section 4.1.4).
  bool name(WireName &name);
  bool skip_name();

 private:
  template <class Visit>
  bool read_name(const Visit &visit);
  template <class Number>
  Number number() {
    Number value = 0;
    if (!has(sizeof value)) return value;
    for (std::size_t i = 0; i < sizeof value; ++i) value = static_cast<Number>(value << 8 | message_[place_++]);
    return value;
  }
  bool has(std::size_t octets) {
    if (octets <= end_ - place_) return ok_;
    fail();
    return false;
  }
  void fail() {
    ok_ = false;
    place_ = end_;
  }

  Octets message_;
  std::size_t place_;
  std::size_t end_;
  bool ok_ = true;
};

// Goes along a name in a message that a Reader has found to be one, wherever it goes on.
class Labels {
 public:
  Labels(Octets message, std::size_t place) : message_(message), place_(place) { follow_pointers(); }

  // Where the next label is.
  std::size_t place() const { return place_; }
  // Empty at the end, the root.
  Octets next();

 private:
  void follow_pointers();

  Octets message_;
  std::size_t place_;
};

// Of two names in a message, which Readers have found to be ones.
bool same_name(Octets message, std::size_t a, std::size_t b);

}  // namespace dns_cares
