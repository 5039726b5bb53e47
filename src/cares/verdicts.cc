#include "cares/verdicts.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "cares/replies.h"
#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

std::optional<int> status_of(unsigned rcode) {
  switch (rcode) {
    case ns_r_servfail:
      return DNS_ESERVFAIL;
    case ns_r_notimpl:
      return DNS_ENOTIMP;
    case ns_r_refused:
      return DNS_EREFUSED;
    default:
      return std::nullopt;
  }
}

// A name on the wire and a type, to be compared. (ASCII capitals stand for nothing else in a name: RFC 4343.)
std::string comparable(std::span<const unsigned char> name, unsigned type) {
  std::string result(name.begin(), name.end());
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  result += static_cast<char>(type >> 8);
  result += static_cast<char>(type);
  return result;
}

// The name at the start of a question section, which has no compression; empty if it is cut short.
std::span<const unsigned char> question_name(std::span<const unsigned char> section) {
  std::size_t length = 0;
  while (length < section.size() && section[length] != 0) length += std::size_t{1} + section[length];
  return length < section.size() ? section.first(length + 1) : section.first(0);
}

}  // namespace

void Verdicts::note(std::span<const unsigned char> reply, const RecordMessage *parsed,
                    const ServerAddress &from) noexcept {
  if (reply.size() < NS_HFIXEDSZ) return;
  const auto status = parsed != nullptr ? status_of(reply[3] & 0x0fU) : DNS_EBADRESP;
  if (!status) return;
  const std::uint16_t id = Reader(reply).u16();
  const auto section = reply.subspan(NS_HFIXEDSZ);
  const auto name = question_name(section);
  Reader reader(section.subspan(name.size()));
  const unsigned type = reader.u16();
  const bool is_of_internet = reader.u16() == ns_c_in && reader.ok();  // We ask in no other class.
  if (name.empty() || !is_of_internet) return;
  try {
    auto error = parsed != nullptr ? read_extended_error(parsed->options()) : nullptr;
    verdicts_.insert_or_assign(id, Noted{comparable(name, type), {*status, from, std::move(error)}});
  } catch (const std::bad_alloc &) {
  }
}

std::optional<Verdicts::Verdict> Verdicts::take(const Question &question) noexcept {
  if (verdicts_.empty() || !question.id) return std::nullopt;
  const auto noted = verdicts_.extract(*question.id);
  if (!noted) return std::nullopt;
  std::array<unsigned char, NS_MAXCDNAME> wire;
  if (ns_name_pton(question.name.c_str(), wire.data(), wire.size()) < 0) return std::nullopt;
  try {
    const bool fits = noted.mapped().question == comparable(question_name(wire), number_of(question.type));
    return fits ? std::optional(std::move(noted.mapped().verdict)) : std::nullopt;
  } catch (const std::bad_alloc &) {
    return std::nullopt;
  }
}

}  // namespace dns_cares
