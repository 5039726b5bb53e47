// What the threads of a run share: the input, the lines under way, the output, the numbers. It gives lines to the
// workers, which look them up, and takes the results back.
//
// Thread rule: each function may be called by any thread; a lock is held within. Who cannot go on, since input, output
// or the look-ahead is not ready, is woken when that may have changed.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "input.h"
#include "options.h"
#include "rate.h"
#include "selection.h"
#include "sink.h"
#include "slot_queue.h"
#include "tally.h"
#include "wake.h"

namespace dns_cares_tool {

class Exchange {
 public:
  // All outlive the exchange. `control` is woken when there is something for it to do: see State.
  Exchange(const Options &options, Input &input, Selection &selection, Sink &sink, const Wake &control);

  // A line to look up, or null: none now, and `worker` is woken when there may be one, or never again.
  Slot *admit(const Wake &worker);
  // Takes back a line with its result. Its slot is not to be touched afterwards.
  void finish(Slot &slot, int status, double seconds);
  // Whether this result is one that is to be written.
  bool wanted(int status) const;

  // Takes no more lines. What is under way is finished.
  void stop_reading();
  // Drops what is under way: the results that still come are not written.
  void abandon();
  // The run has failed.
  void fail(const std::string &what);

  struct State {
    int input_to_wait_for;   // a file descriptor, -1 for none
    int output_to_wait_for;  // the same
    double seconds_to_wait;  // until another lookup may start; 0: no limit on that
    bool output_pending;
    bool idle;      // nothing is being looked up
    bool finished;  // everything is written, or no more can be
  };
  State state();
  void input_is_ready();
  void time_has_passed();
  void write_output();

  Tally tally();
  // As Input has it.
  std::optional<double> fraction();
  // Why the run has failed, "" if it has not; and whether nobody reads the output any more, which is no failure to
  // complain of.
  std::string failure();
  bool output_is_closed();
  // Whether the run is at its end, or what is under way is to be dropped.
  bool is_over();

 private:
  bool may_admit();
  Slot *read_line();
  Input::Got next_selected(Line &line);
  void write_some();
  void wake_workers();
  bool is_finished() const;

  const Options &options_;
  std::mutex mutex_;
  Input &input_;
  Selection &selection_;
  Rate rate_;
  Sink &sink_;
  const Wake &control_;
  SlotQueue queue_;
  Tally tally_;
  std::uint64_t written_ = 0;           // lines that have left the queue
  std::vector<const Wake *> sleeping_;  // workers that wait for a line
  bool input_waits_ = false;
  bool rate_waits_ = false;
  bool input_ended_ = false;
  bool abandoned_ = false;
  std::string failure_;
};

}  // namespace dns_cares_tool
