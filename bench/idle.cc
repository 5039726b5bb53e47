// A libev loop with nothing but the timer of pace.h: what the machine itself does to a loop's pace.
//
// usage: idle SECONDS
#include <ev.h>

#include <cstdio>
#include <cstdlib>

#include "peers/pace.h"

int main(int argc, char **argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  struct ev_loop *loop = ev_default_loop(0);
  dns_cares_bench::Pace pace(loop);
  ev_timer end;
  ev_timer_init(
      &end, [](struct ev_loop *of, ev_timer *, int) { ev_break(of, EVBREAK_ALL); }, seconds, 0);
  ev_timer_start(loop, &end);
  pace.start();
  ev_run(loop, 0);
  std::printf("{\"seconds\": %.3f%s}\n", seconds, pace.json().c_str());
}
