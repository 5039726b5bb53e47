// References to what counts them: half the size of a std::shared_ptr, and without its atomic operations.
//
// Thread rule: all who share an object are in one thread.
#pragma once

#include <utility>

namespace dns_cares {

// T has a `references_`, which is 1 when it is made, and a free(), and has this for a friend. What is shared is not
// changed.
template <class T>
class CountedPtr {
 public:
  // None.
  CountedPtr() = default;
  // Takes over the reference that a new object has.
  explicit CountedPtr(T *made) : object_(made) {}
  CountedPtr(const CountedPtr &other) : object_(other.object_) {
    if (object_ != nullptr) ++object_->references_;
  }
  CountedPtr(CountedPtr &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  CountedPtr &operator=(CountedPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~CountedPtr() {
    if (object_ != nullptr && --object_->references_ == 0) object_->free();
  }

  explicit operator bool() const { return object_ != nullptr; }
  const T *operator->() const { return object_; }
  const T &operator*() const { return *object_; }

 private:
  T *object_ = nullptr;
};

}  // namespace dns_cares
