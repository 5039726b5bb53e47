#include "resolver/hosts.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "resolver/literal.h"

namespace dns_cares {
namespace {

class HostsTest : public testing::Test {
 protected:
  void read(std::string_view text) { hosts_ = Hosts(text); }

  // The addresses of a name, separated by blanks; "none" if the file does not have it.
  std::string addresses_of(std::string_view name) const {
    const Hosts::Entry *entry = hosts_.find(name);
    if (entry == nullptr) return "none";
    std::string result;
    for (const Address &address : entry->addresses) {
      char text[INET6_ADDRSTRLEN] = "";
      inet_ntop(address.family, address.octets.data(), text, sizeof text);
      if (!result.empty()) result += ' ';
      result += text;
    }
    return result;
  }

  std::string canonical_name_of(std::string_view name) const {
    const Hosts::Entry *entry = hosts_.find(name);
    return entry != nullptr ? entry->canonical_name : "none";
  }

  std::string name_of(const char *literal) const { return std::string(hosts_.find_name(*parse_literal(literal))); }

 private:
  Hosts hosts_;
};

TEST_F(HostsTest, NothingIsFoundInAnEmptyFile) {
  EXPECT_EQ(addresses_of("a"), "none");
  read("");
  EXPECT_EQ(addresses_of("a"), "none");
  EXPECT_EQ(addresses_of(""), "none");
}

TEST_F(HostsTest, EveryAliasHasTheLinesAddress) {
  read("192.0.2.1\tmain.example  alias\tother.example\n");
  for (const char *name : {"main.example", "alias", "other.example"}) {
    EXPECT_EQ(addresses_of(name), "192.0.2.1") << name;
    EXPECT_EQ(canonical_name_of(name), "main.example") << name;
  }
  EXPECT_EQ(addresses_of("example"), "none");
  EXPECT_EQ(addresses_of("192.0.2.1"), "none");
}

TEST_F(HostsTest, AddressesOfSeveralLinesAreMergedInTheirOrder) {
  read(
      "192.0.2.3 a\n"
      "192.0.2.9 b\n"
      "192.0.2.1 a\n"
      "192.0.2.2 c a\n");
  EXPECT_EQ(addresses_of("a"), "192.0.2.3 192.0.2.1 192.0.2.2");
  EXPECT_EQ(addresses_of("b"), "192.0.2.9");
  EXPECT_EQ(addresses_of("c"), "192.0.2.2");
}

TEST_F(HostsTest, CanonicalNameIsThatOfTheFirstLine) {
  read(
      "192.0.2.1 first shared\n"
      "192.0.2.2 second shared\n");
  EXPECT_EQ(canonical_name_of("shared"), "first");
  EXPECT_EQ(canonical_name_of("second"), "second");
}

TEST_F(HostsTest, BothFamiliesAreKept) {
  read(
      "127.0.0.1 localhost\n"
      "::1 localhost ip6-localhost\n"
      "::ffff:192.0.2.1 mapped\n");
  EXPECT_EQ(addresses_of("localhost"), "127.0.0.1 ::1");
  EXPECT_EQ(addresses_of("ip6-localhost"), "::1");
  EXPECT_EQ(addresses_of("mapped"), "::ffff:192.0.2.1");
}

TEST_F(HostsTest, ScopeOfAnAddressIsKept) {
  const Hosts hosts("fe80::1%7 router\n");
  const Hosts::Entry *entry = hosts.find("router");
  ASSERT_NE(entry, nullptr);
  ASSERT_EQ(entry->addresses.size(), 1u);
  EXPECT_EQ(entry->addresses[0].scope_id, 7u);
}

TEST_F(HostsTest, SameAddressIsGivenOnce) {
  read(
      "192.0.2.1 a a A a.\n"
      "192.0.2.2 a\n"
      "192.0.2.1 a\n");
  EXPECT_EQ(addresses_of("a"), "192.0.2.1 192.0.2.2");
}

TEST_F(HostsTest, CommentsAreLeftOut) {
  read(
      "# 192.0.2.1 a\n"
      "192.0.2.2 b # c\n"
      "192.0.2.3 d#e f\n"
      "192.0.2.4 # g\n"
      "  # h\n"
      "#\n");
  EXPECT_EQ(addresses_of("a"), "none");
  EXPECT_EQ(addresses_of("b"), "192.0.2.2");
  EXPECT_EQ(addresses_of("c"), "none");
  EXPECT_EQ(addresses_of("d"), "192.0.2.3");
  for (const char *name : {"e", "f", "g", "h", "#", "d#e", ""}) EXPECT_EQ(addresses_of(name), "none") << name;
}

TEST_F(HostsTest, LinesMayEndInCarriageReturnAndLineFeed) {
  read("192.0.2.1 a\r\n\r\n192.0.2.2 b\r\n");
  EXPECT_EQ(addresses_of("a"), "192.0.2.1");
  EXPECT_EQ(addresses_of("b"), "192.0.2.2");
}

TEST_F(HostsTest, LastLineNeedsNoEnd) {
  read("192.0.2.1 a\n192.0.2.2 b");
  EXPECT_EQ(addresses_of("b"), "192.0.2.2");
}

TEST_F(HostsTest, BlanksAroundTheWordsDoNotMatter) {
  read("\n \t\n  \t192.0.2.1 \t a\t \n");
  EXPECT_EQ(addresses_of("a"), "192.0.2.1");
}

TEST_F(HostsTest, CaseAndTheLastDotDoNotMatter) {
  read("192.0.2.1 Main.Example\n192.0.2.2 dotted.example.\n");
  EXPECT_EQ(addresses_of("main.example"), "192.0.2.1");
  EXPECT_EQ(addresses_of("MAIN.EXAMPLE."), "192.0.2.1");
  EXPECT_EQ(addresses_of("dotted.example"), "192.0.2.2");
  EXPECT_EQ(canonical_name_of("main.example"), "Main.Example");
}

TEST_F(HostsTest, BadLinesAreSkippedAndTheRestIsRead) {
  read(
      "192.0.2.1\n"
      "not-an-address a\n"
      "256.0.2.1 b\n"
      "a 192.0.2.1\n"
      "fe80::1%nosuchif c\n"
      "\x01\xff\xfe\n"
      "192.0.2.7 good\n");
  for (const char *name : {"a", "b", "c", "192.0.2.1"}) EXPECT_EQ(addresses_of(name), "none") << name;
  EXPECT_EQ(addresses_of("good"), "192.0.2.7");
}

// The C functions underneath would stop at the NUL and take the line for 192.0.2.1.
TEST_F(HostsTest, AddressWithANulIsSkipped) {
  using std::string_view_literals::operator""sv;
  read("192.0.2.1\0junk a\n192.0.2.2 b\n"sv);
  EXPECT_EQ(addresses_of("a"), "none");
  EXPECT_EQ(addresses_of("b"), "192.0.2.2");
}

TEST_F(HostsTest, OverLongLinesAreReadWhole) {
  std::string text = "192.0.2.1";
  for (int i = 0; i < 20000; ++i) text += " alias" + std::to_string(i);
  read(text + '\n' + std::string(100000, '1') + " long-address\n192.0.2.2 " + std::string(100000, 'n') + " next\n");
  EXPECT_EQ(addresses_of("alias0"), "192.0.2.1");
  EXPECT_EQ(addresses_of("alias19999"), "192.0.2.1");
  EXPECT_EQ(canonical_name_of("alias19999"), "alias0");
  EXPECT_EQ(addresses_of("long-address"), "none");
  EXPECT_EQ(addresses_of("next"), "192.0.2.2");
}

// "127.1" and octal numbers name an address elsewhere, but libc skips such lines of the hosts file.
TEST_F(HostsTest, IPv4AddressIsADottedQuad) {
  read(
      "127.1 a\n"
      "0 b\n"
      "010.0.0.1 c\n"
      "0x7f.0.0.1 d\n"
      "192.0.2.1.1 e\n"
      "192.0.2.7 good\n");
  for (const char *name : {"a", "b", "c", "d", "e"}) EXPECT_EQ(addresses_of(name), "none") << name;
  EXPECT_EQ(addresses_of("good"), "192.0.2.7");
}

TEST_F(HostsTest, CanonicalNameIsWrittenAsInItsLine) {
  read(
      "192.0.2.1 Shared\n"
      "192.0.2.2 SHARED alias\n");
  EXPECT_EQ(canonical_name_of("shared"), "Shared");
  EXPECT_EQ(canonical_name_of("alias"), "SHARED");
}

TEST_F(HostsTest, CanonicalNameOfALineThatAddsNothingElseIsKept) {
  read(
      "192.0.2.1 known\n"
      "192.0.2.1 KNOWN alias\n");
  EXPECT_EQ(canonical_name_of("alias"), "KNOWN");
  EXPECT_EQ(canonical_name_of("known"), "known");
}

// The names are kept one after the other in one text, in which a name must not reach into the next.
TEST_F(HostsTest, NamesBesideEachOtherAreNotMixedUp) {
  read("192.0.2.1 a b ab\n192.0.2.2 bc\n");
  for (const char *name : {"a b", "b ab", "a ", " ", " a", "ab ", "c", "abc"}) {
    EXPECT_EQ(addresses_of(name), "none") << '"' << name << '"';
  }
  EXPECT_EQ(addresses_of("ab"), "192.0.2.1");
  EXPECT_EQ(addresses_of("bc"), "192.0.2.2");
}

TEST_F(HostsTest, AllBlanksOfTheCLocaleSeparateWords) {
  read("192.0.2.1\va\fb\rc\n");
  for (const char *name : {"a", "b", "c"}) EXPECT_EQ(addresses_of(name), "192.0.2.1") << name;
}

// The repeats among many addresses are found in another way than those among few.
TEST_F(HostsTest, NameMayHaveManyAddressesEachOnce) {
  std::string text;
  std::string expected;
  for (int round = 0; round < 2; ++round) {
    for (int i = 1; i <= 100; ++i) {
      const std::string address = "192.0.2." + std::to_string(i);
      text += address + " many\n" + address + " Many other" + std::to_string(i) + '\n';
      if (round != 0) continue;
      expected += (i > 1 ? " " : "") + address;
      read(text);
      ASSERT_EQ(addresses_of("many"), expected);
    }
  }
  read(text);
  EXPECT_EQ(addresses_of("many"), expected);
  EXPECT_EQ(addresses_of("other100"), "192.0.2.100");
}

TEST_F(HostsTest, EveryNameOfALongBlockListIsFound) {
  std::string text;
  const auto name = [](int i) { return "ads" + std::to_string(i) + ".tracker" + std::to_string(i % 7) + ".example"; };
  for (int i = 0; i < 50000; ++i) text += "0.0.0.0 " + name(i) + "\n:: " + name(i) + '\n';
  read(text);
  for (int i = 0; i < 50000; ++i) ASSERT_EQ(addresses_of(name(i)), "0.0.0.0 ::") << i;
  EXPECT_EQ(addresses_of("ads50000.tracker6.example"), "none");
}

#if DNS_CARES_HAS_IDN

TEST_F(HostsTest, NameBeyondAsciiIsFoundByItsALabels) {
  read(
      "192.0.2.1 BÜCHER.test main\n"
      "192.0.2.2 xn--bcher-kva.test\n"
      "192.0.2.3 other bücher.test\n");
  EXPECT_EQ(addresses_of("xn--bcher-kva.test"), "192.0.2.1 192.0.2.2 192.0.2.3");
  EXPECT_EQ(canonical_name_of("main"), "xn--bcher-kva.test");
}

#endif

TEST_F(HostsTest, NameWithoutALabelsStaysAsItIsWritten) {
  read(
      "192.0.2.1 b\xfc"
      "cher.test main\n");
  EXPECT_EQ(addresses_of("main"), "192.0.2.1");
  EXPECT_EQ(canonical_name_of("main"),
            "b\xfc"
            "cher.test");
}

TEST_F(HostsTest, SnapshotMayBeMovedAndCopied) {
  Hosts first("192.0.2.1 a\n");
  const Hosts copy = first;
  const Hosts moved = std::move(first);
  for (const Hosts *hosts : {&copy, &moved}) {
    const Hosts::Entry *entry = hosts->find("a");
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->canonical_name, "a");
  }
}

TEST_F(HostsTest, SnapshotDoesNotNeedItsTextAnyLonger) {
  std::string text = "192.0.2.1 a-name-that-is-too-long-to-be-stored-in-place.example\n";
  read(text);
  text.assign(text.size(), 'x');
  EXPECT_EQ(addresses_of("a-name-that-is-too-long-to-be-stored-in-place.example"), "192.0.2.1");
  EXPECT_EQ(canonical_name_of("a-name-that-is-too-long-to-be-stored-in-place.example"),
            "a-name-that-is-too-long-to-be-stored-in-place.example");
}

TEST_F(HostsTest, AddressHasTheFirstNameOfItsFirstLine) {
  read(
      "192.0.2.1\n"
      "192.0.2.1 first alias\n"
      "192.0.2.1 second\n"
      "192.0.2.2 first\n"
      "2001:db8::1 six\n"
      "::ffff:192.0.2.7 mapped\n");
  EXPECT_EQ(name_of("192.0.2.1"), "first");
  EXPECT_EQ(name_of("192.0.2.2"), "first");
  EXPECT_EQ(name_of("192.0.2.3"), "");
  EXPECT_EQ(name_of("2001:db8::1"), "six");
  EXPECT_EQ(name_of("2001:db8::2"), "");
  EXPECT_EQ(name_of("192.0.2.7"), "");
  EXPECT_EQ(name_of("::ffff:192.0.2.7"), "mapped");
}

TEST_F(HostsTest, AddressWithAScopeIsNamedByItsOwnScopeOrNone) {
  read("fe80::1%1 scoped\nfe80::2 any\n");
  EXPECT_EQ(name_of("fe80::1%1"), "scoped");
  EXPECT_EQ(name_of("fe80::1%2"), "");
  EXPECT_EQ(name_of("fe80::1"), "");
  EXPECT_EQ(name_of("fe80::2%2"), "any");
}

}  // namespace
}  // namespace dns_cares
