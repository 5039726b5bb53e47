// A reply from the network through everything that reads one: as addresses and whole, what c-ares gets to see of it,
// the records of the public API and their printing. What c-ares gets to see, it and glibc must be able to read.
#include <arpa/nameser.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cares/decode.h"
#include "cares/replies.h"
#include "cares/verdicts.h"
#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"
#include "fuzz.h"
#include "records/answer.h"
#include "records/message.h"

namespace dns_cares {
namespace {

using dns_cares_fuzz::claim;

constexpr std::size_t kMostOctets = 65535;

void print(const dns_record *record) {
  char text[512];
  const int length = dns_record_print(record, text, sizeof text);
  claim(length >= 0, "a record can be printed");
  const auto size = static_cast<std::size_t>(length);
  claim(std::string_view(text).size() == std::min(size, sizeof text - 1), "what is printed is as long as is said");
}

void read_sections(const dns_answer &answer) {
  for (const dns_record *section : {answer.answers, answer.authority, answer.additional}) {
    for (const dns_record *record = section; record != nullptr; record = record->next) {
      print(record);
      alignas(std::max_align_t) char fields[8192];
      const int status = dns_record_read(record, record->type, fields, sizeof fields);
      const bool may_be_malformed = record->rrclass != 1 || record->type == DNS_TYPE_LOC;
      claim(status == DNS_OK || status == DNS_ENODATA || may_be_malformed, "a record of an answer is well formed");
    }
  }
}

void read_whole(Octets octets, const RecordMessage &message, const ReplySummary &summary) {
  const AnswerBlock answer = make_answer(octets, message.type(), summary.ttl);
  if (answer == nullptr) return;
  read_sections(*answer);
  dns_answer *const copy = dns_answer_dup(answer.get());
  read_sections(*copy);
  dns_answer_free(copy);
}

void check(const Answer &answer) {
  const bool has_addresses = answer.rrset && !answer.rrset->addresses().empty();
  claim((answer.status == DNS_OK) == has_addresses, "addresses if and only if DNS_OK");
  claim(answer.ttl <= 0x7fffffff, "a TTL has 31 bits");
}

void read_short_form(Octets short_form) {
  if (short_form.empty()) return;
  ns_msg parsed;
  claim(ns_initparse(short_form.data(), static_cast<int>(short_form.size()), &parsed) == 0, "glibc reads a short form");
  RecordMessage message;
  claim(message.parse(short_form), "a short form is well formed");
}

void read_by_channel(Octets octets, bool whole, Replies::Form form) {
  Replies replies(form);
  const Octets short_form = replies.keep(octets, {});
  if (form != Replies::Form::kAddresses) claim(whole == !short_form.empty(), "a whole reply is kept if well formed");
  claim(!whole || !short_form.empty(), "what is well formed is kept");
  Verdicts verdicts;
  verdicts.note(octets, short_form.empty() ? nullptr : &replies.message(), {});
  read_short_form(short_form);
  read_short_form(replies.pass_truncated(octets));
  read_short_form(replies.pass_malformed(octets));
}

void run(Octets octets) {
  RecordMessage message;
  ReplySummary summary;
  const bool whole = message.parse(octets);
  const bool summarized = whole && summarize(message, summary);
  if (summarized) read_whole(octets, message, summary);

  RecordMessage leading_to_addresses;
  std::vector<Address> memory;
  const bool has_addresses = leading_to_addresses.parse(octets, RecordMessage::Check::kAddresses);
  claim(has_addresses || !whole, "what is well formed may have addresses");
  if (has_addresses) {
    const Answer answer = decode_addresses(leading_to_addresses, memory);
    check(answer);
    const bool is_of_addresses = message.type() == DNS_TYPE_A || message.type() == DNS_TYPE_AAAA;
    if (summarized && is_of_addresses) claim(answer.status == summary.status, "both readers find the same status");
    if (summarized && is_of_addresses) claim(answer.ttl == summary.ttl, "both readers find the same TTL");
  }
  for (const auto form : {Replies::Form::kAddresses, Replies::Form::kWhole}) read_by_channel(octets, whole, form);
}

}  // namespace
}  // namespace dns_cares

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size <= dns_cares::kMostOctets) dns_cares::run({data, size});
  return 0;
}
