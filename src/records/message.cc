#include "records/message.h"

#include <algorithm>
#include <limits>

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
  if (questions != 1 || !reader.name(name_)) return false;
  type_ = reader.u16();
  const unsigned rrclass = reader.u16();
  end_of_question_ = reader.place();
  return reader.ok() && rrclass == kInternet;
}

bool RecordMessage::parse(Octets message) {
  if (!parse_question(message)) return false;
  Reader reader(message, end_of_question_, message.size());
  for (const auto section : {MessageSection::kAnswer, MessageSection::kAuthority, MessageSection::kAdditional}) {
    const auto index = static_cast<std::size_t>(section);
    for (unsigned i = 0; i < counts_[index]; ++i) {
      if (!read_record(reader, section)) return false;
    }
    ends_[index] = records_.size();
  }
  return reader.at_end();
}

bool RecordMessage::read_record(Reader &reader, MessageSection section) {
  WireName owner;
  Record record{};
  record.owner = reader.place();
  reader.name(owner);
  const std::size_t behind_owner = reader.place();
  record.type = reader.u16();
  record.rrclass = reader.u16();
  record.ttl = reader.u32();
  record.data_size = reader.u16();
  record.data = reader.place();
  reader.take(record.data_size);
  if (!reader.ok()) return false;
  if (record.type == kOpt && section == MessageSection::kAdditional) {
    if (!owner.is_root()) return false;
    opt_ = octets_.subspan(behind_owner, reader.place() - behind_owner);
    rcode_ = static_cast<std::uint16_t>(rcode_ | (record.ttl >> 24) << 4);
    return true;
  }
  if (record.rrclass != kInternet) {
    if (section != MessageSection::kAdditional) return false;
  } else if (!is_well_formed(record.type, data(record))) {
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

bool RecordMessage::has_owner(const Record &record, const WireName &name) const {
  return same_name(owner(record), name);
}

namespace {

// The chain of CNAME records as far as it has been followed.
struct Chain {
  WireName end;
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
      chain.end = message.name_at(record.data);
      chain.ttl = std::min(chain.ttl, record.ttl);
      chain.rrset_ttl = kForever;
      ++chain.links;
      moved = true;
    }
  }
  return moved;
}

// The smaller of the SOA's TTL and its minimum; 0 without a SOA of a zone that the name is in.
std::uint32_t negative_ttl(const RecordMessage &message, const WireName &name) {
  for (const auto &record : message.section(MessageSection::kAuthority)) {
    if (record.type != DNS_TYPE_SOA || !is_in_zone(name, message.owner(record))) continue;
    Reader minimum(message.octets(), record.data + record.data_size - sizeof(std::uint32_t),
                   record.data + record.data_size);
    return std::min(record.ttl, sane_ttl(minimum.u32()));
  }
  return 0;
}

}  // namespace

bool summarize(const RecordMessage &message, ReplySummary &summary) {
  Chain chain;
  chain.end = message.name();
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
