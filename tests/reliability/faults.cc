#include "faults.h"

#include <dns_cares/dns_cares.h>

#include <chrono>
#include <string>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using Octets = std::vector<std::uint8_t>;

// Behind the header and the question for kFaultName: where the first record of an answer begins.
constexpr std::uint8_t kFirstRecord = 12 + 12 + 4;
constexpr std::uint8_t kQuestion = 12;
constexpr std::size_t kType = 12 + 12 + 1;  // the lower octets of the question's type and class
constexpr std::size_t kClass = kType + 2;

constexpr Verdict kHarmless{Effect::kHarmless};
constexpr Verdict kTruncates{Effect::kTruncates};
constexpr Verdict kLost{Effect::kLost, DNS_ETIMEOUT};
constexpr Verdict ends(int status) { return {Effect::kEnds, status}; }
constexpr Verdict fails(int status) { return {Effect::kFails, status}; }
constexpr Verdict breaks(int status) { return {Effect::kBreaks, status}; }

// By UDP a malformed reply is passed over, for it may be forged. By TCP it is the server's, and ends the question.
constexpr Verdict kMalformed = fails(DNS_EBADRESP);
constexpr Verdict kMalformedTcp = ends(DNS_EBADRESP);

Octets owned_by(Octets owner, const Octets &rest) {
  owner.insert(owner.end(), rest.begin(), rest.end());
  return owner;
}
const Octets kOwner = {0xc0, kQuestion};
const Octets kA = {0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1};
const Octets kAaaa = {0, 28, 0, 1, 0, 0, 0, 60, 0, 16, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

// An address of each family, with that TTL.
Reply with_ttl(std::uint32_t ttl) {
  Octets octets;
  for (Octets record : {kA, kAaaa}) {
    for (int i = 0; i < 4; ++i) record[static_cast<std::size_t>(4 + i)] = static_cast<std::uint8_t>(ttl >> 8 * (3 - i));
    octets = owned_by(octets, owned_by(kOwner, record));
  }
  return answer({}).raw_records(octets, 2);
}

Reply one_record(const Octets &octets) { return answer({}).raw_records(octets); }

Reply chain(int links) {
  const auto link = [](int i) { return i == 0 ? std::string("@") : "c" + std::to_string(i) + ".test."; };
  std::vector<std::string> texts;
  for (int i = 0; i < links; ++i) texts.push_back(link(i) + " 60 IN CNAME " + link(i + 1));
  texts.push_back(link(links) + " 60 IN A 192.0.2.1");
  texts.push_back(link(links) + " 60 IN AAAA 2001:db8::1");
  return records(texts);
}

std::vector<std::string> many_addresses() {
  std::vector<std::string> addresses;
  for (int i = 0; i < 500; ++i) {
    addresses.push_back("10.1." + std::to_string(i / 250) + '.' + std::to_string(i % 250));
    addresses.push_back("2001:db8::" + std::to_string(i));
  }
  return addresses;
}

// 255 octets on the wire, in labels of 63.
std::string longest_name() {
  const std::string label(63, 'l');
  return label + '.' + label + '.' + label + '.' + std::string(61, 'l') + '.';
}

using Good = const Reply &;

const std::vector<Fault> &table() {
  // Without even a question to be read, 1.28 and later end the connection.
  static const Verdict unreadable_by_tcp = is_new_cares() ? breaks(DNS_EBADRESP) : kLost;
  static const Verdict broken = is_new_cares() ? breaks(DNS_ECONNREFUSED) : fails(DNS_ECONNREFUSED);
  static const std::vector<Fault> all = {
      // What is lost, late or doubled on the way.
      {"dropped", [](Good) { return drop(); }, kLost, kLost},
      {"late", [](Good good) { return good.after(5s); }, kLost, kLost},
      {"overtaken", [](Good good) { return good.after(10ms); }, kHarmless, kHarmless},
      {"duplicated", [](Good good) { return good.twice(); }, kHarmless, kHarmless},

      // What is not a reply to the query.
      {"wrong-id", [](Good good) { return good.wrong_id(); }, kLost, kLost},
      {"wrong-question", [](Good good) { return good.wrong_question(); }, kLost, kLost},
      {"wrong-type-asked", [](Good good) { return good.flipped(kType, 0x10); }, kLost, kLost},
      {"wrong-class-asked", [](Good good) { return good.flipped(kClass, 0x02); }, kLost, kLost},
      {"wrong-case", [](Good good) { return good.wrong_case(); }, kHarmless, kHarmless},
      {"other-port", [](Good good) { return good.from_other_port(); }, kLost, kHarmless},
      {"other-address", [](Good good) { return good.from_other_address(); }, kLost, kHarmless},
      {"forged-before-good", [](Good good) { return answer({kForgedAddress}).wrong_id().followed_by(good); }, kHarmless,
       kHarmless},
      {"bad-before-good", [](Good good) { return good.cut(kFirstRecord).followed_by(good); }, kHarmless, kMalformedTcp},

      // Too large for a datagram.
      {"truncated", [](Good good) { return good.truncated(); }, kTruncates, kHarmless},
      {"tc-flag", [](Good good) { return good.flipped(2, 0x02); }, kTruncates, kHarmless},
      {"500-addresses", [](Good) { return answer(many_addresses()); }, kTruncates, kHarmless},

      // What the server says of the question.
      {"formerr", [](Good) { return formerr(); }, {Effect::kNoEdns, DNS_EFORMERR}, {Effect::kNoEdns, DNS_EFORMERR}},
      {"formerr-without-edns",
       [](Good) { return formerr().without_edns(); },
       {Effect::kNoEdns, DNS_EFORMERR},
       {Effect::kNoEdns, DNS_EFORMERR}},
      {"servfail", [](Good) { return servfail(); }, fails(DNS_ESERVFAIL), fails(DNS_ESERVFAIL)},
      {"nxdomain", [](Good) { return nxdomain(); }, ends(DNS_ENOTFOUND), ends(DNS_ENOTFOUND)},
      {"notimp", [](Good) { return notimp(); }, fails(DNS_ENOTIMP), fails(DNS_ENOTIMP)},
      {"refused", [](Good) { return refused(); }, fails(DNS_EREFUSED), fails(DNS_EREFUSED)},
      {"yxdomain", [](Good) { return rcode(6); }, ends(DNS_ESERVFAIL), ends(DNS_ESERVFAIL)},
      {"yxrrset", [](Good) { return rcode(7); }, ends(DNS_ESERVFAIL), ends(DNS_ESERVFAIL)},
      {"nxrrset", [](Good) { return rcode(8); }, ends(DNS_ESERVFAIL), ends(DNS_ESERVFAIL)},
      {"notauth", [](Good) { return rcode(9); }, ends(DNS_ESERVFAIL), ends(DNS_ESERVFAIL)},
      {"notzone", [](Good) { return rcode(10); }, ends(DNS_ESERVFAIL), ends(DNS_ESERVFAIL)},
      {"badvers", [](Good) { return rcode(16); }, ends(DNS_ESERVFAIL), ends(DNS_ESERVFAIL)},
      // To c-ares that knows cookies it depends on what else the server has said so far, by UDP.
      {"badcookie", [](Good) { return rcode(23); }, is_new_cares() ? Verdict{Effect::kAnything} : ends(DNS_ESERVFAIL),
       ends(DNS_ESERVFAIL)},
      {"nxdomain-without-soa", [](Good) { return nxdomain().without_soa(); }, ends(DNS_ENOTFOUND), ends(DNS_ENOTFOUND)},
      {"empty", [](Good) { return nodata().without_soa(); }, ends(DNS_ENODATA), ends(DNS_ENODATA)},
      {"nodata", [](Good) { return nodata(); }, ends(DNS_ENODATA), ends(DNS_ENODATA)},
      {"without-edns", [](Good good) { return good.without_edns(); }, kHarmless, kHarmless},

      // What is in a well-formed answer.
      {"cname-circle",
       [](Good) {
         return records({"@ 60 IN CNAME b.test.", "b.test. 60 IN CNAME fault.test."});
       },
       ends(DNS_EBADRESP), ends(DNS_EBADRESP)},
      {"cname-to-itself", [](Good) { return records({"@ 60 IN CNAME fault.test."}); }, ends(DNS_EBADRESP),
       ends(DNS_EBADRESP)},
      {"cname-to-nothing", [](Good) { return records({"@ 60 IN CNAME b.test."}); }, ends(DNS_ENODATA),
       ends(DNS_ENODATA)},
      {"cname-to-nxdomain", [](Good) { return records({"@ 60 IN CNAME b.test."}).with_rcode(3); }, ends(DNS_ENOTFOUND),
       ends(DNS_ENOTFOUND)},
      {"chain-of-20", [](Good) { return chain(20); }, kHarmless, kHarmless},
      {"longest-name",
       [](Good) {
         const std::string end = longest_name();
         return records({"@ 60 IN CNAME " + end, end + " 60 IN A 192.0.2.1", end + " 60 IN AAAA 2001:db8::1"});
       },
       kHarmless, kHarmless},
      {"wrong-type-answer", [](Good) { return records({"@ 60 IN MX 10 mx.test."}); }, ends(DNS_ENODATA),
       ends(DNS_ENODATA)},
      {"other-owner",
       [](Good) {
         return records({"b.test. 60 IN A 192.0.2.1", "b.test. 60 IN AAAA 2001:db8::1"});
       },
       ends(DNS_ENODATA), ends(DNS_ENODATA)},
      {"extra-records",
       [](Good good) {
         return good.authority({"example.com. 60 IN NS ns.example.com."})
             .additional({"next.test. 60 IN A 203.0.113.66", "ns.example.com. 60 IN A 203.0.113.66"});
       },
       kHarmless, kHarmless},
      {"ttl-0", [](Good) { return with_ttl(0); }, kHarmless, kHarmless},
      {"ttl-2-to-the-31", [](Good) { return with_ttl(0x80000000); }, kHarmless, kHarmless},
      {"ttl-negative", [](Good) { return with_ttl(0xffffffff); }, kHarmless, kHarmless},

      // What cannot be read.
      {"empty-datagram", [](Good) { return garbage({}); }, kLost, kLost},
      {"two-octets", [](Good) { return garbage({}).right_id(); }, kLost, unreadable_by_tcp},
      {"all-ones", [](Good) { return garbage(Octets(12, 0xff)).right_id(); }, kLost, unreadable_by_tcp},
      {"all-pointers", [](Good) { return garbage(Octets(1200, 0xc0)).right_id(); }, kLost, unreadable_by_tcp},
      {"cut-in-the-header", [](Good good) { return good.cut(11); }, kLost, unreadable_by_tcp},
      {"cut-in-the-question", [](Good good) { return good.cut(kFirstRecord - 5); }, kLost, unreadable_by_tcp},
      {"cut-behind-the-question", [](Good good) { return good.cut(kFirstRecord); }, kMalformed, kMalformedTcp},
      {"cut-in-a-record", [](Good good) { return good.cut(kFirstRecord + 5); }, kMalformed, kMalformedTcp},
      {"more-records-counted", [](Good good) { return good.raw_records({}, 3); }, kMalformed, kMalformedTcp},
      {"pointer-to-itself",
       [](Good) {
         return one_record(owned_by({0xc0, kFirstRecord}, kA));
       },
       kMalformed, kMalformedTcp},
      {"pointer-circle",
       [](Good) {
         return one_record(owned_by({1, 'a', 0xc0, kFirstRecord}, kA));
       },
       kMalformed, kMalformedTcp},
      {"pointer-past-the-end",
       [](Good) {
         return one_record(owned_by({0xff, 0xff}, kA));
       },
       kMalformed, kMalformedTcp},
      {"label-of-unknown-kind",
       [](Good) {
         return one_record(owned_by({0x80, 'a', 0}, kA));
       },
       kMalformed, kMalformedTcp},
      {"data-past-the-end",
       [](Good) {
         return one_record({0xc0, kQuestion, 0, 1, 0, 1, 0, 0, 0, 60, 0xff, 0xff, 192, 0, 2, 1});
       },
       kMalformed, kMalformedTcp},

      // What becomes of a connection; over UDP the first two ask for one.
      {"tcp-reset", [](Good) { return reset_tcp(); }, kTruncates, broken},
      {"tcp-closed", [](Good) { return close_tcp(); }, kTruncates, broken},
      {"tcp-closed-amid", [](Good good) { return good.close_tcp_after(20); }, kHarmless, broken},
      {"tcp-closed-behind", [](Good good) { return good.close_tcp_after(999); }, kHarmless, kHarmless},
      {"tcp-half-closed", [](Good good) { return good.half_close_tcp_after(0); }, kHarmless, broken},
      {"tcp-half-closed-behind", [](Good good) { return good.half_close_tcp_after(999); }, kHarmless, kHarmless},
      {"tcp-stalled", [](Good good) { return good.stall_tcp_after(20); }, kHarmless,
       is_new_cares() ? ends(DNS_ETIMEOUT) : kLost},
      {"tcp-octet-by-octet", [](Good good) { return good.octet_by_octet(1ms); }, kHarmless, kHarmless},
  };
  return all;
}

}  // namespace

bool is_new_cares() { return cares_is_at_least(28); }

std::span<const Fault> faults() { return table(); }

}  // namespace dns_cares_test
