// From struct dns_options and the files it names to what the parts are made with.
#pragma once

#include <optional>
#include <string>

#include "cares/channel.h"
#include "dns_cares/dns_cares.h"
#include "resolver/resolver.h"
#include "resolver/watched_file.h"

namespace dns_cares {

struct ContextSettings {
  Resolver::Settings resolver;
  Channel::Options channel;
  unsigned deadline_ms = 0;
};

// A context's options and the files that they name, which are read again when they have changed.
class Configuration {
 public:
  // Copies the strings. Throws std::bad_alloc, as all here does.
  explicit Configuration(const dns_options &options);

  // Reads the files. DNS_OK, or what dns_init() documents: DNS_EBADNAME, DNS_ESYSTEM.
  int read(ContextSettings &settings);
  // Whether to read again would give something else, or reading has failed; costs a stat(2) for each file.
  bool changed() const { return failed_ || resolv_conf_.changed() || hosts_.changed() || nsswitch_.changed(); }

 private:
  dns_options options_;  // its strings are not used
  std::optional<std::string> servers_;
  const bool resolv_conf_is_named_;
  const bool hosts_are_named_;
  WatchedFile resolv_conf_;
  WatchedFile hosts_;
  WatchedFile nsswitch_;
  bool failed_ = false;  // the last read() got no further than to an error
};

// Copies the options of a program that may be older or newer than this library, defaults filled in. DNS_OK or
// DNS_EBADFLAGS.
int known_options(const dns_options *options, dns_options &known);

}  // namespace dns_cares
