// The faults of a server as a table: how each is played, and what it does to a lookup.
#pragma once

#include <dns_cares/testkit.h>

#include <functional>
#include <span>

namespace dns_cares_test {

// What one faulty reply does to the try that it is a reply to.
enum class Effect {
  kHarmless,   // it answers
  kTruncates,  // by UDP: it has the question asked again by TCP; by TCP it answers
  kLost,       // nothing that counts was heard: the next try
  kFails,      // the server has failed: the next try, and its status if all fail
  kBreaks,     // the connection is at its end: the next try, and its status if nothing was said by any server
  kNoEdns,     // FORMERR: asked again without EDNS, and the status if that fails likewise
  kEnds,       // it answers, with its status
  kAnything    // any of these
};

struct Verdict {
  Effect effect;
  int status = 0;  // DNS_OK
};

struct Fault {
  const char *name;
  // The reply to a query for kFaultName whose right reply is `good`.
  std::function<dns_testkit::Reply(const dns_testkit::Reply &good)> play;
  Verdict udp;
  Verdict tcp;
};

inline constexpr const char *kFaultName = "fault.test";
// What no lookup may give.
inline constexpr const char *kForgedAddress = "203.0.113.66";

// Whether c-ares is 1.28 or later, and takes replies apart itself. What then is different is said where this is used,
// and in docs/reliability.md.
bool is_new_cares();

std::span<const Fault> faults();

}  // namespace dns_cares_test
