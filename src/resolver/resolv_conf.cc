#include "resolver/resolv_conf.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "resolver/literal.h"
#include "resolver/name.h"
#include "resolver/services.h"
#include "resolver/text_file.h"

namespace dns_cares {
namespace {

constexpr unsigned kMaxNdots = 15;  // as in libc

void parse_option(std::string_view option, ResolvConf &conf) {
  constexpr std::string_view kNdots = "ndots:";
  if (option == "rotate") conf.rotate = true;
  if (!option.starts_with(kNdots)) return;
  option.remove_prefix(kNdots.size());
  unsigned ndots = 0;
  if (std::from_chars(option.data(), option.data() + option.size(), ndots).ec == std::errc()) {
    conf.ndots = std::min(ndots, kMaxNdots);
  }
}

void parse_line(const std::vector<std::string_view> &words, ResolvConf &conf) {
  const std::string_view keyword = words[0];
  if (keyword == "nameserver") {
    if (const auto address = parse_literal(words[1])) conf.servers.push_back({*address});
  } else if (keyword == "search" || keyword == "domain") {
    conf.search.clear();
    const std::size_t count = keyword == "domain" ? 2 : words.size();
    for (std::size_t i = 1; i < count; ++i) {
      // "search ." asks for the name as it is, which the search list does in any case.
      if (is_valid_name(words[i])) conf.search.emplace_back(without_last_dot(words[i]));
    }
  } else if (keyword == "options") {
    for (std::size_t i = 1; i < words.size(); ++i) parse_option(words[i], conf);
  }
}

// "ADDRESS", "IPV4:PORT", "[ADDRESS]" or "[ADDRESS]:PORT".
std::optional<ServerAddress> parse_server(std::string_view text) {
  ServerAddress server;
  std::string_view host = text;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    has_port = !text.empty();
    if (has_port && text[0] != ':') return std::nullopt;
    if (has_port) port = text.substr(1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    const std::size_t colon = text.find(':');
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  if (has_port) {
    const auto number = parse_port(port);
    if (!number || *number == 0) return std::nullopt;
    server.port = *number;
  }
  const auto address = parse_literal(host);
  if (!address) return std::nullopt;
  server.address = *address;
  return server;
}

}  // namespace

ResolvConf parse_resolv_conf(std::string_view text) {
  ResolvConf conf;
  std::string_view line;
  while (take_line(text, line)) {
    const auto words = split_words(line, "#;");
    if (words.size() >= 2) parse_line(words, conf);
  }
  if (conf.servers.empty()) conf.servers.push_back({Address::v4({htonl(INADDR_LOOPBACK)})});
  return conf;
}

std::optional<std::vector<ServerAddress>> parse_servers(std::string_view text) {
  std::vector<ServerAddress> servers;
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), ',', ' ');
  for (const std::string_view word : split_words(spaced, "")) {
    const auto server = parse_server(word);
    if (!server) return std::nullopt;
    if (std::find(servers.begin(), servers.end(), *server) == servers.end()) servers.push_back(*server);
  }
  return servers.empty() ? std::nullopt : std::optional(std::move(servers));
}

}  // namespace dns_cares
