// One loop's part of a run: keeps so many lookups going as it is told, and gives their results back.
//
// Thread rule: all but the constructor on the thread that runs the loop. Its end is that of the loop's context too.
#pragma once

#include <dns_cares/dns_cares.h>
#include <dns_cares/evloop.h>
#include <dns_cares/records.h>
#include <dns_cares/service.h>

#include <string>

#include "exchange.h"
#include "format.h"
#include "options.h"
#include "wake.h"

namespace dns_cares_tool {

class Worker {
 public:
  // The loop has its context. All outlive the worker. `concurrency`: lines at once. `wake` wakes it up: then it goes
  // on, or breaks the loop if the run is over.
  Worker(struct ev_loop *loop, const Options &options, unsigned concurrency, const Wake &wake, Exchange &exchange,
         const Input &input, const Format &format);
  ~Worker();
  Worker(const Worker &) = delete;
  Worker &operator=(const Worker &) = delete;

  // Starts the first lookups; the others follow by themselves.
  void begin() noexcept;

 private:
  static void on_result(int status, const addrinfo *ai, void *slot);
  static void on_answer(int status, const dns_answer *answer, void *part);
  static void on_endpoints(int status, const dns_endpoint *endpoints, void *slot);
  template <class Finish>
  void go_on(Finish finish) noexcept;
  static void on_wake(int fd, int revents, void *self);
  void fill();
  void start(Slot &slot);
  void ask_for_addresses(Slot &slot);
  void ask_for_endpoints(Slot &slot);
  void ask_for_records(Slot &slot, const std::string &name);
  void take(Answers::Part &part, int status, const dns_answer *answer);
  void fail(Slot &slot, int status);
  void finish(Slot &slot, Outcome outcome);
  bool describe(dns_result_info &info) const;

  struct ev_loop *const loop_;
  const Options &options_;
  const unsigned concurrency_;
  const char *const service_;
  addrinfo hints_{};
  Exchange &exchange_;
  const Input &input_;
  const Format &format_;
  const bool wants_details_;
  const Wake &wake_;
  struct evloop_io *watcher_;
  unsigned under_way_ = 0;
  bool filling_ = false;
};

}  // namespace dns_cares_tool
