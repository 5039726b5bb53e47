// The race of one connect: when the next attempt starts (RFC 8305 section 5), and what became of each.
//
// Its user opens the sockets, and tells what happens to them.
//
// Thread rule: none of its own. Times are in seconds on any clock that never goes back.
#pragma once

#include <deque>

#include "connect/candidates.h"
#include "dns_cares/connect.h"

namespace dns_cares {

class Race {
 public:
  struct Attempt {
    Endpoint endpoint;
    bool under_way = true;
    dns_connect_attempt report{};
  };

  // `began` is what the times of the reports count from.
  Race(double began, double delay, unsigned first_family_count)
      : began_(began), delay_(delay), candidates_(first_family_count) {}
  Race(const Race &) = delete;
  Race &operator=(const Race &) = delete;

  // More addresses to try. Throws std::bad_alloc.
  void add(const addrinfo *list) { candidates_.add(list); }

  // Whether there is an address to try, and when its attempt is due, which may have been.
  bool has_next() const { return !candidates_.empty(); }
  double next_due() const { return due_; }
  // Starts the next attempt, which stays where it is. Throws std::bad_alloc.
  Attempt &start_next(double now);

  void failed(Attempt &attempt, int error, double now);
  // The attempt has won, the others that are under way have lost.
  void connected(Attempt &attempt, double now);
  // All that are under way are given up.
  void give_up(double now);

  bool none_under_way() const { return under_way_ == 0; }
  // All attempts so far; nullptr if there was none. Valid until the next call that is not const.
  const dns_connect_attempt *report() const { return attempts_.empty() ? nullptr : &attempts_.front().report; }

 private:
  void end(Attempt &attempt, int error, double now);

  const double began_;
  const double delay_;
  double due_ = 0;
  std::size_t under_way_ = 0;
  Candidates candidates_;
  std::deque<Attempt> attempts_;  // which moves none when one is added
};

}  // namespace dns_cares
