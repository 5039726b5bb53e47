// What one loop has: a resolver, the servers it asks, and the watchers that drive both.
//
// The loop calls in through three of them: that of the servers' sockets, the timer of the earliest deadline, and
// `turn_`, which is started while there is anything to do and then runs once in each turn of the loop. All callbacks of
// lookups are called from turn(), or from end(); everywhere else no foreign code runs.
//
// Thread rule: the loop's thread. Lifetime: references are counted, one for the registry and one for each turn()
// that runs, for a callback may end its own context.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cares/servers.h"
#include "evloop/watchers.h"
#include "journal.h"
#include "list.h"
#include "network/netlink.h"
#include "network/sources.h"
#include "options.h"
#include "resolver/lookup.h"
#include "resolver/resolver.h"
#include "spare_memory.h"

namespace dns_cares {
class Context;
}

// The C API's handle of a lookup.
struct dns_request final : dns_cares::Lookup, dns_cares::InSpareMemory {
  dns_request(dns_cares::Context &of_context, const char *hostname, const dns_cares::Hints &wanted,
              const dns_cares::Callback &whom)
      : Lookup(hostname, wanted, whom), context(of_context) {}
  dns_request(dns_cares::Context &of_context, const char *wanted_name, std::uint16_t wanted_type,
              const dns_cares::Callback &whom)
      : Lookup(wanted_name, wanted_type, whom), context(of_context) {}

  dns_cares::Context &context;
};

namespace dns_cares {

// A lookup of whoever is built upon lookups: cancelled with its owner. To be forgotten when its callback is entered.
struct CancelRequest {
  void operator()(dns_request *request) const;
};
using OwnRequest = std::unique_ptr<dns_request, CancelRequest>;
// Of a request whose callback runs, or has run: it destroys itself.
inline void forget(OwnRequest &request) noexcept { static_cast<void>(request.release()); }

// What is built upon a context's lookups, and ends with it.
class Dependent : public ListNode<Dependent> {
 public:
  // In the child, after a fork. Calls no foreign code.
  virtual void on_fork() noexcept {}
  // The turn that was asked for has come.
  virtual void on_turn() noexcept {}
  // Calls back with DNS_ESHUTDOWN. It is no longer in the context's list.
  virtual void on_context_end() noexcept = 0;

 protected:
  ~Dependent() = default;
};

class Context final : private Upstream {
 public:
  // on_loop_end(loop) is called when the loop is being destroyed. Throws std::bad_alloc.
  Context(struct ev_loop *loop, Configuration configuration, ContextSettings settings, LoopEnd::Callback on_loop_end);
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  // Opens what the servers are asked through now instead of with the first question. Throws Channel::Failure or
  // std::bad_alloc.
  void open_servers();

  // Starts a lookup; deadline_ms 0 is the context's. Throws std::bad_alloc.
  dns_request *resolve(const char *hostname, const char *service, const Hints &hints, unsigned deadline_ms,
                       const Callback &callback);
  // Starts a query for the whole reply.
  dns_request *query(const char *name, std::uint16_t type, unsigned flags, unsigned deadline_ms,
                     const Callback &callback);
  void cancel(dns_request &request);
  // Has it told of a fork and of the end, until it unlinks itself.
  void attach(Dependent &dependent) { dependents_.push_back(dependent); }
  // Has it told of a later turn of the loop too, as lookups are delivered: first in, first out, so many in one turn.
  void ask_for_turn(Dependent &dependent);

  struct ev_loop *loop() const {
    return loop_;
  }
  // Of what starts now and has so long; 0: as long as the context's lookups have.
  double deadline_in(double now, unsigned deadline_ms) const {
    return now + (deadline_ms != 0 ? deadline_ms : deadline_ms_) / 1e3;
  }
  const Resolver &resolver() const { return resolver_; }
  // The same, with changed files read again.
  const Resolver &resolver(double now) {
    reload_if_changed(now);
    return resolver_;
  }
  Cache &cache() { return resolver_.cache(); }
  Journal &journal() { return journal_; }
  dns_stats stats() const;
  // False if no callback of a result is running. Throws std::bad_alloc.
  bool describe_result(dns_result_info &info);

  // Calls back what is outstanding with DNS_ESHUTDOWN, lookups first, and gives up the registry's reference.
  void end();

 private:
  ~Context() = default;
  void release();

  void ask(Question &question) noexcept override;
  void flush() noexcept override;
  void reload_if_changed(double now);
  void drop_retired();
  void watch_network();
  void on_fork();
  void on_deadline();
  void on_progress();
  void turn();
  void deliver(Lookup &lookup);
  void give_turns();
  void update();

  // A result whose callback is running.
  struct Calling {
    // Of the lookup, as long as that is there. Throws std::bad_alloc.
    void describe();

    const Lookup *lookup;  // null once it may be gone: it is described then
    Calling *const outer;
    dns_result_info info{};
    std::string server{}, name{};  // what `info` points to, with the error
    std::shared_ptr<const ExtendedError> error{};
  };

  struct ev_loop *const loop_;
  Journal journal_;
  Configuration configuration_;
  double checked_at_;  // when the files were last looked at
  Channel::Options server_options_;
  const unsigned deadline_ms_;
  Kernel kernel_;
  Sources sources_;
  std::optional<NetworkChanges> network_changes_;
  Resolver resolver_;
  std::unique_ptr<Servers> servers_;               // destroyed before the resolver, whose questions it has
  std::vector<std::unique_ptr<Servers>> retired_;  // with questions on their way from before a reload
  List<Dependent> dependents_;                     // but for those that wait for a turn,
  List<Dependent> ready_;                          // a later one,
  List<Dependent> due_;                            // or this one
  LoopEnd loop_end_;
  LoopFork loop_fork_;
  LoopHold hold_;
  Deferred turn_;
  evloop_timer deadline_timer_;
  double deadline_due_ = 0;     // when the timer goes off; 0: it is not running
  Calling *calling_ = nullptr;  // the innermost one
  int references_ = 1;
  bool ended_ = false;
};

inline void CancelRequest::operator()(dns_request *request) const { request->context.cancel(*request); }

}  // namespace dns_cares
