// Records of every type, from NSD: printed as drill prints them.
#include <dns_cares/records.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "daemon.h"
#include "loop.h"

namespace dns_cares_test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char *kApex = R"($ORIGIN types.test.
$TTL 300
@ SOA ns admin 1 3600 600 86400 60
@ NS  ns
)";

// The name of each is that of its line: r0.types.test, r1.types.test...
struct Line {
  const char *type;
  const char *data;
};

const Line kLines[] = {
    {"A", "192.0.2.1"},
    {"AAAA", "2001:db8::1:0:0:1"},
    {"CNAME", "ns"},
    {"PTR", "ns"},
    {"MX", "10 ns"},
    {"MX", "0 ."},
    {"TXT", R"("one" "two \"quoted\" \\ \195\188 ; x" "" "\000\127")"},
    {"SRV", "1 2 443 ns"},
    {"CAA", R"(128 issue "ca.test; a=\"b\"")"},
    {"NAPTR", R"(100 10 "S" "SIP+D2U" "!^.*$!sip:info\\\\1@zone.test!" _sip._udp)"},
    {"NAPTR", R"(100 10 "u" "E2U" "!^.*$!\195\164!" .)"},
    {"URI", R"(10 1 "https://zone.test/\"x\"?a=\\b")"},
    {"TLSA", "3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"},
    {"SSHFP", "4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789"},
    {"DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"},
    {"DNSKEY",
     "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogm"
     "MHfpftf6zMv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1UaNvv4w=="},
    {"SVCB",
     "16 ns mandatory=ipv4hint,alpn alpn=\"h2,h3-19\" port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1"},
    {"SVCB", "0 ns"},
    {"HTTPS",
     R"(1 . alpn=h3,h2 no-default-alpn ech=AEX+DQA= key667="hello\210qoo" ipv6hint=2001:db8::1,2001:db8::53:1)"},
    {"HTTPS", "1 foo alpn=h2 key65333=ex1 key65334"},
    {"HINFO", "\"PC clone\" Linux"},
    {"LOC", "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m"},
    {"LOC", "42 21 54.5 S 71 06 18 W 24m 30m"},
    {"LOC", "1 0 0 N 0 0 1 E 42849672.95m 90000000.00m 0.01m 20m"},
    {"TYPE65280", "\\# 4 0A000001"},
    {"RP", "admin txt"},
    {"AFSDB", "1 ns"},
    {"DNAME", "ns"},
    {"RT", "10 ns"},
    {"PX", "10 ns admin"},
    {"KX", "10 ns"},
    {"MINFO", "ns admin"},
    {"SPF", "\"v=spf1 -all\""},
    {"SMIMEA", "0 0 0 AABB"},
    {"CDS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"},
    {"RRSIG",
     "A 5 3 86400 20300322173103 20200220173103 2642 types.test. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07g="},
};

std::string name_of(std::size_t line) { return "r" + std::to_string(line) + ".types.test"; }

std::string zone() {
  std::string text = kApex;
  for (std::size_t i = 0; i < std::size(kLines); ++i) {
    text += name_of(i) + ". " + kLines[i].type + ' ' + kLines[i].data + '\n';
  }
  return text;
}

// What drill prints of the answer section, without its comments on keys.
Texts as_drill_prints(const Daemon &nsd, const std::string &name, const std::string &type) {
  std::istringstream output(output_of("drill -p " + std::to_string(nsd.port()) + " @127.0.0.1 " + name + ' ' + type));
  Texts answers;
  bool is_answer = false;
  for (std::string line; std::getline(output, line);) {
    if (line.rfind(";; ", 0) == 0) is_answer = line == ";; ANSWER SECTION:";
    if (!is_answer || line.empty() || line[0] == ';') continue;
    line.erase(std::min(line.size(), line.find(" ;{")));
    answers.push_back(line);
  }
  return answers;
}

Texts as_printed(const dns_record *record) {
  Texts all;
  for (; record != nullptr; record = record->next) {
    std::string text(static_cast<std::size_t>(dns_record_print(record, nullptr, 0)), '\0');
    dns_record_print(record, text.data(), text.size() + 1);
    all.push_back(text);
  }
  return all;
}

TEST(Records, OfEveryTypeArePrintedAsDrillPrintsThem) {
  ASSERT_NE(output_of("command -v drill"), "") << "drill is not installed: it is in the Debian package 'ldnsutils'";
  const Daemon nsd(nsd_serving({{"types.test", zone()}}));
  Loop loop;
  ASSERT_EQ(loop.init(nsd.address(), [](dns_options &options) { options.timeout_ms = 1000; }), DNS_OK);
  std::vector<Texts> answers(std::size(kLines));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    dns_query(
        loop.get(), name_of(i).c_str(), dns_type_from_name(kLines[i].type), 0, 0,
        [](int status, const dns_answer *answer, void *arg) {
          EXPECT_EQ(status, DNS_OK);
          if (status == DNS_OK) *static_cast<Texts *>(arg) = as_printed(answer->answers);
        },
        &answers[i]);
  }
  loop.run();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_THAT(answers[i], testing::SizeIs(1)) << kLines[i].type;
    EXPECT_EQ(answers[i], as_drill_prints(nsd, name_of(i), kLines[i].type));
  }
}

TEST(Records, OfAZonesApexArePrintedAsDrillPrintsThem) {
  const Daemon nsd(nsd_serving({{"types.test", zone()}}));
  Loop loop;
  ASSERT_EQ(loop.init(nsd.address(), [](dns_options &options) { options.timeout_ms = 1000; }), DNS_OK);
  for (const char *type : {"SOA", "NS"}) {
    Texts answers;
    dns_query(
        loop.get(), "types.test", dns_type_from_name(type), 0, 0,
        [](int status, const dns_answer *answer, void *arg) {
          ASSERT_EQ(status, DNS_OK);
          EXPECT_TRUE(answer->flags & DNS_ANSWER_AA);
          *static_cast<Texts *>(arg) = as_printed(answer->answers);
        },
        &answers);
    loop.run();
    EXPECT_EQ(answers, as_drill_prints(nsd, "types.test", type));
  }
}

}  // namespace
}  // namespace dns_cares_test
