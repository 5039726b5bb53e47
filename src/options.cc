#include "options.h"

#include <algorithm>
#include <climits>
#include <cmath>

#include "resolver/resolv_conf.h"
#include "resolver/text_file.h"
#include "sized_struct.h"

namespace dns_cares {
namespace {

// Far above any hosts file in use, block lists of a million names included.
constexpr std::size_t kMostHosts = std::size_t{64} << 20;
constexpr std::size_t kMostConfig = std::size_t{1} << 20;

// c-ares has 65,536 ids for a channel, and searches ever longer for a free one as they run out.
constexpr unsigned kMostInFlight = 65000;

const dns_options kDefaults = {
    .size = sizeof(dns_options),
    .servers = nullptr,
    .resolv_conf = nullptr,
    .hosts_file = nullptr,
    .timeout_ms = 2000,
    .tries = 3,
    .deadline_ms = 10000,
    .resolution_delay_ms = 50,
    .max_inflight = 0,
    .cache_bytes = std::size_t{4} << 20,
    .max_ttl_s = 86400,
    .max_negative_ttl_s = 900,
    .max_stale_s = 0,
    .tcp = 0,
    .no_search = 0,
    .rotate = 0,
};

WatchedFile file_of(const char *named, const char *usual) {
  if (named != nullptr && *named == '\0') return {};
  return WatchedFile(named != nullptr ? named : usual);
}

// The text of a file, "" if it is missing or there is none. One that is there and cannot be read is an error only if
// the program has named it: the system's own may be unreadable for good reasons.
int read_file(WatchedFile &file, bool named, std::size_t limit, std::string &text) {
  text.clear();
  if (file.path().empty()) return DNS_OK;
  TextFile read = file.read(limit);
  if (read.state == TextFile::State::kUnreadable && named) return DNS_ESYSTEM;
  text = std::move(read.text);
  return DNS_OK;
}

int read_servers(const std::optional<std::string> &named, ResolvConf &conf) {
  if (!named) return DNS_OK;
  auto servers = parse_servers(*named);
  if (!servers) return DNS_EBADNAME;
  conf.servers = std::move(*servers);
  return DNS_OK;
}

}  // namespace

int known_options(const dns_options *options, dns_options &known) {
  known = kDefaults;
  if (options == nullptr) return DNS_OK;
  if (!read_sized(*options, DNS_CARES_SIZE_TO(dns_options, max_stale_s), known)) return DNS_EBADFLAGS;
  if (known.timeout_ms == 0) known.timeout_ms = kDefaults.timeout_ms;
  if (known.tries == 0) known.tries = kDefaults.tries;
  if (known.deadline_ms == 0) known.deadline_ms = kDefaults.deadline_ms;
  return DNS_OK;
}

Configuration::Configuration(const dns_options &options)
    : options_(options),
      resolv_conf_is_named_(options.resolv_conf != nullptr),
      hosts_are_named_(options.hosts_file != nullptr),
      resolv_conf_(file_of(options.resolv_conf, "/etc/resolv.conf")),
      hosts_(file_of(options.hosts_file, "/etc/hosts")),
      nsswitch_("/etc/nsswitch.conf") {
  if (options.servers != nullptr) servers_ = options.servers;
  options_.servers = options_.resolv_conf = options_.hosts_file = nullptr;
}

int Configuration::read(ContextSettings &settings) {
  const dns_options &options = options_;
  failed_ = true;
  std::string text;
  int status = read_file(resolv_conf_, resolv_conf_is_named_, kMostConfig, text);
  if (status != DNS_OK) return status;
  ResolvConf conf = parse_resolv_conf(text, read_environment());
  status = read_servers(servers_, conf);
  if (status != DNS_OK) return status;

  status = read_file(hosts_, hosts_are_named_, kMostHosts, text);
  if (status != DNS_OK) return status;
  settings.resolver.hosts = Hosts(text);

  read_file(nsswitch_, false, kMostConfig, text);
  settings.resolver.sources = parse_nsswitch(text);
  settings.resolver.no_aaaa = conf.no_aaaa;
  settings.resolver.single_request = conf.single_request || conf.single_request_reopen;

  settings.resolver.services = Services(read_text_file("/etc/services", kMostConfig).text);

  settings.resolver.search = options.no_search != 0 ? Search() : Search(std::move(conf.search), conf.ndots);
  settings.resolver.window =
      options.max_inflight != 0 ? std::min(options.max_inflight, kMostInFlight) : Sockets::replies_that_fit();
  settings.resolver.resolution_delay =
      options.resolution_delay_ms != UINT_MAX ? options.resolution_delay_ms / 1e3 : HUGE_VAL;
  settings.resolver.cache = {.bytes = options.cache_bytes,
                             .max_ttl_s = options.max_ttl_s,
                             .max_negative_ttl_s = options.max_negative_ttl_s,
                             .max_stale_s = options.max_stale_s};
  settings.channel = {.servers = std::move(conf.servers),
                      .tcp = conf.use_vc || options.tcp != 0,
                      .timeout_ms = conf.timeout_s && options.timeout_ms == kDefaults.timeout_ms
                                        ? *conf.timeout_s * 1000
                                        : options.timeout_ms,
                      .tries = conf.attempts && options.tries == kDefaults.tries ? *conf.attempts : options.tries,
                      .rotate = conf.rotate || options.rotate != 0};
  settings.deadline_ms = options.deadline_ms;
  failed_ = false;
  return DNS_OK;
}

}  // namespace dns_cares

void dns_options_init(struct dns_options *options) {
  if (options != nullptr) *options = dns_cares::kDefaults;
}
