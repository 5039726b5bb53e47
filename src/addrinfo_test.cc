#include "addrinfo.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <netinet/in.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

Address v4(const char *text) {
  in_addr octets{};
  EXPECT_EQ(inet_pton(AF_INET, text, &octets), 1) << text;
  return Address::v4(octets);
}

Address v6(const char *text, std::uint32_t scope_id = 0) {
  in6_addr octets{};
  EXPECT_EQ(inet_pton(AF_INET6, text, &octets), 1) << text;
  return Address::v6(octets, scope_id);
}

constexpr Transport kTcp = {SOCK_STREAM, IPPROTO_TCP, 443};
constexpr Transport kUdp = {SOCK_DGRAM, IPPROTO_UDP, 4433};

// One line for each entry: family, socktype, protocol, address with scope, port, and the canonical name.
std::string describe(const addrinfo *list) {
  std::string result;
  for (; list != nullptr; list = list->ai_next) {
    const std::string what = std::to_string(list->ai_family) + ' ' + std::to_string(list->ai_socktype) + ' ' +
                             std::to_string(list->ai_protocol) + ' ' + std::to_string(list->ai_addrlen) + ' ';
    char text[INET6_ADDRSTRLEN] = "";
    std::string port;
    if (list->ai_family == AF_INET) {
      const auto *address = reinterpret_cast<const sockaddr_in *>(list->ai_addr);
      inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
      port = std::to_string(ntohs(address->sin_port));
      EXPECT_EQ(address->sin_family, AF_INET);
    } else {
      const auto *address = reinterpret_cast<const sockaddr_in6 *>(list->ai_addr);
      inet_ntop(AF_INET6, &address->sin6_addr, text, sizeof text);
      port = std::to_string(address->sin6_scope_id) + ' ' + std::to_string(ntohs(address->sin6_port));
      EXPECT_EQ(address->sin6_family, AF_INET6);
      EXPECT_EQ(address->sin6_flowinfo, 0u);
    }
    result += what + text + ' ' + port;
    if (list->ai_canonname != nullptr) result += std::string(" ") + list->ai_canonname;
    result += '\n';
  }
  return result;
}

// Whether all that the list points to lies within its one block.
bool is_one_block(addrinfo *list) {
  const auto *begin = static_cast<const char *>(block_of(list));
  const char *end = begin + malloc_usable_size(block_of(list));
  const auto within = [&](const void *object, std::size_t size) {
    const auto *octets = static_cast<const char *>(object);
    return octets >= begin && octets + size <= end;
  };
  for (const addrinfo *entry = list; entry != nullptr; entry = entry->ai_next) {
    if (!within(entry, sizeof *entry)) return false;
    if (entry->ai_addr != nullptr && !within(entry->ai_addr, entry->ai_addrlen)) return false;
    if (entry->ai_canonname != nullptr && !within(entry->ai_canonname, std::strlen(entry->ai_canonname) + 1)) {
      return false;
    }
  }
  return true;
}

// No two parts of the list share an octet.
bool parts_are_apart(const addrinfo *list) {
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> parts;
  const auto add = [&](const void *object, std::size_t size) {
    const auto begin = reinterpret_cast<std::uintptr_t>(object);
    for (const auto &[other_begin, other_end] : parts) {
      if (begin < other_end && other_begin < begin + size) return false;
    }
    parts.emplace_back(begin, begin + size);
    return true;
  };
  for (; list != nullptr; list = list->ai_next) {
    if (!add(list, sizeof *list)) return false;
    if (list->ai_addr != nullptr && !add(list->ai_addr, list->ai_addrlen)) return false;
    if (list->ai_canonname != nullptr && !add(list->ai_canonname, std::strlen(list->ai_canonname) + 1)) return false;
  }
  return true;
}

bool is_aligned(const addrinfo *list) {
  for (; list != nullptr; list = list->ai_next) {
    if (reinterpret_cast<std::uintptr_t>(list) % alignof(addrinfo) != 0) return false;
    if (reinterpret_cast<std::uintptr_t>(list->ai_addr) % alignof(sockaddr_in6) != 0) return false;
  }
  return true;
}

struct FreeDup {
  void operator()(addrinfo *list) const { dns_addrinfo_free(list); }
};
using Dup = std::unique_ptr<addrinfo, FreeDup>;

struct FreeGlibc {
  void operator()(addrinfo *list) const { freeaddrinfo(list); }
};
using GlibcList = std::unique_ptr<addrinfo, FreeGlibc>;

GlibcList ask_glibc(const char *host, const char *service, const addrinfo &hints) {
  addrinfo *list = nullptr;
  EXPECT_EQ(getaddrinfo(host, service, &hints, &list), 0) << host;
  return GlibcList(list);
}

TEST(MakeAddrinfo, AddressesComeInTheirOrderEachWithAllTransports) {
  const std::vector<Address> addresses = {v6("2001:db8::1"), v4("192.0.2.1")};
  const std::vector<Transport> transports = {kTcp, kUdp};
  const AddrinfoList list = make_addrinfo(addresses, transports, "");
  EXPECT_EQ(describe(list.get()),
            "10 1 6 28 2001:db8::1 0 443\n"
            "10 2 17 28 2001:db8::1 0 4433\n"
            "2 1 6 16 192.0.2.1 443\n"
            "2 2 17 16 192.0.2.1 4433\n");
}

TEST(MakeAddrinfo, OneAddressMakesAListOfOne) {
  const std::vector<Address> addresses = {v4("192.0.2.1")};
  const AddrinfoList list = make_addrinfo(addresses, {{kTcp}}, "");
  EXPECT_EQ(list->ai_next, nullptr);
  EXPECT_EQ(list->ai_canonname, nullptr);
  EXPECT_EQ(list->ai_flags, 0);
  EXPECT_EQ(describe(list.get()), "2 1 6 16 192.0.2.1 443\n");
}

TEST(MakeAddrinfo, OnlyTheFirstEntryHasTheCanonicalName) {
  const std::vector<Address> addresses = {v4("192.0.2.1"), v4("192.0.2.2")};
  const std::vector<Transport> transports = {kTcp, kUdp};
  const AddrinfoList list = make_addrinfo(addresses, transports, "canonical.test");
  EXPECT_EQ(describe(list.get()),
            "2 1 6 16 192.0.2.1 443 canonical.test\n"
            "2 2 17 16 192.0.2.1 4433\n"
            "2 1 6 16 192.0.2.2 443\n"
            "2 2 17 16 192.0.2.2 4433\n");
}

TEST(MakeAddrinfo, CanonicalNameNeedNotEndInANul) {
  const std::vector<Address> addresses = {v4("192.0.2.1")};
  const AddrinfoList list = make_addrinfo(addresses, {{kTcp}}, std::string_view("canonical.test").substr(0, 5));
  EXPECT_STREQ(list->ai_canonname, "canon");
}

TEST(MakeAddrinfo, EveryPortIsInNetworkOrder) {
  const std::vector<Address> addresses = {v4("192.0.2.1"), v6("2001:db8::1")};
  for (const auto port : std::initializer_list<std::uint16_t>{0, 1, 80, 256, 0x1234, 65535}) {
    const Transport transport = {SOCK_STREAM, IPPROTO_TCP, port};
    const AddrinfoList list = make_addrinfo(addresses, {{transport}}, "");
    const std::string text = std::to_string(port);
    EXPECT_EQ(describe(list.get()), "2 1 6 16 192.0.2.1 " + text + "\n10 1 6 28 2001:db8::1 0 " + text + '\n');
  }
}

TEST(MakeAddrinfo, ScopeOfAnAddressIsKept) {
  const std::vector<Address> addresses = {v6("fe80::1", 7), v6("fe80::1", 0xfffffffe)};
  EXPECT_EQ(describe(make_addrinfo(addresses, {{kTcp}}, "").get()),
            "10 1 6 28 fe80::1 7 443\n"
            "10 1 6 28 fe80::1 4294967294 443\n");
}

TEST(MakeAddrinfo, Ipv4SocketAddressEndsInZeros) {
  const std::vector<Address> addresses = {v4("255.255.255.255")};
  const AddrinfoList list = make_addrinfo(addresses, {{kTcp}}, "");
  const auto *address = reinterpret_cast<const sockaddr_in *>(list->ai_addr);
  for (const unsigned char octet : address->sin_zero) EXPECT_EQ(octet, 0);
}

TEST(MakeAddrinfo, ListIsOneAlignedAllocation) {
  const std::vector<std::vector<Address>> lists = {
      {v4("192.0.2.1")},
      {v6("2001:db8::1")},
      {v4("192.0.2.1"), v6("2001:db8::1")},
      {v6("2001:db8::1"), v4("192.0.2.1"), v6("2001:db8::2"), v4("192.0.2.2")},
  };
  const std::vector<Transport> transports = {kTcp, kUdp, {SOCK_RAW, 0, 0}};
  for (const auto &addresses : lists) {
    for (const char *name : {"", "a", "canonical.test"}) {
      const AddrinfoList list = make_addrinfo(addresses, transports, name);
      EXPECT_TRUE(is_one_block(list.get()));
      EXPECT_TRUE(parts_are_apart(list.get()));
      EXPECT_TRUE(is_aligned(list.get()));
    }
  }
}

TEST(MakeAddrinfo, ListsAreAsGlibcMakesThem) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_CANONNAME;
  for (const char *host : {"192.0.2.1", "2001:db8::1", "fe80::1%1"}) {
    const std::string text(host);
    const Address address = text.find(':') == std::string::npos   ? v4(host)
                            : text.find('%') == std::string::npos ? v6(host)
                                                                  : v6("fe80::1", 1);
    const std::vector<Transport> transports = {
        {SOCK_STREAM, IPPROTO_TCP, 80}, {SOCK_DGRAM, IPPROTO_UDP, 80}, {SOCK_RAW, 0, 80}};
    const AddrinfoList ours = make_addrinfo(std::vector{address}, transports, host);
    EXPECT_EQ(describe(ours.get()), describe(ask_glibc(host, "80", hints).get())) << host;
  }
}

TEST(MakeAddrinfo, ThousandsOfAddressesAreListed) {
  std::vector<Address> addresses;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = "10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250);
    addresses.push_back(v4(text.c_str()));
    expected += "2 1 6 16 " + text + " 443\n";
  }
  const AddrinfoList list = make_addrinfo(addresses, {{kTcp}}, "");
  EXPECT_EQ(describe(list.get()), expected);
  EXPECT_TRUE(is_one_block(list.get()));
}

TEST(DupAddrinfo, CopyOfAListOfOursIsEqualAndStandsAlone) {
  const std::vector<Address> addresses = {v6("fe80::1", 3), v4("192.0.2.1")};
  const std::vector<Transport> transports = {kTcp, kUdp};
  AddrinfoList original = make_addrinfo(addresses, transports, "canonical.test");
  const std::string before = describe(original.get());
  const Dup copy(dns_addrinfo_dup(original.get()));
  ASSERT_NE(copy, nullptr);
  EXPECT_NE(copy.get(), original.get());
  std::memset(static_cast<void *>(original.get()), 0xff, sizeof(addrinfo));
  original.reset();
  EXPECT_EQ(describe(copy.get()), before);
  EXPECT_TRUE(is_one_block(copy.get()));
  EXPECT_TRUE(parts_are_apart(copy.get()));
  EXPECT_TRUE(is_aligned(copy.get()));
}

TEST(DupAddrinfo, CopyOfAGlibcListIsEqualAndStandsAlone) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_CANONNAME;
  for (const char *host : {"192.0.2.1", "2001:db8::1"}) {
    GlibcList original = ask_glibc(host, "80", hints);
    ASSERT_NE(original->ai_next, nullptr);
    const std::string before = describe(original.get());
    const int flags = original->ai_flags;
    const Dup copy(dns_addrinfo_dup(original.get()));
    ASSERT_NE(copy, nullptr);
    original.reset();
    EXPECT_EQ(describe(copy.get()), before);
    EXPECT_EQ(copy->ai_flags, flags);
    EXPECT_TRUE(is_one_block(copy.get()));
  }
}

TEST(DupAddrinfo, EveryEntryMayHaveAName) {
  std::string first = "first.test";
  std::string second = "second.test";
  sockaddr_in address{};
  address.sin_family = AF_INET;
  addrinfo entries[2]{};
  for (addrinfo &entry : entries) {
    entry.ai_family = AF_INET;
    entry.ai_addrlen = sizeof address;
    entry.ai_addr = reinterpret_cast<sockaddr *>(&address);
  }
  entries[0].ai_canonname = first.data();
  entries[0].ai_next = &entries[1];
  entries[1].ai_canonname = second.data();
  const Dup copy(dns_addrinfo_dup(entries));
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(describe(copy.get()), describe(entries));
  EXPECT_TRUE(is_one_block(copy.get()));
  EXPECT_TRUE(parts_are_apart(copy.get()));
}

TEST(DupAddrinfo, EntryWithoutAnAddressIsCopied) {
  addrinfo entry{};
  entry.ai_flags = AI_PASSIVE;
  entry.ai_socktype = SOCK_STREAM;
  const Dup copy(dns_addrinfo_dup(&entry));
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(copy->ai_addr, nullptr);
  EXPECT_EQ(copy->ai_canonname, nullptr);
  EXPECT_EQ(copy->ai_next, nullptr);
  EXPECT_EQ(copy->ai_flags, AI_PASSIVE);
  EXPECT_EQ(copy->ai_socktype, SOCK_STREAM);
}

// A sockaddr_un's length need not be a multiple of anything.
TEST(DupAddrinfo, OddLengthsOfSocketAddressesKeepTheNextAligned) {
  sockaddr_storage address{};
  for (std::size_t i = 0; i < sizeof address; ++i) reinterpret_cast<unsigned char *>(&address)[i] = 0x5a;
  addrinfo entries[3]{};
  for (int i = 0; i < 3; ++i) {
    entries[i].ai_addr = reinterpret_cast<sockaddr *>(&address);
    entries[i].ai_addrlen = static_cast<socklen_t>(17 + i);
    entries[i].ai_next = i < 2 ? &entries[i + 1] : nullptr;
  }
  const Dup copy(dns_addrinfo_dup(entries));
  ASSERT_NE(copy, nullptr);
  EXPECT_TRUE(is_one_block(copy.get()));
  EXPECT_TRUE(parts_are_apart(copy.get()));
  EXPECT_TRUE(is_aligned(copy.get()));
  int count = 0;
  for (const addrinfo *entry = copy.get(); entry != nullptr; entry = entry->ai_next, ++count) {
    EXPECT_EQ(std::memcmp(entry->ai_addr, &address, entry->ai_addrlen), 0);
  }
  EXPECT_EQ(count, 3);
}

TEST(DupAddrinfo, NullIsFine) {
  EXPECT_EQ(dns_addrinfo_dup(nullptr), nullptr);
  dns_addrinfo_free(nullptr);
}

}  // namespace
}  // namespace dns_cares
