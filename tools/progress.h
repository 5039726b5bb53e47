// One line on the terminal that says how far a run is: redrawn in place, and wiped off at the end.
//
// Thread rule: the main thread; drawn from the default loop.
#pragma once

#include <optional>
#include <string>

#include "exchange.h"
#include "watch.h"

namespace dns_cares_tool {

class Progress {
 public:
  explicit Progress(Exchange &exchange);
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  // Wipes the line off, so that something else can be written; it comes again.
  void clear();

 private:
  void draw() noexcept;

  Exchange &exchange_;
  const bool colour_;
  bool drawn_ = false;
  Timer timer_;
};

// "12,345 of about 1,000,000 (1 %), 45,210/s, 12 failed (10 not_found, 2 timeout), 200 in flight, 21 s left".
// `fraction`: which part of the input has been read, if that is known.
std::string progress_line(const Tally &tally, std::optional<double> fraction);

}  // namespace dns_cares_tool
