// One lookup, from its start to its callback.
//
// A lookup is owned by its Resolver while it is waiting, asking or finished, and by the delivery while its
// callback runs. Destroying it in any state ends everything it takes part in.
#pragma once

#include <cstdint>
#include <memory>

#include "addrinfo.h"
#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"
#include "list.h"
#include "records/answer.h"
#include "resolver/arguments.h"
#include "resolver/deadlines.h"
#include "resolver/inflight.h"
#include "resolver/search.h"
#include "spare_memory.h"
#include "spare_text.h"

namespace dns_cares {

class Resolver;
struct Lookup;

// Both RRsets of the candidate that a lookup asks for now, or the one whole reply that it asks for. Apart from the
// lookup, so that lookups that only wait for their turn are small.
struct Asking : InSpareMemory {
  struct Wanted final : Waiter {
    Wanted(Resolver &of_resolver, Lookup &of_lookup, RRType of_type)
        : resolver(of_resolver), lookup(of_lookup), type(of_type) {}
    void on_answer(const NameKey &key, const Answer &answer) noexcept override;
    void stop_waiting() { unlink(); }

    Resolver &resolver;
    Lookup &lookup;
    const RRType type;
    bool given = false;  // to a lookup that takes parts: its addresses are no longer here
    Found found;
  };

  Asking(Resolver &resolver, Lookup &lookup);
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
  Wanted v4;               // or the whole reply
  bool postponed = false;  // v6 is to be asked for when v4 is answered
  Origin origin;           // of all answers so far: their queries, the last one's reply, the last error
};

// Whom a lookup calls back: with its whole result, or with parts of it.
struct Callback {
  Callback(dns_result_cb cb, void *arg) : on_result_(cb), arg_(arg), kind_(Kind::kResult) {}
  Callback(dns_stream_cb cb, void *arg) : on_part_(cb), arg_(arg), kind_(Kind::kParts) {}
  Callback(dns_answer_cb cb, void *arg) : on_answer_(cb), arg_(arg), kind_(Kind::kAnswer) {}
  bool takes_parts() const { return kind_ == Kind::kParts; }
  void operator()(int status, const addrinfo *ai, const dns_answer *answer, bool more) const {
    if (kind_ == Kind::kResult) return on_result_(status, ai, arg_);
    if (kind_ == Kind::kParts) return on_part_(status, ai, more ? 1 : 0, arg_);
    on_answer_(status, answer, arg_);
  }

 private:
  enum class Kind : std::uint8_t { kResult, kParts, kAnswer };
  union {
    dns_result_cb on_result_;
    dns_stream_cb on_part_;
    dns_answer_cb on_answer_;
  };
  void *arg_;
  Kind kind_;
};

// Small: there may be a million that wait for their turn. So its smaller members are where the larger ones leave room.
struct Lookup : ListNode<Lookup>, Deadlines::Entry {
  // kPart: a part of its addresses waits to be given; then it is asking again.
  enum class State : std::uint8_t { kWaiting, kAsking, kPart, kFinished, kCalling };

  Lookup(const char *hostname, const Hints &wanted, const Callback &whom)
      : callback(whom), hints(wanted), name(hostname != nullptr ? SpareText(hostname) : SpareText()) {}
  // Of the whole reply for a type.
  Lookup(const char *wanted_name, std::uint16_t wanted_type, const Callback &whom)
      : callback(whom),
        type(whole_reply_for(wanted_type)),
        name(wanted_name != nullptr ? SpareText(wanted_name) : SpareText()) {}
  virtual ~Lookup() = default;

  bool flag(int ai_flag) const { return (hints.flags & ai_flag) != 0; }
  bool came_from_dns() const {
    return source == DNS_SOURCE_CACHE || source == DNS_SOURCE_STALE || source == DNS_SOURCE_SERVER;
  }
  // Only where two RRsets are asked for that do not depend on each other.
  bool streams() const { return callback.takes_parts() && hints.family == AF_UNSPEC; }
  bool wants_whole_reply() const { return dns_cares::wants_whole_reply(type); }

  [[no_unique_address]] const Callback callback;
  State state = State::kWaiting;
  const RRType type = RRType::kA;  // that of addresses, or a whole reply's
  int status = DNS_ENOTFOUND;      // until it is finished, the most telling one of the candidates so far
  Hints hints{};
  std::uint32_t candidate = 0;  // of the search list: the one it stands at
  std::uint32_t ttl = 0;        // seconds for which the result is good
  [[no_unique_address]] Transports transports;
  dns_source source : 8 = DNS_SOURCE_NONE;
  SpareText name;            // none if there is no host name
  SharedSearch::Ptr search;  // as it was when the lookup started
  double started = 0;        // seconds, as the deadline
  double deadline = 0;       // seconds; `due` is this or the earlier moment at which it may end without all answers
  std::unique_ptr<Asking> asking;  // once it was its turn
  AddrinfoList result;             // of addresses: not null if and only if finished with DNS_OK, or a part
  AnswerBlock answer;              // the whole reply, of the candidate that `status` is of
};

inline Asking::Asking(Resolver &resolver, Lookup &lookup)
    : v6(resolver, lookup, RRType::kAAAA), v4(resolver, lookup, lookup.type) {}

}  // namespace dns_cares
