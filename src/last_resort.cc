#include "last_resort.h"

#include <array>
#include <mutex>
#include <optional>

#include "evloop/watchers.h"

namespace dns_cares {
namespace {

class Slot {
 public:
  // Under the reserve's lock: whether this slot was free and now is the lookup's.
  bool claim(struct ev_loop *loop, dns_result_cb cb, void *arg) {
    if (loop_ != nullptr) return false;
    loop_ = loop;
    cb_ = cb;
    arg_ = arg;
    return true;
  }
  bool belongs_to(struct ev_loop *loop) const { return loop_ == loop; }

  // On the loop's thread.
  void start() {
    turn_.emplace(
        loop_, [](void *self) { static_cast<Slot *>(self)->call(DNS_ENOMEM); }, this);
    loop_end_.emplace(loop_, [](struct ev_loop *loop) { end_last_resort(loop); });
    turn_->start();
  }
  void call(int status);

 private:
  struct ev_loop *loop_ = nullptr;  // null: free
  dns_result_cb cb_ = nullptr;
  void *arg_ = nullptr;
  std::optional<Deferred> turn_;
  std::optional<LoopEnd> loop_end_;
};

struct Reserve {
  std::mutex mutex;  // guards whose each slot is
  std::array<Slot, kReserve> slots;
};

Reserve reserve;

void Slot::call(int status) {
  turn_.reset();
  loop_end_.reset();
  const dns_result_cb cb = cb_;
  void *const arg = arg_;
  {
    const std::lock_guard lock(reserve.mutex);
    loop_ = nullptr;
  }
  cb(status, nullptr, arg);
}

Slot *claim_slot(struct ev_loop *loop, dns_result_cb cb, void *arg) {
  const std::lock_guard lock(reserve.mutex);
  for (Slot &slot : reserve.slots) {
    if (slot.claim(loop, cb, arg)) return &slot;
  }
  return nullptr;
}

Slot *find_slot_of(struct ev_loop *loop) {
  const std::lock_guard lock(reserve.mutex);
  for (Slot &slot : reserve.slots) {
    if (slot.belongs_to(loop)) return &slot;
  }
  return nullptr;
}

}  // namespace

void call_without_memory(struct ev_loop *loop, dns_result_cb cb, void *arg) noexcept {
  Slot *slot = claim_slot(loop, cb, arg);
  if (slot == nullptr) return cb(DNS_ENOMEM, nullptr, arg);
  slot->start();
}

void end_last_resort(struct ev_loop *loop) noexcept {
  // Not without end: a callback may put another lookup into the reserve.
  for (int n = 0; n < kReserve; ++n) {
    Slot *slot = find_slot_of(loop);
    if (slot == nullptr) return;
    slot->call(DNS_ESHUTDOWN);
  }
}

}  // namespace dns_cares
