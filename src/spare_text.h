// A text that does not change, in spare memory, with a zero behind it: half the size of a std::string.
//
// Thread rule: each in one thread, which frees it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "spare_memory.h"

namespace dns_cares {

class SpareText {
 public:
  // None at all, which is not an empty one.
  SpareText() = default;
  // Throws std::bad_alloc.
  explicit SpareText(std::string_view text)
      : size_(text.size()), text_(static_cast<char *>(SpareMemory::get(text.size() + 1))) {
    *std::copy(text.begin(), text.end(), text_) = '\0';
  }
  SpareText(SpareText &&other) noexcept
      : size_(std::exchange(other.size_, 0)), text_(std::exchange(other.text_, nullptr)) {}
  SpareText &operator=(SpareText other) noexcept {
    std::swap(size_, other.size_);
    std::swap(text_, other.text_);
    return *this;
  }
  ~SpareText() {
    if (text_ != nullptr) SpareMemory::put(text_, size_ + 1);
  }

  explicit operator bool() const { return text_ != nullptr; }
  // Null if there is none.
  const char *c_str() const { return text_; }
  operator std::string_view() const { return {text_, size_}; }

 private:
  std::size_t size_ = 0;
  char *text_ = nullptr;
};

}  // namespace dns_cares
