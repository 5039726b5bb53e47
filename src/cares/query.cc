#include "cares/query.h"

#include <sys/random.h>

#include "dns_cares/records.h"
#include "records/writer.h"

namespace dns_cares {
namespace {

constexpr unsigned kRecursionDesired = 0x0100;
constexpr unsigned kInternet = 1;
constexpr unsigned kOpt = 41;

}  // namespace

std::optional<std::uint16_t> QueryIds::draw() {
  if (taken_count_ >= kMostTaken) return std::nullopt;
  for (;;) {
    if (left_ == 0 && !fill()) return std::nullopt;
    const std::uint16_t id = drawn_[--left_];
    if (is_taken(id)) continue;
    take(id);
    return id;
  }
}

void QueryIds::take(std::uint16_t id) {
  taken_.set(id);
  ++taken_count_;
}

void QueryIds::give_back(std::uint16_t id) {
  taken_.reset(id);
  --taken_count_;
}

// As many octets as getrandom(2) gives in one go, whatever interrupts it.
bool QueryIds::fill() {
  static_assert(sizeof drawn_ <= 256);
  if (getrandom(drawn_.data(), sizeof drawn_, 0) != sizeof drawn_) return false;
  left_ = drawn_.size();
  return true;
}

QueryMessage::QueryMessage(const Question &question, std::uint16_t id, std::uint16_t edns_size) {
  Writer writer(octets_.data());
  writer.u16(id);
  writer.u16(kRecursionDesired);
  for (const unsigned count : {1U, 0U, 0U, edns_size != 0 ? 1U : 0U}) writer.u16(count);
  writer.name(question.name);
  writer.u16(number_of(question.type));
  writer.u16(kInternet);
  if (edns_size != 0) {
    writer.u8(0);  // the root owns it
    writer.u16(kOpt);
    writer.u16(edns_size);
    writer.u32(0);  // version 0, no flags
    writer.u16(0);  // no options
  }
  size_ = static_cast<std::size_t>(writer.place() - octets_.data());
}

}  // namespace dns_cares
