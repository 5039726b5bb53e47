#include "records/wire_name.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dns_cares {
namespace {

Octets octets(const std::string &text) { return {reinterpret_cast<const unsigned char *>(text.data()), text.size()}; }

std::string text_of(const WireName &name) {
  char text[1025];
  TextOut out(text, sizeof text);
  print_name(name, out);
  return {text, static_cast<std::size_t>(out.finish())};
}

// The name at a place of a message, or "malformed".
std::string name_at(const std::string &message, std::size_t place) {
  Reader reader(octets(message), place, message.size());
  WireName name;
  return reader.name(name) ? text_of(name) : "malformed";
}

using namespace std::string_literals;

const std::string kHeader(12, '\0');

TEST(WireName, IsReadToItsRoot) {
  EXPECT_EQ(name_at("\1a\4test\0rest"s, 0), "a.test.");
  EXPECT_EQ(name_at("\0"s, 0), ".");
}

TEST(WireName, GoesOnWhereAPointerLeads) {
  const std::string message = kHeader + "\4test\0\1a\xc0\xc\1b\xc0\x12rest"s;
  EXPECT_EQ(name_at(message, 18), "a.test.");
  EXPECT_EQ(name_at(message, 22), "b.a.test.");
  Reader reader(octets(message), 22, message.size());
  WireName name;
  ASSERT_TRUE(reader.name(name));
  EXPECT_EQ(reader.place(), 26u) << "behind the pointer, not where it leads";
}

TEST(WireName, IsMalformedWhereAPointerLeadsOnOrInACircle) {
  EXPECT_EQ(name_at(kHeader + "\xc0\xc"s, 12), "malformed") << "to itself";
  EXPECT_EQ(name_at(kHeader + "\1a\xc0\xc"s, 12), "malformed") << "to what it is the end of";
  EXPECT_EQ(name_at(kHeader + "\xc0\xe\1a\0"s, 12), "malformed") << "forward";
  EXPECT_EQ(name_at(kHeader + "\xc0\xe\xc0\xc"s, 14), "malformed") << "to and fro";
}

// What is there is not what it was for whoever is given another header.
TEST(WireName, IsMalformedWhereAPointerLeadsIntoTheHeader) {
  const std::string message = std::string(11, '\1') + "\0\0\xc0\xb\xc0\xc"s;
  EXPECT_EQ(name_at(message, 13), "malformed");
  EXPECT_EQ(name_at(message, 15), ".") << "behind it";
}

TEST(WireName, IsMalformedWhereItIsCutOrTooLong) {
  EXPECT_EQ(name_at("", 0), "malformed");
  EXPECT_EQ(name_at("\4tes", 0), "malformed");
  EXPECT_EQ(name_at("\4test", 0), "malformed");
  EXPECT_EQ(name_at("\xc0", 0), "malformed");
  EXPECT_EQ(name_at("\x41" + std::string(65, 'a') + '\0', 0), "malformed") << "a length that is none";
  std::string longest;
  for (const int length : {63, 63, 63, 61})
    longest += static_cast<char>(length) + std::string(static_cast<std::size_t>(length), 'a');
  EXPECT_EQ(name_at(longest + '\0', 0).size(), 254u);
  EXPECT_EQ(name_at("\1b" + longest + '\0', 0), "malformed") << "256 octets";
}

TEST(WireName, IsPrintedWithEscapesWhereTheyAreNeeded) {
  EXPECT_EQ(name_at("\3a.b\4\"\\\0\xff\0"s, 0), "a\\.b.\\\"\\\\\\000\\255.");
  EXPECT_EQ(name_at("\5 ;@()\0"s, 0), "\\032\\;\\@\\(\\).");
}

TEST(WireName, IsMadeFromText) {
  EXPECT_EQ(text_of(to_wire_name("a.test")), "a.test.");
  EXPECT_EQ(text_of(to_wire_name("a.test.")), "a.test.");
  EXPECT_EQ(text_of(to_wire_name("a\\.b.test")), "a\\.b.test.");
  EXPECT_EQ(text_of(to_wire_name(".")), ".");
}

TEST(WireName, IsComparedWithoutCaseAndByLabels) {
  const auto in_zone = [](const char *name, const char *zone) {
    return is_in_zone(to_wire_name(name), to_wire_name(zone));
  };
  EXPECT_TRUE(in_zone("a.test", "TEST"));
  EXPECT_TRUE(in_zone("a.test", "a.test"));
  EXPECT_TRUE(in_zone("a.test", "."));
  EXPECT_FALSE(in_zone("a.test", "st"));
  EXPECT_FALSE(in_zone("test", "a.test"));
}

TEST(Labels, OfTwoNamesAreComparedWithoutCaseAndAcrossPointers) {
  using namespace std::string_literals;
  // At 0 "a.test", at 8 "A.TEST" by a pointer, at 12 "b.test", at 16 "a.test" by two, at 20 the root, at 21 "a".
  const std::string message = "\1a\4test\0\1A\xc0\2\1b\xc0\2\1a\xc0\xa\0\1a\0"s;
  const Octets octets = {reinterpret_cast<const unsigned char *>(message.data()), message.size()};
  EXPECT_TRUE(same_name(octets, 0, 0));
  EXPECT_TRUE(same_name(octets, 0, 8));
  EXPECT_TRUE(same_name(octets, 16, 0));
  EXPECT_FALSE(same_name(octets, 0, 12));
  EXPECT_FALSE(same_name(octets, 0, 2)) << "test";
  EXPECT_FALSE(same_name(octets, 0, 20)) << "the root";
  EXPECT_FALSE(same_name(octets, 0, 21)) << "a";
  EXPECT_FALSE(same_name(octets, 21, 0));
}

TEST(Reader, GivesNothingBeyondItsEnd) {
  const std::string message = "\1\2\3";
  Reader reader(octets(message), 0, 2);
  EXPECT_EQ(reader.u16(), 0x0102);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_FALSE(reader.ok());
  EXPECT_FALSE(reader.at_end());
  EXPECT_TRUE(reader.rest().empty());
}

}  // namespace
}  // namespace dns_cares
