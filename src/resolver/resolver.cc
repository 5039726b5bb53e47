#include "resolver/resolver.h"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "resolver/idna.h"
#include "resolver/literal.h"
#include "resolver/name.h"

namespace dns_cares {
namespace {

// Work done in one go, so that a burst of lookups does not hold the loop.
constexpr int kAdmittedAtOnce = 128;
constexpr int kExpiredAtOnce = 1024;

// RFC 8767 section 5: how long the servers have before stale data serve.
constexpr double kClientTimer = 1.8;

// The TTL of what does not limit it.
constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

// A candidate of valid parts that has no more characters than this has no more than 255 octets on the wire (RFC 1035
// section 2.3.4): one before each label and the root's are two more than its dots.
constexpr std::size_t kSurelyValid = 253;

// All flags of dns_query().
constexpr unsigned kQueryFlags = DNS_QUERY_SEARCH;

constexpr std::string_view kRoot = ".";

// Response codes (RFC 1035 section 4.1.1).
constexpr std::uint16_t kNoerror = 0;
constexpr std::uint16_t kNxdomain = 3;

template <class Address>
Octets octets_of(const Address &address) {
  return {reinterpret_cast<const unsigned char *>(&address), sizeof address};
}

// A deadline may be met early by this many seconds, never late: loops wake up by the millisecond.
constexpr double kEarly = 0.001;

// Where a million wait, what comes next has long left the processor's caches; it is back by the time it is needed.
void fetch_ahead(const Lookup &lookup) {
  constexpr std::size_t kCacheLine = 64;
  const char *const start = reinterpret_cast<const char *>(&lookup);
  for (std::size_t offset = 0; offset < sizeof lookup; offset += kCacheLine) __builtin_prefetch(start + offset, 1);
}

bool wants(const Hints &hints, int family) {
  if (hints.family == AF_UNSPEC || hints.family == family) return true;
  return family == AF_INET && (hints.flags & AI_V4MAPPED) != 0;
}

// The addresses that the hints ask for, IPv6 as RFC 6724 prefers it first. IPv4 ones are mapped for AF_INET6 with
// AI_V4MAPPED (RFC 3493 section 6.1): all of them with AI_ALL, else only if there is no IPv6 address.
void select(const Hints &hints, std::span<const Address> v6, std::span<const Address> v4,
            std::vector<Address> &selected) {
  selected.clear();
  if (wants(hints, AF_INET6)) selected.insert(selected.end(), v6.begin(), v6.end());
  if (!wants(hints, AF_INET)) return;
  if (hints.family != AF_INET6) {
    selected.insert(selected.end(), v4.begin(), v4.end());
  } else if (selected.empty() || (hints.flags & AI_ALL) != 0) {
    std::transform(v4.begin(), v4.end(), std::back_inserter(selected), Address::v4_mapped);
  }
}

// What to report of two RRsets or two candidates without an address. A name that does not exist has neither RRset
// (RFC 8020); a failure leaves open what NODATA would deny.
int of_one_candidate(int a, int b) {
  if (a == DNS_ENOTFOUND || b == DNS_ENOTFOUND) return DNS_ENOTFOUND;
  return a == DNS_ENODATA ? b : a;
}

// Across candidates, that one exists without data tells more than that one failed, and that more than that one does
// not exist, as in glibc's res_nsearch(3).
int of_all_candidates(int before, int now) {
  if (before == DNS_ENODATA || now == DNS_ENOTFOUND) return before;
  return now;
}

// RFC 6761 section 6.4 and RFC 7686 section 2: names that no server is to hear of.
bool is_never_asked_for(std::string_view name) { return is_in_zone(name, "invalid") || is_in_zone(name, "onion"); }

// Not what stands for something else in queries or messages (RFC 6895 section 3.1), but for all records of a name.
bool is_type_of_records(std::uint16_t type) {
  constexpr std::uint16_t kOpt = 41;
  const bool is_meta = type == 0 || type == kOpt || (type >= 128 && type <= 254);
  return !is_meta;
}

// What an RRset that is not asked for adds to its candidate: nothing.
Found not_asked() { return {DNS_ENODATA, {}, kForever, DNS_SOURCE_NONE}; }

// Seconds for which what both RRsets say together is good: the addresses, or that there are none.
std::uint32_t joint_ttl(const Found &v6, const Found &v4) {
  if (static_cast<bool>(v6.rrset) != static_cast<bool>(v4.rrset)) return v6.rrset ? v6.ttl : v4.ttl;
  return std::min(v6.ttl, v4.ttl);
}

// Where what they say together came from.
dns_source joint_source(const Found &v6, const Found &v4) {
  for (const dns_source source : {DNS_SOURCE_STALE, DNS_SOURCE_SERVER}) {
    if (v6.source == source || v4.source == source) return source;
  }
  return DNS_SOURCE_CACHE;
}

// As the servers are asked for it: with A-labels, and without escapes. False, with the name as it was, if it cannot be.
bool make_plain(SpareText &name) {
  if (is_plain_name(name)) return true;
  std::string plain{std::string_view(name)};
  if (!to_a_labels(plain) || !normalize_name(plain)) return false;
  name = SpareText(plain);
  return true;
}

bool is_failure(int status) { return status != DNS_OK && status != DNS_ENOTFOUND && status != DNS_ENODATA; }

// Whether the search goes on behind a candidate that ended so: not if the servers could not be asked at all. (A server
// that refuses one domain of the list, or fails at it, may know the next.)
bool search_continues(int status) {
  return status == DNS_ENOTFOUND || status == DNS_ENODATA || status == DNS_ESERVFAIL || status == DNS_EREFUSED;
}

}  // namespace

void Asking::Wanted::on_answer(const NameKey &key, const Answer &answer) noexcept {
  resolver.on_rrset(*this, key, answer);
}

void Asking::add(const Origin &answer) {
  origin.queries += answer.queries;
  origin.server = answer.server;
  origin.round_trip = answer.round_trip;
  if (answer.error) origin.error = answer.error;
}

Resolver::~Resolver() {
  for (List<Lookup> *list : {&waiting_, &asking_, &finished_, &round_}) {
    while (!list->empty()) cancel(list->front());
  }
}

void Resolver::reconfigure(Settings settings) {
  search_ = SharedSearch::make(std::move(settings.search));
  settings.window = settings_.window;
  settings.resolution_delay = settings_.resolution_delay;
  settings.cache = settings_.cache;
  settings_ = std::move(settings);
  cache_.flush_negative();
}

void Resolver::start(std::unique_ptr<Lookup> owned, const char *service, double now, double deadline) noexcept {
  begin(std::move(owned), now, deadline, [&](Lookup &lookup) { resolve(lookup, service); });
}

void Resolver::start_query(std::unique_ptr<Lookup> owned, unsigned flags, double now, double deadline) noexcept {
  begin(std::move(owned), now, deadline, [&](Lookup &lookup) { query(lookup, flags); });
}

template <class Resolve>
void Resolver::begin(std::unique_ptr<Lookup> owned, double now, double deadline, const Resolve &resolve) noexcept {
  Lookup &lookup = *owned.release();
  now_ = now;
  lookup.search = search_;
  lookup.started = now;
  lookup.deadline = lookup.due = deadline;
  ++outstanding_;
  journal_.started(&lookup, lookup.name.c_str());
  try {
    resolve(lookup);
  } catch (const std::bad_alloc &) {
    finish(lookup, DNS_ENOMEM);
  }
}

// The DNS alone is asked.
void Resolver::query(Lookup &lookup, unsigned flags) {
  if ((flags & ~kQueryFlags) != 0 || !is_type_of_records(number_of(lookup.type))) return finish(lookup, DNS_EBADFLAGS);
  const bool is_root = lookup.name == kRoot;
  if (!is_root && !make_plain(lookup.name)) return finish(lookup, DNS_EBADNAME);
  if (is_root || (flags & DNS_QUERY_SEARCH) == 0) lookup.search = no_search_;
  if (is_localhost(lookup.name)) return finish_query_with_loopback(lookup);
  if (is_never_asked_for(lookup.name)) return deny(lookup);
  if (finish_from_cache(lookup)) return;
  wait_for_turn(lookup);
}

// RFC 6761 section 6.3: the servers are not to hear of it.
void Resolver::finish_query_with_loopback(Lookup &lookup) {
  const std::uint16_t type = number_of(lookup.type);
  Octets address;
  const in_addr v4 = {htonl(INADDR_LOOPBACK)};
  if (lookup.type == whole_reply_for(DNS_TYPE_A)) address = octets_of(v4);
  if (lookup.type == whole_reply_for(DNS_TYPE_AAAA)) address = octets_of(in6addr_loopback);
  lookup.answer = make_own_answer(lookup.name, type, kNoerror, address);
  finish(lookup, address.empty() ? DNS_ENODATA : DNS_OK, DNS_SOURCE_LOCAL);
}

void Resolver::deny(Lookup &lookup) {
  lookup.answer = make_own_answer(lookup.name, number_of(lookup.type), kNxdomain, {});
  finish(lookup, DNS_ENOTFOUND);
}

void Resolver::resolve(Lookup &lookup, const char *service) {
  if (!lookup.name && service == nullptr) return finish(lookup, DNS_EBADNAME);
  int status = check_hints(lookup.hints, static_cast<bool>(lookup.name));
  if (status == DNS_OK) status = choose_transports(lookup.hints, service, settings_.services, lookup.transports);
  if (status != DNS_OK) return finish(lookup, status);
  if (lookup.flag(AI_ADDRCONFIG) && !narrow_to_own_families(lookup)) return finish(lookup, DNS_ENOTFOUND);

  if (!lookup.name) return finish_with_own_address(lookup);
  if (const auto literal = parse_literal(lookup.name)) return finish_with_literal(lookup, *literal);
  if (lookup.flag(AI_NUMERICHOST)) return finish(lookup, DNS_ENOTFOUND);
  if (!make_plain(lookup.name)) return finish(lookup, DNS_EBADNAME);
  if (is_localhost(lookup.name)) return finish_with_loopback(lookup);
  if (finish_before_dns(lookup)) return;
  if (is_never_asked_for(lookup.name)) return finish(lookup, DNS_ENOTFOUND);
  if (finish_from_cache(lookup)) return;
  wait_for_turn(lookup);
}

// AI_ADDRCONFIG as in glibc: where the machine has addresses of one family only, the other is not asked for. False if
// what was asked for is that other.
bool Resolver::narrow_to_own_families(Lookup &lookup) {
  const bool has_v4 = sources_.has_address(AF_INET, now_);
  const bool has_v6 = sources_.has_address(AF_INET6, now_);
  int &family = lookup.hints.family;
  if (family == AF_UNSPEC && has_v4 != has_v6) family = has_v4 ? AF_INET : AF_INET6;
  return family == AF_UNSPEC || (family == AF_INET ? has_v4 : has_v6);
}

void Resolver::finish_with_literal(Lookup &lookup, const Address &literal) {
  const Address address = lookup.hints.family == AF_INET ? literal.unmapped() : literal;
  const auto one = std::span(&address, 1);
  const auto none = std::span<const Address>();
  if (address.family == AF_INET6) {
    select(lookup.hints, one, none, selection_);
  } else {
    select(lookup.hints, none, one, selection_);
  }
  if (selection_.empty()) return finish(lookup, DNS_EBADFAMILY);
  finish_with(lookup, DNS_SOURCE_LOCAL, selection_, lookup.name);
}

// To bind to, or to reach oneself. Nothing is mapped here, as in glibc: both could not be bound to.
void Resolver::finish_with_own_address(Lookup &lookup) {
  const bool any = lookup.flag(AI_PASSIVE);
  selection_.clear();
  if (lookup.hints.family != AF_INET) selection_.push_back(Address::v6(any ? in6addr_any : in6addr_loopback));
  if (lookup.hints.family != AF_INET6) selection_.push_back(Address::v4({htonl(any ? INADDR_ANY : INADDR_LOOPBACK)}));
  order_addresses(selection_, sources_, now_);
  finish_with(lookup, DNS_SOURCE_LOCAL, selection_, {});
}

void Resolver::finish_with_loopback(Lookup &lookup) {
  const Address v6 = Address::v6(in6addr_loopback);
  const Address v4 = Address::v4({htonl(INADDR_LOOPBACK)});
  select(lookup.hints, std::span(&v6, 1), std::span(&v4, 1), selection_);
  finish_with(lookup, DNS_SOURCE_LOCAL, selection_, lookup.name);
}

// Goes along the sources of nsswitch.conf up to the servers. True if the lookup is finished, also if the servers are
// not to be asked.
bool Resolver::finish_before_dns(Lookup &lookup) {
  for (const HostSource &source : settings_.sources) {
    if (source.kind == HostSource::Kind::kDns) return false;
    if (finish_from_hosts(lookup)) return true;
    if (source.stop_if_not_found) break;
  }
  finish(lookup, DNS_ENOTFOUND);
  return true;
}

// The same from behind the servers, which have given no address.
bool Resolver::finish_behind_dns(Lookup &lookup) {
  const auto dns = std::find_if(settings_.sources.begin(), settings_.sources.end(),
                                [](const HostSource &source) { return source.kind == HostSource::Kind::kDns; });
  if (dns == settings_.sources.end() || std::next(dns) == settings_.sources.end()) return false;
  const bool stops = is_failure(lookup.status) ? dns->stop_if_unavailable : dns->stop_if_not_found;
  return !stops && finish_from_hosts(lookup);
}

bool Resolver::finish_from_hosts(Lookup &lookup) {
  const Hosts::Entry *entry = settings_.hosts.find(lookup.name);
  if (entry == nullptr) return false;
  std::vector<Address> addresses = entry->addresses;
  if (lookup.hints.family == AF_INET) {
    for (Address &address : addresses) address = address.unmapped();
  }
  const auto v4 = std::stable_partition(addresses.begin(), addresses.end(),
                                        [](const Address &address) { return address.family == AF_INET6; });
  select(lookup.hints, {addresses.begin(), v4}, {v4, addresses.end()}, selection_);
  // As with glibc, a name that the file has for the other family only is asked for.
  if (selection_.empty()) return false;
  order_addresses(selection_, sources_, now_);
  finish_with(lookup, DNS_SOURCE_HOSTS, selection_, entry->canonical_name);
  return true;
}

// Goes along the candidates as far as the cache answers for them.
bool Resolver::finish_from_cache(Lookup &lookup) {
  const bool wants_v6 = asks_for(lookup, RRType::kAAAA);
  const bool wants_v4 = asks_for(lookup, RRType::kA);
  for (;; ++lookup.candidate) {
    if (!write_candidate(lookup)) {
      end_search(lookup);
      return true;
    }
    const NameKey key(candidate_);
    const auto v6 = wants_v6 ? find_fresh(key, RRType::kAAAA) : not_asked();
    if (!v6) return false;
    const auto v4 = wants_v4 ? find_fresh(key, lookup.type) : not_asked();
    if (!v4) return false;
    note_found(lookup, RRType::kAAAA, *v6);
    note_found(lookup, lookup.type, *v4);
    if (end_candidate(lookup, *v6, *v4)) return true;
  }
}

std::optional<Found> Resolver::find_fresh(const NameKey &key, RRType type) {
  const Cache::Entry *entry = cache_.find(key, type, now_);
  if (entry == nullptr || !entry->fresh(now_)) return std::nullopt;
  if (entry->due_for_prefetch(now_) && inflight_.ask_ahead(key, type)) journal_.prefetched();
  return wants_whole_reply(type) ? entry->found_whole(now_) : entry->found(now_);
}

void Resolver::note_found(const Lookup &lookup, RRType type, const Found &found) {
  if (found.source != DNS_SOURCE_NONE) journal_.found(&lookup, candidate_.c_str(), type, found);
}

void Resolver::wait_for_turn(Lookup &lookup) {
  deadlines_.insert(lookup);
  waiting_.push_back(lookup);
}

bool Resolver::has_work() const {
  return !finished_.empty() || !round_.empty() || inflight_.has_work() || (!waiting_.empty() && inflight_.has_room());
}

void Resolver::advance(double now) noexcept {
  now_ = now;
  inflight_.settle();
  admit_waiting();
  inflight_.send_queued();
  inflight_.flush();
}

void Resolver::admit_waiting() noexcept {
  for (int n = 0; n < kAdmittedAtOnce && !waiting_.empty() && inflight_.has_room(); ++n) {
    Lookup &lookup = waiting_.front();
    if (const Lookup *const next = waiting_.after(lookup)) fetch_ahead(*next);
    lookup.state = Lookup::State::kAsking;
    asking_.push_back(lookup);
    try {
      lookup.asking = std::make_unique<Asking>(*this, lookup);
      ask(lookup);
    } catch (const std::bad_alloc &) {
      finish(lookup, DNS_ENOMEM);
    }
    inflight_.send_queued();
  }
}

// Asks for both RRsets of the candidate at which the lookup stands; goes on to the next where the cache has both.
void Resolver::ask(Lookup &lookup) {
  Asking &asking = *lookup.asking;
  for (;; ++lookup.candidate) {
    if (!write_candidate(lookup)) return end_search(lookup);
    if (candidate_.size() > kSurelyValid && !is_valid_name(candidate_)) continue;  // Too long with this domain.
    const NameKey key(candidate_);
    asking.v6.found = asking.v4.found = not_asked();
    const bool wants_v6 = asks_for(lookup, RRType::kAAAA);
    const bool wants_v4 = asks_for(lookup, RRType::kA);
    asking.postponed = settings_.single_request && wants_v6 && wants_v4;
    if (wants_v6 && !asking.postponed) want(asking.v6, key);
    if (wants_v4) want(asking.v4, key);
    want_postponed(asking);
    if (asking.waiting()) return wait_for_the_other(lookup);
    if (end_candidate(lookup, asking.v6.found, asking.v4.found)) return;
  }
}

void Resolver::want(Asking::Wanted &wanted, const NameKey &key) {
  if (auto fresh = find_fresh(key, wanted.type)) {
    note_found(wanted.lookup, wanted.type, *fresh);
    wanted.found = std::move(*fresh);
    return;
  }
  journal_.missed();
  if (cache_.has_stale() && cache_.find(key, wanted.type, now_) != nullptr) {
    end_early_at(wanted.lookup, now_ + kClientTimer);
  }
  const bool joined = inflight_.want(key, wanted.type, wanted);
  if (joined) journal_.joined(&wanted.lookup, candidate_.c_str(), wanted.type);
}

void Resolver::want_postponed(Asking &asking) {
  if (!asking.postponed || asking.v4.waiting()) return;
  asking.postponed = false;
  want(asking.v6, NameKey(candidate_));
}

// While one RRset is on its way: addresses of the other do not wait for it for long (RFC 8305 section 3).
void Resolver::wait_for_the_other(Lookup &lookup) {
  const Asking &asking = *lookup.asking;
  if (!asking.has_addresses()) return;
  if (lookup.streams() && asking.v6.found.rrset) return give_part(lookup);
  end_early_at(lookup, now_ + settings_.resolution_delay);
}

void Resolver::on_answered(const NameKey &key, RRType type, const Answer &answer) noexcept {
  cache_.store(key, type, answer, now_);
}

void Resolver::on_rrset(Asking::Wanted &wanted, const NameKey &key, const Answer &answer) noexcept {
  Lookup &lookup = wanted.lookup;
  try {
    candidate_ = key.name;
    lookup.asking->add(answer.origin);
    if (!is_failure(answer.status) || !take_stale(wanted)) {
      wanted.found = {answer.status, answer.rrset, answer.ttl, DNS_SOURCE_SERVER};
    }
    want_postponed(*lookup.asking);
    if (lookup.asking->waiting()) return wait_for_the_other(lookup);
    end_asking(lookup);
  } catch (const std::bad_alloc &) {
    finish(lookup, DNS_ENOMEM);
  }
}

// Nothing is waited for any more.
void Resolver::end_asking(Lookup &lookup) {
  const Asking &asking = *lookup.asking;
  if (asking.part_was_given()) return end_stream(lookup);
  if (end_candidate(lookup, asking.v6.found, asking.v4.found)) return;
  ++lookup.candidate;
  ask(lookup);
}

// The addresses that are there; the lookup goes on until its other RRset is there.
void Resolver::give_part(Lookup &lookup) {
  const Asking &asking = *lookup.asking;
  lookup.ttl = joint_ttl(asking.v6.found, asking.v4.found);
  lookup.source = joint_source(asking.v6.found, asking.v4.found);
  make_result(lookup, asking.v6.found, asking.v4.found);
  lookup.state = Lookup::State::kPart;
  finished_.push_back(lookup);
}

// With the RRset that is not yet given.
void Resolver::end_stream(Lookup &lookup) {
  const Asking &asking = *lookup.asking;
  const Found &rest = asking.v6.given ? asking.v4.found : asking.v6.found;
  if (!rest.rrset) return finish(lookup, rest.status, rest.source);
  end_candidate(lookup, asking.v6.found, asking.v4.found);
}

// True if the cache has data that may serve since the servers do not (RFC 8767 section 5).
bool Resolver::take_stale(Asking::Wanted &wanted) {
  const Cache::Entry *stale = cache_.serve_stale(NameKey(candidate_), wanted.type, now_);
  if (stale == nullptr) return false;
  wanted.stop_waiting();
  wanted.found = stale->found(now_);
  note_found(wanted.lookup, wanted.type, wanted.found);
  return true;
}

// Writes the candidate at which the lookup stands, in lower case. False behind the last.
bool Resolver::write_candidate(const Lookup &lookup) {
  lookup.search->write_candidate(lookup.name, lookup.candidate, candidate_);
  make_lower(candidate_);
  return !candidate_.empty();
}

// Without an address from the servers.
void Resolver::end_search(Lookup &lookup) {
  const bool is_query = lookup.wants_whole_reply();
  if (is_query && lookup.answer == nullptr && lookup.status == DNS_ENOTFOUND) return deny(lookup);  // All are too long.
  if (is_query || !finish_behind_dns(lookup)) finish(lookup, lookup.status, lookup.source);
}

bool Resolver::asks_for(const Lookup &lookup, RRType type) const {
  if (lookup.wants_whole_reply()) return type == RRType::kA;  // It is in that one's place.
  if (type == RRType::kA) return wants(lookup.hints, AF_INET);
  return wants(lookup.hints, AF_INET6) && !settings_.no_aaaa;
}

// Finishes the lookup if its candidate decides it; else the search goes on to the next.
bool Resolver::end_candidate(Lookup &lookup, const Found &v6, const Found &v4) {
  lookup.ttl = joint_ttl(v6, v4);
  lookup.source = joint_source(v6, v4);
  if (lookup.wants_whole_reply()) return end_whole_reply(lookup, v4);
  if (v6.rrset || v4.rrset) {
    make_result(lookup, v6, v4);
    finish(lookup, DNS_OK, lookup.source);
    return true;
  }
  return end_without_result(lookup, of_one_candidate(v6.status, v4.status));
}

bool Resolver::end_without_result(Lookup &lookup, int status) {
  lookup.status = of_all_candidates(lookup.status, status);
  journal_.candidate_failed(&lookup, candidate_.c_str(), status);
  if (search_continues(status)) return false;
  end_search(lookup);
  return true;
}

// A denial is kept for as long as it is what there is to report.
bool Resolver::end_whole_reply(Lookup &lookup, const Found &found) {
  lookup.ttl = found.ttl;
  const bool is_told = found.status == DNS_OK || of_all_candidates(lookup.status, found.status) == found.status;
  if (is_told && !is_failure(found.status)) lookup.answer = make_whole_answer(lookup, found);
  if (found.status != DNS_OK) return end_without_result(lookup, found.status);
  finish(lookup, DNS_OK, lookup.source);
  return true;
}

// That a name does not exist may be known from a lookup of addresses, which keeps no reply.
AnswerBlock Resolver::make_whole_answer(const Lookup &lookup, const Found &found) {
  const std::uint16_t type = number_of(lookup.type);
  if (found.rrset) return make_answer(found.rrset->whole(), type, found.ttl);
  AnswerBlock denial = make_own_answer(candidate_, type, kNxdomain, {});
  denial->ttl = found.ttl;
  return denial;
}

void Resolver::make_result(Lookup &lookup, const Found &v6, const Found &v4) {
  select(lookup.hints, v6.addresses(), v4.addresses(), selection_);
  order_addresses(selection_, sources_, now_);
  lookup.result =
      make_addrinfo(selection_, lookup.transports, canonical_name(lookup, v4.rrset ? *v4.rrset : *v6.rrset));
}

// Where it is asked for. One that is the name asked for is given in the letters in which that was asked for. One that
// could not be asked for is not given: c-ares's releases do not even agree on how to write it.
std::string_view Resolver::canonical_name(const Lookup &lookup, const RRset &rrset) {
  if (!lookup.flag(AI_CANONNAME)) return {};
  lookup.search->write_candidate(lookup.name, lookup.candidate, asked_for_);
  const std::string_view canonical = rrset.canonical_name();
  const bool is_asked_for = canonical.empty() || same_name(canonical, asked_for_);
  return is_asked_for || !is_valid_name(canonical) ? asked_for_ : canonical;
}

void Resolver::end_early_at(Lookup &lookup, double moment) {
  if (moment < lookup.due) deadlines_.move(lookup, moment);
}

void Resolver::expire(double now) noexcept {
  now_ = now;
  for (int n = 0; n < kExpiredAtOnce && has_deadline() && first_deadline() <= now + kEarly; ++n) {
    Lookup &lookup = static_cast<Lookup &>(deadlines_.first());
    try {
      end_without_waiting(lookup);
    } catch (const std::bad_alloc &) {
      finish(lookup, DNS_ENOMEM);
    }
  }
}

// With the addresses that are there, or with stale ones; without any, not before the deadline.
void Resolver::end_without_waiting(Lookup &lookup) {
  const bool late = lookup.deadline <= now_ + kEarly;
  if (lookup.asking != nullptr) {
    Asking &asking = *lookup.asking;
    write_candidate(lookup);
    for (Asking::Wanted *wanted : {&asking.v6, &asking.v4}) {
      if (wanted->waiting()) take_stale(*wanted);
    }
    if (asking.has_addresses() && lookup.streams() && asking.waiting() && !late) {
      give_part(lookup);
    } else if (asking.has_addresses() && end_candidate(lookup, asking.v6.found, asking.v4.found)) {
      return;
    }
  }
  if (late) return finish(lookup, DNS_ETIMEOUT);
  deadlines_.move(lookup, lookup.deadline);
}

void Resolver::finish_all(int status) noexcept {
  List<Lookup> all;
  for (List<Lookup> *list : {&round_, &finished_, &asking_, &waiting_}) all.append(*list);
  while (!all.empty()) finish(all.front(), status);
}

std::unique_ptr<Lookup> Resolver::take_finished(Lookup &lookup) noexcept {
  lookup.unlink();
  lookup.state = Lookup::State::kCalling;
  --outstanding_;
  journal_.ended(&lookup, lookup.name.c_str(), lookup.status, lookup.source, now_ - lookup.started);
  return std::unique_ptr<Lookup>(&lookup);
}

AddrinfoList Resolver::take_part(Lookup &lookup) noexcept {
  for (Asking::Wanted *wanted : {&lookup.asking->v6, &lookup.asking->v4}) {
    if (!wanted->found.rrset) continue;
    wanted->given = true;
    wanted->found.rrset = {};
  }
  lookup.state = Lookup::State::kAsking;
  asking_.push_back(lookup);
  return std::move(lookup.result);
}

void Resolver::cancel(Lookup &lookup) noexcept {
  if (lookup.state == Lookup::State::kCalling) return;
  deadlines_.remove(lookup);
  --outstanding_;
  journal_.cancelled();
  delete &lookup;
}

void Resolver::finish_with(Lookup &lookup, dns_source source, std::span<const Address> addresses,
                           std::string_view canonical_name) {
  lookup.result = make_addrinfo(addresses, lookup.transports,
                                lookup.flag(AI_CANONNAME) ? without_last_dot(canonical_name) : std::string_view());
  finish(lookup, DNS_OK, source);
}

void Resolver::finish(Lookup &lookup, int status, dns_source source) noexcept {
  if (status != DNS_OK) lookup.result.reset();
  if (is_failure(status)) lookup.answer.reset();
  lookup.status = status;
  lookup.source = source;
  lookup.state = Lookup::State::kFinished;
  if (lookup.asking != nullptr) lookup.asking->stop_waiting();
  deadlines_.remove(lookup);
  finished_.push_back(lookup);
}

}  // namespace dns_cares
