// Text into memory of a bounded size, as snprintf(3) writes it: what does not fit is counted and left out.
#pragma once

#include <charconv>
#include <cstddef>
#include <string_view>

namespace dns_cares {

class TextOut {
 public:
  TextOut(char *text, std::size_t size) : text_(text), size_(size) {}

  void put(char c) {
    if (length_ + 1 < size_) text_[length_] = c;
    ++length_;
  }
  void put(std::string_view text) {
    for (const char c : text) put(c);
  }
  // With at least so many digits.
  void number(unsigned long value, std::size_t digits = 1) {
    char text[24];
    const char *const end = std::to_chars(text, text + sizeof text, value).ptr;
    for (auto length = static_cast<std::size_t>(end - text); length < digits; ++length) put('0');
    put({text, end});
  }

  // Ends it with a NUL. How many characters there are, or would be.
  int finish() {
    if (size_ > 0) text_[length_ < size_ ? length_ : size_ - 1] = '\0';
    return static_cast<int>(length_);
  }

 private:
  char *const text_;
  const std::size_t size_;
  std::size_t length_ = 0;
};

}  // namespace dns_cares
