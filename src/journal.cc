#include "journal.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <new>
#include <string>

namespace dns_cares {
namespace {

dns_trace_event event_of(dns_trace_step step, const void *lookup, const char *name) {
  dns_trace_event event{};
  event.size = sizeof event;
  event.step = step;
  event.lookup = lookup;
  event.name = name;
  event.extended_error = -1;
  return event;
}

dns_trace_event event_of(dns_trace_step step, const void *lookup, const char *name, RRType type) {
  dns_trace_event event = event_of(step, lookup, name);
  event.type = number_of(type);
  return event;
}

// [n] counts what took more than 2^(n-1) microseconds, and 2^n at most.
std::size_t bucket_of(double seconds) {
  const std::uint64_t microseconds =
      std::max<std::uint64_t>(static_cast<std::uint64_t>(std::max(seconds, 0.0) * 1e6), 1);
  // An int or unsigned, as the standard library has it.
  const auto bits = static_cast<std::size_t>(std::bit_width(microseconds - 1));
  return std::min<std::size_t>(bits, DNS_STATS_LATENCIES - 1);
}

}  // namespace

// Without memory for the server's text the event is told without it.
void Journal::tell(dns_trace_event event, const ServerAddress *server) const {
  std::string text;
  try {
    if (server != nullptr) text = to_text(*server);
  } catch (const std::bad_alloc &) {
  }
  if (!text.empty()) event.server = text.c_str();
  tell(event);
}

void Journal::started(const void *lookup, const char *name) {
  ++counts_.lookups;
  if (traces()) tell(event_of(DNS_TRACE_START, lookup, name));
}

void Journal::candidate_failed(const void *lookup, const char *candidate, int status) {
  if (!traces()) return;
  dns_trace_event event = event_of(DNS_TRACE_NO_ADDRESS, lookup, candidate);
  event.status = status;
  tell(event);
}

void Journal::ended(const void *lookup, const char *name, int status, dns_source source, double seconds) {
  ++counts_.ended[status];
  ++counts_.sources[source];
  ++counts_.latencies[bucket_of(seconds)];
  if (!traces()) return;
  dns_trace_event event = event_of(DNS_TRACE_END, lookup, name);
  event.status = status;
  event.source = source;
  event.seconds = seconds;
  tell(event);
}

void Journal::found(const void *lookup, const char *name, RRType type, const Found &found) {
  ++(found.source == DNS_SOURCE_STALE ? counts_.cache_stale : counts_.cache_hits);
  if (!traces()) return;
  dns_trace_event event = event_of(DNS_TRACE_CACHE, lookup, name, type);
  event.status = found.status;
  event.source = found.source;
  event.seconds = found.ttl;
  tell(event);
}

void Journal::joined(const void *lookup, const char *name, RRType type) {
  ++counts_.coalesced;
  if (traces()) tell(event_of(DNS_TRACE_JOIN, lookup, name, type));
}

void Journal::sent(const char *name, RRType type, const ServerAddress *server, unsigned attempt) {
  ++(attempt <= 1 ? counts_.queries : counts_.retries);
  if (!traces()) return;
  dns_trace_event event = event_of(DNS_TRACE_SEND, nullptr, name, type);
  event.attempt = attempt;
  tell(event, server);
}

void Journal::truncated(const Question &question, const ServerAddress &server) {
  ++counts_.truncations;
  if (traces()) tell(event_of(DNS_TRACE_TRUNCATED, nullptr, question.name.c_str(), question.type), &server);
}

void Journal::answered(const Question &question, const Answer &answer) {
  const Origin &origin = answer.origin;
  if (answer.status == DNS_ETIMEOUT) ++counts_.timeouts;
  if (!traces()) return;
  dns_trace_event event = event_of(DNS_TRACE_ANSWER, nullptr, question.name.c_str(), question.type);
  event.status = answer.status;
  event.seconds = origin.round_trip;
  event.extended_error = origin.error ? origin.error->code : -1;
  if (origin.error && !origin.error->text.empty()) event.text = origin.error->text.c_str();
  tell(event, origin.server ? &*origin.server : nullptr);
}

}  // namespace dns_cares
