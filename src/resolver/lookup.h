// One lookup, from its start to its callback.
//
// A lookup is owned by its Resolver while it is waiting, asking or finished, and by the delivery while its
// callback runs. Destroying it in any state ends everything it takes part in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "addrinfo.h"
#include "dns_cares/dns_cares.h"
#include "list.h"
#include "resolver/arguments.h"
#include "resolver/deadlines.h"
#include "resolver/inflight.h"
#include "resolver/search.h"
#include "spare_memory.h"

namespace dns_cares {

class Resolver;
struct Lookup;

// Both RRsets of the candidate that a lookup asks for now. Apart from the lookup, so that lookups that only wait
// for their turn are small.
struct Asking : InSpareMemory {
  struct Wanted final : Waiter {
    Wanted(Resolver &of_resolver, Lookup &of_lookup, RRType of_type)
        : resolver(of_resolver), lookup(of_lookup), type(of_type) {}
    void on_answer(const Answer &answer) noexcept override;
    void stop_waiting() { unlink(); }

    Resolver &resolver;
    Lookup &lookup;
    const RRType type;
    bool given = false;  // to a lookup that takes parts: its addresses are no longer here
    Found found;
  };

  Asking(Resolver &resolver, Lookup &lookup) : v6(resolver, lookup, RRType::kAAAA), v4(resolver, lookup, RRType::kA) {}
  bool waiting() const { return v6.waiting() || v4.waiting(); }
  void stop_waiting() {
    v6.stop_waiting();
    v4.stop_waiting();
  }
  // Adds what an answer says of how it came about.
  void add(const Origin &answer);
  bool part_was_given() const { return v6.given || v4.given; }
  bool has_addresses() const { return v6.found.rrset || v4.found.rrset; }

  Wanted v6;
  Wanted v4;
  bool postponed = false;  // v6 is to be asked for when v4 is answered
  Origin origin;           // of all answers so far: their queries, the last one's reply, the last error
};

// Whom a lookup calls back: with its whole result, or with parts of it.
struct Callback {
  Callback(dns_result_cb cb, void *cb_arg) : on_result(cb), arg(cb_arg) {}
  Callback(dns_stream_cb cb, void *cb_arg) : on_part(cb), arg(cb_arg) {}
  void operator()(int status, const addrinfo *ai, bool more) const {
    if (on_part != nullptr) return on_part(status, ai, more ? 1 : 0, arg);
    on_result(status, ai, arg);
  }

  dns_result_cb on_result = nullptr;
  dns_stream_cb on_part = nullptr;
  void *arg;
};

struct Lookup : ListNode<Lookup>, Deadlines::Entry {
  // kPart: a part of its addresses waits to be given; then it is asking again.
  enum class State : std::uint8_t { kWaiting, kAsking, kPart, kFinished, kCalling };

  Lookup(const char *hostname, const Hints &wanted, const Callback &whom)
      : callback(whom), hints(wanted), has_hostname(hostname != nullptr), name(hostname != nullptr ? hostname : "") {}
  virtual ~Lookup() = default;

  bool flag(int ai_flag) const { return (hints.flags & ai_flag) != 0; }
  bool came_from_dns() const {
    return source == DNS_SOURCE_CACHE || source == DNS_SOURCE_STALE || source == DNS_SOURCE_SERVER;
  }
  // Only where two RRsets are asked for that do not depend on each other.
  bool streams() const { return callback.on_part != nullptr && hints.family == AF_UNSPEC; }

  const Callback callback;
  Hints hints;
  const bool has_hostname;
  State state = State::kWaiting;
  int status = DNS_ENOTFOUND;  // until it is finished, the most telling one of the candidates so far
  std::string name;
  std::shared_ptr<const Search> search;  // as it was when the lookup started
  std::uint32_t candidate = 0;           // of the search list: the one it stands at
  double started = 0;                    // seconds, as the deadline
  double deadline = 0;  // seconds; `due` is this or the earlier moment at which it may end without all answers
  Transports transports;
  std::unique_ptr<Asking> asking;  // once it was its turn
  std::uint32_t ttl = 0;           // seconds for which the result is good
  dns_source source = DNS_SOURCE_NONE;
  AddrinfoList result;  // not null if and only if finished with DNS_OK, or a part
};

}  // namespace dns_cares
