#include "resolver/nsswitch.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "resolver/text_file.h"

namespace dns_cares {
namespace {

using Kind = HostSource::Kind;

constexpr std::string_view kStatuses[] = {"SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN"};
constexpr std::size_t kNotFound = 1;
constexpr std::size_t kUnavailable = 2;

// Whether to stop, by status.
using Actions = std::array<bool, std::size(kStatuses)>;
constexpr Actions kUsual{true, false, false, false};

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

void skip_blanks(std::string_view &text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\v\f\r"), text.size()));
}

bool skip_mark(char mark, std::string_view &text) {
  if (!text.starts_with(mark)) return false;
  text.remove_prefix(1);
  return true;
}

// What comes before the first of `ends`, and the blanks after it.
std::string_view take_until(std::string_view ends, std::string_view &text) {
  const std::string_view word = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(word.size());
  skip_blanks(text);
  return word;
}

// "NOTFOUND=return", or "!UNAVAIL=return" for all statuses but that one. False if it is not so.
bool take_action(std::string_view &text, Actions &actions) {
  const bool negated = skip_mark('!', text);
  const std::string_view name = take_until(" \t\v\f\r=]", text);
  const auto *status = std::find_if(std::begin(kStatuses), std::end(kStatuses),
                                    [name](std::string_view known) { return same_word(known, name); });
  if (status == std::end(kStatuses) || !skip_mark('=', text)) return false;
  skip_blanks(text);
  const std::string_view action = take_until(" \t\v\f\r=]", text);
  const bool stops = same_word(action, "return") || same_word(action, "merge");  // "merge" needs another result.
  if (!stops && !same_word(action, "continue")) return false;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if ((i == static_cast<std::size_t>(status - kStatuses)) != negated) actions[i] = stops;
  }
  return true;
}

// "[ACTION ...]", if it is there.
bool take_actions(std::string_view &text, Actions &actions) {
  if (!skip_mark('[', text)) return true;
  skip_blanks(text);
  do {
    if (!take_action(text, actions)) return false;
  } while (!skip_mark(']', text));
  return true;
}

void add(const HostSource &source, HostSources &sources) {
  const bool known = std::any_of(sources.begin(), sources.end(),
                                 [&source](const HostSource &other) { return other.kind == source.kind; });
  if (!known) sources.push_back(source);
}

void add_service(std::string_view name, const Actions &actions, HostSources &sources) {
  const bool not_found = actions[kNotFound];
  const bool unavailable = actions[kUnavailable];
  if (name == "files") add({Kind::kFiles, not_found, unavailable}, sources);
  if (name == "resolve") add({Kind::kFiles}, sources);
  if (name == "dns" || name == "resolve") add({Kind::kDns, not_found, unavailable}, sources);
}

// Nothing if there is a syntax error or no service.
std::optional<HostSources> parse_services(std::string_view text) {
  HostSources sources;
  bool any = false;
  for (;; any = true) {
    skip_blanks(text);
    const std::string_view name = take_until(" \t\v\f\r[", text);
    if (name.empty()) return any ? std::optional(sources) : std::nullopt;
    Actions actions = kUsual;
    if (!take_actions(text, actions)) return std::nullopt;
    add_service(name, actions, sources);
  }
}

}  // namespace

HostSources parse_nsswitch(std::string_view text) {
  std::optional<HostSources> sources;
  std::string_view line;
  while (take_line(text, line)) {
    skip_blanks(line);
    if (take_until(" \t\v\f\r:", line) != "hosts") continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t\v\f\r:"), line.size()));
    sources = parse_services(line);
  }
  return sources.value_or(HostSources{{Kind::kFiles}, {Kind::kDns}});
}

}  // namespace dns_cares
