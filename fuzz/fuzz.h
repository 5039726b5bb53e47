// What the fuzz targets are written with: input taken piece by piece, and claims that must hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace dns_cares_fuzz {

// Ends the program, and with it the fuzzer's search, if `holds` does not.
inline void claim(bool holds, const char *what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// The input, read from its beginning. Behind its end there are zeros.
class Input {
 public:
  Input(const std::uint8_t *data, std::size_t size) : rest_(data, size) {}

  bool empty() const { return rest_.empty(); }
  std::span<const std::uint8_t> rest() const { return rest_; }
  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const std::uint8_t first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  std::uint8_t below(unsigned limit) { return static_cast<std::uint8_t>(octet() % limit); }
  std::uint32_t number() {
    std::uint32_t result = 0;
    for (int i = 0; i < 4; ++i) result = result << 8 | octet();
    return result;
  }
  std::span<const std::uint8_t> octets(std::size_t count) {
    const auto first = rest_.first(count < rest_.size() ? count : rest_.size());
    rest_ = rest_.subspan(first.size());
    return first;
  }
  std::string_view text() const { return {reinterpret_cast<const char *>(rest_.data()), rest_.size()}; }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace dns_cares_fuzz
