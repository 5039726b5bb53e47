#include "reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "words.h"

namespace dns_cares_tool {
namespace {

constexpr double kPercentiles[] = {50, 90, 95, 99, 99.9};
constexpr double kBuckets[] = {0.0001, 0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10};  // seconds

nlohmann::ordered_json counts_of(const std::uint64_t *counts, int number, const char *(*word)(int)) {
  auto object = nlohmann::ordered_json::object();
  for (int i = 0; i < number; ++i) {
    if (counts[i] > 0) object[word(i)] = counts[i];
  }
  return object;
}

nlohmann::ordered_json latencies_of(const Latencies &latencies) {
  auto object = nlohmann::ordered_json::object();
  for (const double percent : kPercentiles)
    object[fmt::format("p{:g}", percent)] = latencies.percentile_ms(percent / 100);
  object["longest"] = latencies.longest_seconds() * 1e3;
  object["mean"] = latencies.total() > 0 ? latencies.sum_seconds() * 1e3 / static_cast<double>(latencies.total()) : 0.0;
  return object;
}

}  // namespace

std::string stats_as_json(const Tally &tally, const dns_stats &library) {
  const double seconds = tally.elapsed();
  nlohmann::ordered_json stats;
  stats["v"] = 1;
  stats["names"] = tally.lines;
  stats["failed"] = tally.failed();
  stats["unwritten"] = tally.unwritten;
  stats["seconds"] = seconds;
  stats["names_per_second"] = seconds > 0 ? static_cast<double>(tally.lines) / seconds : 0.0;
  stats["statuses"] = counts_of(tally.by_status.data(), static_cast<int>(tally.by_status.size()), status_word);
  stats["sources"] = counts_of(library.sources, DNS_SOURCE_SERVER + 1, dns_source_name);
  stats["latency_ms"] = latencies_of(tally.latencies);
  stats["queries"] = library.queries;
  stats["retries"] = library.retries;
  stats["truncations"] = library.truncations;
  stats["timeouts"] = library.timeouts;
  stats["cache_hits"] = library.cache_hits;
  stats["coalesced"] = library.coalesced;
  return stats.dump(2) + '\n';
}

std::string stats_for_prometheus(const Tally &tally) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out,
                 "# HELP dns_cares_lookups_total Lookups that have ended, by status.\n"
                 "# TYPE dns_cares_lookups_total counter\n");
  for (std::size_t status = 0; status < tally.by_status.size(); ++status) {
    fmt::format_to(out, "dns_cares_lookups_total{{status=\"{}\"}} {}\n", status_word(static_cast<int>(status)),
                   tally.by_status[status]);
  }
  fmt::format_to(out,
                 "# HELP dns_cares_in_flight Lookups that are under way.\n# TYPE dns_cares_in_flight gauge\n"
                 "dns_cares_in_flight {}\n",
                 tally.in_flight);
  fmt::format_to(out,
                 "# HELP dns_cares_run_seconds Seconds since the start of the run.\n"
                 "# TYPE dns_cares_run_seconds gauge\ndns_cares_run_seconds {:.3f}\n",
                 tally.elapsed());
  fmt::format_to(out,
                 "# HELP dns_cares_lookup_seconds How long lookups took.\n"
                 "# TYPE dns_cares_lookup_seconds histogram\n");
  for (const double bucket : kBuckets) {
    fmt::format_to(out, "dns_cares_lookup_seconds_bucket{{le=\"{:g}\"}} {}\n", bucket, tally.latencies.within(bucket));
  }
  fmt::format_to(out,
                 "dns_cares_lookup_seconds_bucket{{le=\"+Inf\"}} {0}\ndns_cares_lookup_seconds_sum {1}\n"
                 "dns_cares_lookup_seconds_count {0}\n",
                 tally.latencies.total(), tally.latencies.sum_seconds());
  return text;
}

void add_stats(dns_stats &sum, const dns_stats &other) {
  sum.lookups += other.lookups;
  std::transform(sum.sources, sum.sources + DNS_STATS_SOURCES, other.sources, sum.sources, std::plus<>());
  sum.queries += other.queries;
  sum.retries += other.retries;
  sum.truncations += other.truncations;
  sum.timeouts += other.timeouts;
  sum.cache_hits += other.cache_hits;
  sum.coalesced += other.coalesced;
}

}  // namespace dns_cares_tool
