// The words of the output: statuses and addresses.
#pragma once

#include <dns_cares/records.h>
#include <dns_cares/service.h>
#include <netdb.h>

#include <string>
#include <string_view>

#include "line.h"
#include "options.h"

namespace dns_cares_tool {

// The word of an enum dns_status in JSON, CSV, statistics: "ok", "not_found". Part of the output schema.
const char *status_word(int status);

// The status as an English text, of what was asked for.
const char *error_text(int status, Question question);
// What is wrong with a malformed name that is something else, such as a URL; "" if it is not.
std::string advice_on(const Line &line, Question question);

// Appends "192.0.2.1" or "fe80::1%2".
void append_address(const addrinfo &entry, std::string &text);
// Appends "192.0.2.1:443" or "[2001:db8::1]:443".
void append_address_and_port(const addrinfo &entry, std::string &text);
// Appends "a.test:443=192.0.2.1,2001:db8::1" for each, with blanks between; no addresses for a host that has none.
void append_endpoints(const dns_endpoint *endpoints, std::string &text);
// Of the service that was asked for; 0 without one.
unsigned port_of(const addrinfo &entry);

// Appends "MX", and "10 mx.a.test.".
void append_type(int type, std::string &text);
void append_data(const dns_record &record, std::string &text);
// Appends the data of several, apart by ", ", which is in none of them but between quotes. With their types: "MX 10
// mx.a.test.".
void append_records(const std::vector<const dns_record *> &records, bool with_types, std::string &text);

// Whether records of more than one type may come.
bool has_several_types(const Options &options);

// Appends a text that may come from anywhere so that it stays within its line: control characters become "\007", as
// master files have them (RFC 1035 section 5.1), but in decimal.
void append_printable(std::string_view from, std::string &text);

}  // namespace dns_cares_tool
