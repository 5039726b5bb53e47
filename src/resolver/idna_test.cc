// A-labels for names beyond ASCII. The locale is that of a program that has set none: "C".
#include "resolver/idna.h"

#include <gtest/gtest.h>

#include <clocale>
#include <string>

#include "resolver/name.h"

namespace dns_cares {
namespace {

using std::string_literals::operator""s;

// "refused", which leaves the name as it was, or what is asked for instead of the name.
std::string converted(const std::string &name) {
  std::string text = name;
  if (to_a_labels(text)) return text;
  EXPECT_EQ(text, name);
  return "refused";
}

TEST(Idna, NameInAsciiStaysAsItIsWhateverIsInIt) {
  for (const char *name : {"", ".", "A.test", "a..b", "_dmarc.a.test", "xn--zzzzzzzzz.test", "-a-.test", "a--b.test",
                           "a\\.b", "a b", "*.test", "\x7f"}) {
    EXPECT_EQ(converted(name), name);
  }
}

#if DNS_CARES_HAS_IDN

TEST(Idna, Rfc5891Section5LabelBeyondAsciiGetsItsALabel) {
  EXPECT_EQ(converted("bücher.test"), "xn--bcher-kva.test");
  EXPECT_EQ(converted("δοκιμή"), "xn--jxalpdlp");
  EXPECT_EQ(converted("例え.テスト"), "xn--r8jz45g.xn--zckzah");
}

TEST(Idna, LocaleDoesNotMatter) {
  ASSERT_STREQ(std::setlocale(LC_ALL, nullptr), "C") << "what the other tests run in";
  ASSERT_NE(std::setlocale(LC_ALL, "C.UTF-8"), nullptr);
  EXPECT_EQ(converted("bücher.test"), "xn--bcher-kva.test");
  EXPECT_EQ(converted("b\xfc"
                      "cher.test"),
            "refused");
  std::setlocale(LC_ALL, "C");
}

TEST(Idna, Rfc5895Section2CapitalsWidthsAndComposedFormsDoNotMatter) {
  EXPECT_EQ(converted("BÜCHER.test"), "xn--bcher-kva.test");
  EXPECT_EQ(converted("bu\xcc\x88"
                      "cher.test"),
            "xn--bcher-kva.test");
  EXPECT_EQ(converted("ｂüｃｈｅｒ.ＴＥＳＴ"), "xn--bcher-kva.test");
}

TEST(Idna, Rfc5895Section2FullStopsOfOtherScriptsAreFullStops) {
  EXPECT_EQ(converted("bücher。test"), "xn--bcher-kva.test");
  EXPECT_EQ(converted("bücher．test｡"), "xn--bcher-kva.test.");
  EXPECT_EQ(converted("a。test"), "a.test");
}

// The letters for which IDNA2008 differs from IDNA2003, where "faß" was "fass".
TEST(Idna, Rfc5894Section7Point2SharpSAndFinalSigmaAreLettersOfTheirOwn) {
  EXPECT_EQ(converted("faß.test"), "xn--fa-hia.test");
  EXPECT_EQ(converted("βόλος.test"), "xn--nxasmm1c.test");
}

TEST(Idna, LastDotStays) {
  EXPECT_EQ(converted("bücher.test."), "xn--bcher-kva.test.");
  EXPECT_EQ(converted("ü."), "xn--tda.");
}

// RFC 5891 section 5.4 is about U-labels: labels beside them are what they are in any other name.
TEST(Idna, LabelsInAsciiBesideOthersStayAsTheyAre) {
  for (const char *label : {"_dmarc", "*", "a/b", "a\\.b", "-a", "a-", "r3---sn", "A", "", "xn--zzzzzzzzz"}) {
    EXPECT_EQ(converted(label + ".bücher.test"s), label + ".xn--bcher-kva.test"s);
    EXPECT_EQ(converted("bücher."s + label), "xn--bcher-kva."s + label);
  }
}

TEST(Idna, UnderscoreMayBePartOfALabelBeyondAscii) {
  EXPECT_EQ(converted("_bücher.test"), "xn--_bcher-4ya.test");
  EXPECT_EQ(converted("＿dmarc.test"), "_dmarc.test");
}

TEST(Idna, WhatIsNotUtf8IsRefused) {
  for (const char *label : {"\xff",
                            "b\xfc"
                            "cher",
                            "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe3\x80", "\xf0\xe3\x80\x82"}) {
    EXPECT_EQ(converted(label + ".test"s), "refused") << label;
    EXPECT_EQ(converted("bücher."s + label), "refused") << label;
  }
}

TEST(Idna, Rfc5891Section5Point4CodePointThatNoLabelMayHaveIsRefused) {
  for (const char *label : {"\u2603", "\u0378", "a\u200db", "ü\x01", "ü b", "ü+b", "\ufffd"}) {
    EXPECT_EQ(converted(label + ".test"s), "refused") << label;
  }
}

TEST(Idna, Rfc5891Section5Point4LabelOfABadFormIsRefused) {
  for (const char *label : {"-ü", "ü-", "ab--ü", "xn--ü", "\u0300a"}) {
    EXPECT_EQ(converted(label + ".test"s), "refused") << label;
  }
}

TEST(Idna, Rfc5893Section2MixedDirectionsInALabelAreRefused) {
  EXPECT_EQ(converted("אa.test"), "refused");
  EXPECT_EQ(converted("1ب.test"), "refused");
  EXPECT_EQ(converted("0a.עברית.test"), "0a.xn--5dbqzzl.test") << "each label has one";
}

TEST(Idna, CharacterThatIsMappedToASignIsRefused) {
  for (const char *label : {"℀", "／", "＊", "＼", "a／ü", "＼.a", "ü＼"}) {
    EXPECT_EQ(converted(label + ".test"s), "refused") << label;
  }
}

TEST(Idna, LabelOfWhichNothingIsLeftIsRefused) { EXPECT_EQ(converted("a.\u00ad"), "refused"); }

// An escape is of an octet (RFC 1035 section 5.1), and a label beyond ASCII is not made of octets.
TEST(Idna, EscapeInALabelBeyondAsciiIsRefused) {
  EXPECT_EQ(converted("\\bücher.test"), "refused");
  EXPECT_EQ(converted("b\\ücher.test"), "refused");
  EXPECT_EQ(converted("ü\\.b.test"), "refused");
}

// Not the name that ends where the NUL is.
TEST(Idna, NulInALabelBeyondAsciiIsRefused) { EXPECT_EQ(converted("bücher\0.test"s), "refused"); }

TEST(Idna, Rfc5891Section5Point5LabelThatGetsTooLongIsRefused) {
  const std::string letters(55, 'a');
  EXPECT_EQ(converted(letters + "ü.test").find('.'), 63u);
  EXPECT_EQ(converted(letters + "aü.test"), "refused");
}

TEST(Idna, NameThatGetsTooLongIsConvertedAndIsNoValidName) {
  std::string name;
  for (int i = 0; i < 32; ++i) name += "ü.";
  EXPECT_FALSE(is_valid_name(converted(name)));
  for (int i = 0; i < 1000; ++i) name += "ü.";
  EXPECT_EQ(converted(name), "refused") << "without a look at it";
}

TEST(Idna, LiteralInDigitsOfAnotherWidthIsRefused) {
  EXPECT_EQ(converted("１２７.０.０.１"), "refused");
  EXPECT_EQ(converted("127。0。0。1"), "refused");
  EXPECT_EQ(converted("１２７.test"), "127.test");
}

#else

TEST(Idna, WithoutLibidn2EveryNameBeyondAsciiIsRefused) {
  for (const char *name : {"bücher.test", "a.bücher", "ＴＥＳＴ", "a。test", "\xff"}) {
    EXPECT_EQ(converted(name), "refused") << name;
  }
}

#endif

}  // namespace
}  // namespace dns_cares
