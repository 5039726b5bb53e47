#include "resolver/resolver.h"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <new>
#include <utility>

#include "resolver/literal.h"
#include "resolver/name.h"

namespace dns_cares {
namespace {

// Work done in one go, so that a burst of lookups does not hold the loop.
constexpr int kAdmittedAtOnce = 128;
constexpr int kExpiredAtOnce = 1024;

// A deadline may be met early by this many seconds, never late: loops wake up by the millisecond.
constexpr double kEarly = 0.001;

bool wants(const Hints &hints, int family) {
  if (hints.family == AF_UNSPEC || hints.family == family) return true;
  return family == AF_INET && (hints.flags & AI_V4MAPPED) != 0;
}

// The addresses that the hints ask for, IPv6 as RFC 6724 prefers it first. IPv4 ones are mapped for AF_INET6 with
// AI_V4MAPPED (RFC 3493 section 6.1): all of them with AI_ALL, else only if there is no IPv6 address.
std::vector<Address> select(const Hints &hints, std::span<const Address> v6, std::span<const Address> v4) {
  std::vector<Address> selected;
  selected.reserve(v6.size() + v4.size());
  if (wants(hints, AF_INET6)) selected.insert(selected.end(), v6.begin(), v6.end());
  if (!wants(hints, AF_INET)) return selected;
  if (hints.family != AF_INET6) {
    selected.insert(selected.end(), v4.begin(), v4.end());
  } else if (selected.empty() || (hints.flags & AI_ALL) != 0) {
    std::transform(v4.begin(), v4.end(), std::back_inserter(selected), Address::v4_mapped);
  }
  return selected;
}

bool is_v4_mapped(const Address &address) {
  in6_addr octets;
  std::memcpy(&octets, address.octets.data(), sizeof octets);
  return address.family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&octets);
}

Address unmapped(const Address &v6) {
  Address v4{AF_INET, {}, 0};
  std::copy_n(v6.octets.begin() + 12, 4, v4.octets.begin());
  return v4;
}

// What to report of two RRsets or two candidates without an address. A name that does not exist has neither RRset
// (RFC 8020); a failure leaves open what NODATA would deny.
int of_one_candidate(int a, int b) {
  if (a == DNS_OK || b == DNS_OK) return std::max(a, b);
  if (a == DNS_ENOTFOUND || b == DNS_ENOTFOUND) return DNS_ENOTFOUND;
  return a == DNS_ENODATA ? b : a;
}

// Across candidates, that one exists without data tells more than that one failed, and that more than that one does
// not exist, as in glibc's res_nsearch(3).
int of_all_candidates(int before, int now) {
  if (before == DNS_ENODATA || now == DNS_ENOTFOUND) return before;
  return now;
}

// Whether the search goes on behind a candidate that ended so: not if the servers could not be asked at all.
bool search_continues(int status) {
  return status == DNS_ENOTFOUND || status == DNS_ENODATA || status == DNS_ESERVFAIL;
}

}  // namespace

void Asking::RRset::on_answer(const Answer &answer) noexcept { resolver.on_rrset(*this, answer); }

Resolver::~Resolver() {
  for (List<Lookup> *list : {&waiting_, &asking_, &finished_, &round_}) {
    while (!list->empty()) cancel(list->front());
  }
}

void Resolver::start(std::unique_ptr<Lookup> owned, const char *service, double deadline) noexcept {
  Lookup &lookup = *owned.release();
  lookup.deadline = deadline;
  ++outstanding_;
  try {
    resolve(lookup, service);
  } catch (const std::bad_alloc &) {
    finish(lookup, DNS_ENOMEM);
  }
}

void Resolver::resolve(Lookup &lookup, const char *service) {
  int status = check_hints(lookup.hints, lookup.has_hostname);
  if (status == DNS_OK) status = choose_transports(lookup.hints, service, settings_.services, lookup.transports);
  if (status != DNS_OK) return finish(lookup, status);

  if (!lookup.has_hostname) {
    return service != nullptr ? finish_with_own_address(lookup) : finish(lookup, DNS_EBADNAME);
  }
  if (const auto literal = parse_literal(lookup.name)) return finish_with_literal(lookup, *literal);
  if (lookup.flag(AI_NUMERICHOST)) return finish(lookup, DNS_ENOTFOUND);
  if (!normalize_name(lookup.name)) return finish(lookup, DNS_EBADNAME);
  if (is_localhost(lookup.name)) return finish_with_loopback(lookup);
  if (finish_from_hosts(lookup)) return;
  wait_for_turn(lookup);
}

void Resolver::finish_with_literal(Lookup &lookup, const Address &literal) {
  const bool mapped = lookup.hints.family == AF_INET && is_v4_mapped(literal);
  const Address address = mapped ? unmapped(literal) : literal;
  const auto one = std::span(&address, 1);
  const auto none = std::span<const Address>();
  const auto selected = address.family == AF_INET6 ? select(lookup.hints, one, none) : select(lookup.hints, none, one);
  if (selected.empty()) return finish(lookup, DNS_EBADFAMILY);
  finish_with(lookup, selected, lookup.name);
}

// To bind to, or to reach oneself. Nothing is mapped here, as in glibc: both could not be bound to.
void Resolver::finish_with_own_address(Lookup &lookup) {
  const bool any = lookup.flag(AI_PASSIVE);
  std::vector<Address> addresses;
  if (lookup.hints.family != AF_INET) addresses.push_back(Address::v6(any ? in6addr_any : in6addr_loopback));
  if (lookup.hints.family != AF_INET6) addresses.push_back(Address::v4({htonl(any ? INADDR_ANY : INADDR_LOOPBACK)}));
  finish_with(lookup, addresses, {});
}

void Resolver::finish_with_loopback(Lookup &lookup) {
  const Address v6 = Address::v6(in6addr_loopback);
  const Address v4 = Address::v4({htonl(INADDR_LOOPBACK)});
  finish_with(lookup, select(lookup.hints, std::span(&v6, 1), std::span(&v4, 1)), lookup.name);
}

bool Resolver::finish_from_hosts(Lookup &lookup) {
  const Hosts::Entry *entry = settings_.hosts.find(lookup.name);
  if (entry == nullptr) return false;
  std::vector<Address> addresses = entry->addresses;
  const auto v4 = std::stable_partition(addresses.begin(), addresses.end(),
                                        [](const Address &address) { return address.family == AF_INET6; });
  const auto selected = select(lookup.hints, {addresses.begin(), v4}, {v4, addresses.end()});
  // As with glibc, a name that the file has for the other family only is asked for.
  if (selected.empty()) return false;
  finish_with(lookup, selected, entry->canonical_name);
  return true;
}

void Resolver::wait_for_turn(Lookup &lookup) {
  deadlines_.insert(lookup);
  waiting_.push_back(lookup);
}

bool Resolver::has_work() const {
  return !finished_.empty() || !round_.empty() || inflight_.has_work() || (!waiting_.empty() && inflight_.has_room());
}

void Resolver::advance() noexcept {
  inflight_.settle();
  admit_waiting();
  inflight_.send_queued();
}

void Resolver::admit_waiting() noexcept {
  for (int n = 0; n < kAdmittedAtOnce && !waiting_.empty() && inflight_.has_room(); ++n) {
    Lookup &lookup = waiting_.front();
    lookup.state = Lookup::State::kAsking;
    asking_.push_back(lookup);
    try {
      lookup.asking = std::make_unique<Asking>(*this, lookup);
      ask_next_candidate(lookup);
    } catch (const std::bad_alloc &) {
      finish(lookup, DNS_ENOMEM);
    }
    inflight_.send_queued();
  }
}

void Resolver::ask_next_candidate(Lookup &lookup) {
  for (;;) {
    const std::string candidate = settings_.search.candidate(lookup.name, lookup.next_candidate++);
    if (candidate.empty()) return finish(lookup, lookup.status);
    if (!is_valid_name(candidate)) continue;  // Too long with this domain.
    if (wants(lookup.hints, AF_INET6)) inflight_.want(candidate, RRType::kAAAA, lookup.asking->v6);
    if (wants(lookup.hints, AF_INET)) inflight_.want(candidate, RRType::kA, lookup.asking->v4);
    return;
  }
}

void Resolver::on_rrset(Asking::RRset &rrset, const Answer &answer) noexcept {
  Lookup &lookup = rrset.lookup;
  rrset.status = answer.status;
  try {
    rrset.addresses = answer.addresses;
    if (answer.status == DNS_OK && lookup.asking->canonical_name.empty()) {
      lookup.asking->canonical_name = answer.canonical_name;
    }
    if (!lookup.asking->waiting()) end_candidate(lookup);
  } catch (const std::bad_alloc &) {
    finish(lookup, DNS_ENOMEM);
  }
}

void Resolver::end_candidate(Lookup &lookup) {
  Asking &asking = *lookup.asking;
  if (!asking.v6.addresses.empty() || !asking.v4.addresses.empty()) return finish_with_answers(lookup);
  const int status = of_one_candidate(asking.v6.status, asking.v4.status);
  lookup.status = of_all_candidates(lookup.status, status);
  if (!search_continues(status)) return finish(lookup, status);
  asking.v6.status = asking.v4.status = DNS_OK;
  ask_next_candidate(lookup);
}

void Resolver::finish_with_answers(Lookup &lookup) {
  const Asking &asking = *lookup.asking;
  finish_with(lookup, select(lookup.hints, asking.v6.addresses, asking.v4.addresses), asking.canonical_name);
}

void Resolver::expire(double now) noexcept {
  for (int n = 0; n < kExpiredAtOnce && has_deadline() && first_deadline() <= now + kEarly; ++n) {
    Lookup &lookup = static_cast<Lookup &>(deadlines_.first());
    const bool partial =
        lookup.asking != nullptr && (!lookup.asking->v6.addresses.empty() || !lookup.asking->v4.addresses.empty());
    try {
      if (partial) {
        finish_with_answers(lookup);
      } else {
        finish(lookup, DNS_ETIMEOUT);
      }
    } catch (const std::bad_alloc &) {
      finish(lookup, DNS_ENOMEM);
    }
  }
}

void Resolver::finish_all(int status) noexcept {
  List<Lookup> all;
  for (List<Lookup> *list : {&round_, &finished_, &asking_, &waiting_}) all.append(*list);
  while (!all.empty()) finish(all.front(), status);
}

std::unique_ptr<Lookup> Resolver::take_finished() noexcept {
  if (round_.empty()) return nullptr;
  std::unique_ptr<Lookup> lookup(&round_.front());
  lookup->unlink();
  lookup->state = Lookup::State::kCalling;
  --outstanding_;
  return lookup;
}

void Resolver::cancel(Lookup &lookup) noexcept {
  if (lookup.state == Lookup::State::kCalling) return;
  deadlines_.remove(lookup);
  --outstanding_;
  delete &lookup;
}

void Resolver::finish_with(Lookup &lookup, std::span<const Address> addresses, std::string_view canonical_name) {
  lookup.result = make_addrinfo(addresses, lookup.transports,
                                lookup.flag(AI_CANONNAME) ? without_last_dot(canonical_name) : std::string_view());
  finish(lookup, DNS_OK);
}

void Resolver::finish(Lookup &lookup, int status) noexcept {
  if (status != DNS_OK) lookup.result.reset();
  lookup.status = status;
  lookup.state = Lookup::State::kFinished;
  lookup.asking.reset();
  deadlines_.remove(lookup);
  finished_.push_back(lookup);
}

}  // namespace dns_cares
