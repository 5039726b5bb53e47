#include "progress.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "message.h"
#include "terminal.h"
#include "words.h"

namespace dns_cares_tool {
namespace {

constexpr double kSecondsBetween = 0.1;
constexpr const char *kWipe = "\r\033[K";

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 100) return fmt::format("{} s", whole);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string failures_text(const Tally &tally) {
  std::string kinds;
  for (std::size_t status = DNS_OK + 1; status < tally.by_status.size(); ++status) {
    if (tally.by_status[status] == 0) continue;
    fmt::format_to(std::back_inserter(kinds), "{}{} {}", kinds.empty() ? "" : ", ", grouped(tally.by_status[status]),
                   status_word(static_cast<int>(status)));
  }
  return kinds.empty() ? "0 failed" : fmt::format("{} failed ({})", grouped(tally.failed()), kinds);
}

}  // namespace

std::string progress_line(const Tally &tally, std::optional<double> fraction) {
  const double seconds = tally.elapsed();
  const double rate = seconds > 0 ? static_cast<double>(tally.lines) / seconds : 0;
  const std::uint64_t done = tally.before + tally.lines;
  std::string text = grouped(done);
  double left = 0;
  if (fraction && *fraction > 0) {
    const double all = static_cast<double>(done + tally.in_flight) / *fraction;
    left = all - static_cast<double>(done);
    fmt::format_to(std::back_inserter(text), " of {}{} ({:.0f} %)", *fraction < 1 ? "about " : "",
                   grouped(static_cast<std::uint64_t>(std::llround(all))), 100 * static_cast<double>(done) / all);
  }
  fmt::format_to(std::back_inserter(text), ", {}/s, {}, {} in flight", grouped(static_cast<std::uint64_t>(rate)),
                 failures_text(tally), grouped(tally.in_flight));
  if (left > 0 && rate > 0) text += ", " + duration_text(left / rate) + " left";
  return text;
}

Progress::Progress(Exchange &exchange)
    : exchange_(exchange),
      colour_(wants_colour()),
      timer_([](void *self) { static_cast<Progress *>(self)->draw(); }, this) {
  timer_.start(kSecondsBetween, kSecondsBetween);
}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (!drawn_) return;
  say(kWipe);
  drawn_ = false;
}

// Within a callback of the loop. Without memory for a line, there is none for a run either.
void Progress::draw() noexcept {
  const Tally tally = exchange_.tally();
  std::string line = progress_line(tally, exchange_.fraction());
  const std::size_t width = terminal_width();
  if (line.size() >= width) line.resize(width - 1);
  if (colour_) line = (tally.failed() > 0 ? "\033[33m" : "\033[32m") + line + "\033[0m";
  say(kWipe);
  say(line);
  drawn_ = true;
}

}  // namespace dns_cares_tool
