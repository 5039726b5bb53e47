#include "summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "words.h"

namespace dns_cares_tool {
namespace {

constexpr std::uint64_t kWorthATable = 10;  // lookups
constexpr double kBarLength = 40;
constexpr double kBounds[] = {0.0001, 0.001, 0.01, 0.1, 1, 10};  // seconds

void add_failures(const Tally &tally, Question question, std::string &text) {
  for (std::size_t status = DNS_OK + 1; status < tally.by_status.size(); ++status) {
    const std::uint64_t count = tally.by_status[status];
    if (count == 0) continue;
    fmt::format_to(std::back_inserter(text), "  {} {}\n", count, error_text(static_cast<int>(status), question));
  }
}

void add_bar(const char *label, std::uint64_t count, std::uint64_t total, std::string &text) {
  const double part = static_cast<double>(count) / static_cast<double>(total);
  const auto length = static_cast<std::size_t>(std::lround(part * kBarLength));
  fmt::format_to(std::back_inserter(text), "  {:>8} {:>10} {:5.1f} %{}\n", label, count, 100 * part,
                 count > 0 ? ' ' + std::string(std::max<std::size_t>(length, 1), '#') : "");
}

void add_latencies(const Latencies &latencies, std::string &text) {
  fmt::format_to(std::back_inserter(text),
                 "latency: 50 % {:.3g} ms, 90 % {:.3g} ms, 99 % {:.3g} ms, longest {:.3g} ms\n",
                 latencies.percentile_ms(0.5), latencies.percentile_ms(0.9), latencies.percentile_ms(0.99),
                 latencies.longest_seconds() * 1e3);
  std::uint64_t below = 0;
  for (const double bound : kBounds) {
    const std::uint64_t within = latencies.within(bound);
    const std::string label = bound < 1 ? fmt::format("{:g} ms", bound * 1e3) : fmt::format("{:g} s", bound);
    add_bar(("< " + label).c_str(), within - below, latencies.total(), text);
    below = within;
  }
  if (latencies.total() > below) add_bar("more", latencies.total() - below, latencies.total(), text);
}

}  // namespace

std::string summary_of(const Tally &tally, Question question) {
  const double seconds = tally.elapsed();
  std::string text =
      fmt::format("{} name{}, {} failed, {:.3f} s, {:.0f} lookups/s\n", tally.lines, tally.lines == 1 ? "" : "s",
                  tally.failed(), seconds, seconds > 0 ? static_cast<double>(tally.lines) / seconds : 0.0);
  add_failures(tally, question, text);
  if (tally.unwritten > 0) {
    fmt::format_to(std::back_inserter(text), "  {} of the results not written\n", tally.unwritten);
  }
  if (tally.lines >= kWorthATable) add_latencies(tally.latencies, text);
  return text;
}

}  // namespace dns_cares_tool
