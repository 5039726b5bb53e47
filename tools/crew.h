// The workers of a run, each with a loop of its own. The first one's is the default loop, in the thread that calls; the
// others have threads.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include <dns_cares/inspect.h>

#include "context.h"
#include "wake.h"
#include "worker.h"

namespace dns_cares_tool {

class Crew {
 public:
  // Makes the loops and their contexts. Throws as check_service() and make_context() do.
  Crew(const Options &options, Exchange &exchange, const Input &input, const Format &format);
  // Ends the run and the threads, if end() has not.
  ~Crew();
  Crew(const Crew &) = delete;
  Crew &operator=(const Crew &) = delete;

  // Lets all begin. The default loop is the caller's to run.
  void start();
  // Waits for the threads to end. The run must be over. Returns what their contexts have counted.
  dns_stats end();

 private:
  struct Member {
    Wake wake;  // not the worker's own: its thread may end the worker before end() has signalled
    Loop loop;  // null: the default loop
    std::unique_ptr<Worker> worker;
    std::thread thread;
    dns_stats stats{};
  };

  Exchange &exchange_;
  std::vector<Member> members_;
};

}  // namespace dns_cares_tool
