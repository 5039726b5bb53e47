// From a name to addresses: the policy, with neither a loop nor a network in it.
//
// Lookups go through three lists, each first in, first out: those that wait for their turn to ask the servers,
// those that are asking, and those that are finished and wait for their callback. The resolver calls nobody back:
// its user takes the finished ones out and does.
//
// Thread rule: none of its own; all calls in one thread. `now` is in seconds on any clock that never goes back.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal.h"
#include "resolver/cache.h"
#include "resolver/hosts.h"
#include "resolver/inflight.h"
#include "resolver/lookup.h"
#include "resolver/nsswitch.h"
#include "resolver/order.h"
#include "resolver/search.h"
#include "resolver/services.h"

namespace dns_cares {

class Resolver final : private Inflight::Listener {
 public:
  struct Settings {
    Hosts hosts;
    Services services;
    Search search;                             // taken out by the resolver
    HostSources sources = parse_nsswitch("");  // where names are looked up, and in which order
    bool no_aaaa = false;                      // the servers are asked for no AAAA
    bool single_request = false;               // for A first, and then for AAAA
    std::size_t window = 192;                  // queries on the wire at once
    double resolution_delay = 0.05;  // seconds that one family's addresses wait for the other's (RFC 8305 section 3)
    Cache::Limits cache;
  };

  Resolver(Settings settings, Upstream &upstream, SourceFinder &sources, Journal &journal)
      : settings_(std::move(settings)),
        search_(SharedSearch::make(std::move(settings_.search))),
        sources_(sources),
        journal_(journal),
        cache_(settings_.cache),
        inflight_(upstream, *this, settings_.window) {}
  ~Resolver();

  // Uses other files and another search list from now on; the window, the delay and the cache's limits stay. Lookups
  // under way keep their search list. What was denied is asked for anew. Throws std::bad_alloc, and has then changed
  // nothing.
  void reconfigure(Settings settings);
  // Asks all questions on the wire once more, for the upstream has forgotten them.
  void ask_again() noexcept { inflight_.ask_again(); }

  // Takes the lookup over. `service` is not kept.
  void start(std::unique_ptr<Lookup> lookup, const char *service, double now, double deadline) noexcept;
  // The same for a whole reply. `flags` are those of dns_query().
  void start_query(std::unique_ptr<Lookup> lookup, unsigned flags, double now, double deadline) noexcept;
  // Frees the lookup, unless its callback is running.
  void cancel(Lookup &lookup) noexcept;

  // Whether advance() or take_finished() would do something.
  bool has_work() const;
  // Whether a lookup has not been taken out yet, and how many have not.
  bool has_lookups() const { return outstanding_ > 0; }
  std::size_t outstanding() const { return outstanding_; }
  // Queries on the wire.
  std::size_t in_flight() const { return inflight_.on_wire(); }
  // When expire() has something to do next; only while has_deadline().
  bool has_deadline() const { return !deadlines_.empty(); }
  double first_deadline() const { return deadlines_.first().due; }

  // Uses the answers that came, and puts on the wire what there is room for. Does a bounded amount of work.
  void advance(double now) noexcept;
  // Finishes the lookups whose deadline has come, or the moment at which they end without all answers. Does a bounded
  // amount of work.
  void expire(double now) noexcept;
  // Finishes every lookup with a status.
  void finish_all(int status) noexcept;

  // Opens a round of deliveries: what has finished until now is in it, what finishes later is not.
  void begin_round() { round_.append(finished_); }
  // The next lookup of the round, finished or with a part to give; nullptr at its end.
  Lookup *first_of_round() { return round_.empty() ? nullptr : &round_.front(); }
  // Takes a finished lookup out, its state kCalling; or takes its part from a lookup, which goes on.
  std::unique_ptr<Lookup> take_finished(Lookup &lookup) noexcept;
  AddrinfoList take_part(Lookup &lookup) noexcept;

  // What the files say. Not valid beyond reconfigure().
  const Settings &settings() const { return settings_; }
  const Search &search() const { return *search_; }

  Cache &cache() { return cache_; }
  const Cache &cache() const { return cache_; }

  // Called when an RRset that a lookup waits for was answered.
  void on_rrset(Asking::Wanted &wanted, const NameKey &key, const Answer &answer) noexcept;

 private:
  void on_answered(const NameKey &key, RRType type, const Answer &answer) noexcept override;
  template <class Resolve>
  void begin(std::unique_ptr<Lookup> lookup, double now, double deadline, const Resolve &resolve) noexcept;
  void resolve(Lookup &lookup, const char *service);
  void query(Lookup &lookup, unsigned flags);
  void finish_query_with_loopback(Lookup &lookup);
  void deny(Lookup &lookup);
  bool narrow_to_own_families(Lookup &lookup);
  void finish_with_own_address(Lookup &lookup);
  void finish_with_literal(Lookup &lookup, const Address &literal);
  void finish_with_loopback(Lookup &lookup);
  bool finish_before_dns(Lookup &lookup);
  bool finish_behind_dns(Lookup &lookup);
  bool finish_from_hosts(Lookup &lookup);
  bool asks_for(const Lookup &lookup, RRType type) const;
  bool finish_from_cache(Lookup &lookup);
  std::optional<Found> find_fresh(const NameKey &key, RRType type);
  void note_found(const Lookup &lookup, RRType type, const Found &found);
  void wait_for_turn(Lookup &lookup);

  void admit_waiting() noexcept;
  void ask(Lookup &lookup);
  void want(Asking::Wanted &wanted, const NameKey &key);
  void want_postponed(Asking &asking);
  void wait_for_the_other(Lookup &lookup);
  void end_asking(Lookup &lookup);
  void give_part(Lookup &lookup);
  void end_stream(Lookup &lookup);
  bool take_stale(Asking::Wanted &wanted);
  void end_early_at(Lookup &lookup, double moment);
  void end_without_waiting(Lookup &lookup);
  bool write_candidate(const Lookup &lookup);
  void end_search(Lookup &lookup);
  bool end_candidate(Lookup &lookup, const Found &v6, const Found &v4);
  bool end_without_result(Lookup &lookup, int status);
  bool end_whole_reply(Lookup &lookup, const Found &found);

  AnswerBlock make_whole_answer(const Lookup &lookup, const Found &found);
  void make_result(Lookup &lookup, const Found &v6, const Found &v4);
  std::string_view canonical_name(const Lookup &lookup, const RRset &rrset);
  void finish_with(Lookup &lookup, dns_source source, std::span<const Address> addresses,
                   std::string_view canonical_name);
  void finish(Lookup &lookup, int status, dns_source source = DNS_SOURCE_NONE) noexcept;

  Settings settings_;
  SharedSearch::Ptr search_;
  SharedSearch::Ptr no_search_ = SharedSearch::make({});
  SourceFinder &sources_;
  Journal &journal_;
  Cache cache_;
  Inflight inflight_;
  double now_ = 0;                  // as the last call passed it
  std::string candidate_;           // the name that is being looked at, in lower case
  std::string asked_for_;           // the same in the letters of the lookup, if they are wanted
  std::vector<Address> selection_;  // what a result is made of; kept for its memory
  Deadlines deadlines_;
  List<Lookup> waiting_;
  List<Lookup> asking_;
  List<Lookup> finished_;
  List<Lookup> round_;  // finished ones that are being delivered now
  std::size_t outstanding_ = 0;
};

}  // namespace dns_cares
