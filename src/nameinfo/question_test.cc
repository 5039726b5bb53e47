#include "nameinfo/question.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>

#include "dns_cares/nameinfo.h"
#include "resolver/literal.h"

namespace dns_cares {
namespace {

NameQuestion about(const char *literal, int flags = 0, std::uint16_t port = 0) {
  return {*parse_literal(literal), port, flags};
}

TEST(NameQuestion, ReadsAddressesOfBothFamiliesWithPortAndScope) {
  NameQuestion question;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(80);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(read_question(reinterpret_cast<sockaddr *>(&v4), sizeof v4, NI_DGRAM, question), DNS_OK);
  EXPECT_EQ(question.address, *parse_literal("127.0.0.1"));
  EXPECT_EQ(question.port, 80);
  EXPECT_EQ(question.flags, NI_DGRAM);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(81);
  v6.sin6_addr = in6addr_loopback;
  v6.sin6_scope_id = 7;
  ASSERT_EQ(read_question(reinterpret_cast<sockaddr *>(&v6), sizeof v6, 0, question), DNS_OK);
  EXPECT_EQ(question.address, *parse_literal("::1%7"));
  EXPECT_EQ(question.port, 81);
}

TEST(NameQuestion, RefusesWhatIsNoAddressAndFlagsThatAreUnknown) {
  NameQuestion question;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  auto *address = reinterpret_cast<sockaddr *>(&v6);
  EXPECT_EQ(read_question(nullptr, sizeof v6, 0, question), DNS_EBADFAMILY);
  EXPECT_EQ(read_question(address, 0, 0, question), DNS_EBADFAMILY);
  EXPECT_EQ(read_question(address, sizeof v6 - 1, 0, question), DNS_EBADFAMILY);
  EXPECT_EQ(read_question(address, sizeof v6, 1 << 30, question), DNS_EBADFLAGS);
  EXPECT_EQ(read_question(address, sizeof v6, NI_IDN, question), DNS_EBADFLAGS);
  v6.sin6_family = AF_UNIX;
  EXPECT_EQ(read_question(address, sizeof v6, 0, question), DNS_EBADFAMILY);
}

TEST(NameQuestion, ServiceIsNamedUnderItsProtocolOrANumber) {
  const Services services("domain 53/tcp\ndomain-u 53/udp\nexec 512/tcp\n");
  EXPECT_EQ(service_text(about("::1", 0, 53), services), "domain");
  EXPECT_EQ(service_text(about("::1", NI_DGRAM, 53), services), "domain-u");
  EXPECT_EQ(service_text(about("::1", NI_DGRAM, 512), services), "512");
  EXPECT_EQ(service_text(about("::1", NI_NUMERICSERV, 53), services), "53");
  EXPECT_EQ(service_text(about("::1"), services), "0");
}

TEST(NameQuestion, HostsFileNamesMappedAddressesAsWrittenOrAsIPv4) {
  const Hosts hosts("192.0.2.1 plain\n192.0.2.2 other\n::ffff:192.0.2.2 mapped\n");
  EXPECT_EQ(host_from_file(about("192.0.2.1"), hosts), "plain");
  EXPECT_EQ(host_from_file(about("::ffff:192.0.2.1"), hosts), "plain");
  EXPECT_EQ(host_from_file(about("::ffff:192.0.2.2"), hosts), "mapped");
  EXPECT_EQ(host_from_file(about("192.0.2.3"), hosts), "");
}

TEST(NameQuestion, LoopbackIsLocalhost) {
  EXPECT_EQ(host_of_loopback(about("127.0.0.1")), "localhost");
  EXPECT_EQ(host_of_loopback(about("::1")), "localhost");
  EXPECT_EQ(host_of_loopback(about("::ffff:127.0.0.1")), "localhost");
  EXPECT_EQ(host_of_loopback(about("127.0.0.2")), "");
  EXPECT_EQ(host_of_loopback(about("::")), "");
}

TEST(NameQuestion, OnlyTheLocalDomainIsLeftOut) {
  const auto short_name = about("::1", NI_NOFQDN);
  EXPECT_EQ(shown_name(short_name, "host.example.test", "example.test"), "host");
  EXPECT_EQ(shown_name(short_name, "HOST.Example.TEST.", "example.test"), "HOST");
  EXPECT_EQ(shown_name(short_name, "a.b.example.test", "example.test"), "a.b");
  EXPECT_EQ(shown_name(short_name, "example.test", "example.test"), "example.test");
  EXPECT_EQ(shown_name(short_name, "host.anexample.test", "example.test"), "host.anexample.test");
  EXPECT_EQ(shown_name(short_name, "host.other.test", "example.test"), "host.other.test");
  EXPECT_EQ(shown_name(short_name, "host.example.test", ""), "host.example.test");
  EXPECT_EQ(shown_name(about("::1"), "host.example.test.", "example.test"), "host.example.test");
}

TEST(NameQuestion, NumbersAreWrittenAsTheFlagsSay) {
  EXPECT_EQ(numeric_host(about("192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(numeric_host(about("fe80::1%1")), "fe80::1%lo");
  EXPECT_EQ(numeric_host(about("fe80::1%1", DNS_NI_NUMERICSCOPE)), "fe80::1%1");
}

}  // namespace
}  // namespace dns_cares
