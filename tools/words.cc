#include "words.h"

#include <arpa/inet.h>
#include <dns_cares/dns_cares.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "line_reader.h"

namespace dns_cares_tool {
namespace {

constexpr std::array<const char *, DNS_ESYSTEM + 1> kStatusWords = {
    "ok",        "not_found",   "no_data",      "timeout",   "servfail", "refused",
    "formerr",   "notimp",      "bad_response", "no_server", "bad_name", "bad_family",
    "bad_flags", "bad_service", "bad_socktype", "no_memory", "stopped",  "system_error"};

const sockaddr_in &v4_of(const addrinfo &entry) { return *reinterpret_cast<const sockaddr_in *>(entry.ai_addr); }
const sockaddr_in6 &v6_of(const addrinfo &entry) { return *reinterpret_cast<const sockaddr_in6 *>(entry.ai_addr); }

bool has_port(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon != std::string_view::npos && colon + 1 < name.size() &&
         name.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

const char *status_word(int status) {
  if (status < 0 || status >= static_cast<int>(kStatusWords.size())) return "unknown";
  return kStatusWords[static_cast<std::size_t>(status)];
}

const char *error_text(int status, Question question) {
  const bool denied = status == DNS_ENODATA || status == DNS_ENOTFOUND;
  if (question == Question::kReverse && denied) return "address has no name";
  if (question == Question::kReverse && status == DNS_EBADNAME) return "malformed address";
  if (question == Question::kRecords && status == DNS_ENODATA) return "name has no record of this type";
  if (question == Question::kEndpoints && status == DNS_ENODATA) return "service is not offered";
  return dns_strerror(status);
}

std::string advice_on(const Line &line, Question question) {
  const std::string &name = line.name;
  if (line.is_cut) return fmt::format(": the line has more than {} octets", LineReader::kLongest);
  if (name.starts_with('@')) return ": servers are given by -s";
  if (name.find("://") != std::string_view::npos) return ": of a URL give the host alone";
  if (question == Question::kAddresses && has_port(name)) return ": ports are given by --service";
  return "";
}

// getnameinfo(3) would do, but for its look at the scope's interface name.
void append_address(const addrinfo &entry, std::string &text) {
  if (entry.ai_family == AF_INET) {
    const auto *octets = reinterpret_cast<const unsigned char *>(&v4_of(entry).sin_addr);
    const fmt::format_int a(octets[0]), b(octets[1]), c(octets[2]), d(octets[3]);
    text.append(a.data(), a.size()).append(1, '.').append(b.data(), b.size()).append(1, '.');
    text.append(c.data(), c.size()).append(1, '.').append(d.data(), d.size());
    return;
  }
  char v6[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, &v6_of(entry).sin6_addr, v6, sizeof v6);
  text += v6;
  if (v6_of(entry).sin6_scope_id != 0) text.append(1, '%').append(fmt::format_int(v6_of(entry).sin6_scope_id).str());
}

void append_address_and_port(const addrinfo &entry, std::string &text) {
  const bool in_brackets = entry.ai_family == AF_INET6;
  if (in_brackets) text += '[';
  append_address(entry, text);
  if (in_brackets) text += ']';
  text.append(1, ':').append(fmt::format_int(port_of(entry)).str());
}

void append_endpoints(const dns_endpoint *endpoints, std::string &text) {
  for (const dns_endpoint *endpoint = endpoints; endpoint != nullptr; endpoint = endpoint->next) {
    if (endpoint != endpoints) text += ' ';
    append_printable(endpoint->host, text);
    text.append(1, ':').append(fmt::format_int(endpoint->port).str()).append(1, '=');
    for (const addrinfo *entry = endpoint->addresses; entry != nullptr; entry = entry->ai_next) {
      if (entry != endpoint->addresses) text += ',';
      append_address(*entry, text);
    }
  }
}

unsigned port_of(const addrinfo &entry) {
  return ntohs(entry.ai_family == AF_INET ? v4_of(entry).sin_port : v6_of(entry).sin6_port);
}

void append_type(int type, std::string &text) {
  char name[16] = "";
  dns_type_name(type, name, sizeof name);
  text += name;
}

// The size that is tried first holds most.
void append_data(const dns_record &record, std::string &text) {
  constexpr std::size_t kUsual = 256;
  const std::size_t before = text.size();
  std::size_t room = kUsual;
  for (;;) {
    text.resize(before + room);
    const auto length = static_cast<std::size_t>(dns_record_print_data(&record, text.data() + before, room));
    if (length < room) return text.resize(before + length);
    room = length + 1;
  }
}

void append_records(const std::vector<const dns_record *> &records, bool with_types, std::string &text) {
  for (const dns_record *record : records) {
    if (record != records.front()) text += ", ";
    if (with_types) {
      append_type(record->type, text);
      text += ' ';
    }
    append_data(*record, text);
  }
}

bool has_several_types(const Options &options) {
  return options.types.size() > 1 || (!options.types.empty() && options.types.front() == DNS_TYPE_ANY);
}

void append_printable(std::string_view from, std::string &text) {
  if (std::none_of(from.begin(), from.end(), is_control)) {
    text += from;
    return;
  }
  for (const char c : from) {
    if (is_control(c)) {
      fmt::format_to(std::back_inserter(text), "\\{:03}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
}

}  // namespace dns_cares_tool
