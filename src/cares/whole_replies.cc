#include "cares/whole_replies.h"

#include <cstddef>
#include <utility>

#include "cares/wire.h"
#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"

namespace dns_cares {
namespace {

// The header (RFC 1035 section 4.1.1).
constexpr std::ptrdiff_t kId = 2;  // octets
constexpr std::ptrdiff_t kHeader = 12;

constexpr std::uint32_t kInternet = 1;

bool is_worth_keeping(int status) { return status == DNS_OK || status == DNS_ENOTFOUND || status == DNS_ENODATA; }

}  // namespace

Octets WholeReplies::keep(Octets reply, const ServerAddress &from, bool after_truncation) {
  if (!message_.parse(reply)) return {};
  Answer answer = Answer::failure(DNS_EBADRESP);
  ReplySummary summary;
  if (summarize(message_, summary)) {
    answer.status = summary.status;
    answer.ttl = summary.ttl;
  }
  if (is_worth_keeping(answer.status)) answer.rrset = RRset::make_whole(reply, after_truncation ? DNS_ANSWER_TC : 0);
  answer.origin.server = from;
  answer.origin.error = read_extended_error(message_.options());
  begin_short_form(message_.flags(), true);
  append_ticket(first_ticket_ + static_cast<std::uint32_t>(kept_.size()));
  append_opt();
  kept_.push_back(std::move(answer));
  return short_form_;
}

Octets WholeReplies::pass_truncated(Octets reply) {
  if (!message_.parse(reply) && !message_.parse_question(reply)) return {};
  begin_short_form(message_.flags() | DNS_ANSWER_TC, false);
  append_opt();
  return short_form_;
}

void WholeReplies::append_number(std::uint32_t number, int octets) {
  while (octets-- > 0) short_form_.push_back(static_cast<unsigned char>(number >> 8 * octets));
}

void WholeReplies::begin_short_form(std::uint16_t flags, bool has_ticket) {
  const Octets whole = message_.octets().first(message_.end_of_question());
  const std::uint32_t opts = message_.opt().empty() ? 0 : 1;
  short_form_.assign(whole.begin(), whole.begin() + kId);
  append_number(flags, 2);
  for (const std::uint32_t count : {std::uint32_t{1}, std::uint32_t{has_ticket}, std::uint32_t{0}, opts}) {
    append_number(count, 2);
  }
  short_form_.insert(short_form_.end(), whole.begin() + kHeader, whole.end());
}

void WholeReplies::append_ticket(std::uint32_t ticket) {
  append_number(0, 1);  // the root owns it
  append_number(DNS_TYPE_A, 2);
  append_number(kInternet, 2);
  append_number(0, 4);  // its TTL
  append_number(sizeof ticket, 2);
  append_number(ticket, sizeof ticket);
}

void WholeReplies::append_opt() {
  if (message_.opt().empty()) return;
  append_number(0, 1);  // the root owns it
  short_form_.insert(short_form_.end(), message_.opt().begin(), message_.opt().end());
}

Answer WholeReplies::take(std::uint32_t ticket) {
  const std::uint32_t index = ticket - first_ticket_;
  if (index >= kept_.size()) return Answer::failure(DNS_EBADRESP);
  return std::exchange(kept_[index], Answer::failure(DNS_EBADRESP));
}

void WholeReplies::clear() {
  first_ticket_ += static_cast<std::uint32_t>(kept_.size());
  kept_.clear();
}

}  // namespace dns_cares
