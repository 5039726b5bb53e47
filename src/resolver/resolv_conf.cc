#include "resolver/resolv_conf.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <limits>

#include "resolver/literal.h"
#include "resolver/name.h"
#include "resolver/services.h"
#include "resolver/text_file.h"

namespace dns_cares {
namespace {

// As in libc.
constexpr unsigned kMaxNdots = 15;
constexpr unsigned kMaxTimeout = 30;  // seconds
constexpr unsigned kMaxAttempts = 5;

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
  const auto address = parse_dotted_literal(host);
  if (!address) return std::nullopt;
  server.address = *address;
  return server;
}

void add_server(const ServerAddress &server, std::vector<ServerAddress> &servers) {
  if (std::find(servers.begin(), servers.end(), server) == servers.end()) servers.push_back(server);
}

// Also in the forms that glibc takes, such as "127.1". A scope that says nothing is left off, as there: most addresses
// do not need theirs.
std::optional<ServerAddress> parse_nameserver(std::string_view text) {
  if (const auto server = parse_server(text)) return server;
  if (const auto address = parse_literal(text)) return ServerAddress{*address};
  const std::size_t percent = text.find('%');
  if (percent == std::string_view::npos) return std::nullopt;
  const auto address = parse_literal(text.substr(0, percent));
  if (!address || address->family != AF_INET6) return std::nullopt;
  return ServerAddress{*address};
}

void set_search(std::string_view domains, ResolvConf &conf) {
  conf.search.clear();
  std::string_view domain;
  while (take_word(domains, domain)) {
    if (domain.size() > 1 && domain.starts_with('.')) domain.remove_prefix(1);
    if (domain == "." || is_valid_name(domain)) conf.search.emplace_back(without_last_dot(domain));
  }
  while (!conf.search.empty() && conf.search.back() == ".") conf.search.pop_back();
}

// Reads as atoi(3) does, but gives nothing where there is no number.
std::optional<unsigned> parse_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  if (text.starts_with('+')) text.remove_prefix(1);
  unsigned number = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), number).ec;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<unsigned>::max();
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

// The number of an option at the start of `text`.
std::optional<unsigned> number_of(std::string_view option, std::string_view text) {
  return text.starts_with(option) ? parse_number(text.substr(option.size())) : std::nullopt;
}

struct Flag {
  std::string_view name;
  bool ResolvConf::*flag;
};

// Where one name starts another, the longer comes first.
constexpr Flag kFlags[] = {
    {"rotate", &ResolvConf::rotate},
    {"use-vc", &ResolvConf::use_vc},
    {"edns0", &ResolvConf::edns0},
    {"no-aaaa", &ResolvConf::no_aaaa},
    {"trust-ad", &ResolvConf::trust_ad},
    {"single-request-reopen", &ResolvConf::single_request_reopen},
    {"single-request", &ResolvConf::single_request},
};

// The option at the start of `text`; what it is followed by still belongs to it where there is a blank after the colon.
void set_option(std::string_view text, ResolvConf &conf) {
  if (const auto ndots = number_of("ndots:", text)) conf.ndots = std::min(*ndots, kMaxNdots);
  if (const auto seconds = number_of("timeout:", text)) conf.timeout_s = std::clamp(*seconds, 1U, kMaxTimeout);
  if (const auto attempts = number_of("attempts:", text)) conf.attempts = std::clamp(*attempts, 1U, kMaxAttempts);
  const auto flag = std::find_if(std::begin(kFlags), std::end(kFlags),
                                 [text](const Flag &known) { return text.starts_with(known.name); });
  if (flag != std::end(kFlags)) conf.*flag->flag = true;
}

void set_options(std::string_view options, ResolvConf &conf) {
  std::string_view option;
  for (std::string_view rest = options; take_word(rest, option);) {
    set_option(options.substr(static_cast<std::size_t>(option.data() - options.data())), conf);
  }
}

// What follows a keyword, if the line starts with it.
std::optional<std::string_view> value_of(std::string_view keyword, std::string_view line) {
  if (!line.starts_with(keyword)) return std::nullopt;
  line.remove_prefix(keyword.size());
  return line.starts_with(' ') || line.starts_with('\t') ? std::optional(line) : std::nullopt;
}

void parse_line(std::string_view line, ResolvConf &conf, std::optional<std::string_view> &search) {
  std::string_view word;
  if (auto server = value_of("nameserver", line)) {
    if (!take_word(*server, word)) return;
    if (const auto parsed = parse_nameserver(word)) add_server(*parsed, conf.servers);
  } else if (auto domain = value_of("domain", line)) {
    if (take_word(*domain, word)) search = word;
  } else if (auto domains = value_of("search", line)) {
    const std::string_view list = *domains;
    if (take_word(*domains, word)) search = list;
  } else if (const auto options = value_of("options", line)) {
    set_options(*options, conf);
  }
}

// What follows the first dot.
std::string_view domain_of(std::string_view host_name) {
  const std::size_t dot = host_name.find('.');
  return dot != std::string_view::npos ? host_name.substr(dot + 1) : std::string_view();
}

std::optional<std::string> variable(const char *name) {
  const char *value = secure_getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

Environment read_environment() {
  char host_name[256] = "";
  // What does not fit is cut off, and then need not end in a NUL.
  if (gethostname(host_name, sizeof host_name - 1) != 0) host_name[0] = '\0';
  host_name[sizeof host_name - 1] = '\0';
  return {host_name, variable("LOCALDOMAIN"), variable("RES_OPTIONS").value_or("")};
}

ResolvConf parse_resolv_conf(std::string_view text, const Environment &environment) {
  ResolvConf conf;
  std::optional<std::string_view> search;
  std::string_view line;
  while (take_line(text, line)) parse_line(line, conf, search);
  if (conf.servers.empty()) conf.servers.push_back({Address::v4({htonl(INADDR_LOOPBACK)})});

  if (const auto &localdomain = environment.localdomain) {
    search = std::string_view(*localdomain).substr(0, localdomain->find('\n'));
  }
  set_search(search ? *search : domain_of(environment.host_name), conf);
  set_options(environment.res_options, conf);
  return conf;
}

std::optional<std::vector<ServerAddress>> parse_servers(std::string_view text) {
  std::vector<ServerAddress> servers;
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), ',', ' ');
  for (const std::string_view word : split_words(spaced, "")) {
    const auto server = parse_server(word);
    if (!server) return std::nullopt;
    add_server(*server, servers);
  }
  return servers.empty() ? std::nullopt : std::optional(std::move(servers));
}

}  // namespace dns_cares
