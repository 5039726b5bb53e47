#include "resolver/arguments.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <climits>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

using Ints = std::vector<int>;

constexpr const char *kServices =
    "http 80/tcp www\n"
    "domain 53/tcp\n"
    "domain 53/udp\n"
    "syslog 514/udp\n"
    "shell 514/tcp cmd\n"
    "streams 7777/sctp\n"
    "light 8888/udplite\n"
    "calm 9999/dccp\n"
    "apart 1/tcp\n"
    "apart 2/udp\n"
    "apart 3/dccp\n"
    "apart 4/udplite\n"
    "apart 5/sctp\n";

std::string text_of(std::span<const Transport> transports) {
  std::string result;
  for (const Transport &transport : transports) {
    if (!result.empty()) result += ' ';
    result += std::to_string(transport.socktype) + '/' + std::to_string(transport.protocol) + ':' +
              std::to_string(transport.port);
  }
  return result;
}

std::string status_text(int status) { return std::string("status ") + std::to_string(status); }

class ArgumentsTest : public testing::Test {
 protected:
  // The transports as "socktype/protocol:port", or the status.
  std::string choose(int socktype, int protocol, const char *service, int flags = 0) const {
    Transports transports;
    const int status = choose_transports({flags, AF_UNSPEC, socktype, protocol}, service, services_, transports);
    EXPECT_EQ(status == DNS_OK, !transports.empty());
    return status == DNS_OK ? text_of(transports) : status_text(status);
  }

  Services services_{kServices};
};

// --- Hints ---

TEST(CheckHints, NoneAreFine) {
  EXPECT_EQ(check_hints({}, true), DNS_OK);
  EXPECT_EQ(check_hints({}, false), DNS_OK);
}

TEST(CheckHints, ThreeFamiliesAreKnown) {
  for (const int family : {AF_UNSPEC, AF_INET, AF_INET6}) EXPECT_EQ(check_hints({0, family, 0, 0}, true), DNS_OK);
  for (const int family : {AF_UNIX, AF_NETLINK, AF_PACKET, -1, INT_MAX, INT_MIN}) {
    EXPECT_EQ(check_hints({0, family, 0, 0}, true), DNS_EBADFAMILY) << family;
  }
}

TEST(CheckHints, EveryFlagButTheDocumentedOnesIsUnknown) {
  const unsigned known =
      AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG;
  for (unsigned bit = 1; bit != 0; bit <<= 1) {
    const int flags = static_cast<int>(bit);
    EXPECT_EQ(check_hints({flags, AF_UNSPEC, 0, 0}, true), (known & bit) != 0 ? DNS_OK : DNS_EBADFLAGS) << bit;
  }
  EXPECT_EQ(check_hints({static_cast<int>(known), AF_INET6, 0, 0}, true), DNS_OK);
}

TEST(CheckHints, CanonicalNameNeedsAHostname) {
  EXPECT_EQ(check_hints({AI_CANONNAME, AF_UNSPEC, 0, 0}, true), DNS_OK);
  EXPECT_EQ(check_hints({AI_CANONNAME, AF_UNSPEC, 0, 0}, false), DNS_EBADFLAGS);
}

// --- Transports ---

TEST_F(ArgumentsTest, WithoutHintsThereIsOneOfEachSocktype) {
  EXPECT_EQ(choose(0, 0, nullptr), "1/6:0 2/17:0 3/0:0");
  EXPECT_EQ(choose(0, 0, "8080"), "1/6:8080 2/17:8080 3/0:8080");
}

TEST_F(ArgumentsTest, SocktypeAndProtocolNarrowItToOne) {
  EXPECT_EQ(choose(SOCK_STREAM, 0, "80"), "1/6:80");
  EXPECT_EQ(choose(SOCK_DGRAM, 0, "80"), "2/17:80");
  EXPECT_EQ(choose(0, IPPROTO_UDP, "80"), "2/17:80");
  EXPECT_EQ(choose(SOCK_STREAM, IPPROTO_SCTP, "80"), "1/132:80");
  EXPECT_EQ(choose(SOCK_SEQPACKET, 0, "80"), "5/132:80");
  EXPECT_EQ(choose(SOCK_DCCP, 0, "80"), "6/33:80");
  EXPECT_EQ(choose(SOCK_DGRAM, IPPROTO_UDPLITE, nullptr), "2/136:0");
}

TEST_F(ArgumentsTest, RawSocketTakesAnyProtocolAndNoService) {
  EXPECT_EQ(choose(SOCK_RAW, 0, nullptr), "3/0:0");
  EXPECT_EQ(choose(SOCK_RAW, IPPROTO_ICMP, nullptr), "3/1:0");
  EXPECT_EQ(choose(SOCK_RAW, IPPROTO_TCP, nullptr), "3/6:0");
  EXPECT_EQ(choose(0, IPPROTO_ICMP, nullptr), "3/1:0");
  EXPECT_EQ(choose(SOCK_RAW, 0, "80"), status_text(DNS_ESERVICE));
  EXPECT_EQ(choose(SOCK_RAW, 0, "http"), status_text(DNS_ESERVICE));
  EXPECT_EQ(choose(0, IPPROTO_ICMP, "80"), status_text(DNS_ESERVICE));
}

TEST_F(ArgumentsTest, ProtocolOfAnotherSocktypeIsAnError) {
  EXPECT_EQ(choose(SOCK_STREAM, IPPROTO_UDP, "80"), status_text(DNS_ESOCKTYPE));
  EXPECT_EQ(choose(SOCK_DGRAM, IPPROTO_TCP, nullptr), status_text(DNS_ESOCKTYPE));
  EXPECT_EQ(choose(SOCK_SEQPACKET, IPPROTO_TCP, nullptr), status_text(DNS_ESOCKTYPE));
}

TEST_F(ArgumentsTest, UnknownSocktypeIsAnError) {
  for (const int socktype : Ints{-1, SOCK_RDM, SOCK_PACKET, SOCK_STREAM | SOCK_NONBLOCK, 99, INT_MAX, INT_MIN}) {
    EXPECT_EQ(choose(socktype, 0, "80"), status_text(DNS_ESOCKTYPE)) << socktype;
  }
}

TEST_F(ArgumentsTest, ProtocolThatDoesNotFitItsFieldIsAnErrorAndNotAnotherProtocol) {
  for (const int protocol : {-1, 0x10000, 0x10006, INT_MAX, INT_MIN}) {
    EXPECT_EQ(choose(SOCK_RAW, protocol, nullptr), status_text(DNS_ESOCKTYPE)) << protocol;
    EXPECT_EQ(choose(0, protocol, nullptr), status_text(DNS_ESOCKTYPE)) << protocol;
  }
}

TEST_F(ArgumentsTest, ServiceByNameIsListedForWhatItIsKnownUnder) {
  EXPECT_EQ(choose(0, 0, "http"), "1/6:80");
  EXPECT_EQ(choose(0, 0, "www"), "1/6:80");
  EXPECT_EQ(choose(0, 0, "domain"), "1/6:53 2/17:53");
  EXPECT_EQ(choose(0, 0, "syslog"), "2/17:514");
  EXPECT_EQ(choose(0, 0, "streams"), "1/132:7777 5/132:7777");
  EXPECT_EQ(choose(0, 0, "apart"), "1/6:1 2/17:2 6/33:3 2/136:4 1/132:5 5/132:5");
}

TEST_F(ArgumentsTest, ServiceOfAnotherSocktypeIsUnknown) {
  EXPECT_EQ(choose(SOCK_STREAM, 0, "syslog"), status_text(DNS_ESERVICE));
  EXPECT_EQ(choose(SOCK_DGRAM, 0, "http"), status_text(DNS_ESERVICE));
  EXPECT_EQ(choose(0, IPPROTO_UDP, "http"), status_text(DNS_ESERVICE));
  EXPECT_EQ(choose(SOCK_DGRAM, 0, "domain"), "2/17:53");
  EXPECT_EQ(choose(0, IPPROTO_TCP, "domain"), "1/6:53");
}

TEST_F(ArgumentsTest, SocktypeOrProtocolNarrowAServiceByNameToOneToo) {
  EXPECT_EQ(choose(SOCK_STREAM, 0, "apart"), "1/6:1");
  EXPECT_EQ(choose(SOCK_DGRAM, 0, "apart"), "2/17:2");
  EXPECT_EQ(choose(0, IPPROTO_SCTP, "apart"), "1/132:5");
}

TEST_F(ArgumentsTest, UnknownServiceIsAnError) {
  for (const char *service : {"nonesuch", "", "HTTP", " 80", "80 ", "-1", "65536", "0x50", "80/tcp"}) {
    EXPECT_EQ(choose(0, 0, service), status_text(DNS_ESERVICE)) << '"' << service << '"';
    EXPECT_EQ(choose(SOCK_STREAM, 0, service), status_text(DNS_ESERVICE)) << '"' << service << '"';
  }
}

TEST_F(ArgumentsTest, NumericOnlyTakesNoName) {
  EXPECT_EQ(choose(SOCK_STREAM, 0, "80", AI_NUMERICSERV), "1/6:80");
  EXPECT_EQ(choose(SOCK_STREAM, 0, "http", AI_NUMERICSERV), status_text(DNS_ESERVICE));
  EXPECT_EQ(choose(0, 0, "http", AI_NUMERICSERV), status_text(DNS_ESERVICE));
  EXPECT_EQ(choose(0, 0, nullptr, AI_NUMERICSERV), "1/6:0 2/17:0 3/0:0");
}

TEST_F(ArgumentsTest, PortsAreKeptInHostOrder) {
  EXPECT_EQ(choose(SOCK_STREAM, 0, "0"), "1/6:0");
  EXPECT_EQ(choose(SOCK_STREAM, 0, "258"), "1/6:258");
  EXPECT_EQ(choose(SOCK_STREAM, 0, "65535"), "1/6:65535");
}

// --- The same as glibc ---

std::string read_whole(const char *path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct FreeGlibc {
  void operator()(addrinfo *list) const { freeaddrinfo(list); }
};

// What getaddrinfo(3) lists for a literal, as text_of() writes it, or "error".
std::string ask_glibc(const Hints &wanted, const char *service) {
  addrinfo hints{};
  hints.ai_flags = wanted.flags | AI_NUMERICHOST;
  hints.ai_family = AF_INET;
  hints.ai_socktype = wanted.socktype;
  hints.ai_protocol = wanted.protocol;
  addrinfo *answer = nullptr;
  if (getaddrinfo("192.0.2.1", service, &hints, &answer) != 0) return "error";
  const std::unique_ptr<addrinfo, FreeGlibc> list(answer);
  std::vector<Transport> transports;
  for (const addrinfo *entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    const auto *address = reinterpret_cast<const sockaddr_in *>(entry->ai_addr);
    transports.push_back({static_cast<std::uint16_t>(entry->ai_socktype),
                          static_cast<std::uint16_t>(entry->ai_protocol), ntohs(address->sin_port)});
  }
  return text_of(transports);
}

void compare_with_glibc(const Services &services, const std::vector<const char *> &names) {
  std::vector<const char *> choices = {nullptr, "0", "53", "8080", "65535", "none-such-service"};
  choices.insert(choices.end(), names.begin(), names.end());
  int compared = 0;
  for (const int socktype : Ints{0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_DCCP, SOCK_RDM, 77}) {
    for (const int protocol : Ints{0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_SCTP, IPPROTO_DCCP,
                                   IPPROTO_UDPLITE, IPPROTO_ICMPV6, 255}) {
      for (const char *service : choices) {
        for (const int flags : {0, AI_NUMERICSERV}) {
          const Hints hints = {flags, AF_INET, socktype, protocol};
          Transports transports;
          const int status = choose_transports(hints, service, services, transports);
          EXPECT_EQ(status == DNS_OK ? text_of(transports) : "error", ask_glibc(hints, service))
              << "socktype " << socktype << ", protocol " << protocol << ", service "
              << (service != nullptr ? service : "NULL") << ", flags " << flags;
          ++compared;
        }
      }
    }
  }
  EXPECT_GE(compared, 800);
}

TEST(AsGlibc, NumericServicesAreListedTheSame) { compare_with_glibc(Services(kServices), {}); }

TEST(AsGlibc, ServicesByNameAreListedTheSame) {
  const std::string text = read_whole("/etc/services");
  const Services services(text);
  if (!services.find("http", "tcp")) GTEST_SKIP() << "this machine has no services database";
  compare_with_glibc(services, {"http", "domain", "ntp", "syslog", "ssh", "www"});
}

}  // namespace
}  // namespace dns_cares
