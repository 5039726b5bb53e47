// What the main thread does beside its lookups: waits for input and output, writes results in time, hears signals, and
// ends the run.
//
// Thread rule: the main thread, which runs the default loop.
#pragma once

#include <optional>

#include "exchange.h"
#include "metrics_file.h"
#include "progress.h"
#include "signals.h"
#include "wake.h"
#include "watch.h"

namespace dns_cares_tool {

class Control {
 public:
  // `wake` is what the exchange wakes its control with.
  Control(const Options &options, Exchange &exchange, const Wake &wake, bool shows_progress);

  // Runs the default loop until the run is over.
  void run();
  // The signal that has ended the run; 0: none.
  int signal() const { return signal_; }

 private:
  void on_signal(int number);
  void update();

  const Question question_;
  Exchange &exchange_;
  const Wake &wake_;
  Signals signals_;
  Watch woken_;
  Watch input_;
  Watch output_;
  Timer flush_;
  bool flush_is_due_ = false;
  Timer rate_;
  bool rate_is_due_ = false;
  std::optional<MetricsFile> metrics_;
  std::optional<Progress> progress_;
  int signal_ = 0;
};

}  // namespace dns_cares_tool
