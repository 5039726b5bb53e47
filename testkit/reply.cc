// The vocabulary of replies: each function writes down one idea in a Plan.
#include <stdexcept>
#include <utility>

#include "dns_cares/testkit.h"
#include "ldns_c.h"
#include "plan.h"
#include "text.h"

namespace dns_testkit {
namespace {

constexpr unsigned kMaxRcode = 4095;  // RFC 6891, section 6.1.3: 12 bits

Reply make(Plan plan) {
  plan.soa = soa_record(plan.ttl);
  return Reply(std::make_shared<const Plan>(std::move(plan)));
}

template <typename Change>
Reply changed(const Reply &reply, Change change) {
  Plan plan = *reply.plan();
  change(plan);
  return make(std::move(plan));
}

Reply ended_after(const Reply &reply, std::size_t octets, TcpEnd end) {
  return changed(reply, [&](Plan &plan) {
    plan.tcp_end = end;
    plan.tcp_octets = octets;
  });
}

unsigned checked_rcode(unsigned rcode) {
  if (rcode > kMaxRcode) throw std::invalid_argument("rcode \"" + std::to_string(rcode) + "\": more than 4095");
  return rcode;
}

Reply negative(unsigned rcode, std::uint32_t ttl) {
  Plan plan;
  plan.rcode = rcode;
  plan.ttl = ttl;
  return make(std::move(plan));
}

Reply end_tcp(TcpEnd end) {
  Plan plan;
  plan.truncated = true;
  plan.tcp_end = end;
  return make(std::move(plan));
}

}  // namespace

Reply::Reply(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}

Reply Reply::after(std::chrono::milliseconds delay) const {
  return changed(*this, [&](Plan &plan) { plan.delay = delay; });
}
Reply Reply::authority(const std::vector<std::string> &records) const {
  return changed(*this, [&](Plan &plan) { plan.authority = read_records(records); });
}
Reply Reply::additional(const std::vector<std::string> &records) const {
  return changed(*this, [&](Plan &plan) { plan.additional = read_records(records); });
}
Reply Reply::without_soa() const {
  return changed(*this, [](Plan &plan) { plan.authority = Records(); });
}
Reply Reply::with_rcode(unsigned rcode) const {
  return changed(*this, [&](Plan &plan) { plan.rcode = checked_rcode(rcode); });
}
Reply Reply::without_edns() const {
  return changed(*this, [](Plan &plan) { plan.edns = false; });
}
Reply Reply::extended_error(std::uint16_t code, std::string_view text) const {
  return changed(*this, [&](Plan &plan) {
    append16(plan.edns_options, LDNS_EDNS_EDE);
    append16(plan.edns_options, static_cast<unsigned>(2 + text.size()));
    append16(plan.edns_options, code);
    plan.edns_options.insert(plan.edns_options.end(), text.begin(), text.end());
  });
}
Reply Reply::truncated() const {
  return changed(*this, [](Plan &plan) { plan.truncated = true; });
}
Reply Reply::cut(std::size_t octets) const {
  return changed(*this, [&](Plan &plan) { plan.cut = octets; });
}
Reply Reply::wrong_id() const {
  return changed(*this, [](Plan &plan) { plan.wrong_id = true; });
}
Reply Reply::right_id() const {
  return changed(*this, [](Plan &plan) { plan.right_id = true; });
}
Reply Reply::wrong_question() const {
  return changed(*this, [](Plan &plan) { plan.wrong_question = true; });
}
Reply Reply::wrong_case() const {
  return changed(*this, [](Plan &plan) { plan.wrong_case = true; });
}
Reply Reply::flipped(std::size_t octet, std::uint8_t mask) const {
  return changed(*this, [&](Plan &plan) {
    plan.flipped_octet = octet;
    plan.flipped_bits = mask;
  });
}
Reply Reply::raw_records(const std::vector<std::uint8_t> &octets, unsigned count) const {
  return changed(*this, [&](Plan &plan) {
    append(plan.answer.octets, octets);
    plan.answer.count += count;
  });
}
Reply Reply::twice() const {
  return changed(*this, [](Plan &plan) { plan.twice = true; });
}
Reply Reply::from_other_port() const {
  return changed(*this, [](Plan &plan) { plan.sender = Sender::kOtherPort; });
}
Reply Reply::from_other_address() const {
  return changed(*this, [](Plan &plan) { plan.sender = Sender::kOtherAddress; });
}
Reply Reply::followed_by(const Reply &next) const {
  return changed(*this, [&](Plan &plan) {
    plan.next = plan.next != nullptr ? Reply(plan.next).followed_by(next).plan() : next.plan();
  });
}
Reply Reply::close_tcp_after(std::size_t octets) const { return ended_after(*this, octets, TcpEnd::kClose); }
Reply Reply::half_close_tcp_after(std::size_t octets) const { return ended_after(*this, octets, TcpEnd::kHalfClose); }
Reply Reply::stall_tcp_after(std::size_t octets) const { return ended_after(*this, octets, TcpEnd::kStall); }
Reply Reply::octet_by_octet(std::chrono::milliseconds pause) const {
  return changed(*this, [&](Plan &plan) { plan.octet_pause = pause; });
}

Reply answer(const std::vector<std::string> &addresses, std::uint32_t ttl) {
  Plan plan;
  plan.ttl = ttl;
  for (const std::string &address : addresses) read_address(address, ttl, plan.a, plan.aaaa);
  return make(std::move(plan));
}

Reply records(const std::vector<std::string> &records) {
  Plan plan;
  plan.answer = read_records(records);
  return make(std::move(plan));
}

Reply hashed(std::string_view network, std::uint32_t ttl) {
  Plan plan;
  plan.network = read_network(network);
  plan.ttl = ttl;
  return make(std::move(plan));
}

Reply nodata(std::uint32_t ttl) { return negative(0, ttl); }
Reply nxdomain(std::uint32_t ttl) { return negative(3, ttl); }

Reply rcode(unsigned rcode) { return negative(checked_rcode(rcode), kDefaultTtl); }
Reply formerr() { return rcode(1); }
Reply servfail() { return rcode(2); }
Reply notimp() { return rcode(4); }
Reply refused() { return rcode(5); }

Reply drop() {
  Plan plan;
  plan.kind = Plan::Kind::kDrop;
  return make(std::move(plan));
}

Reply garbage(std::vector<std::uint8_t> octets) {
  Plan plan;
  plan.kind = Plan::Kind::kGarbage;
  plan.garbage = std::move(octets);
  return make(std::move(plan));
}

Reply close_tcp() { return end_tcp(TcpEnd::kClose); }
Reply reset_tcp() { return end_tcp(TcpEnd::kReset); }

}  // namespace dns_testkit
