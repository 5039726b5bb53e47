// Writes numbers and octets of a message, one behind the other, where there is room for them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "records/wire_name.h"

namespace dns_cares {

class Writer {
 public:
  explicit Writer(unsigned char *place) : place_(place) {}

  const unsigned char *place() const { return place_; }
  void put(Octets octets) { place_ = std::copy(octets.begin(), octets.end(), place_); }
  // As write_name().
  void name(std::string_view text) { place_ = write_name(text, place_); }
  void u8(unsigned value) { *place_++ = static_cast<unsigned char>(value); }
  void u16(unsigned value) {
    u8(value >> 8);
    u8(value);
  }
  void u32(std::uint32_t value) {
    u16(value >> 16);
    u16(value);
  }

 private:
  unsigned char *place_;
};

}  // namespace dns_cares
