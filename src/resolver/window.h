// How many queries may be on the wire at once: half of it after the receive buffer had no room for replies, then one
// more for each windowful of answers, up to what it began with. (So does TCP: RFC 5681 section 3.1.)
#pragma once

#include <algorithm>
#include <cstddef>

namespace dns_cares {

class Window {
 public:
  static constexpr std::size_t kLeast = 16;  // unless it began with fewer

  explicit Window(std::size_t most) : most_(most), size_(most) {}

  std::size_t size() const { return size_; }

  void on_answer() {
    if (size_ == most_ || ++answers_ < size_) return;
    ++size_;
    answers_ = 0;
  }
  void on_overrun() {
    size_ = std::max(size_ / 2, std::min(kLeast, most_));
    answers_ = 0;
  }

 private:
  const std::size_t most_;
  std::size_t size_;
  std::size_t answers_ = 0;  // since it was last changed
};

}  // namespace dns_cares
