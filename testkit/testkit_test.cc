#include "dns_cares/testkit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "test_client.h"

namespace dns_testkit {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

constexpr auto kLong = 10s;

template <typename Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const std::exception &error) {
    return error.what();
  }
  return "nothing was thrown";
}

struct ServerTest : testing::Test {
  Server server;
  UdpClient client{server};

  // The first address of the answer, without its owner and TTL; "" if there is none.
  std::string address(const std::string &name, const std::string &type = "A") {
    const Texts answer = client.ask({name, type}).answer();
    return answer.empty() ? "" : answer[0].substr(answer[0].rfind(' ') + 1);
  }
};
using Replies = ServerTest;
using Rules = ServerTest;
using Edns = ServerTest;
using Faults = ServerTest;
using Tcp = ServerTest;
using Counters = ServerTest;
using Running = ServerTest;

TEST_F(Replies, AnAnswerHasTheAddressesOfTheTypeAskedFor) {
  server.on("a.test", "ANY", answer({"192.0.2.1", "2001:db8::1", "192.0.2.2"}, 30));
  EXPECT_EQ(client.ask({"a.test", "A"}).answer(), Texts({"a.test. 30 IN A 192.0.2.1", "a.test. 30 IN A 192.0.2.2"}));
  EXPECT_EQ(client.ask({"a.test", "AAAA"}).answer(), Texts({"a.test. 30 IN AAAA 2001:db8::1"}));
  EXPECT_EQ(client.ask({"a.test", "ANY"}).answer().size(), 3u);
}

TEST_F(Replies, AnAnswerIsNodataForAnotherType) {
  server.on("a.test", "ANY", answer({"192.0.2.1"}));
  const Response response = client.ask({"a.test", "AAAA"});
  EXPECT_EQ(response.rcode(), 0);
  EXPECT_TRUE(response.answer().empty());
  EXPECT_EQ(response.authority().size(), 1u);
}

TEST_F(Replies, AReplyRepeatsTheIdAndTheQuestionInItsLetters) {
  server.on("a.test", "A", answer({"192.0.2.1"}));
  const Response response = client.ask({"A.tEsT", "A", 0xbeef});
  EXPECT_EQ(response.id(), 0xbeefu);
  EXPECT_EQ(response.question(), Texts({"A.tEsT. IN A"}));
}

TEST_F(Replies, RecordsAreSentInTheirSectionsWithAtForTheNameAskedFor) {
  server.on("*.test", "A",
            records({"@ 60 IN CNAME b.test.", "b.test 30 IN A 192.0.2.1"})
                .authority({"test. 10 IN NS ns.test."})
                .additional({"ns.test. 10 IN A 192.0.2.53"}));
  const Response response = client.ask({"x.test"});
  EXPECT_EQ(response.answer(), Texts({"x.test. 60 IN CNAME b.test.", "b.test. 30 IN A 192.0.2.1"}));
  EXPECT_EQ(response.authority(), Texts({"test. 10 IN NS ns.test."}));
  EXPECT_EQ(response.additional(), Texts({"ns.test. 10 IN A 192.0.2.53"}));
}

TEST_F(Replies, NegativeAnswersCarryASoaRecord) {
  const Texts soa = {". 7 IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 7"};
  server.on("none.test", "A", {nxdomain(7), nxdomain().without_soa()});
  server.on("empty.test", "A", {nodata(7), nodata().without_soa()});
  EXPECT_EQ(client.ask({"none.test"}).authority(), soa);
  EXPECT_EQ(client.ask({"none.test"}).authority(), Texts());
  EXPECT_EQ(client.ask({"empty.test"}).authority(), soa);
  EXPECT_EQ(client.ask({"empty.test"}).authority(), Texts());
  EXPECT_EQ(client.ask({"none.test"}).rcode(), 3);
  EXPECT_EQ(client.ask({"empty.test"}).rcode(), 0);
}

TEST_F(Replies, ARcodeIsWhatTheReplySays) {
  server.on("a.test", "A", {formerr(), servfail(), notimp(), refused(), rcode(9)});
  for (const int expected : {1, 2, 4, 5, 9}) EXPECT_EQ(client.ask({"a.test"}).rcode(), expected);
}

TEST_F(Replies, AnAliasMayEndInANameThatDoesNotExist) {
  server.on("a.test", "A", records({"@ 60 IN CNAME gone.test."}).with_rcode(3));
  const Response response = client.ask({"a.test"});
  EXPECT_EQ(response.rcode(), 3);
  EXPECT_EQ(response.answer().size(), 1u);
  EXPECT_EQ(response.authority().size(), 1u);
}

TEST_F(Replies, AHashedAddressIsOfTheNetworkAndOfTheName) {
  server.on("*.names.example", "ANY", hashed("10.0.0.0/8"));
  EXPECT_EQ(address("x.names.example"), hashed_address("10.0.0.0/8", "X.names.example."));
  EXPECT_EQ(address("x.names.example").substr(0, 3), "10.");
  EXPECT_NE(address("x.names.example"), address("y.names.example"));
  EXPECT_EQ(address("x.names.example", "AAAA"), "");
}

TEST_F(Replies, AHashedNetworkMayBeAnySize) {
  EXPECT_EQ(hashed_address("192.0.2.7/32", "x.test"), "192.0.2.7");
  EXPECT_EQ(hashed_address("2001:db8::/32", "x.test").substr(0, 9), "2001:db8:");
  EXPECT_NE(hashed_address("0.0.0.0/0", "x.test"), hashed_address("0.0.0.0/0", "y.test"));
}

TEST_F(Replies, ADelayedReplyDoesNotHoldUpOthers) {
  server.on("slow.test", "A", answer({"192.0.2.1"}).after(50ms));
  server.on("fast.test", "A", answer({"192.0.2.2"}));
  const auto start = std::chrono::steady_clock::now();
  client.send({"slow.test", "A", 1});
  EXPECT_EQ(client.ask({"fast.test", "A", 2}).id(), 2u);
  EXPECT_EQ(client.receive().id(), 1u);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 50ms);
}

TEST_F(Rules, RepliesAreUsedInTurnAndTheLastRepeats) {
  server.on("a.test", "A", {answer({"192.0.2.1"}), answer({"192.0.2.2"})});
  EXPECT_EQ(address("a.test"), "192.0.2.1");
  EXPECT_EQ(address("a.test"), "192.0.2.2");
  EXPECT_EQ(address("a.test"), "192.0.2.2");
}

TEST_F(Rules, SayingItAgainReplacesTheRepliesAndStartsAnew) {
  server.on("a.test", "A", {answer({"192.0.2.1"}), answer({"192.0.2.2"})});
  EXPECT_EQ(address("a.test"), "192.0.2.1");
  server.on("A.TEST.", "a", answer({"192.0.2.3"}));
  EXPECT_EQ(address("a.test"), "192.0.2.3");
}

TEST_F(Rules, AnExactNameGoesBeforeALongerWildcardBeforeAShorter) {
  server.on("*", "A", answer({"192.0.2.1"}));
  server.on("*.test", "A", answer({"192.0.2.2"}));
  server.on("*.b.test", "A", answer({"192.0.2.3"}));
  server.on("a.b.test", "A", answer({"192.0.2.4"}));
  EXPECT_EQ(address("a.b.test"), "192.0.2.4");
  EXPECT_EQ(address("x.y.b.test"), "192.0.2.3");
  EXPECT_EQ(address("b.test"), "192.0.2.2");
  EXPECT_EQ(address("test"), "192.0.2.1");
  EXPECT_EQ(address("."), "192.0.2.1");
  EXPECT_EQ(address("notb.test"), "192.0.2.2");
}

TEST_F(Rules, AnyMeansTheTypesThatHaveNoRepliesOfTheirOwn) {
  server.on("a.test", "ANY", servfail());
  server.on("a.test", "A", answer({"192.0.2.1"}));
  EXPECT_EQ(address("a.test"), "192.0.2.1");
  EXPECT_EQ(client.ask({"a.test", "MX"}).rcode(), 2);
}

TEST_F(Rules, ANameWithoutTheTypeLeavesTheTypeToItsWildcard) {
  server.on("a.test", "A", answer({"192.0.2.1"}));
  server.on("*.test", "AAAA", answer({"2001:db8::1"}));
  EXPECT_EQ(address("a.test", "AAAA"), "2001:db8::1");
}

TEST_F(Rules, WhatNoRuleIsForIsRefusedUnlessToldOtherwise) {
  EXPECT_EQ(client.ask({"a.test"}).rcode(), 5);
  server.otherwise(nxdomain());
  EXPECT_EQ(client.ask({"a.test"}).rcode(), 3);
}

TEST_F(Rules, MalformedTextIsNamedInTheError) {
  EXPECT_EQ(message_of([&] { server.on("a..test", "A", drop()); }), "name \"a..test\": not a domain name");
  EXPECT_EQ(message_of([&] { server.on("a.test", "AA", drop()); }), "type \"AA\": not a record type");
  EXPECT_EQ(message_of([] { answer({"192.0.2"}); }), "address \"192.0.2\": neither IPv4 nor IPv6");
  EXPECT_EQ(message_of([] { hashed("10.0.0.0/33"); }), "network \"10.0.0.0/33\": not a prefix length");
  EXPECT_EQ(message_of([&] { server.on("a.test", "A", std::vector<Reply>()); }), "no replies for \"a.test\"");
  EXPECT_THROW(records({"a.test. 60 IN A nonsense"}), std::invalid_argument);
  EXPECT_THROW(rcode(4096), std::invalid_argument);
}

TEST_F(Edns, AReplyHasAnOptRecordIfTheQueryHad) {
  server.on("a.test", "A", {answer({"192.0.2.1"}), answer({"192.0.2.1"}), answer({"192.0.2.1"}).without_edns()});
  EXPECT_FALSE(client.ask({"a.test", "A", 1}).edns());
  EXPECT_TRUE(client.ask({"a.test", "A", 1, 1232}).edns());
  EXPECT_FALSE(client.ask({"a.test", "A", 1, 1232}).edns());
}

TEST_F(Edns, TheUpperBitsOfARcodeAreInTheOptRecord) {
  server.on("a.test", "A", rcode(16));
  EXPECT_EQ(client.ask({"a.test", "A", 1, 1232}).rcode(), 16);
}

// RFC 8914 section 2: option 15, its length, the code, the text.
TEST_F(Edns, AnExtendedErrorIsInTheOptRecord) {
  server.on("a.test", "A", servfail().extended_error(22, "x"));
  const Octets reply = client.ask({"a.test", "A", 1, 1232}).octets;
  const Octets expected = {0, 7, 0, 15, 0, 3, 0, 22, 'x'};
  ASSERT_GE(reply.size(), expected.size());
  EXPECT_EQ(Octets(reply.end() - 9, reply.end()), expected);
}

TEST_F(Edns, AReplyTooLargeForTheClientIsTruncated) {
  server.on("a.test", "TXT",
            records({"@ 60 IN TXT \"" + std::string(250, 'x') + "\" \"" + std::string(250, 'y') + "\""}));
  EXPECT_TRUE(client.ask({"a.test", "TXT"}).tc());
  EXPECT_TRUE(client.ask({"a.test", "TXT", 1, 500}).tc());
  const Response whole = client.ask({"a.test", "TXT", 1, 1232});
  EXPECT_FALSE(whole.tc());
  EXPECT_EQ(whole.answer().size(), 1u);
}

TEST_F(Edns, TheOptRecordIsFoundBehindOtherRecords) {
  server.on("a.test", "A", answer({"192.0.2.1"}));
  Octets query = to_octets({"a.test", "A", 1, 1400});
  query[11] = 2;
  const Octets other = {1, 'x', 0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 2, 1, 'y'};  // a TXT record
  query.insert(query.end() - 11, other.begin(), other.end());
  client.send_octets(query);
  EXPECT_TRUE(client.receive().edns());
  EXPECT_EQ(server.seen()[0].edns_udp_size, 1400);
}

TEST_F(Faults, ADroppedQueryGetsNothing) {
  server.on("lost.test", "A", drop());
  server.on("a.test", "A", answer({"192.0.2.1"}));
  client.send({"lost.test", "A", 1});
  EXPECT_EQ(client.ask({"a.test", "A", 2}).id(), 2u);
  EXPECT_EQ(server.queries("lost.test", "A"), 1u);
}

TEST_F(Faults, GarbageIsSentAsItIs) {
  server.on("a.test", "A", {garbage({1, 2, 3}), garbage({1, 2, 3}).right_id(), garbage({})});
  client.send({"a.test", "A", 0x0708});
  EXPECT_EQ(client.receive_octets(), Octets({1, 2, 3}));
  client.send({"a.test", "A", 0x0708});
  EXPECT_EQ(client.receive_octets(), Octets({7, 8, 3}));
  client.send({"a.test", "A", 0x0708});
  EXPECT_EQ(client.receive_octets(), Octets());
}

TEST_F(Faults, AReplyMayHaveTheWrongId) {
  server.on("a.test", "A", answer({"192.0.2.1"}).wrong_id());
  EXPECT_NE(client.ask({"a.test", "A", 7}).id(), 7u);
}

TEST_F(Faults, AReplyMayHaveTheWrongQuestion) {
  server.on("a.test", "A", answer({"192.0.2.1"}).wrong_question());
  const Response response = client.ask({"a.test"});
  EXPECT_EQ(response.question(), Texts({"wrong-question.invalid. IN A"}));
  EXPECT_EQ(response.answer(), Texts({"wrong-question.invalid. 60 IN A 192.0.2.1"}));
}

TEST_F(Faults, AReplyMayComeTwice) {
  server.on("a.test", "A", answer({"192.0.2.1"}).twice());
  const Octets first = client.ask({"a.test"}).octets;
  EXPECT_EQ(client.receive().octets, first);
}

TEST_F(Faults, AReplyMayComeFromAnotherPort) {
  server.on("a.test", "A", answer({"192.0.2.1"}).from_other_port());
  client.unconnected();
  EXPECT_EQ(client.ask({"a.test"}).answer().size(), 1u);
  EXPECT_NE(client.sender_port(), server.port());
}

TEST_F(Faults, AReplyMayComeFromAnotherAddress) {
  server.on("a.test", "A", answer({"192.0.2.1"}).from_other_address());
  client.unconnected();
  EXPECT_EQ(client.ask({"a.test"}).answer().size(), 1u);
  EXPECT_EQ(client.sender_text(), "127.255.255.254:" + std::to_string(server.port()));
}

TEST_F(Faults, AReplyMayBeFollowedByOthers) {
  server.on("a.test", "A", answer({"192.0.2.1"}).wrong_id().followed_by(drop()).followed_by(answer({"192.0.2.2"})));
  EXPECT_NE(client.ask({"a.test", "A", 9}).id(), 9u);
  EXPECT_EQ(client.receive().answer(), Texts({"a.test. 60 IN A 192.0.2.2"}));
  EXPECT_EQ(server.queries(), 1u);
}

TEST_F(Faults, TheQuestionMayComeInOtherLetters) {
  server.on("a-1.test", "A", answer({"192.0.2.1"}).wrong_case());
  EXPECT_EQ(client.ask({"a-1.TEST"}).question(), Texts({"A-1.test. IN A"}));
}

TEST_F(Faults, BitsOfAReplyMayBeFlipped) {
  const Reply good = answer({"192.0.2.1"});
  server.on("a.test", "A", {good.flipped(3, 0x05), good.flipped(12 + 8 + 4 + 15), good.flipped(9999)});
  EXPECT_EQ(client.ask({"a.test"}).rcode(), 5);
  EXPECT_EQ(client.ask({"a.test"}).answer(), Texts({"a.test. 60 IN A 192.0.2.254"}));
  EXPECT_EQ(client.ask({"a.test"}).answer(), Texts({"a.test. 60 IN A 192.0.2.1"}));
}

TEST_F(Faults, RecordsMayBeAnyOctets) {
  server.on("a.test", "A", answer({}).raw_records({0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 7}));
  EXPECT_EQ(client.ask({"a.test"}).answer(), Texts({"a.test. 9 IN A 192.0.2.7"}));
}

TEST_F(Faults, AReplyMayBeCut) {
  server.on("a.test", "A", answer({"192.0.2.1"}).cut(13));
  client.send({"a.test"});
  EXPECT_EQ(client.receive_octets().size(), 13u);
}

TEST_F(Faults, AMalformedQueryGetsFormerrAndIsNotCounted) {
  Octets query = to_octets({"a.test", "A", 7});
  query.resize(15);
  client.send_octets(query);
  const Response response = client.receive();
  EXPECT_EQ(response.rcode(), 1);
  EXPECT_EQ(response.id(), 7u);
  EXPECT_EQ(server.queries(), 0u);
}

TEST_F(Faults, AnotherOpcodeGetsNotimp) {
  Octets query = to_octets({"a.test"});
  query[2] |= 4 << 3;  // NOTIFY
  client.send_octets(query);
  EXPECT_EQ(client.receive().rcode(), 4);
}

TEST_F(Faults, WhatIsNotAQueryIsIgnored) {
  Octets response = to_octets({"a.test"});
  response[2] |= 0x80;
  client.send_octets(response);
  client.send_octets(Octets{1, 2, 3});
  client.send_octets(Octets());
  EXPECT_EQ(client.ask({"a.test", "A", 9}).id(), 9u);
}

TEST_F(Tcp, ATruncatedReplyIsWholeOverTcp) {
  server.on("a.test", "A", answer({"192.0.2.1"}).truncated());
  const Response udp = client.ask({"a.test"});
  EXPECT_TRUE(udp.tc());
  EXPECT_TRUE(udp.answer().empty());
  const Response tcp = TcpClient(server).ask({"a.test"});
  EXPECT_FALSE(tcp.tc());
  EXPECT_EQ(tcp.answer().size(), 1u);
}

TEST_F(Tcp, OneConnectionTakesManyQueriesAndSlowRepliesAreOvertaken) {
  server.on("slow.test", "A", answer({"192.0.2.1"}).after(20ms));
  server.on("fast.test", "A", answer({"192.0.2.2"}));
  TcpClient tcp(server);
  tcp.send({"slow.test", "A", 1});
  tcp.send({"fast.test", "A", 2});
  EXPECT_EQ(tcp.receive().id(), 2u);
  EXPECT_EQ(tcp.receive().id(), 1u);
  EXPECT_EQ(server.tcp_connections(), 1u);
}

TEST_F(Tcp, AQueryMayComeInPieces) {
  server.on("a.test", "A", answer({"192.0.2.1"}));
  TcpClient tcp(server);
  const Octets message = to_octets({"a.test"});
  tcp.send_octets(Octets{0});
  tcp.send_octets(Octets{static_cast<std::uint8_t>(message.size())});
  tcp.send_octets(message);
  EXPECT_EQ(tcp.receive().answer().size(), 1u);
}

TEST_F(Tcp, RepliesThatTheSocketBuffersCannotHoldArriveWhole) {
  const std::vector<std::string> many(200, "@ 60 IN TXT \"" + std::string(250, 'x') + "\"");
  server.on("large.test", "TXT", records(many));
  server.on("end.test", "A", close_tcp());
  const std::size_t size = 2 + TcpClient(server).ask({"large.test", "TXT"}).octets.size();
  constexpr std::size_t kQueries = 200;  // 10 megabytes
  TcpClient tcp(server);
  for (std::size_t i = 0; i < kQueries; ++i) tcp.send({"large.test", "TXT"});
  tcp.send({"end.test"});
  ASSERT_TRUE(server.wait_for_queries(1 + kQueries + 1, kLong));
  const auto [octets, ending] = tcp.receive_all();
  EXPECT_EQ(octets.size(), kQueries * size);
  EXPECT_EQ(ending, Ending::kClosed);
}

TEST_F(Tcp, TheServerMayCloseTheConnection) {
  server.on("a.test", "A", close_tcp());
  EXPECT_TRUE(client.ask({"a.test"}).tc());
  TcpClient tcp(server);
  tcp.send({"a.test"});
  EXPECT_EQ(tcp.receive_all(), std::pair(Octets(), Ending::kClosed));
}

TEST_F(Tcp, TheServerMayCloseTheConnectionAmidAReply) {
  server.on("a.test", "A", answer({"192.0.2.1"}).close_tcp_after(10));
  TcpClient tcp(server);
  tcp.send({"a.test"});
  const auto [octets, ending] = tcp.receive_all();
  EXPECT_EQ(octets.size(), 10u);
  EXPECT_EQ(ending, Ending::kClosed);
}

TEST_F(Tcp, TheServerMayCloseItsDirectionAlone) {
  server.on("a.test", "A", answer({"192.0.2.1"}).half_close_tcp_after(5));
  TcpClient tcp(server);
  tcp.send({"a.test"});
  const auto [octets, ending] = tcp.receive_all();
  EXPECT_EQ(octets.size(), 5u);
  EXPECT_EQ(ending, Ending::kClosed);
  tcp.send({"a.test"});
  tcp.send({"a.test"});  // where the connection was closed, the first has had a reset for an answer
}

TEST_F(Tcp, TheServerMayStopAmidAReply) {
  server.on("a.test", "A", {answer({"192.0.2.1"}).stall_tcp_after(0), answer({"192.0.2.2"})});
  TcpClient tcp(server);
  tcp.send({"a.test"});
  EXPECT_TRUE(server.wait_for_queries(1, kLong));
  EXPECT_EQ(address("a.test"), "192.0.2.2") << "other clients are served";
}

TEST_F(Tcp, AReplyMayComeOctetByOctet) {
  server.on("a.test", "A", answer({"192.0.2.1"}).octet_by_octet(1ms));
  TcpClient tcp(server);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(tcp.ask({"a.test"}).answer().size(), 1u);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);
}

TEST_F(Tcp, TheServerMayResetTheConnection) {
  server.on("a.test", "A", reset_tcp());
  TcpClient tcp(server);
  tcp.send({"a.test"});
  EXPECT_EQ(tcp.receive_all(), std::pair(Octets(), Ending::kReset));
}

TEST_F(Tcp, AClientMayLeaveBeforeItsReply) {
  server.on("slow.test", "A", answer({"192.0.2.1"}).after(10ms));
  server.on("later.test", "A", answer({"192.0.2.2"}).after(20ms));
  TcpClient(server).send({"slow.test"});
  ASSERT_TRUE(server.wait_for_queries(1, kLong));
  EXPECT_EQ(address("later.test"), "192.0.2.2");
}

TEST_F(Tcp, ConnectionsAreRefusedWithoutTcp) {
  const Server udp_only({.address = "127.0.0.1", .port = 0, .tcp = false});
  EXPECT_EQ(UdpClient(udp_only).ask({"a.test"}).rcode(), 5);
  EXPECT_THROW(TcpClient tcp(udp_only), std::system_error);
}

TEST_F(Counters, QueriesAreCountedByNameTypeAndTransport) {
  client.ask({"a.test"});
  client.ask({"A.test"});
  client.ask({"a.test", "AAAA"});
  TcpClient(server).ask({"b.test"});
  EXPECT_EQ(server.queries(), 4u);
  EXPECT_EQ(server.queries("a.test", "A"), 2u);
  EXPECT_EQ(server.queries("a.test", "AAAA"), 1u);
  EXPECT_EQ(server.queries("c.test", "A"), 0u);
  EXPECT_EQ(server.tcp_queries(), 1u);
  EXPECT_EQ(server.tcp_connections(), 1u);
}

TEST_F(Counters, SeenTellsEachQuery) {
  client.ask({"A.test", "AAAA", 77, 1232});
  TcpClient(server).ask({"b\\.c.test", "TYPE65280", 78});
  const std::vector<Seen> seen = server.seen();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].name, "A.test");
  EXPECT_EQ(seen[0].type, "AAAA");
  EXPECT_EQ(seen[0].transport, Transport::kUdp);
  EXPECT_EQ(seen[0].client_port, client.port());
  EXPECT_EQ(seen[0].id, 77);
  EXPECT_EQ(seen[0].edns_udp_size, 1232);
  EXPECT_EQ(seen[1].name, "b\\.c.test");
  EXPECT_EQ(seen[1].type, "TYPE65280");
  EXPECT_EQ(seen[1].transport, Transport::kTcp);
  EXPECT_EQ(seen[1].edns_udp_size, std::nullopt);
}

TEST_F(Counters, SeenHasTheOptionsOfEachQuery) {
  const std::string option("\0\012\0\010abcdefgh", 12);
  client.ask({"a.test", "A", 1, 1232, option});
  client.ask({"a.test", "A", 2, 1232});
  const std::vector<Seen> seen = server.seen();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].edns_options, option);
  EXPECT_EQ(seen[1].edns_options, "");
}

TEST_F(Counters, SeenKeepsTheLastTenThousand) {
  server.otherwise(drop());
  TcpClient tcp(server);  // which loses nothing
  for (int i = 0; i < 10'001; ++i) tcp.send({"a.test", "A", static_cast<std::uint16_t>(i)});
  ASSERT_TRUE(server.wait_for_queries(10'001, kLong));
  const std::vector<Seen> seen = server.seen();
  EXPECT_EQ(seen.size(), 10'000u);
  EXPECT_EQ(seen.front().id, 1);
  EXPECT_EQ(server.queries("a.test", "A"), 10'001u);
}

TEST_F(Counters, WaitingForQueriesEndsInTime) {
  EXPECT_FALSE(server.wait_for_queries(1, 1ms));
  client.send({"a.test"});
  EXPECT_TRUE(server.wait_for_queries(1, kLong));
}

TEST_F(Running, ASilentServerCountsAndUsesUpNoReplies) {
  server.on("a.test", "A", {answer({"192.0.2.1"}), answer({"192.0.2.2"})});
  server.silence();
  client.send({"a.test", "A", 1});
  ASSERT_TRUE(server.wait_for_queries(1, kLong));
  server.speak();
  const Response response = client.ask({"a.test", "A", 2});
  EXPECT_EQ(response.id(), 2u);
  EXPECT_EQ(response.answer(), Texts({"a.test. 60 IN A 192.0.2.1"}));
}

TEST_F(Running, AStoppedServerIsUnreachableAndItsCountersStay) {
  client.ask({"a.test"});
  server.stop();
  server.stop();
  EXPECT_EQ(server.queries(), 1u);
  client.send({"a.test"});
  EXPECT_THROW(client.receive(), std::system_error);
  EXPECT_THROW(TcpClient tcp(server), std::system_error);
}

TEST_F(Running, TheAddressIsAsResolversTakeIt) {
  EXPECT_EQ(server.address(), "127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(Running, AnotherLoopbackAddressMayShareThePort) {
  const Server other({.address = "127.0.0.2", .port = server.port(), .tcp = true});
  EXPECT_EQ(other.address(), "127.0.0.2:" + std::to_string(server.port()));
  EXPECT_EQ(UdpClient(other, "127.0.0.2").ask({"a.test"}).rcode(), 5);
  EXPECT_EQ(server.queries(), 0u);
}

TEST_F(Running, TheAddressMayBeIpv6) {
  try {
    bind_udp(parse_endpoint("::1", 0));
  } catch (const std::system_error &) {
    GTEST_SKIP() << "no IPv6 here";
  }
  const Server other({.address = "::1", .port = 0, .tcp = true});
  EXPECT_EQ(other.address(), "[::1]:" + std::to_string(other.port()));
  EXPECT_EQ(UdpClient(other, "::1").ask({"a.test"}).rcode(), 5);
}

TEST_F(Running, APortThatIsTakenIsNamedInTheError) {
  const std::string message =
      message_of([&] { Server other({.address = "127.0.0.1", .port = server.port(), .tcp = true}); });
  EXPECT_EQ(message, "cannot bind UDP " + server.address() + ": Address already in use");
  EXPECT_THROW(Server({.address = "localhost", .port = 0, .tcp = true}), std::system_error);
}

TEST_F(Running, RulesMayChangeWhileQueriesArrive) {
  for (int i = 0; i < 200; ++i) {
    client.send({"a.test"});
    server.on("a.test", "A", answer({"192.0.2.1"}));
    client.receive();
  }
  EXPECT_EQ(server.queries(), 200u);
}

TEST(ClosedPort, RefusesConnectionsAndMakesDatagramsUnreachable) {
  const ClosedPort closed;
  EXPECT_EQ(closed.address(), "127.0.0.1:" + std::to_string(closed.port()));
  const Endpoint there = parse_endpoint("127.0.0.1", closed.port());
  const Fd udp(socket(AF_INET, SOCK_DGRAM, 0));
  connect(udp.get(), there.get(), there.length);
  ASSERT_EQ(send(udp.get(), "x", 1, 0), 1);
  char octet;
  EXPECT_EQ(recv(udp.get(), &octet, 1, 0), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
  const Fd tcp(socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(connect(tcp.get(), there.get(), there.length), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
}

TEST(ClosedPort, StaysReserved) {
  const ClosedPort closed;
  EXPECT_THROW(Server({.address = "127.0.0.1", .port = closed.port(), .tcp = true}), std::system_error);
}

}  // namespace
}  // namespace dns_testkit
