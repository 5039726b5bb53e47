#include "resolver/services.h"

#include <charconv>

#include "resolver/text_file.h"

namespace dns_cares {
namespace {

std::string key(std::string_view name, std::string_view protocol) {
  std::string result(name);
  result += '/';
  result += protocol;
  return result;
}

}  // namespace

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

Services::Services(std::string_view text) {
  std::string_view line;
  while (take_line(text, line)) {
    const auto words = split_words(line, "#");
    if (words.size() < 2) continue;
    const std::size_t slash = words[1].find('/');
    if (slash == std::string_view::npos) continue;
    const auto port = parse_port(words[1].substr(0, slash));
    if (!port) continue;
    const std::string_view protocol = words[1].substr(slash + 1);
    names_.emplace(key(std::to_string(*port), protocol), words[0]);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i != 1) ports_.emplace(key(words[i], protocol), *port);
    }
  }
}

std::optional<std::uint16_t> Services::find(std::string_view name, std::string_view protocol) const {
  const auto found = ports_.find(key(name, protocol));
  return found != ports_.end() ? std::optional(found->second) : std::nullopt;
}

const std::string *Services::find_name(std::uint16_t port, std::string_view protocol) const {
  const auto found = names_.find(key(std::to_string(port), protocol));
  return found != names_.end() ? &found->second : nullptr;
}

}  // namespace dns_cares
