#include "slot_queue.h"

#include <utility>

namespace dns_cares_tool {
namespace {

constexpr std::size_t kUsualLength = 1024;

// Long texts are rare; their memory is not kept.
void clear(std::string &text) {
  if (text.capacity() > kUsualLength) text = {};
  text.clear();
}

}  // namespace

Slot &SlotQueue::spare() {
  if (spare_.empty()) spare_.push_back(slots_.emplace_back(std::make_unique<Slot>()).get());
  return *spare_.back();
}

void SlotQueue::enter(Slot &slot) {
  if (ordered_) order_.push_back(&slot);
  spare_.pop_back();
  slot.done = false;
  ++used_;
  count(slot, slot.line.name.size() + slot.line.fields.size());
}

void SlotQueue::count(Slot &slot, std::size_t octets) {
  slot.octets += octets;
  octets_ += octets;
}

std::size_t SlotQueue::finish(Slot &slot, Sink &sink) {
  slot.done = true;
  count(slot, slot.result.size());
  if (!ordered_) {
    release(slot, sink);
    return 1;
  }
  std::size_t written = 0;
  for (; !order_.empty() && order_.front()->done; ++written) {
    release(*order_.front(), sink);
    order_.pop_front();
  }
  return written;
}

void SlotQueue::release(Slot &slot, Sink &sink) {
  octets_ -= std::exchange(slot.octets, 0);
  sink.append(slot.result);
  clear(slot.result);
  clear(slot.line.name);
  clear(slot.line.fields);
  spare_.push_back(&slot);
  --used_;
}

}  // namespace dns_cares_tool
