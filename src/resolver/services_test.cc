#include "resolver/services.h"

#include <gtest/gtest.h>

#include <string>

namespace dns_cares {
namespace {

using Port = std::optional<std::uint16_t>;

TEST(ParsePort, DecimalNumbersUpTo65535ArePorts) {
  EXPECT_EQ(parse_port("0"), Port(0));
  EXPECT_EQ(parse_port("53"), Port(53));
  EXPECT_EQ(parse_port("0080"), Port(80));
  EXPECT_EQ(parse_port("65535"), Port(65535));
}

TEST(ParsePort, GreaterNumbersAreNot) {
  for (const char *text : {"65536", "65616", "99999", "4294967376", "18446744073709551696"}) {
    EXPECT_EQ(parse_port(text), std::nullopt) << text;
  }
}

TEST(ParsePort, OtherTextIsNot) {
  for (const char *text : {"", " ", "-1", "-0", "+80", " 80", "80 ", "80x", "0x50", "8.0", "http", "8e1"}) {
    EXPECT_EQ(parse_port(text), std::nullopt) << '"' << text << '"';
  }
  EXPECT_EQ(parse_port(std::string_view("80\0", 3)), std::nullopt);
  EXPECT_EQ(parse_port(std::string_view()), std::nullopt);
}

TEST(ParsePort, TextNeedNotEndInANul) { EXPECT_EQ(parse_port(std::string_view("8080").substr(0, 2)), Port(80)); }

TEST(Services, NothingIsFoundInAnEmptyFile) {
  EXPECT_EQ(Services().find("http", "tcp"), std::nullopt);
  EXPECT_EQ(Services("").find("http", "tcp"), std::nullopt);
}

TEST(Services, NameAndAliasesHaveThePort) {
  const Services services("http\t\t80/tcp\t\twww  www-http\t# WorldWideWeb HTTP\n");
  EXPECT_EQ(services.find("http", "tcp"), Port(80));
  EXPECT_EQ(services.find("www", "tcp"), Port(80));
  EXPECT_EQ(services.find("www-http", "tcp"), Port(80));
  EXPECT_EQ(services.find("WorldWideWeb", "tcp"), std::nullopt);
  EXPECT_EQ(services.find("80/tcp", "tcp"), std::nullopt);
  EXPECT_EQ(services.find("", "tcp"), std::nullopt);
}

TEST(Services, EachProtocolHasItsOwnPorts) {
  const Services services(
      "domain 53/tcp\n"
      "domain 5353/udp\n"
      "syslog 514/udp\n");
  EXPECT_EQ(services.find("domain", "tcp"), Port(53));
  EXPECT_EQ(services.find("domain", "udp"), Port(5353));
  EXPECT_EQ(services.find("syslog", "udp"), Port(514));
  EXPECT_EQ(services.find("syslog", "tcp"), std::nullopt);
  EXPECT_EQ(services.find("domain", ""), std::nullopt);
}

TEST(Services, FirstLineWins) {
  const Services services(
      "a 1/tcp shared\n"
      "a 2/tcp\n"
      "b 3/tcp shared a\n");
  EXPECT_EQ(services.find("a", "tcp"), Port(1));
  EXPECT_EQ(services.find("shared", "tcp"), Port(1));
  EXPECT_EQ(services.find("b", "tcp"), Port(3));
}

TEST(Services, PortHasTheNameOfItsFirstLineUnderTheProtocol) {
  const Services services(
      "domain 53/tcp dns\n"
      "domain-s 0853/udp\n"
      "first 4711/tcp alias\n"
      "second 4711/tcp\n"
      "other 4711/udp\n");
  const auto name_of = [&](std::uint16_t port, const char *protocol) {
    const std::string *name = services.find_name(port, protocol);
    return name != nullptr ? *name : "none";
  };
  EXPECT_EQ(name_of(53, "tcp"), "domain");
  EXPECT_EQ(name_of(53, "udp"), "none");
  EXPECT_EQ(name_of(853, "udp"), "domain-s");
  EXPECT_EQ(name_of(4711, "tcp"), "first");
  EXPECT_EQ(name_of(4711, "udp"), "other");
  EXPECT_EQ(name_of(0, "tcp"), "none");
}

TEST(Services, CaseMatters) {
  const Services services("http 80/tcp\nX11 6000/tcp\n");
  EXPECT_EQ(services.find("HTTP", "tcp"), std::nullopt);
  EXPECT_EQ(services.find("X11", "tcp"), Port(6000));
  EXPECT_EQ(services.find("x11", "tcp"), std::nullopt);
}

TEST(Services, BadLinesAreSkippedAndTheRestIsRead) {
  const Services services(
      "# comment 1/tcp\n"
      "\n"
      "lonely\n"
      "noslash 80\n"
      "notanumber x/tcp\n"
      "empty /tcp\n"
      "toobig 65536/tcp\n"
      "negative -1/tcp\n"
      "80/tcp swapped\n"
      "commented # 80/tcp\n"
      "last 65535/tcp\r\n"
      "unended 7/tcp alias");
  for (const char *name :
       {"comment", "lonely", "noslash", "notanumber", "empty", "toobig", "negative", "swapped", "commented"}) {
    EXPECT_EQ(services.find(name, "tcp"), std::nullopt) << name;
  }
  EXPECT_EQ(services.find("last", "tcp"), Port(65535));
  EXPECT_EQ(services.find("unended", "tcp"), Port(7));
  EXPECT_EQ(services.find("alias", "tcp"), Port(7));
}

TEST(Services, DatabaseDoesNotNeedItsTextAnyLonger) {
  std::string text = "a-service-name-that-is-too-long-to-be-stored-in-place 4711/tcp\n";
  const Services services(text);
  text.assign(text.size(), 'x');
  EXPECT_EQ(services.find("a-service-name-that-is-too-long-to-be-stored-in-place", "tcp"), Port(4711));
}

}  // namespace
}  // namespace dns_cares
