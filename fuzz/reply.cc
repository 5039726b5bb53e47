// A reply from the network through everything that reads one: both decoders, the cache's form of whole replies, the
// records of the public API and their printing. Where both decoders take a reply they must say the same of it.
#include <arpa/nameser.h>

#include <algorithm>
#include <string>

#include "cares/decode.h"
#include "cares/verdicts.h"
#include "cares/whole_replies.h"
#include "cares/wire.h"
#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"
#include "fuzz.h"
#include "records/answer.h"
#include "records/message.h"

namespace dns_cares {
namespace {

using dns_cares_fuzz::claim;

constexpr std::size_t kMostOctets = 65535;
constexpr unsigned kMostRcode = 15;  // of the header alone

struct Asked final : Question {
  using Question::Question;
  void on_answer(Answer) noexcept override {}
};

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

struct Decoded {
  bool taken = false;
  Answer answer;
};

#if DNS_CARES_HAS_DNSREC
Decoded decode_octets(Octets octets, const char *name, RRType type) {
  ares_dns_record_t *record = nullptr;
  Decoded decoded;
  if (ares_dns_parse(octets.data(), octets.size(), 0, &record) == ARES_SUCCESS) {
    decoded = {true, decode(*record, name, type)};
    read_extended_error(*record);
  }
  ares_dns_record_destroy(record);
  return decoded;
}
#else
Decoded decode_octets(Octets octets, const char *name, RRType type) {
  ns_msg parsed;
  if (!parse_message(octets, parsed)) return {};
  read_extended_error(parsed);
  return {true, decode(parsed, name, type)};
}
#endif

void check(const Answer &answer) {
  const bool has_addresses = answer.rrset && !answer.rrset->addresses().empty();
  claim((answer.status == DNS_OK) == has_addresses, "addresses if and only if DNS_OK");
  claim(answer.ttl <= 0x7fffffff, "a TTL has 31 bits");
}

void run(Octets octets) {
  RecordMessage message;
  ReplySummary summary;
  const bool whole = message.parse(octets);
  const bool summarized = whole && summarize(message, summary);
  if (summarized) read_whole(octets, message, summary);

  WholeReplies kept;
  const Octets short_form = kept.keep(octets, {}, false);
  claim(whole == !short_form.empty(), "a reply has a short form if it is well formed");
  if (whole) kept.take(0);
  kept.pass_truncated(octets);

  const QuestionText question = read_question(octets);
  Verdicts verdicts;
  ns_msg parsed;
  const bool passes = parse_message(octets, parsed);
  verdicts.note(octets, passes ? &parsed : nullptr, {});
  if (question.name.empty()) return;
  verdicts.take(Asked(question.name, question.type));
  for (const RRType type : {RRType::kA, RRType::kAAAA}) {
    const Decoded decoded = decode_octets(octets, question.name.c_str(), type);
    if (!decoded.taken) continue;
    check(decoded.answer);
    // Behind an answer decode() does not look for the upper bits of the response code, which make no sense there.
    const bool comparable =
        summarized && type == question.type && decoded.answer.status != DNS_EBADRESP && message.rcode() <= kMostRcode;
    if (!comparable) continue;
    claim(decoded.answer.status == summary.status, "both readers find the same status");
    claim(decoded.answer.ttl == summary.ttl, "both readers find the same TTL");
  }
}

}  // namespace
}  // namespace dns_cares

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size <= dns_cares::kMostOctets) dns_cares::run({data, size});
  return 0;
}
