// What the main thread does beside its lookups: waits for input and output, writes results in time, hears signals, and
// ends the run.
//
// Thread rule: the main thread, which runs the default loop.
#pragma once

#include "exchange.h"
#include "signals.h"
#include "wake.h"
#include "watch.h"

namespace dns_cares_tool {

class Control {
 public:
  // `wake` is what the exchange wakes its control with.
  Control(Exchange &exchange, const Wake &wake);

  // Runs the default loop until the run is over.
  void run();
  // The signal that has ended the run; 0: none.
  int signal() const { return signal_; }

 private:
  void on_signal(int number);
  void update();

  Exchange &exchange_;
  const Wake &wake_;
  Signals signals_;
  Watch woken_;
  Watch input_;
  Watch output_;
  Timer flush_;
  bool flush_is_due_ = false;
  int signal_ = 0;
};

}  // namespace dns_cares_tool
