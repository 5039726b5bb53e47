// One JSON object a line (RFC 8259), as docs/output-schema.json has it. Written straight into the output buffer, since
// a tree of values would cost more than the lookup; the tests read it back with a JSON library.
#include <dns_cares/dns_cares.h>
#include <fmt/format.h>

#include "format.h"
#include "utf8.h"
#include "words.h"

namespace dns_cares_tool {
namespace {

constexpr const char *kHexDigits = "0123456789abcdef";

void append_escaped(char c, std::string &text) {
  if (c == '"' || c == '\\') {
    text.append(1, '\\').append(1, c);
  } else if (static_cast<unsigned char>(c) < 0x20) {
    text.append("\\u00").append(1, kHexDigits[(c >> 4) & 15]).append(1, kHexDigits[c & 15]);
  } else {
    text += c;
  }
}

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

// What is not UTF-8 has a U+FFFD in place of each octet that belongs to no character.
void append_string(std::string_view value, std::string &text) {
  text += '"';
  std::size_t plain = 0;
  while (plain < value.size() && is_plain(static_cast<unsigned char>(value[plain]))) ++plain;
  text += value.substr(0, plain);
  for (std::size_t i = plain; i < value.size();) {
    const std::size_t length = utf8_length(value.substr(i));
    if (length == 0) {
      text += "\xef\xbf\xbd";
      ++i;
    } else if (length == 1) {
      append_escaped(value[i++], text);
    } else {
      text += value.substr(i, length);
      i += length;
    }
  }
  text += '"';
}

void append_number(unsigned long long value, std::string &text) {
  const fmt::format_int digits(value);
  text.append(digits.data(), digits.size());
}

// In milliseconds, to the microsecond.
void append_ms(double seconds, std::string &text) {
  const auto micros = static_cast<unsigned long long>(seconds > 0 ? seconds * 1e6 + 0.5 : 0);
  append_number(micros / 1000, text);
  const unsigned rest = static_cast<unsigned>(micros % 1000);
  text.append(1, '.').append(1, static_cast<char>('0' + rest / 100));
  text.append(1, static_cast<char>('0' + rest / 10 % 10)).append(1, static_cast<char>('0' + rest % 10));
}

class JsonFormat final : public Format {
 public:
  explicit JsonFormat(const Options &options)
      : short_(options.only_addresses), with_port_(!options.service.empty()), question_(options.question) {}

  bool wants_details() const override { return !short_; }

  void write(const Outcome &outcome, std::string &text) const override {
    write_beginning(outcome.line, text);
    text.append(status_word(outcome.status)).append(1, '"');
    if (outcome.status != DNS_OK) {
      text.append(R"(,"error":")").append(error_text(outcome.status, question_));
      if (outcome.status == DNS_EBADNAME) text += advice_on(outcome.line, question_);
      text += '"';
    }
    write_result(outcome, text);
    if (!short_) write_details(outcome, text);
    if (outcome.line.has_fields) write_fields(outcome.line.fields, text);
    text += "}\n";
  }

  void write_beginning(const Line &line, std::string &text) const override {
    text += R"({"v":1,"input":)";
    append_string(line.name, text);
    text += R"(,"status":")";
  }

 private:
  void write_result(const Outcome &outcome, std::string &text) const {
    switch (question_) {
      case Question::kAddresses:
        write_addresses(outcome.addresses, text);
        if (with_port_ && outcome.addresses != nullptr) write_port(port_of(*outcome.addresses), text);
        return;
      case Question::kEndpoints:
        return write_endpoints(outcome.endpoints, text);
      case Question::kRecords:
      case Question::kReverse:
        return write_records(outcome.records, text);
    }
  }

  static void write_addresses(const addrinfo *first, std::string &text) {
    text += R"(,"addresses":[)";
    for (const addrinfo *entry = first; entry != nullptr; entry = entry->ai_next) {
      if (entry != first) text += ',';
      text += '"';
      append_address(*entry, text);
      text += '"';
    }
    text += ']';
  }

  static void write_port(unsigned port, std::string &text) {
    text += R"(,"port":)";
    append_number(port, text);
  }

  static void write_endpoints(const dns_endpoint *endpoints, std::string &text) {
    text += R"(,"endpoints":[)";
    for (const dns_endpoint *endpoint = endpoints; endpoint != nullptr; endpoint = endpoint->next) {
      text += endpoint == endpoints ? R"({"host":)" : R"(,{"host":)";
      append_string(endpoint->host, text);
      write_port(endpoint->port, text);
      if (dns_srv srv{}; dns_record_srv(endpoint->record, &srv) == DNS_OK) {
        text += R"(,"priority":)";
        append_number(srv.priority, text);
        text += R"(,"weight":)";
        append_number(srv.weight, text);
      }
      text.append(R"(,"status":")").append(status_word(endpoint->status)).append(1, '"');
      write_addresses(endpoint->addresses, text);
      text += '}';
    }
    text += ']';
  }

  static void write_records(const std::vector<const dns_record *> &records, std::string &text) {
    text += R"(,"records":[)";
    std::string data;
    for (const dns_record *record : records) {
      text += record == records.front() ? R"({"owner":)" : R"(,{"owner":)";
      append_string(record->name, text);
      text += R"(,"type":")";
      append_type(record->type, text);
      text += R"(","ttl":)";
      append_number(record->ttl, text);
      data.clear();
      append_data(*record, data);
      text += R"(,"data":)";
      append_string(data, text);
      text += '}';
    }
    text += ']';
  }

  static void write_details(const Outcome &outcome, std::string &text) {
    if (outcome.addresses != nullptr && outcome.addresses->ai_canonname != nullptr) {
      text += R"(,"canonical":)";
      append_string(outcome.addresses->ai_canonname, text);
    }
    if (outcome.info != nullptr) write_origin(*outcome.info, text);
    text += R"(,"ms":)";
    append_ms(outcome.seconds, text);
    if (outcome.line.number == 0) return;
    text += R"(,"line":)";
    append_number(outcome.line.number, text);
  }

  static void write_origin(const dns_result_info &info, std::string &text) {
    text += R"(,"ttl":)";
    append_number(info.ttl_s, text);
    text.append(R"(,"source":")").append(dns_source_name(info.source)).append(1, '"');
    if (info.server != nullptr) text.append(R"(,"server":")").append(info.server).append(1, '"');
    text += R"(,"queries":)";
    append_number(info.queries, text);
    if (info.extended_error < 0) return;
    text += R"(,"extended_error":{"code":)";
    append_number(static_cast<unsigned>(info.extended_error), text);
    if (info.extended_text != nullptr) {
      text += R"(,"text":)";
      append_string(info.extended_text, text);
    }
    text += '}';
  }

  static void write_fields(std::string_view fields, std::string &text) {
    text += R"(,"fields":[)";
    for (;;) {
      const std::size_t tab = fields.find('\t');
      append_string(fields.substr(0, tab), text);
      if (tab == std::string_view::npos) break;
      text += ',';
      fields.remove_prefix(tab + 1);
    }
    text += ']';
  }

  const bool short_;
  const bool with_port_;
  const Question question_;
};

}  // namespace

std::unique_ptr<Format> make_json_format(const Options &options) { return std::make_unique<JsonFormat>(options); }

}  // namespace dns_cares_tool
