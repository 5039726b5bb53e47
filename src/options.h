// From struct dns_options and the files it names to what the parts are made with.
#pragma once

#include "cares/channel.h"
#include "dns_cares/dns_cares.h"
#include "resolver/resolver.h"

namespace dns_cares {

struct ContextSettings {
  Resolver::Settings resolver;
  Channel::Options channel;
  unsigned deadline_ms = 0;
};

// DNS_OK, or what dns_init() documents: DNS_EBADNAME, DNS_EBADFLAGS, DNS_ESYSTEM. Throws std::bad_alloc.
int read_settings(const dns_options &options, ContextSettings &settings);

// Copies the options of a program that may be older or newer than this library, defaults filled in. DNS_OK or
// DNS_EBADFLAGS.
int known_options(const dns_options *options, dns_options &known);

}  // namespace dns_cares
