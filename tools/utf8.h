// UTF-8, as far as the output needs to know it.
#pragma once

#include <cstddef>
#include <string_view>

namespace dns_cares_tool {

// The length of the character that the text begins with (RFC 3629 section 4); 0 if it begins with none.
constexpr std::size_t utf8_length(std::string_view text) {
  const auto octet = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto is_tail = [octet](std::size_t i) { return octet(i) >= 0x80 && octet(i) <= 0xbf; };
  const unsigned first = octet(0);
  if (text.empty()) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return is_tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool fine = octet(1) >= (first == 0xe0 ? 0xa0 : 0x80) && octet(1) <= (first == 0xed ? 0x9f : 0xbf);
    return fine && is_tail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool fine = octet(1) >= (first == 0xf0 ? 0x90 : 0x80) && octet(1) <= (first == 0xf4 ? 0x8f : 0xbf);
    return fine && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace dns_cares_tool
