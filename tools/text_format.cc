// For people and for cut(1): the name, a tab, its addresses or records or why there are none, and the line's own
// fields.
#include <dns_cares/dns_cares.h>

#include "format.h"
#include "words.h"

namespace dns_cares_tool {
namespace {

class TextFormat final : public Format {
 public:
  explicit TextFormat(const Options &options)
      : only_addresses_(options.only_addresses),
        with_port_(!options.service.empty() || options.question == Question::kEndpoints),
        with_types_(has_several_types(options)),
        question_(options.question) {}

  bool wants_details() const override { return false; }

  void write(const Outcome &outcome, std::string &text) const override {
    write_beginning(outcome.line, text);
    if (outcome.status == DNS_OK) {
      write_addresses(outcome.addresses, text);
      append_records(outcome.records, with_types_, text);
      write_endpoints(outcome.endpoints, text);
    } else if (!only_addresses_) {
      text += error_text(outcome.status, question_);
      if (outcome.status == DNS_EBADNAME) text += advice_on(outcome.line, question_);
      if (!outcome.place.empty()) text.append(" (").append(outcome.place).append(")");
    }
    if (outcome.line.has_fields && !only_addresses_) text.append(1, '\t').append(outcome.line.fields);
    text += '\n';
  }

  void write_beginning(const Line &line, std::string &text) const override {
    if (only_addresses_) return;
    append_printable(line.name, text);
    text += '\t';
  }

 private:
  void write_addresses(const addrinfo *entry, std::string &text) const {
    for (bool first = true; entry != nullptr; entry = entry->ai_next, first = false) {
      if (!first) text += ' ';
      if (with_port_) {
        append_address_and_port(*entry, text);
      } else {
        append_address(*entry, text);
      }
    }
  }

  // Those alone that can be connected to, where nothing else is wanted.
  void write_endpoints(const dns_endpoint *endpoint, std::string &text) const {
    if (!only_addresses_) return append_endpoints(endpoint, text);
    for (bool first = true; endpoint != nullptr; endpoint = endpoint->next) {
      if (endpoint->addresses == nullptr) continue;
      if (!first) text += ' ';
      first = false;
      write_addresses(endpoint->addresses, text);
    }
  }

  const bool only_addresses_;
  const bool with_port_;
  const bool with_types_;
  const Question question_;
};

}  // namespace

std::unique_ptr<Format> make_text_format(const Options &options) { return std::make_unique<TextFormat>(options); }

}  // namespace dns_cares_tool
