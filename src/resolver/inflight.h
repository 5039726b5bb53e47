// Queries on their way: at most so many on the wire, the rest in a queue, first in first out.
//
// Each query is in one of three lists: queued, on the wire, or answered. It lives until its answer was given to
// whoever waits for it; until then, whoever wants the same RRset waits for it too, so at most one query for an RRset is
// on the wire. But who came after it had been sent is owed tries that are over by then: if no server replies to it,
// those have it asked once more, on their own account. A query on the wire that nobody waits for any more is still
// awaited: its answer may be kept, and its id is taken until c-ares is done with it. A queued one is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "hash_table.h"
#include "list.h"
#include "resolver/upstream.h"
#include "resolver/window.h"

namespace dns_cares {

class Query;

// Whoever waits for a query's answer. Destroying it, or forget(), ends the wait.
class Waiter : public ListNode<Waiter> {
 public:
  // `key` is of the name that was asked for.
  virtual void on_answer(const NameKey &key, const Answer &answer) noexcept = 0;
  bool waiting() const { return linked(); }

 protected:
  ~Waiter() = default;
};

class Inflight {
 public:
  // Sees every answer before those who wait for it.
  class Listener {
   public:
    virtual void on_answered(const NameKey &key, RRType type, const Answer &answer) noexcept = 0;

   protected:
    ~Listener() = default;
  };

  // `window`: how many queries may be on the wire at once, and fewer for a while after replies were lost here.
  Inflight(Upstream &upstream, Listener &listener, std::size_t window)
      : upstream_(upstream), listener_(listener), window_(window) {}
  ~Inflight();

  // Has the waiter wait for the RRset: for the query that is on its way already, or for a new one. True if it was on
  // its way. Throws std::bad_alloc.
  bool want(const NameKey &key, RRType type, Waiter &waiter);
  // Asks for what nobody waits for yet, if there is room and it is not asked for already. Without memory it does not.
  // True if it does.
  bool ask_ahead(const NameKey &key, RRType type) noexcept;

  // Whether a query wanted now would be sent at once.
  bool has_room() const { return queued_.empty() && on_wire_count_ < window_.size(); }
  // Whether send_queued() or settle() would do something.
  bool has_work() const { return !answered_.empty() || (!queued_.empty() && on_wire_count_ < window_.size()); }

  // Puts queued queries on the wire, as many as there is room for; they are there after the next flush().
  void send_queued() noexcept;
  void flush() noexcept;

  // Puts what is on the wire back in front of the queue: nobody answers it any more.
  void ask_again() noexcept;

  // Gives the answers that came to those who wait for them. They may want more meanwhile.
  void settle() noexcept;

  std::size_t on_wire() const { return on_wire_count_; }

 private:
  friend class Query;
  using Queries = List<Query>;
  static constexpr std::size_t kMostSpare = 256;

  Query *find(const NameKey &key, RRType type) const;
  Query &make(const NameKey &key, RRType type);
  std::unique_ptr<Query> take_spare();
  void keep_spare(std::unique_ptr<Query> query);
  void answered(Query &query);
  void ask_for_latecomers(Query &query) noexcept;
  void drop(Query &query);

  Upstream &upstream_;
  Listener &listener_;
  Window window_;
  std::size_t on_wire_count_ = 0;
  std::uint64_t flushes_ = 0;
  Queries queued_;
  Queries on_wire_;
  Queries answered_;
  Queries spare_;  // done with, to be used again with their memory
  std::size_t spare_count_ = 0;
  HashTable<Query> by_name_;  // all of them
};

}  // namespace dns_cares
