#include "connect/race.h"

#include <cerrno>

namespace dns_cares {

Race::Attempt &Race::start_next(double now) {
  Attempt &attempt = attempts_.emplace_back();
  if (attempts_.size() > 1) attempts_[attempts_.size() - 2].report.next = &attempt.report;
  attempt.endpoint = candidates_.take();
  attempt.report.address = reinterpret_cast<const sockaddr *>(&attempt.endpoint.address);
  attempt.report.address_length = attempt.endpoint.length;
  attempt.report.started = now - began_;
  ++under_way_;
  due_ = now + delay_;
  return attempt;
}

// The delay runs from the last start. So the end of that attempt ends it, and that of an earlier one does not, unless
// nothing is under way any more.
void Race::failed(Attempt &attempt, int error, double now) {
  end(attempt, error, now);
  if (&attempt == &attempts_.back() || none_under_way()) due_ = now;
}

void Race::connected(Attempt &attempt, double now) {
  end(attempt, 0, now);
  give_up(now);
}

void Race::give_up(double now) {
  for (Attempt &attempt : attempts_) {
    if (attempt.under_way) end(attempt, ECANCELED, now);
  }
}

void Race::end(Attempt &attempt, int error, double now) {
  attempt.under_way = false;
  attempt.report.error = error;
  attempt.report.ended = now - began_;
  --under_way_;
}

}  // namespace dns_cares
