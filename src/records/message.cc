#include "records/message.h"

#include <netinet/in.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "dns_cares/records.h"
#include "records/layout.h"
#include "resolver/reply_rules.h"

namespace dns_cares {
namespace {

constexpr unsigned kInternet = 1;
constexpr unsigned kOpt = 41;
constexpr unsigned kRcodeMask = 0x000f;

constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

bool is_well_formed(unsigned type, Reader data) {
  const Layout *const layout = find_layout(type);
  return layout == nullptr || read_fields(*layout, data, [](const Field &, const Value &) {});
}

// What is behind an address or a name in its record's data is passed over, as c-ares does.
bool has_address_or_name(unsigned type, Reader data) {
  switch (type) {
    case DNS_TYPE_A:
      return data.take(sizeof(in_addr)).size() == sizeof(in_addr);
    case DNS_TYPE_AAAA:
      return data.take(sizeof(in6_addr)).size() == sizeof(in6_addr);
    case DNS_TYPE_CNAME:
      return data.skip_name();
    default:
      return true;
  }
}

}  // namespace

bool RecordMessage::parse_question(Octets message) {
  octets_ = message;
  records_.clear();
  ends_ = {};
  opt_ = {};
  Reader reader(message);
  return read_question(reader);
}

bool RecordMessage::read_question(Reader &reader) {
  reader.u16();  // the id
  flags_ = reader.u16();
  rcode_ = flags_ & kRcodeMask;
  const unsigned questions = reader.u16();
  for (std::size_t &count : counts_) count = reader.u16();
  if (questions != 1 || !reader.skip_name()) return false;
  type_ = reader.u16();
  const unsigned rrclass = reader.u16();
  end_of_question_ = reader.place();
  return reader.ok() && rrclass == kInternet;
}

bool RecordMessage::parse(Octets message, Check check) {
  if (!parse_question(message)) return false;
  Reader reader(message, end_of_question_, message.size());
  for (const auto section : {MessageSection::kAnswer, MessageSection::kAuthority, MessageSection::kAdditional}) {
    const auto index = static_cast<std::size_t>(section);
    for (unsigned i = 0; i < counts_[index]; ++i) {
      if (!read_record(reader, section, check)) return false;
    }
    ends_[index] = records_.size();
  }
  return reader.at_end();
}

bool RecordMessage::read_record(Reader &reader, MessageSection section, Check check) {
  Record record{};
  record.owner = reader.place();
  reader.skip_name();
  const std::size_t behind_owner = reader.place();
  record.type = reader.u16();
  record.rrclass = reader.u16();
  record.ttl = reader.u32();
  record.data_size = reader.u16();
  record.data = reader.place();
  reader.take(record.data_size);
  if (!reader.ok()) return false;
  if (record.type == kOpt && section == MessageSection::kAdditional) {
    if (behind_owner != record.owner + 1) return false;  // Not the root.
    opt_ = octets_.subspan(behind_owner, reader.place() - behind_owner);
    rcode_ = static_cast<std::uint16_t>(rcode_ | (record.ttl >> 24) << 4);
    return true;
  }
  if (record.rrclass != kInternet) {
    if (section != MessageSection::kAdditional) return false;
  } else if (!(check == Check::kAll ? is_well_formed : has_address_or_name)(record.type, data(record))) {
    return false;
  }
  record.ttl = sane_ttl(record.ttl);
  records_.push_back(record);
  return true;
}

std::span<const RecordMessage::Record> RecordMessage::section(MessageSection section) const {
  const auto index = static_cast<std::size_t>(section);
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::span(records_).subspan(begin, ends_[index] - begin);
}

WireName RecordMessage::name_at(std::size_t place) const {
  WireName name;
  Reader(octets_, place, octets_.size()).name(name);
  return name;
}

namespace {

// The chain of CNAME records as far as it has been followed.
struct Chain {
  std::size_t end;
  std::size_t links = 0;
  std::uint32_t ttl = kForever;
  std::uint32_t rrset_ttl = kForever;
  bool has_rrset = false;
};

bool asks_for(const RecordMessage &message, unsigned type) {
  return type == message.type() || message.type() == DNS_TYPE_ANY;
}

// Reads the answer section once, moving along the chain. True if it has moved.
bool follow(const RecordMessage &message, Chain &chain) {
  bool moved = false;
  chain.has_rrset = false;
  for (const auto &record : message.section(MessageSection::kAnswer)) {
    if (!message.has_owner(record, chain.end)) continue;
    if (asks_for(message, record.type)) {
      chain.has_rrset = true;
      chain.rrset_ttl = std::min(chain.rrset_ttl, record.ttl);
    } else if (record.type == DNS_TYPE_CNAME && chain.links <= kMostLinks) {
      chain.end = record.data;
      chain.ttl = std::min(chain.ttl, record.ttl);
      chain.rrset_ttl = kForever;
      ++chain.links;
      moved = true;
    }
  }
  return moved;
}

// A SOA's data are two names and five numbers, the last of them the minimum (RFC 1035 section 3.3.13).
std::optional<std::uint32_t> minimum_of(Reader soa) {
  constexpr std::size_t kOthers = 4 * sizeof(std::uint32_t);
  soa.skip_name();
  soa.skip_name();
  soa.take(kOthers);
  const std::uint32_t minimum = soa.u32();
  return soa.at_end() ? std::optional(minimum) : std::nullopt;
}

// The smaller of the SOA's TTL and its minimum; 0 without a SOA of a zone that the name is in.
std::uint32_t negative_ttl(const RecordMessage &message, std::size_t name) {
  for (const auto &record : message.section(MessageSection::kAuthority)) {
    if (record.type != DNS_TYPE_SOA) continue;
    const auto minimum = minimum_of(message.data(record));
    if (!minimum) return 0;
    if (is_in_zone(message.name_at(name), message.name_at(record.owner))) {
      return std::min(record.ttl, sane_ttl(*minimum));
    }
  }
  return 0;
}

}  // namespace

bool summarize(const RecordMessage &message, ReplySummary &summary) {
  Chain chain{.end = message.name()};
  while (follow(message, chain)) {
    if (chain.links > kMostLinks) return false;  // A circle, or as good as one.
  }
  summary.canonical_name = chain.end;
  summary.status = status_of_rcode(message.rcode());
  summary.ttl = 0;
  if (summary.status == DNS_OK && chain.has_rrset) {
    summary.ttl = std::min(chain.ttl, chain.rrset_ttl);
  } else if (summary.status == DNS_OK || summary.status == DNS_ENOTFOUND) {
    if (summary.status == DNS_OK) summary.status = DNS_ENODATA;
    summary.ttl = std::min(chain.ttl, negative_ttl(message, chain.end));
  }
  return true;
}

}  // namespace dns_cares
