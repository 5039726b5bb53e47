// CSV (RFC 4180, but for the line ends, which are those of the system) with a header. Several addresses are one column,
// a blank between them.
#include <dns_cares/dns_cares.h>
#include <fmt/format.h>

#include <iterator>

#include "format.h"
#include "words.h"

namespace dns_cares_tool {
namespace {

void append_cell(std::string_view value, std::string &text) {
  std::string printable;
  append_printable(value, printable);
  if (printable.find_first_of("\",") == std::string::npos && !printable.starts_with(' ') && !printable.ends_with(' ')) {
    text += printable;
    return;
  }
  text += '"';
  for (const char c : printable) text.append(c == '"' ? 2 : 1, c);
  text += '"';
}

class CsvFormat final : public Format {
 public:
  explicit CsvFormat(const Options &options)
      : short_(options.only_addresses),
        with_port_(!options.service.empty()),
        with_types_(has_several_types(options)),
        question_(options.question) {}

  bool wants_details() const override { return !short_; }

  std::string header() const override {
    const bool with_addresses = question_ == Question::kAddresses;
    std::string text = "input,status,";
    text += with_addresses ? "addresses" : question_ == Question::kEndpoints ? "endpoints" : "records";
    if (with_port_) text += ",port";
    if (!short_ && with_addresses) text += ",canonical";
    if (!short_) text += ",ttl,source,server,queries,ms,extended_error,line";
    return text + ",fields\n";
  }

  void write(const Outcome &outcome, std::string &text) const override {
    write_beginning(outcome.line, text);
    text.append(status_word(outcome.status)).append(1, ',');
    if (question_ == Question::kAddresses) {
      write_addresses(outcome, text);
    } else {
      write_records_or_endpoints(outcome, text);
    }
    if (!short_) write_details(outcome, text);
    if (outcome.line.has_fields) append_cell_of_fields(outcome.line.fields, text);
    text += '\n';
  }

  void write_beginning(const Line &line, std::string &text) const override {
    append_cell(line.name, text);
    text += ',';
  }

 private:
  // The canonical name's column is theirs, too.
  void write_addresses(const Outcome &outcome, std::string &text) const {
    for (const addrinfo *entry = outcome.addresses; entry != nullptr; entry = entry->ai_next) {
      if (entry != outcome.addresses) text += ' ';
      append_address(*entry, text);
    }
    text += ',';
    if (with_port_ && outcome.addresses != nullptr) text += std::to_string(port_of(*outcome.addresses));
    if (with_port_) text += ',';
    if (short_) return;
    if (outcome.addresses != nullptr && outcome.addresses->ai_canonname != nullptr) {
      append_cell(outcome.addresses->ai_canonname, text);
    }
    text += ',';
  }

  void write_records_or_endpoints(const Outcome &outcome, std::string &text) const {
    std::string joined;
    append_records(outcome.records, with_types_, joined);
    append_endpoints(outcome.endpoints, joined);
    append_cell(joined, text);
    text += ',';
  }

  static void write_details(const Outcome &outcome, std::string &text) {
    if (outcome.info != nullptr) {
      const dns_result_info &info = *outcome.info;
      fmt::format_to(std::back_inserter(text), "{},{},{},{},", info.ttl_s, dns_source_name(info.source),
                     info.server != nullptr ? info.server : "", info.queries);
    } else {
      text += ",,,,";
    }
    fmt::format_to(std::back_inserter(text), "{:.3f},", outcome.seconds * 1e3);
    if (outcome.info != nullptr && outcome.info->extended_error >= 0)
      text += std::to_string(outcome.info->extended_error);
    text += ',';
    if (outcome.line.number != 0) text += std::to_string(outcome.line.number);
    text += ',';
  }

  // The fields as they were, with their tabs.
  static void append_cell_of_fields(std::string_view fields, std::string &text) {
    text += '"';
    for (const char c : fields) {
      if (c == '"') text += '"';
      text += c;
    }
    text += '"';
  }

  const bool short_;
  const bool with_port_;
  const bool with_types_;
  const Question question_;
};

}  // namespace

std::unique_ptr<Format> make_csv_format(const Options &options) { return std::make_unique<CsvFormat>(options); }

}  // namespace dns_cares_tool
