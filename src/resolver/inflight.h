// Queries on their way: at most so many on the wire, the rest in a queue, first in first out.
//
// Each query is in one of three lists: queued, on the wire, or answered. It lives until its answer was given to
// whoever waits for it. A query on the wire that nobody waits for any more is still awaited, since its id is
// taken until c-ares is done with it; a queued one is dropped.
#pragma once

#include <cstddef>
#include <string>

#include "list.h"
#include "resolver/upstream.h"

namespace dns_cares {

class Query;

// Whoever waits for a query's answer. Destroying it, or forget(), ends the wait.
class Waiter : public ListNode<Waiter> {
 public:
  virtual void on_answer(const Answer &answer) noexcept = 0;
  bool waiting() const { return linked(); }

 protected:
  ~Waiter() = default;
};

class Inflight {
 public:
  // `window`: how many queries may be on the wire at once.
  Inflight(Upstream &upstream, std::size_t window) : upstream_(upstream), window_(window) {}
  ~Inflight();

  // Queues a query for the waiter. Throws std::bad_alloc.
  void want(std::string name, RRType type, Waiter &waiter);

  // Whether a query wanted now would be sent at once.
  bool has_room() const { return queued_.empty() && on_wire_count_ < window_; }
  // Whether send_queued() or settle() would do something.
  bool has_work() const { return !answered_.empty() || (!queued_.empty() && on_wire_count_ < window_); }

  // Puts queued queries on the wire, as many as there is room for.
  void send_queued() noexcept;

  // Gives the answers that came to those who wait for them. They may want more meanwhile.
  void settle() noexcept;

  std::size_t on_wire() const { return on_wire_count_; }

 private:
  friend class Query;
  using Queries = List<Query>;
  void answered(Query &query);

  Upstream &upstream_;
  const std::size_t window_;
  std::size_t on_wire_count_ = 0;
  Queries queued_;
  Queries on_wire_;
  Queries answered_;
};

}  // namespace dns_cares
