#include "expectation.h"

#include <dns_cares/dns_cares.h>

#include <algorithm>
#include <cstddef>

namespace dns_cares_test {
namespace {

// The servers as the question meets them.
class Servers {
 public:
  explicit Servers(const std::vector<Script> &scripts)
      : scripts_(scripts), asked_(scripts.size()), connected_(scripts.size()) {}

  Verdict ask(std::size_t server, bool by_tcp) {
    const Script &script = scripts_[server];
    const Fault *fault = script[std::min(asked_[server]++, script.size() - 1)];
    if (fault == nullptr) return {Effect::kHarmless};
    const Verdict verdict = by_tcp ? fault->tcp : fault->udp;
    connected_[server] = by_tcp && verdict.status != DNS_ECONNREFUSED;
    return verdict;
  }
  // Up to c-ares 1.27 a question is asked only once in a connection, which loses nothing.
  bool has_had_its_say(std::size_t server) const { return connected_[server] && !is_new_cares(); }

 private:
  const std::vector<Script> &scripts_;
  std::vector<std::size_t> asked_;
  std::vector<bool> connected_;
};

}  // namespace

bool is_as_expected(int status, int expected) {
  return expected == kAnyStatus ? status >= DNS_OK && status <= DNS_ECONNREFUSED : status == expected;
}

// What a server has said goes before what none has said, and of both the last.
int expected_status(const std::vector<Script> &scripts, int tries, bool by_tcp) {
  Servers servers(scripts);
  int status = DNS_ETIMEOUT;
  bool was_said = false;  // by a server
  for (std::size_t n = 0; n < scripts.size() * static_cast<std::size_t>(tries); ++n) {
    const std::size_t server = n % scripts.size();
    if (by_tcp && servers.has_had_its_say(server)) continue;
    Verdict verdict = servers.ask(server, by_tcp);
    if (verdict.effect == Effect::kNoEdns) {
      verdict = servers.ask(server, by_tcp);
      if (verdict.effect == Effect::kNoEdns) return verdict.status;
    }
    switch (verdict.effect) {
      case Effect::kHarmless:
      case Effect::kEnds:
      case Effect::kNoEdns:
        return verdict.status == DNS_ETIMEOUT && was_said ? status : verdict.status;
      case Effect::kFails:
        status = verdict.status;
        was_said = true;
        break;
      case Effect::kBreaks:
        if (!was_said) status = verdict.status;
        break;
      case Effect::kTruncates:
        by_tcp = true;
        status = DNS_ETIMEOUT;
        was_said = false;
        n = static_cast<std::size_t>(-1);  // All tries anew, from the first server on.
        break;
      case Effect::kLost:
        if (status == DNS_ECONNREFUSED || !was_said) status = DNS_ETIMEOUT;
        break;
      case Effect::kAnything:
        return kAnyStatus;
    }
  }
  return status;
}

// A name that does not exist has neither RRset (RFC 8020); a failure leaves open what NODATA would deny.
int expected_status_of_both(int v6, int v4) {
  if (v6 == DNS_OK || v4 == DNS_OK) return DNS_OK;
  if (v6 == DNS_ENOTFOUND || v4 == DNS_ENOTFOUND) return DNS_ENOTFOUND;
  return v6 == DNS_ENODATA ? v4 : v6;
}

}  // namespace dns_cares_test
