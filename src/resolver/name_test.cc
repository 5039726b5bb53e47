#include "resolver/name.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <string>

namespace dns_cares {
namespace {

std::string label(std::size_t length) { return std::string(length, 'a'); }

// A name of labels of 63 octets and a shorter last one that takes `octets` on the wire. (Every character here is
// an octet; each label has its length before it, and the root label is one more.)
std::string name_of_wire_length(std::size_t octets) {
  std::string name;
  std::size_t left = octets - 1;
  while (left > 64) {
    name += label(63) + '.';
    left -= 64;
  }
  return name + label(left - 1);
}

std::string escaped(unsigned value) {
  char text[8];
  std::snprintf(text, sizeof text, "\\%03u", value);
  return text;
}

TEST(ValidName, OrdinaryNamesAreValid) {
  for (const char *name : {"a", "localhost", "example.com", "EXAMPLE.Com", "xn--p1ai", "1.example", "a-b.c--d",
                           "4.3.2.1", "a.b.c.d.e.f.g.h.i.j"}) {
    EXPECT_TRUE(is_valid_name(name)) << name;
  }
}

TEST(ValidName, UnderscoresSlashesAndStarsAreValid) {
  for (const char *name : {"_sip._tcp.example", "a_b", "*.example", "a/b", "-a-"}) {
    EXPECT_TRUE(is_valid_name(name)) << name;
  }
}

TEST(ValidName, OneTrailingDotIsFine) {
  EXPECT_TRUE(is_valid_name("example.com."));
  EXPECT_TRUE(is_valid_name("a."));
}

TEST(ValidName, EmptyLabelsAreRefused) {
  for (const char *name : {"", ".", "..", "...", ".a", "a..", "a..b", "a.b..", "..a"}) {
    EXPECT_FALSE(is_valid_name(name)) << '"' << name << '"';
  }
}

TEST(ValidName, LabelHasAtMost63Octets) {
  EXPECT_TRUE(is_valid_name(label(63)));
  EXPECT_TRUE(is_valid_name(label(63) + ".b"));
  EXPECT_TRUE(is_valid_name("b." + label(63) + '.'));
  EXPECT_FALSE(is_valid_name(label(64)));
  EXPECT_FALSE(is_valid_name(label(64) + ".b"));
  EXPECT_FALSE(is_valid_name("b." + label(64) + '.'));
}

TEST(ValidName, NameHasAtMost255OctetsOnTheWire) {
  const std::string longest = name_of_wire_length(255);
  ASSERT_EQ(longest.size(), 253u);
  EXPECT_TRUE(is_valid_name(longest));
  EXPECT_TRUE(is_valid_name(longest + '.'));
  const std::string too_long = name_of_wire_length(256);
  ASSERT_EQ(too_long.size(), 254u);
  EXPECT_FALSE(is_valid_name(too_long));
  EXPECT_FALSE(is_valid_name(too_long + '.'));
}

TEST(ValidName, LimitOf255OctetsCountsEachLabelsLength) {
  std::string name = "a";
  for (int i = 1; i < 127; ++i) name += ".a";  // 127 labels of two octets, and the root
  EXPECT_TRUE(is_valid_name(name));
  EXPECT_TRUE(is_valid_name(name + '.'));
  EXPECT_FALSE(is_valid_name(name + ".a"));
  EXPECT_FALSE(is_valid_name('a' + name));
}

TEST(ValidName, EscapeCountsAsOneOctet) {
  std::string octets_63;
  for (int i = 0; i < 63; ++i) octets_63 += "\\097";
  EXPECT_TRUE(is_valid_name(octets_63));
  EXPECT_FALSE(is_valid_name(octets_63 + "\\097"));
  std::string dots_63;
  for (int i = 0; i < 63; ++i) dots_63 += "\\.";
  EXPECT_TRUE(is_valid_name(dots_63));
  EXPECT_FALSE(is_valid_name(dots_63 + "\\."));
  const std::string three = label(63) + '.' + label(63) + '.' + label(63) + '.';
  EXPECT_TRUE(is_valid_name(three + label(60) + "\\."));   // 255 octets
  EXPECT_FALSE(is_valid_name(three + label(61) + "\\."));  // 256 octets
}

TEST(ValidName, EscapesOfWhatAHostNameMayHaveAreValid) {
  for (const char *name : {"a\\.b", "\\.", "a\\046b", "\\a", "a\\.b.example.", "\\065"}) {
    EXPECT_TRUE(is_valid_name(name)) << name;
  }
  for (const char *name : {"\\\\", "a\\032b", "\\\"", "a\\255", "\\256", "\\999"}) {
    EXPECT_FALSE(is_valid_name(name)) << name;
  }
}

// An octet of zero would end the name in every C function it goes through.
TEST(ValidName, EscapedNulIsRefused) {
  EXPECT_FALSE(is_valid_name("\\000"));
  EXPECT_FALSE(is_valid_name("a\\000b.example"));
}

TEST(ValidName, BrokenEscapesAreRefused) {
  for (const char *name :
       {"\\", "a\\", "a.b\\", "a\\1", "a\\12", "a\\12x", "a\\1x2", "a\\1.2", "a\\ b", "a\\\t", "a\\\x80", "a\\\\\\"}) {
    EXPECT_FALSE(is_valid_name(name)) << name;
  }
}

// c-ares 1.18 asks for any octet, later releases for these only: the name must mean the same to all.
TEST(ValidName, OtherOctetsAreRefusedPlainOrEscaped) {
  for (unsigned value = 0; value <= 255; ++value) {
    if (value == '.' || value == '\\') continue;
    const bool host_character = value < 128 && (std::isalnum(static_cast<int>(value)) != 0 || value == '-' ||
                                                value == '_' || value == '/' || value == '*');
    EXPECT_EQ(is_valid_name(std::string("a") + static_cast<char>(value) + 'b'), host_character) << value;
    EXPECT_EQ(is_valid_name('a' + escaped(value) + 'b'), host_character) << value;
  }
  EXPECT_FALSE(is_valid_name("m\xc3\xbcnchen.example"));
  EXPECT_FALSE(is_valid_name(" a"));
  EXPECT_FALSE(is_valid_name("a "));
  EXPECT_FALSE(is_valid_name("a\n"));
}

TEST(WithoutLastDot, TakesOneDotOff) {
  EXPECT_EQ(without_last_dot("a.b."), "a.b");
  EXPECT_EQ(without_last_dot("a.b"), "a.b");
  EXPECT_EQ(without_last_dot("a.."), "a.");
  EXPECT_EQ(without_last_dot(""), "");
}

TEST(WithoutLastDot, LeavesTheRootAlone) { EXPECT_EQ(without_last_dot("."), "."); }

TEST(WithoutLastDot, KnowsAnEscapedDotFromAnEscapedBackslash) {
  EXPECT_EQ(without_last_dot("a\\."), "a\\.");
  EXPECT_EQ(without_last_dot("a\\\\."), "a\\\\");
  EXPECT_EQ(without_last_dot("a\\\\\\."), "a\\\\\\.");
  EXPECT_EQ(without_last_dot("\\."), "\\.");
  EXPECT_EQ(without_last_dot("\\.."), "\\.");
}

TEST(Localhost, NameAndItsSubdomainsAreLocalhost) {
  for (const char *name : {"localhost", "LocalHost", "localhost.", "a.localhost", "a.b.LOCALHOST", "a.localhost.",
                           "localhost.localhost"}) {
    EXPECT_TRUE(is_localhost(name)) << name;
  }
}

TEST(Localhost, OtherNamesAreNot) {
  for (const char *name : {"", ".", "localhos", "localhost.example", "localhost.localdomain", "alocalhost",
                           "a-localhost", "localhost..", "ocalhost", "localhost6", "xlocalhost."}) {
    EXPECT_FALSE(is_localhost(name)) << name;
  }
}

// Was taken for localhost, though it is one label of the root zone: the dot before "localhost" separates nothing.
TEST(Localhost, EscapedDotDoesNotMakeASubdomain) {
  EXPECT_FALSE(is_localhost("a\\.localhost"));
  EXPECT_FALSE(is_localhost("\\.localhost"));
  EXPECT_TRUE(is_localhost("a\\\\.localhost"));
  EXPECT_TRUE(is_localhost("a\\..localhost"));
}

TEST(Localhost, EmptyLabelDoesNotMakeASubdomain) { EXPECT_FALSE(is_localhost(".localhost")); }

// The name as normalize_name leaves it, or "refused".
std::string normalized(std::string name) {
  const std::string before = name;
  if (normalize_name(name)) return name;
  EXPECT_EQ(name, before);
  return "refused";
}

TEST(NormalizeName, NameWithoutEscapesStaysAsItIs) {
  EXPECT_EQ(normalized("Www.Example.COM"), "Www.Example.COM");
  EXPECT_EQ(normalized("a."), "a.");
}

TEST(NormalizeName, EscapesAreTakenOut) {
  EXPECT_EQ(normalized("\\097\\098.\\099"), "ab.c");
  EXPECT_EQ(normalized("\\a\\-\\_.test"), "a-_.test");
  EXPECT_EQ(normalized("\\0971.test."), "a1.test.");
}

TEST(NormalizeName, DotInsideALabelStaysEscaped) {
  EXPECT_EQ(normalized("a\\.b.test"), "a\\.b.test");
  EXPECT_EQ(normalized("a\\046b.test"), "a\\.b.test");
  EXPECT_EQ(normalized("a\\."), "a\\.");
  EXPECT_EQ(normalized("a\\046."), "a\\..");
}

TEST(NormalizeName, OnceMoreChangesNothing) {
  for (const char *name : {"\\097\\098.\\099", "a\\046b.test", "a\\.\\046."}) {
    const std::string once = normalized(name);
    EXPECT_EQ(normalized(once), once) << name;
  }
}

TEST(NormalizeName, NameThatIsNotValidIsRefused) {
  for (const char *name : {"", ".", "a..b", "a\\", "a\\256", "a b", "a\\000"})
    EXPECT_EQ(normalized(name), "refused") << name;
  EXPECT_EQ(normalized(label(63) + "\\097"), "refused");
}

TEST(SameName, IgnoresCaseAndTheLastDot) {
  EXPECT_TRUE(same_name("Example.COM", "eXample.com"));
  EXPECT_TRUE(same_name("example.com.", "example.com"));
  EXPECT_TRUE(same_name("example.com", "EXAMPLE.com."));
  EXPECT_TRUE(same_name("", ""));
}

TEST(SameName, TellsDifferentNamesApart) {
  EXPECT_FALSE(same_name("example.com", "example.co"));
  EXPECT_FALSE(same_name("example.co", "example.com"));
  EXPECT_FALSE(same_name("a.example", "b.example"));
  EXPECT_FALSE(same_name("a\\.", "a"));
  EXPECT_FALSE(same_name("a", ""));
}

// A table or a bit trick for ASCII letters easily takes these for each other.
TEST(SameName, OnlyLettersHaveCase) {
  EXPECT_FALSE(same_name("@", "`"));
  EXPECT_FALSE(same_name("[", "{"));
  EXPECT_FALSE(same_name("_", "\x7f"));
  EXPECT_FALSE(same_name("\xc0", "\xe0"));
  EXPECT_TRUE(same_name("AZ", "az"));
}

TEST(NameKey, IsLowerCaseWithoutTheLastDot) {
  EXPECT_EQ(name_key("Www.Example.COM."), "www.example.com");
  EXPECT_EQ(name_key("www.example.com"), "www.example.com");
  EXPECT_EQ(name_key("A_Z-09@[`{"), "a_z-09@[`{");
  EXPECT_EQ(name_key("A\\."), "a\\.");
  EXPECT_EQ(name_key(""), "");
}

}  // namespace
}  // namespace dns_cares
