// The words of the output: statuses and addresses.
#pragma once

#include <netdb.h>

#include <string>
#include <string_view>

namespace dns_cares_tool {

// The word of an enum dns_status in JSON, CSV, statistics: "ok", "not_found". Part of the output schema.
const char *status_word(int status);

// Appends "192.0.2.1" or "fe80::1%2".
void append_address(const addrinfo &entry, std::string &text);
// Of the service that was asked for; 0 without one.
unsigned port_of(const addrinfo &entry);

// Appends a text that may come from anywhere so that it stays within its line: control characters become "\007", as
// master files have them (RFC 1035 section 5.1), but in decimal.
void append_printable(std::string_view from, std::string &text);

}  // namespace dns_cares_tool
