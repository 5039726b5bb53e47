#include "exchange.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dns_cares_tool {

using Lock = std::lock_guard<std::mutex>;

Exchange::Exchange(const Options &options, Input &input, Selection &selection, Sink &sink, const Wake &control)
    : options_(options),
      input_(input),
      selection_(selection),
      rate_(options.rate),
      sink_(sink),
      control_(control),
      queue_(options.look_ahead, !options.unordered) {
  tally_.before = selection.done_before();
}

Slot *Exchange::admit(const Wake &worker) {
  const Lock lock(mutex_);
  if (input_ended_) return nullptr;
  Slot *slot = may_admit() ? read_line() : nullptr;
  if (slot == nullptr && !input_ended_ && std::find(sleeping_.begin(), sleeping_.end(), &worker) == sleeping_.end()) {
    sleeping_.push_back(&worker);
  }
  return slot;
}

bool Exchange::may_admit() { return !queue_.full() && !sink_.full() && !input_waits_ && !rate_waits_; }

Slot *Exchange::read_line() {
  const Tally::Clock::time_point now = Tally::Clock::now();
  if (!rate_.allows(now)) {
    rate_waits_ = true;
    control_.signal();
    return nullptr;
  }
  Slot &slot = queue_.spare();
  Input::Got got = Input::Got::kEnd;
  try {
    got = next_selected(slot.line);
  } catch (const std::runtime_error &error) {  // InputError, or OutputError of what is there already
    failure_ = error.what();
  }
  if (got == Input::Got::kLine) {
    rate_.count();
    slot.started = now;
    queue_.enter(slot);
    ++tally_.in_flight;
    return &slot;
  }
  (got == Input::Got::kNothingYet ? input_waits_ : input_ended_) = true;
  control_.signal();
  return nullptr;
}

Input::Got Exchange::next_selected(Line &line) {
  for (;;) {
    const Input::Got got = input_.next(line);
    if (got == Input::Got::kEnd) selection_.end();
    if (got != Input::Got::kLine || selection_.takes(line)) return got;
  }
}

void Exchange::finish(Slot &slot, int status, double seconds) {
  const Lock lock(mutex_);
  --tally_.in_flight;
  if (abandoned_) return;
  tally_.count(status, seconds);
  const bool was_full = queue_.full();
  const bool had_output = sink_.pending() > 0;
  const std::size_t written = queue_.finish(slot, sink_);
  written_ += written;
  if (written > 0 && was_full) wake_workers();
  if (sink_.pending() >= Sink::kWorthWriting && !sink_.blocked()) write_some();
  if ((!had_output && sink_.pending() > 0) || tally_.in_flight == 0 || is_finished()) control_.signal();
}

bool Exchange::wanted(int status) const {
  switch (options_.only) {
    case Only::kOk:
      return status == DNS_OK;
    case Only::kFailed:
      return status != DNS_OK;
    case Only::kAll:
      break;
  }
  return true;
}

void Exchange::stop_reading() {
  const Lock lock(mutex_);
  input_ended_ = true;
  input_waits_ = rate_waits_ = false;
  control_.signal();
}

void Exchange::abandon() {
  const Lock lock(mutex_);
  input_ended_ = abandoned_ = true;
  input_waits_ = false;
  control_.signal();
}

void Exchange::fail(const std::string &what) {
  const Lock lock(mutex_);
  if (failure_.empty()) failure_ = what;
  input_ended_ = abandoned_ = true;
  input_waits_ = false;
  control_.signal();
}

Exchange::State Exchange::state() {
  const Lock lock(mutex_);
  return {.input_to_wait_for = input_waits_ ? input_.waits_for() : -1,
          .output_to_wait_for = sink_.blocked() ? sink_.fd() : -1,
          .seconds_to_wait = rate_waits_ ? rate_.seconds_to_wait() : 0,
          .output_pending = sink_.pending() > 0,
          .idle = tally_.in_flight == 0,
          .finished = is_finished()};
}

void Exchange::input_is_ready() {
  const Lock lock(mutex_);
  input_waits_ = false;
  wake_workers();
}

void Exchange::time_has_passed() {
  const Lock lock(mutex_);
  rate_waits_ = false;
  wake_workers();
}

void Exchange::write_output() {
  const Lock lock(mutex_);
  write_some();
  if (is_finished()) control_.signal();
}

// An output that fails ends the run.
void Exchange::write_some() {
  const bool was_full = sink_.full();
  sink_.write_some();
  if (sink_.error() != 0) {
    if (sink_.error() != EPIPE && failure_.empty()) failure_ = sink_.name() + ": " + std::strerror(sink_.error());
    input_ended_ = abandoned_ = true;
    input_waits_ = false;
    control_.signal();
  }
  if (was_full && !sink_.full()) wake_workers();
}

void Exchange::wake_workers() {
  for (const Wake *worker : sleeping_) worker->signal();
  sleeping_.clear();
}

bool Exchange::is_finished() const {
  if (abandoned_) return sink_.error() != 0 || sink_.blocked() || sink_.pending() == 0;
  return input_ended_ && queue_.empty() && sink_.pending() == 0;
}

Tally Exchange::tally() {
  const Lock lock(mutex_);
  tally_.unwritten = tally_.lines - written_ + sink_.results_pending();
  return tally_;
}

std::optional<double> Exchange::fraction() {
  const Lock lock(mutex_);
  return input_.fraction();
}

std::string Exchange::failure() {
  const Lock lock(mutex_);
  return failure_;
}

bool Exchange::output_is_closed() {
  const Lock lock(mutex_);
  return sink_.error() == EPIPE;
}

bool Exchange::is_over() {
  const Lock lock(mutex_);
  return abandoned_ || is_finished();
}

}  // namespace dns_cares_tool
