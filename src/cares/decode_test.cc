#include "cares/decode.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

// --- Replies, octet by octet ---

std::string u16(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }
std::string u32(std::uint32_t value) { return u16(value >> 16) + u16(value & 0xffff); }

// A name as on the wire; every '.' ends a label.
std::string wire(std::string_view name) {
  std::string result;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    result += static_cast<char>(label.size());
    result += label;
    name.remove_prefix(label.size() < name.size() ? label.size() + 1 : label.size());
  }
  return result + '\0';
}

// A compressed name: what is at this place in the message.
std::string pointer(std::size_t place) { return u16(0xc000U | static_cast<unsigned>(place)); }

constexpr std::size_t kQuestionPlace = NS_HFIXEDSZ;

std::string octets_of(const char *text) {
  unsigned char octets[16];
  const bool v6 = std::string_view(text).find(':') != std::string_view::npos;
  EXPECT_EQ(inet_pton(v6 ? AF_INET6 : AF_INET, text, octets), 1) << text;
  return {reinterpret_cast<const char *>(octets), v6 ? std::size_t{16} : std::size_t{4}};
}

std::string soa_data(std::uint32_t minimum) {
  return wire("ns.test") + wire("admin.test") + u32(1) + u32(2) + u32(3) + u32(4) + u32(minimum);
}

// A reply to one question. Records of the authority section come after those of the answer section.
class Reply {
 public:
  explicit Reply(std::string_view question, RRType type = RRType::kA) : Reply(FromWire(), wire(question), type) {}
  static Reply to_wire_question(const std::string &question) { return Reply(FromWire(), question, RRType::kA); }

  Reply &rcode(unsigned code) {
    rcode_ = code;
    return *this;
  }
  Reply &questions(unsigned count) {
    questions_ = count;
    return *this;
  }

  Reply &a(std::string_view owner, const char *address, std::uint32_t ttl = 300) {
    return record(wire(owner), ns_t_a, ttl, octets_of(address));
  }
  Reply &aaaa(std::string_view owner, const char *address, std::uint32_t ttl = 300) {
    return record(wire(owner), ns_t_aaaa, ttl, octets_of(address));
  }
  Reply &cname(std::string_view owner, std::string_view target, std::uint32_t ttl = 300) {
    return record(wire(owner), ns_t_cname, ttl, wire(target));
  }
  Reply &record(const std::string &owner, unsigned type, std::uint32_t ttl, const std::string &data,
                unsigned record_class = ns_c_in) {
    ++answers_;
    return append(owner, type, ttl, data, record_class);
  }
  Reply &soa(std::string_view zone, std::uint32_t ttl, std::uint32_t minimum) {
    return authority(wire(zone), ns_t_soa, ttl, soa_data(minimum));
  }
  Reply &authority(const std::string &owner, unsigned type, std::uint32_t ttl, const std::string &data) {
    ++authorities_;
    return append(owner, type, ttl, data, ns_c_in);
  }
  Reply &additional(const std::string &owner, unsigned type, std::uint32_t ttl, const std::string &data,
                    unsigned record_class) {
    ++additionals_;
    return append(owner, type, ttl, data, record_class);
  }

  // Where the next record will be.
  std::size_t size() const { return NS_HFIXEDSZ + body_.size(); }

  std::string octets() const {
    return u16(0x1234) + u16(0x8180U | rcode_) + u16(questions_) + u16(answers_) + u16(authorities_) +
           u16(additionals_) + body_;
  }

 private:
  struct FromWire {};
  Reply(FromWire, const std::string &question, RRType type)
      : body_(question + u16(static_cast<unsigned>(type)) + u16(ns_c_in)) {}

  Reply &append(const std::string &owner, unsigned type, std::uint32_t ttl, const std::string &data,
                unsigned record_class) {
    body_ += owner + u16(type) + u16(record_class) + u32(ttl) + u16(static_cast<unsigned>(data.size())) + data;
    return *this;
  }

  std::string body_;
  unsigned rcode_ = ns_r_noerror;
  unsigned questions_ = 1;
  unsigned answers_ = 0;
  unsigned authorities_ = 0;
  unsigned additionals_ = 0;
};

// --- What becomes of them ---

// In a block of just the message's size, so that a read past its end is seen.
Answer decode_octets(const std::string &octets) {
  const auto block = std::make_unique<unsigned char[]>(octets.size());
  std::copy(octets.begin(), octets.end(), block.get());
  RecordMessage message;
  std::vector<Address> memory;
  if (!message.parse({block.get(), octets.size()}, RecordMessage::Check::kAddresses)) {
    return Answer::failure(DNS_EBADRESP);
  }
  return decode_addresses(message, memory);
}

std::span<const Address> addresses_of(const Answer &answer) {
  return answer.rrset ? answer.rrset->addresses() : std::span<const Address>();
}

std::string text_of(const Answer &answer) {
  if (answer.status != DNS_OK) return dns_strerror(answer.status);
  std::string result;
  for (const Address &address : addresses_of(answer)) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(address.family, address.octets.data(), text, sizeof text);
    if (!result.empty()) result += ' ';
    result += text;
  }
  return result;
}

// What upstream.h promises of every answer.
void expect_sane(const Answer &answer) {
  EXPECT_TRUE(answer.status >= DNS_OK && answer.status <= DNS_EBADRESP && answer.status != DNS_ETIMEOUT)
      << answer.status;
  EXPECT_EQ(answer.status == DNS_OK, !addresses_of(answer).empty());
  EXPECT_LE(answer.ttl, 0x7fffffffU);
  EXPECT_TRUE(answer.status == DNS_OK || !answer.rrset);
  EXPECT_TRUE(answer.status <= DNS_ENODATA || answer.ttl == 0) << answer.status;
}

class DecodeTest : public testing::Test {
 protected:
  // The addresses, or the text of the status; answer_ has the rest.
  std::string decode_reply(const Reply &reply) {
    answer_ = decode_octets(reply.octets());
    expect_sane(answer_);
    return text_of(answer_);
  }

  static std::string text(int status) { return dns_strerror(status); }

  Answer answer_ = Answer::failure(0);
  const std::string no_data_ = dns_strerror(DNS_ENODATA);
  const std::string not_found_ = dns_strerror(DNS_ENOTFOUND);
  const std::string bad_reply_ = dns_strerror(DNS_EBADRESP);
};

// --- Addresses ---

TEST_F(DecodeTest, AddressesOfTheQuestionAreTakenInTheirOrder) {
  EXPECT_EQ(decode_reply(Reply("a.test").a("a.test", "192.0.2.2").a("a.test", "192.0.2.1")), "192.0.2.2 192.0.2.1");
  EXPECT_EQ(answer_.rrset->canonical_name(), "") << "the name asked for";
  EXPECT_EQ(answer_.ttl, 300u);
}

TEST_F(DecodeTest, Ipv6AddressesAreTakenWhole) {
  const Reply reply = Reply("a.test", RRType::kAAAA).aaaa("a.test", "2001:db8:1:2:3:4:5:6").aaaa("a.test", "::1");
  EXPECT_EQ(decode_reply(reply), "2001:db8:1:2:3:4:5:6 ::1");
  EXPECT_EQ(answer_.rrset->addresses()[0].family, AF_INET6);
  EXPECT_EQ(answer_.rrset->addresses()[0].scope_id, 0u);
}

TEST_F(DecodeTest, CompressedNamesAreRead) {
  Reply reply("a.test");
  reply.record(pointer(kQuestionPlace), ns_t_cname, 300, std::string("\3end") + pointer(kQuestionPlace + 2));
  reply.record(std::string("\3end") + pointer(kQuestionPlace + 2), ns_t_a, 300, octets_of("192.0.2.1"));
  EXPECT_EQ(decode_reply(reply), "192.0.2.1");
  EXPECT_EQ(answer_.rrset->canonical_name(), "end.test");
}

TEST_F(DecodeTest, CaseOfAnOwnerDoesNotMatter) {
  EXPECT_EQ(decode_reply(Reply("a.TEST").a("A.test", "192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(decode_reply(Reply("a.test").cname("A.TEST", "End.Test").a("eND.tEST", "192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(answer_.rrset->canonical_name(), "End.Test");
}

TEST_F(DecodeTest, RecordsOfOtherOwnersAreIgnored) {
  const Reply reply = Reply("a.test")
                          .a("b.test", "192.0.2.66")
                          .a("a.a.test", "192.0.2.67")
                          .a("test", "192.0.2.68")
                          .a("a.test", "192.0.2.1")
                          .a("a.tes", "192.0.2.69");
  EXPECT_EQ(decode_reply(reply), "192.0.2.1");
}

TEST_F(DecodeTest, RecordsOfOtherOwnersAloneAreNoData) {
  EXPECT_EQ(decode_reply(Reply("a.test").a("b.test", "192.0.2.66").cname("b.test", "a.test")), no_data_);
}

TEST_F(DecodeTest, RecordsOfOtherTypesAreIgnored) {
  Reply reply("a.test");
  reply.aaaa("a.test", "2001:db8::1")
      .record(wire("a.test"), ns_t_mx, 300, u16(10) + wire("mx.test"))
      .record(wire("a.test"), ns_t_txt, 300, "\4text")
      .record(wire("a.test"), 65280, 300, "whatever")
      .a("a.test", "192.0.2.1");
  EXPECT_EQ(decode_reply(reply), "192.0.2.1");
}

TEST_F(DecodeTest, RecordsOfTheOtherFamilyAloneAreNoData) {
  EXPECT_EQ(decode_reply(Reply("a.test").aaaa("a.test", "2001:db8::1")), no_data_);
  EXPECT_EQ(decode_reply(Reply("a.test", RRType::kAAAA).a("a.test", "192.0.2.1")), no_data_);
}

TEST_F(DecodeTest, RecordsOfOtherSectionsAreNoAnswer) {
  Reply reply("a.test");
  reply.authority(wire("a.test"), ns_t_a, 300, octets_of("192.0.2.66"));
  reply.additional(wire("a.test"), ns_t_a, 300, octets_of("192.0.2.67"), ns_c_in);
  EXPECT_EQ(decode_reply(reply), no_data_);
}

TEST_F(DecodeTest, HundredsOfAddressesAreTaken) {
  Reply reply("a.test");
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const std::string text = "10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250);
    reply.record(pointer(kQuestionPlace), ns_t_a, 300, octets_of(text.c_str()));
    expected += (i == 0 ? "" : " ") + text;
  }
  EXPECT_EQ(decode_reply(reply), expected);
}

TEST_F(DecodeTest, OptRecordIsNoTrouble) {
  Reply reply("a.test");
  reply.a("a.test", "192.0.2.1").additional(std::string(1, '\0'), ns_t_opt, 0, "", 1232);
  EXPECT_EQ(decode_reply(reply), "192.0.2.1");
}

// --- Chains ---

TEST_F(DecodeTest, ChainIsFollowedInWhateverOrderItComes) {
  std::vector<int> order = {0, 1, 2, 3};
  do {
    Reply reply("a.test");
    for (const int i : order) {
      if (i == 0) reply.cname("a.test", "b.test");
      if (i == 1) reply.cname("b.test", "c.test");
      if (i == 2) reply.cname("c.test", "end.test");
      if (i == 3) reply.a("end.test", "192.0.2.1");
    }
    EXPECT_EQ(decode_reply(reply), "192.0.2.1");
    EXPECT_EQ(answer_.rrset->canonical_name(), "end.test");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(DecodeTest, AddressesAlongTheChainAreNotOfItsEnd) {
  const Reply reply = Reply("a.test")
                          .a("a.test", "192.0.2.66")
                          .cname("a.test", "b.test")
                          .a("b.test", "192.0.2.67")
                          .cname("b.test", "end.test")
                          .a("end.test", "192.0.2.1");
  EXPECT_EQ(decode_reply(reply), "192.0.2.1");
}

TEST_F(DecodeTest, ChainToNothingIsNoData) {
  EXPECT_EQ(decode_reply(Reply("a.test").cname("a.test", "end.test")), no_data_);
  EXPECT_EQ(answer_.ttl, 0u);
}

TEST_F(DecodeTest, ChainInACircleIsABadReply) {
  EXPECT_EQ(decode_reply(Reply("a.test").cname("a.test", "a.test")), bad_reply_);
  EXPECT_EQ(decode_reply(Reply("a.test").cname("a.test", "b.test").cname("b.test", "a.test")), bad_reply_);
  EXPECT_EQ(decode_reply(Reply("a.test").cname("b.test", "a.test").cname("a.test", "b.test")), bad_reply_);
  EXPECT_EQ(decode_reply(Reply("a.test")
                             .cname("a.test", "b.test")
                             .cname("b.test", "c.test")
                             .cname("c.test", "B.test")
                             .a("c.test", "192.0.2.66")),
            bad_reply_);
  EXPECT_EQ(decode_reply(Reply("a.test").cname("a.test", "A.TEST").a("a.test", "192.0.2.66")), bad_reply_);
}

TEST_F(DecodeTest, ChainAsLongAsTheReplyIsFollowed) {
  Reply reply("n0.test");
  for (int i = 0; i < 15; ++i) reply.cname("n" + std::to_string(i) + ".test", "n" + std::to_string(i + 1) + ".test");
  reply.a("n15.test", "192.0.2.1");
  EXPECT_EQ(decode_reply(reply), "192.0.2.1");
  EXPECT_EQ(answer_.rrset->canonical_name(), "n15.test");
}

// --- Times to live ---

TEST_F(DecodeTest, TtlIsTheSmallestOfChainAndRrset) {
  EXPECT_EQ(decode_reply(Reply("a.test").a("a.test", "192.0.2.1", 300).a("a.test", "192.0.2.2", 200)),
            "192.0.2.1 192.0.2.2");
  EXPECT_EQ(answer_.ttl, 200u);
  struct Case {
    std::uint32_t first, second, address;
  };
  for (const Case &c : {Case{1, 20, 300}, Case{20, 1, 300}, Case{20, 300, 1}}) {
    const Reply reply = Reply("a.test")
                            .cname("a.test", "b.test", c.first)
                            .cname("b.test", "c.test", c.second)
                            .a("c.test", "192.0.2.1", c.address);
    EXPECT_EQ(decode_reply(reply), "192.0.2.1");
    EXPECT_EQ(answer_.ttl, 1u);
  }
}

TEST_F(DecodeTest, TtlOfWhatIsIgnoredDoesNotCount) {
  Reply reply("a.test");
  reply.a("a.test", "192.0.2.1", 300).a("b.test", "192.0.2.66", 1).aaaa("a.test", "2001:db8::1", 1);
  reply.authority(wire("test"), ns_t_ns, 1, wire("ns.test"));
  decode_reply(reply);
  EXPECT_EQ(answer_.ttl, 300u);
}

TEST_F(DecodeTest, TtlOfAnAddressAlongTheChainDoesNotCount) {
  decode_reply(
      Reply("a.test").a("a.test", "192.0.2.66", 1).cname("a.test", "end.test", 50).a("end.test", "192.0.2.1", 60));
  EXPECT_EQ(answer_.ttl, 50u);
}

TEST_F(DecodeTest, TtlWithItsTopBitSetIsZero) {
  for (const std::uint32_t ttl : {0x80000000U, 0xffffffffU}) {
    EXPECT_EQ(decode_reply(Reply("a.test").a("a.test", "192.0.2.1", ttl)), "192.0.2.1");
    EXPECT_EQ(answer_.ttl, 0u) << ttl;
    EXPECT_EQ(decode_reply(Reply("a.test").cname("a.test", "b.test", ttl).a("b.test", "192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(answer_.ttl, 0u) << ttl;
  }
  decode_reply(Reply("a.test").a("a.test", "192.0.2.1", 0x7fffffffU));
  EXPECT_EQ(answer_.ttl, 0x7fffffffU);
  decode_reply(Reply("a.test").a("a.test", "192.0.2.1", 0));
  EXPECT_EQ(answer_.ttl, 0u);
}

// --- Negative answers ---

TEST_F(DecodeTest, NegativeTtlIsTheSmallerOfTheSoasTtlAndMinimum) {
  for (const unsigned rcode : {ns_r_noerror, ns_r_nxdomain}) {
    const std::string &status = rcode == ns_r_noerror ? no_data_ : not_found_;
    EXPECT_EQ(decode_reply(Reply("a.test").rcode(rcode).soa("test", 100, 900)), status);
    EXPECT_EQ(answer_.ttl, 100u);
    EXPECT_EQ(decode_reply(Reply("a.test").rcode(rcode).soa("test", 900, 100)), status);
    EXPECT_EQ(answer_.ttl, 100u);
    EXPECT_EQ(decode_reply(Reply("a.test").rcode(rcode).soa("test", 900, 0x80000000U)), status);
    EXPECT_EQ(answer_.ttl, 0u);
    EXPECT_EQ(decode_reply(Reply("a.test").rcode(rcode).soa("test", 0xffffffffU, 900)), status);
    EXPECT_EQ(answer_.ttl, 0u);
  }
}

TEST_F(DecodeTest, NegativeAnswerWithoutASoaIsNotToBeKept) {
  EXPECT_EQ(decode_reply(Reply("a.test").rcode(ns_r_nxdomain)), not_found_);
  EXPECT_EQ(answer_.ttl, 0u);
  EXPECT_EQ(decode_reply(Reply("a.test")), no_data_);
  EXPECT_EQ(answer_.ttl, 0u);
  EXPECT_EQ(decode_reply(Reply("a.test").authority(wire("test"), ns_t_ns, 300, wire("ns.test"))), no_data_);
  EXPECT_EQ(answer_.ttl, 0u);
}

TEST_F(DecodeTest, SoaOfAZoneThatTheNameIsInCounts) {
  for (const char *zone : {"b.a.test", "a.test", "test", "", "A.TEST", "TesT"}) {
    decode_reply(Reply("b.a.test").rcode(ns_r_nxdomain).soa(zone, 100, 100));
    EXPECT_EQ(answer_.ttl, 100u) << zone;
  }
}

TEST_F(DecodeTest, SoaOfAnotherZoneDoesNotCount) {
  for (const char *zone : {"c.b.a.test", "other.test", "xa.test", "est", "net"}) {
    decode_reply(Reply("b.a.test").rcode(ns_r_nxdomain).soa(zone, 100, 100));
    EXPECT_EQ(answer_.ttl, 0u) << zone;
  }
}

TEST_F(DecodeTest, SoaIsFoundBehindOtherRecords) {
  decode_reply(Reply("a.test")
                   .authority(wire("test"), ns_t_ns, 5, wire("ns.test"))
                   .soa("other.test", 6, 6)
                   .soa("test", 100, 100));
  EXPECT_EQ(answer_.ttl, 100u);
}

// RFC 2308 section 2.1: the SOA is that of the zone of the chain's end.
TEST_F(DecodeTest, SoaBelongsToTheEndOfTheChain) {
  EXPECT_EQ(decode_reply(Reply("a.test").rcode(ns_r_nxdomain).cname("a.test", "end.other", 300).soa("other", 100, 100)),
            not_found_);
  EXPECT_EQ(answer_.ttl, 100u);
  decode_reply(Reply("a.test").rcode(ns_r_nxdomain).cname("a.test", "end.other", 300).soa("test", 100, 100));
  EXPECT_EQ(answer_.ttl, 0u);
}

TEST_F(DecodeTest, NegativeTtlIsNotMoreThanTheChains) {
  EXPECT_EQ(decode_reply(Reply("a.test").cname("a.test", "end.test", 7).soa("test", 100, 100)), no_data_);
  EXPECT_EQ(answer_.ttl, 7u);
}

TEST_F(DecodeTest, NameThatDoesNotExistHasNoAddresses) {
  EXPECT_EQ(decode_reply(Reply("a.test").rcode(ns_r_nxdomain).a("a.test", "192.0.2.66")), not_found_);
}

TEST_F(DecodeTest, EveryResponseCodeHasItsStatus) {
  for (unsigned rcode = 1; rcode < 16; ++rcode) {
    int expected = DNS_ESERVFAIL;  // Also for codes that make no sense here, as c-ares has it for those unassigned.
    if (rcode == ns_r_formerr) expected = DNS_EFORMERR;
    if (rcode == ns_r_nxdomain) expected = DNS_ENOTFOUND;
    if (rcode == ns_r_notimpl) expected = DNS_ENOTIMP;
    if (rcode == ns_r_refused) expected = DNS_EREFUSED;
    EXPECT_EQ(decode_reply(Reply("a.test").rcode(rcode)), text(expected)) << rcode;
    EXPECT_EQ(decode_reply(Reply("a.test").rcode(rcode).a("a.test", "192.0.2.66")), text(expected)) << rcode;
  }
}

// The upper bits of a response code are in the OPT record (RFC 6891 section 6.1.3). BADVERS is the one that a server
// may send; its lower bits say "no error", and it was taken for NODATA.
TEST_F(DecodeTest, ExtendedResponseCodeIsNotTakenForSuccess) {
  Reply reply("a.test");
  reply.additional(std::string(1, '\0'), ns_t_opt, 0x01000000U, "", 1232);
  EXPECT_EQ(decode_reply(reply), text(DNS_ESERVFAIL));
}

// --- Malformed replies ---

TEST_F(DecodeTest, ReplyCutShortAnywhereIsABadReply) {
  const std::string whole = Reply("a.test").cname("a.test", "end.test").a("end.test", "192.0.2.1").octets();
  const std::string negative = Reply("a.test").rcode(ns_r_nxdomain).soa("test", 100, 100).octets();
  for (const std::string &octets : {whole, negative}) {
    EXPECT_NE(text_of(decode_octets(octets)), bad_reply_);
    for (std::size_t size = 0; size < octets.size(); ++size) {
      EXPECT_EQ(text_of(decode_octets(octets.substr(0, size))), bad_reply_) << size;
    }
  }
}

TEST_F(DecodeTest, CountOfMoreRecordsThanThereAreIsABadReply) {
  std::string octets = Reply("a.test").a("a.test", "192.0.2.1").octets();
  for (const std::size_t count : {7U, 9U, 11U}) {
    std::string more = octets;
    ++more[count];
    EXPECT_EQ(text_of(decode_octets(more)), bad_reply_) << count;
  }
}

TEST_F(DecodeTest, AddressThatIsTooShortIsABadReply) {
  for (std::size_t size = 0; size < 16; ++size) {
    const std::string data(size, 'x');
    Reply v6("a.test", RRType::kAAAA);
    EXPECT_EQ(decode_reply(v6.record(wire("a.test"), ns_t_aaaa, 300, data)), bad_reply_) << size;
    if (size >= 4) continue;
    EXPECT_EQ(decode_reply(Reply("a.test").record(wire("a.test"), ns_t_a, 300, data)), bad_reply_) << size;
  }
}

TEST_F(DecodeTest, CnameDataThatEndInsideTheNameAreABadReply) {
  const std::string name = wire("end.test");
  for (std::size_t size = 0; size < name.size(); ++size) {
    EXPECT_EQ(decode_reply(Reply("a.test").record(wire("a.test"), ns_t_cname, 300, name.substr(0, size))), bad_reply_)
        << size;
  }
}

// As c-ares does where it takes the reply apart (1.28 and later).
TEST_F(DecodeTest, DataBehindAnAddressOrANameArePassedOver) {
  const std::string more(1, 'x');
  EXPECT_EQ(decode_reply(Reply("a.test").record(wire("a.test"), ns_t_a, 300, octets_of("192.0.2.66") + more)),
            "192.0.2.66");
  Reply v6("a.test", RRType::kAAAA);
  v6.record(wire("a.test"), ns_t_aaaa, 300, octets_of("2001:db8::1") + more);
  EXPECT_EQ(decode_reply(v6), "2001:db8::1");
  Reply alias("a.test");
  alias.record(wire("a.test"), ns_t_cname, 300, wire("end.test") + more).a("end.test", "192.0.2.66");
  EXPECT_EQ(decode_reply(alias), "192.0.2.66");
}

TEST_F(DecodeTest, SoaDataOfAnotherLengthAreNotToBeKept) {
  const std::string data = soa_data(100);
  for (std::size_t size = 0; size < data.size(); ++size) {
    Reply reply("a.test");
    reply.rcode(ns_r_nxdomain).authority(wire("test"), ns_t_soa, 100, data.substr(0, size));
    decode_reply(reply);
    // c-ares takes the whole reply for malformed where it reads it itself.
    EXPECT_TRUE(answer_.status == DNS_ENOTFOUND || answer_.status == DNS_EBADRESP) << size;
    EXPECT_EQ(answer_.ttl, 0u) << size;
  }
}

TEST_F(DecodeTest, RecordOfAnotherClassIsABadReply) {
  Reply reply("a.test");
  reply.record(wire("a.test"), ns_t_a, 300, octets_of("192.0.2.66"), ns_c_chaos);
  EXPECT_EQ(decode_reply(reply), bad_reply_);
}

TEST_F(DecodeTest, CompressionInACircleIsABadReply) {
  const std::size_t record = Reply("a.test").size();
  const std::string a = octets_of("192.0.2.1");
  // To itself, forward, to a label that comes back to it, and past the end.
  EXPECT_EQ(decode_reply(Reply("a.test").record(pointer(record), ns_t_a, 300, a)), bad_reply_);
  EXPECT_EQ(decode_reply(Reply("a.test").record(pointer(record + 2) + pointer(record), ns_t_a, 300, a)), bad_reply_);
  EXPECT_EQ(decode_reply(Reply("a.test").record("\1x" + pointer(record), ns_t_a, 300, a)), bad_reply_);
  EXPECT_EQ(decode_reply(Reply("a.test").record(pointer(0x3fff), ns_t_a, 300, a)), bad_reply_);
  // In a CNAME's data: 2 octets of owner and 10 of the rest go before them.
  const std::string owner = pointer(kQuestionPlace);
  EXPECT_EQ(decode_reply(Reply("a.test").record(owner, ns_t_cname, 300, pointer(record + 12))), bad_reply_);
  EXPECT_EQ(decode_reply(Reply("a.test").record(owner, ns_t_cname, 300, "\1x" + pointer(record + 12))), bad_reply_);
}

TEST_F(DecodeTest, ReservedLabelTypesAreABadReply) {
  for (const char *owner : {"\x41"
                            "a",
                            "\x80"
                            "a"}) {
    EXPECT_EQ(decode_reply(Reply("a.test").record(owner + wire("test"), ns_t_a, 300, octets_of("192.0.2.1"))),
              bad_reply_);
  }
}

// One octet of a good reply may be anything: nothing crashes, and what comes out is an answer.
TEST_F(DecodeTest, ReplyWithAnyOctetChangedGivesASaneAnswer) {
  for (const RRType type : {RRType::kA, RRType::kAAAA}) {
    Reply good("a.test", type);
    good.record(pointer(kQuestionPlace), ns_t_cname, 300, std::string("\3end") + pointer(kQuestionPlace + 2))
        .record(std::string("\3end") + pointer(kQuestionPlace + 2), ns_t_a, 300, octets_of("192.0.2.1"))
        .soa("test", 100, 100)
        .additional(std::string(1, '\0'), ns_t_opt, 0, "", 1232);
    ASSERT_EQ(decode_reply(good), type == RRType::kA ? "192.0.2.1" : no_data_);
    const std::string octets = good.octets();
    for (std::size_t i = 0; i < octets.size(); ++i) {
      for (int value = 0; value < 256; ++value) {
        std::string changed = octets;
        changed[i] = static_cast<char>(value);
        expect_sane(decode_octets(changed));
      }
    }
  }
}

// --- Names at their limits ---

TEST_F(DecodeTest, LongestNamesAreRead) {
  const std::string label(63, 'x');
  const std::string of_long_labels = label + '.' + label + '.' + label + '.' + std::string(61, 'y');
  std::string of_short_labels = "z";
  for (int i = 0; i < 126; ++i) of_short_labels += ".z";
  for (const std::string &name : {of_long_labels, of_short_labels}) {
    ASSERT_EQ(wire(name).size(), 255u);
    EXPECT_EQ(decode_reply(Reply(name).a(name, "192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(decode_reply(Reply("a.test").cname("a.test", name).a(name, "192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(answer_.rrset->canonical_name(), name);
  }
}

TEST_F(DecodeTest, LongestNameOfOctetsThatAllAreEscapedIsRead) {
  std::string name;
  for (const std::size_t size : {63U, 63U, 63U, 61U}) {
    name += static_cast<char>(size);
    name.append(size, '\1');
  }
  name += '\0';
  ASSERT_EQ(name.size(), 255u);
  Reply reply = Reply::to_wire_question(name);
  EXPECT_EQ(decode_reply(reply.record(name, ns_t_a, 300, octets_of("192.0.2.1"))), "192.0.2.1");
  Reply alias("a.test");
  alias.record(wire("a.test"), ns_t_cname, 300, name).record(name, ns_t_a, 300, octets_of("192.0.2.1"));
  EXPECT_EQ(decode_reply(alias), "192.0.2.1");
  EXPECT_EQ(answer_.rrset->canonical_name().substr(0, 8), "\\001\\001");
}

TEST_F(DecodeTest, DotInsideALabelIsNotTheEndOfIt) {
  const std::string name = std::string("\3a.b\4test") + '\0';
  Reply reply("a.test");
  reply.record(wire("a.test"), ns_t_cname, 300, name)
      .record(wire("a.b.test"), ns_t_a, 300, octets_of("192.0.2.66"))
      .record(name, ns_t_a, 300, octets_of("192.0.2.1"));
  EXPECT_EQ(decode_reply(reply), "192.0.2.1");
  EXPECT_EQ(answer_.rrset->canonical_name(), "a\\.b.test");
}

// A reply by TCP may be of 65,535 octets. When its chain is as long as that, last link first, each step along it reads
// all records again: 2,500 links held the loop for a second.
TEST_F(DecodeTest, ChainOfThousandsOfLinksIsABadReply) {
  constexpr int kLinks = 2500;
  const auto name = [](int i) { return "n" + std::to_string(i); };
  Reply reply(name(0));
  for (int i = kLinks; i-- > 0;) reply.cname(name(i), name(i + 1));
  reply.a(name(kLinks), "192.0.2.66");
  ASSERT_LT(reply.octets().size(), 65536u);
  EXPECT_EQ(decode_reply(reply), bad_reply_);
}

}  // namespace
}  // namespace dns_cares
