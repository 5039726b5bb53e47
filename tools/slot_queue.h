// The lines that have been read and not yet written, in their order, and never more than a bound of them, of lines and
// of memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "answers.h"
#include "line.h"
#include "sink.h"

namespace dns_cares_tool {

class Worker;

// One line, while it is looked up and until it is written. Used again for another line then.
struct Slot {
  Line line;
  std::string result;  // the line that is to be written; "" none
  bool done = false;
  std::size_t octets = 0;  // that the queue counts for it
  Worker *worker = nullptr;
  std::unique_ptr<Answers> answers;  // while records are asked for
  std::chrono::steady_clock::time_point started;
};

class SlotQueue {
 public:
  // Not ordered: each result is written as it comes.
  SlotQueue(std::size_t bound, bool ordered) : bound_(bound), ordered_(ordered) {}

  bool full() const { return used_ >= bound_ || octets_ >= kMostOctets; }
  bool empty() const { return used_ == 0; }
  std::size_t size() const { return used_; }

  // A slot to read a line into, not yet in the queue.
  Slot &spare();
  // Puts the slot that spare() has given at the end of the queue.
  void enter(Slot &slot);
  // Marks a slot as done, and writes what is due. Returns how many lines have left the queue.
  std::size_t finish(Slot &slot, Sink &sink);

 private:
  // Of lines and results. One line more than that may be there.
  static constexpr std::size_t kMostOctets = 64 << 20;

  void count(Slot &slot, std::size_t octets);
  void release(Slot &slot, Sink &sink);

  const std::size_t bound_;
  const bool ordered_;
  std::size_t used_ = 0;
  std::size_t octets_ = 0;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot *> spare_;
  std::deque<Slot *> order_;
};

}  // namespace dns_cares_tool
