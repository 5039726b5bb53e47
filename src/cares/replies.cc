#include "cares/replies.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "cares/decode.h"
#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"
#include "records/writer.h"

namespace dns_cares {
namespace {

constexpr std::size_t kId = 2;       // octets, as all here
constexpr std::size_t kHeader = 12;  // RFC 1035 section 4.1.1
constexpr std::size_t kTypeAndClass = 4;
constexpr std::size_t kTicket = 15;  // a record of the root

constexpr std::size_t kQuestionWithTicket = kHeader + WireName::kMost + kTypeAndClass + kTicket;

// Tickets for what is not kept, and where the others begin anew.
constexpr std::uint32_t kMalformed = 0xffffffff;
constexpr std::uint32_t kNoMemory = 0xfffffffe;
constexpr std::uint32_t kMostTickets = 0x80000000;

constexpr unsigned kInternet = 1;
constexpr unsigned kExtendedError = 15;  // the option's code

#if !DNS_CARES_HAS_DNSREC
std::optional<std::uint32_t> ticket_in(Octets short_form) {
  constexpr std::size_t kAnswerCount = 6;  // where that is in the header
  Reader reader(short_form);
  reader.take(kAnswerCount);
  const bool has_ticket = reader.u16() == 1;
  reader.take(kHeader - reader.place());
  reader.skip_name();
  reader.take(kTypeAndClass + kTicket - sizeof(std::uint32_t));
  const std::uint32_t ticket = reader.u32();
  return has_ticket && reader.ok() ? std::optional(ticket) : std::nullopt;
}
#else
std::optional<std::uint32_t> ticket_in(const ares_dns_record_t &short_form) {
  const ares_dns_rr_t *const record = ares_dns_record_rr_get_const(&short_form, ARES_SECTION_ANSWER, 0);
  if (record == nullptr || ares_dns_rr_get_type(record) != ARES_REC_TYPE_A) return std::nullopt;
  return ntohl(ares_dns_rr_get_addr(record, ARES_RR_A_ADDR)->s_addr);
}
#endif

}  // namespace

// Options follow each other as code, length and data (RFC 6891 section 6.1.2).
std::shared_ptr<const ExtendedError> read_extended_error(Octets options) {
  for (Reader reader(options); reader.ok() && !reader.at_end();) {
    const unsigned code = reader.u16();
    Reader data(reader.take(reader.u16()));
    if (!reader.ok() || code != kExtendedError) continue;
    const int info_code = data.u16();
    if (!data.ok()) return {};
    const Octets text = data.rest();
    return std::make_shared<const ExtendedError>(ExtendedError{info_code, {text.begin(), text.end()}});
  }
  return {};
}

Replies::Replies(Form form) : form_(form) { short_form_.reserve(kQuestionWithTicket); }

Octets Replies::keep(Octets reply, const ServerAddress &from) noexcept {
  const auto check = form_ == Form::kAddresses ? RecordMessage::Check::kAddresses : RecordMessage::Check::kAll;
  try {
    if (!message_.parse(reply, check)) return {};
    kept_.push_back(decode());
    kept_.back().origin.server = from;
    write_short_form(message_.flags(), first_ticket_ + static_cast<std::uint32_t>(kept_.size() - 1));
    return short_form_;
  } catch (const std::bad_alloc &) {
    return pass_question(reply, 0, kNoMemory);
  }
}

Answer Replies::decode() {
  const std::uint16_t flags = form_ == Form::kWholeAfterTruncation ? DNS_ANSWER_TC : 0;
  Answer answer = form_ == Form::kAddresses ? decode_addresses(message_, addresses_) : decode_whole(message_, flags);
  answer.origin.error = read_extended_error(message_.options());
  return answer;
}

Octets Replies::pass_truncated(Octets reply) noexcept {
  try {
    if (message_.parse(reply)) {
      write_short_form(message_.flags() | DNS_ANSWER_TC, std::nullopt);
      return short_form_;
    }
  } catch (const std::bad_alloc &) {
  }
  return pass_question(reply, DNS_ANSWER_TC, std::nullopt);
}

Octets Replies::pass_malformed(Octets reply) noexcept { return pass_question(reply, 0, kMalformed); }

// Its memory is there since the beginning.
Octets Replies::pass_question(Octets reply, unsigned flags, std::optional<std::uint32_t> ticket) noexcept {
  if (!message_.parse_question(reply)) return {};
  write_short_form(message_.flags() | flags, ticket);
  return short_form_;
}

void Replies::write_short_form(unsigned flags, std::optional<std::uint32_t> ticket) {
  const Octets asked = message_.octets().first(message_.end_of_question());
  const Octets opt = message_.opt();
  short_form_.resize(asked.size() + (ticket ? kTicket : 0) + (opt.empty() ? 0 : 1 + opt.size()));
  Writer writer(short_form_.data());
  writer.put(asked.first(kId));
  writer.u16(flags);
  for (const unsigned count : {1U, ticket ? 1U : 0U, 0U, opt.empty() ? 0U : 1U}) writer.u16(count);
  writer.put(asked.subspan(kHeader));
  if (ticket) {
    writer.u8(0);  // the root owns it
    writer.u16(DNS_TYPE_A);
    writer.u16(kInternet);
    writer.u32(0);  // its TTL
    writer.u16(sizeof *ticket);
    writer.u32(*ticket);
  }
  if (opt.empty()) return;
  writer.u8(0);  // the root owns it
  writer.put(opt);
}

Answer Replies::take(ShortForm short_form) {
  const auto ticket = ticket_in(short_form);
  if (ticket == kNoMemory) return Answer::failure(DNS_ENOMEM);
  if (!ticket || *ticket - first_ticket_ >= kept_.size()) return Answer::failure(DNS_EBADRESP);
  return std::exchange(kept_[*ticket - first_ticket_], Answer::failure(DNS_EBADRESP));
}

void Replies::clear() {
  first_ticket_ = (first_ticket_ + static_cast<std::uint32_t>(kept_.size())) % kMostTickets;
  kept_.clear();
}

}  // namespace dns_cares
