// What goes on: counted for dns_get_stats(), and told to the hook of dns_set_trace().
//
// Each function stands for one thing that happens, and is called where it happens.
//
// Thread rule: the loop's thread.
#pragma once

#include "dns_cares/inspect.h"
#include "resolver/upstream.h"

namespace dns_cares {

class Journal {
 public:
  void set_hook(dns_trace_cb hook, void *arg) {
    hook_ = hook;
    hook_arg_ = arg;
  }
  bool traces() const { return hook_ != nullptr; }
  // What is counted; the gauges are 0.
  const dns_stats &counts() const { return counts_; }

  // A lookup, known by its address; `name` may be null.
  void started(const void *lookup, const char *name);
  void candidate_failed(const void *lookup, const char *candidate, int status);
  void cancelled() { ++counts_.cancelled; }
  void ended(const void *lookup, const char *name, int status, dns_source source, double seconds);

  // An RRset that a lookup wants.
  void found(const void *lookup, const char *name, RRType type, const Found &found);
  void missed() { ++counts_.cache_misses; }
  void joined(const void *lookup, const char *name, RRType type);
  void prefetched() { ++counts_.prefetches; }

  // A query. `server` is null over TCP, where c-ares alone knows when which message goes to whom. A further attempt's
  // name is needed only while something traces.
  void sent(const char *name, RRType type, const ServerAddress *server, unsigned attempt);
  void truncated(const Question &question, const ServerAddress &server);
  void answered(const Question &question, const Answer &answer);

 private:
  void tell(dns_trace_event event, const ServerAddress *server) const;
  void tell(const dns_trace_event &event) const { hook_(&event, hook_arg_); }

  dns_stats counts_{};
  dns_trace_cb hook_ = nullptr;
  void *hook_arg_ = nullptr;
};

}  // namespace dns_cares
