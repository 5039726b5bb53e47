#include "cares/decode.h"

#include <array>
#include <cstring>
#include <string_view>

#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"

namespace dns_cares {
namespace {

Answer without_records(const RecordMessage &message, ReplySummary &summary) {
  if (!summarize(message, summary)) return Answer::failure(DNS_EBADRESP);
  return {summary.status, {}, summary.ttl, {}};
}

template <class Native>
Address address_in(Reader data, Address (*make)(const Native &)) {
  Native native;
  std::memcpy(&native, data.take(sizeof native).data(), sizeof native);
  return make(native);
}

// The addresses of a name in the answer section, of the type that was asked for.
void read_addresses(const RecordMessage &message, std::size_t name, std::vector<Address> &addresses) {
  addresses.clear();
  for (const auto &record : message.section(MessageSection::kAnswer)) {
    if (record.type != message.type() || !message.has_owner(record, name)) continue;
    addresses.push_back(
        record.type == DNS_TYPE_A
            ? address_in<in_addr>(message.data(record), Address::v4)
            : address_in<in6_addr>(message.data(record), [](const in6_addr &octets) { return Address::v6(octets); }));
  }
}

RRset::Ptr make_rrset(const RecordMessage &message, std::size_t canonical_name, std::span<const Address> addresses) {
  if (canonical_name == message.name()) return RRset::make(addresses);
  std::array<char, DNS_NAME_SIZE> text;
  TextOut out(text.data(), text.size());
  print_name(message.name_at(canonical_name), out);
  return RRset::make(addresses, without_last_dot({text.data(), static_cast<std::size_t>(out.finish())}));
}

bool is_worth_keeping(int status) { return status == DNS_OK || status == DNS_ENOTFOUND || status == DNS_ENODATA; }

}  // namespace

Answer decode_addresses(const RecordMessage &message, std::vector<Address> &memory) {
  if (message.type() != DNS_TYPE_A && message.type() != DNS_TYPE_AAAA) return Answer::failure(DNS_EBADRESP);
  ReplySummary summary;
  Answer answer = without_records(message, summary);
  if (answer.status != DNS_OK) return answer;
  read_addresses(message, summary.canonical_name, memory);
  answer.rrset = make_rrset(message, summary.canonical_name, memory);
  return answer;
}

Answer decode_whole(const RecordMessage &message, std::uint16_t flags) {
  ReplySummary summary;
  Answer answer = without_records(message, summary);
  if (is_worth_keeping(answer.status)) answer.rrset = RRset::make_whole(message.octets(), flags);
  return answer;
}

}  // namespace dns_cares
