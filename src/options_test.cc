#include "options.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "cares/sockets.h"
#include "resolver/address.h"

namespace dns_cares {
namespace {

// The end of the last option of the first version.
constexpr std::size_t kLeastSize = offsetof(dns_options, max_stale_s) + sizeof(unsigned);

dns_options defaults() {
  dns_options options;
  dns_options_init(&options);
  return options;
}

void expect_equal(const dns_options &a, const dns_options &b) {
  EXPECT_EQ(a.servers, b.servers);
  EXPECT_EQ(a.resolv_conf, b.resolv_conf);
  EXPECT_EQ(a.hosts_file, b.hosts_file);
  EXPECT_EQ(a.timeout_ms, b.timeout_ms);
  EXPECT_EQ(a.tries, b.tries);
  EXPECT_EQ(a.deadline_ms, b.deadline_ms);
  EXPECT_EQ(a.resolution_delay_ms, b.resolution_delay_ms);
  EXPECT_EQ(a.max_inflight, b.max_inflight);
  EXPECT_EQ(a.cache_bytes, b.cache_bytes);
  EXPECT_EQ(a.max_ttl_s, b.max_ttl_s);
  EXPECT_EQ(a.max_negative_ttl_s, b.max_negative_ttl_s);
  EXPECT_EQ(a.max_stale_s, b.max_stale_s);
  EXPECT_EQ(a.tcp, b.tcp);
  EXPECT_EQ(a.no_search, b.no_search);
  EXPECT_EQ(a.rotate, b.rotate);
}

// --- The struct ---

TEST(OptionsInit, DefaultsAreTheDocumentedOnes) {
  dns_options options;
  std::memset(&options, 0xff, sizeof options);
  dns_options_init(&options);
  EXPECT_EQ(options.size, sizeof(dns_options));
  EXPECT_EQ(options.servers, nullptr);
  EXPECT_EQ(options.resolv_conf, nullptr);
  EXPECT_EQ(options.hosts_file, nullptr);
  EXPECT_EQ(options.timeout_ms, 2000u);
  EXPECT_EQ(options.tries, 3u);
  EXPECT_EQ(options.deadline_ms, 10000u);
  EXPECT_EQ(options.resolution_delay_ms, 50u);
  EXPECT_EQ(options.max_inflight, 0u);
  EXPECT_EQ(options.cache_bytes, std::size_t{4} * 1024 * 1024);
  EXPECT_EQ(options.max_ttl_s, 86400u);
  EXPECT_EQ(options.max_negative_ttl_s, 900u);
  EXPECT_EQ(options.max_stale_s, 0u);
  EXPECT_EQ(options.tcp, 0);
  EXPECT_EQ(options.no_search, 0);
  EXPECT_EQ(options.rotate, 0);
}

TEST(OptionsInit, NullIsFine) { dns_options_init(nullptr); }

TEST(KnownOptions, NullIsTheDefaults) {
  dns_options known;
  ASSERT_EQ(known_options(nullptr, known), DNS_OK);
  expect_equal(known, defaults());
}

TEST(KnownOptions, AllThatIsSetIsCopied) {
  const dns_options options = {.size = sizeof(dns_options),
                               .servers = "192.0.2.1",
                               .resolv_conf = "resolv.conf",
                               .hosts_file = "hosts",
                               .timeout_ms = 1,
                               .tries = 2,
                               .deadline_ms = 3,
                               .resolution_delay_ms = 4,
                               .max_inflight = 5,
                               .cache_bytes = 6,
                               .max_ttl_s = 7,
                               .max_negative_ttl_s = 8,
                               .max_stale_s = 9,
                               .tcp = 10,
                               .no_search = 11,
                               .rotate = 12};
  dns_options known;
  ASSERT_EQ(known_options(&options, known), DNS_OK);
  expect_equal(known, options);
}

TEST(KnownOptions, ZeroIsTheDefaultWhereItIsSaidSo) {
  dns_options options{};
  options.size = sizeof options;
  dns_options known;
  ASSERT_EQ(known_options(&options, known), DNS_OK);
  EXPECT_EQ(known.timeout_ms, 2000u);
  EXPECT_EQ(known.tries, 3u);
  EXPECT_EQ(known.deadline_ms, 10000u);
}

TEST(KnownOptions, ZeroIsKeptWhereItMeansSomething) {
  dns_options options{};
  options.size = sizeof options;
  dns_options known;
  ASSERT_EQ(known_options(&options, known), DNS_OK);
  EXPECT_EQ(known.resolution_delay_ms, 0u);
  EXPECT_EQ(known.max_inflight, 0u);
  EXPECT_EQ(known.cache_bytes, 0u);
  EXPECT_EQ(known.max_ttl_s, 0u);
  EXPECT_EQ(known.max_negative_ttl_s, 0u);
  EXPECT_EQ(known.max_stale_s, 0u);
}

TEST(KnownOptions, SizeOfNoVersionIsBadFlags) {
  dns_options options = defaults();
  dns_options known;
  for (std::size_t size = 0; size < kLeastSize; ++size) {
    options.size = size;
    EXPECT_EQ(known_options(&options, known), DNS_EBADFLAGS) << size;
  }
}

TEST(KnownOptions, SizeOfTheFirstVersionIsFine) {
  // With not an octet behind it.
  const auto octets = std::make_unique<std::byte[]>(kLeastSize);
  dns_options options = defaults();
  options.size = kLeastSize;
  options.max_stale_s = 77;
  std::memcpy(octets.get(), &options, kLeastSize);
  dns_options known;
  ASSERT_EQ(known_options(reinterpret_cast<const dns_options *>(octets.get()), known), DNS_OK);
  expect_equal(known, options);
}

// A struct of a later version: the one of today and `tail` behind it.
int with_tail(const std::vector<unsigned char> &tail, dns_options &known) {
  const std::size_t size = sizeof(dns_options) + tail.size();
  const auto octets = std::make_unique<unsigned char[]>(size);
  dns_options options = defaults();
  options.size = size;
  options.tries = 5;
  std::memcpy(octets.get(), &options, sizeof options);
  if (!tail.empty()) std::memcpy(octets.get() + sizeof options, tail.data(), tail.size());
  return known_options(reinterpret_cast<const dns_options *>(octets.get()), known);
}

TEST(KnownOptions, LaterVersionIsFineWhileItsOwnOptionsAreNotSet) {
  dns_options known;
  for (const std::size_t size : {std::size_t{1}, std::size_t{8}, std::size_t{1000}}) {
    ASSERT_EQ(with_tail(std::vector<unsigned char>(size), known), DNS_OK) << size;
    EXPECT_EQ(known.tries, 5u);
    EXPECT_EQ(known.max_stale_s, 0u);
  }
}

TEST(KnownOptions, OptionOfALaterVersionThatIsSetIsBadFlags) {
  dns_options known;
  for (std::size_t set = 0; set < 8; ++set) {
    std::vector<unsigned char> tail(8);
    tail[set] = 1;
    EXPECT_EQ(with_tail(tail, known), DNS_EBADFLAGS) << set;
  }
}

// --- The files ---

class ReadSettingsTest : public testing::Test {
 protected:
  ReadSettingsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "options_test.XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) directory_ = pattern;
    missing_ = directory_ + "/missing";
    options_ = defaults();
    options_.resolv_conf = missing_.c_str();
    options_.hosts_file = "";
  }
  ~ReadSettingsTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  void SetUp() override { ASSERT_FALSE(directory_.empty()); }

  const char *write_file(const char *name, std::string_view text) {
    std::string &path = paths_.emplace_back(directory_ + '/' + name);
    std::ofstream(path, std::ios::binary) << text;
    return path.c_str();
  }
  void resolv_conf(std::string_view text) { options_.resolv_conf = write_file("resolv.conf", text); }
  void hosts(std::string_view text) { options_.hosts_file = write_file("hosts", text); }

  int read() { return Configuration(options_).read(settings_); }

  // Which servers are asked, by the last octet of their address and the port.
  std::string servers() const {
    std::string result;
    for (const ServerAddress &server : settings_.channel.servers) {
      const auto &octets = server.address.octets;
      result += std::to_string(server.address.family == AF_INET ? octets[3] : octets[15]);
      result += ':' + std::to_string(server.port) + ' ';
    }
    return result;
  }
  bool knows_host(const char *name) const { return settings_.resolver.hosts.find(name) != nullptr; }

  std::string directory_;
  std::string missing_;
  std::deque<std::string> paths_;
  dns_options options_;
  ContextSettings settings_;
};

TEST_F(ReadSettingsTest, ServersAreThoseOfTheFile) {
  resolv_conf("nameserver 192.0.2.1\nnameserver 2001:db8::2\n");
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_EQ(servers(), "1:53 2:53 ");
}

TEST_F(ReadSettingsTest, ServersOfTheOptionsGoBeforeThoseOfTheFile) {
  resolv_conf("nameserver 192.0.2.1\nsearch one.test\noptions ndots:3 rotate\n");
  options_.servers = "192.0.2.7:5353 [2001:db8::8]:54,192.0.2.9";
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_EQ(servers(), "7:5353 8:54 9:53 ");
  // What else the file says holds all the same.
  EXPECT_EQ(settings_.resolver.search.candidate("a.b", 0), "a.b.one.test");
  EXPECT_TRUE(settings_.channel.rotate);
}

TEST_F(ReadSettingsTest, MalformedServersAreABadName) {
  for (const char *text : {"", " ", ",", "a.test", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1,x", "[2001:db8::1"}) {
    options_.servers = text;
    EXPECT_EQ(read(), DNS_EBADNAME) << '"' << text << '"';
  }
}

TEST_F(ReadSettingsTest, MissingFilesCountAsEmpty) {
  options_.hosts_file = missing_.c_str();
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_EQ(servers(), "1:53 ");
  EXPECT_EQ(settings_.channel.servers.at(0).address, Address::v4({htonl(INADDR_LOOPBACK)}));
  EXPECT_FALSE(knows_host("a.test"));
  EXPECT_EQ(settings_.resolver.search.candidate("a", 0), "a");
  EXPECT_EQ(settings_.resolver.search.candidate("a", 1), "");
  EXPECT_FALSE(settings_.channel.rotate);
}

TEST_F(ReadSettingsTest, NamedResolvConfThatCannotBeReadIsASystemError) {
  options_.resolv_conf = directory_.c_str();
  EXPECT_EQ(read(), DNS_ESYSTEM);
  options_.servers = "192.0.2.1";
  EXPECT_EQ(read(), DNS_ESYSTEM);
}

TEST_F(ReadSettingsTest, NamedHostsFileThatCannotBeReadIsASystemError) {
  options_.hosts_file = directory_.c_str();
  EXPECT_EQ(read(), DNS_ESYSTEM);
}

TEST_F(ReadSettingsTest, NamedFileOverItsBoundIsASystemError) {
  resolv_conf(std::string((1 << 20) + 1, '\n'));
  EXPECT_EQ(read(), DNS_ESYSTEM);
}

TEST_F(ReadSettingsTest, HostsFileIsRead) {
  hosts("192.0.2.1 a.test\n");
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_TRUE(knows_host("a.test"));
  EXPECT_FALSE(knows_host("b.test"));
}

TEST_F(ReadSettingsTest, EmptyNameOfAHostsFileIsNone) {
  options_.hosts_file = "";
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_FALSE(knows_host("localhost"));
}

// The text of resolv.conf must not be read a second time as hosts.
TEST_F(ReadSettingsTest, OneFilesTextIsNotTakenForTheOthers) {
  resolv_conf("192.0.2.1 a.test\nnameserver 192.0.2.2\n");
  options_.hosts_file = "";
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_FALSE(knows_host("a.test"));
}

TEST_F(ReadSettingsTest, WindowIsWhatIsAskedForWithinItsBound) {
  for (const unsigned window : {1U, 64U, 65000U}) {
    options_.max_inflight = window;
    ASSERT_EQ(read(), DNS_OK);
    EXPECT_EQ(settings_.resolver.window, window);
  }
  for (const unsigned window : {65001U, 65536U, 4294967295U}) {
    options_.max_inflight = window;
    ASSERT_EQ(read(), DNS_OK);
    EXPECT_EQ(settings_.resolver.window, 65000u);
  }
}

TEST_F(ReadSettingsTest, WindowOfZeroIsSizedFromTheReceiveBuffer) {
  options_.max_inflight = 0;
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_EQ(settings_.resolver.window, Sockets::replies_that_fit());
  EXPECT_GT(settings_.resolver.window, 0u);
}

TEST_F(ReadSettingsTest, TimesAndTriesArePassedOn) {
  options_.timeout_ms = 123;
  options_.tries = 4;
  options_.deadline_ms = 567;
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_EQ(settings_.channel.timeout_ms, 123u);
  EXPECT_EQ(settings_.channel.tries, 4u);
  EXPECT_EQ(settings_.deadline_ms, 567u);
}

TEST_F(ReadSettingsTest, TcpIsUsedWhereTheOptionsOrTheFileSaySo) {
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_FALSE(settings_.channel.tcp);
  options_.tcp = 1;
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_TRUE(settings_.channel.tcp);
  options_.tcp = 0;
  resolv_conf("options use-vc\n");
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_TRUE(settings_.channel.tcp);
}

TEST_F(ReadSettingsTest, RotateIsOfTheOptionsOrOfTheFile) {
  options_.rotate = 1;
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_TRUE(settings_.channel.rotate);
  options_.rotate = 0;
  resolv_conf("options rotate\n");
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_TRUE(settings_.channel.rotate);
}

TEST_F(ReadSettingsTest, WithoutSearchANameIsItsOnlyCandidate) {
  resolv_conf("search one.test\noptions ndots:3\n");
  options_.no_search = 1;
  ASSERT_EQ(read(), DNS_OK);
  EXPECT_EQ(settings_.resolver.search.candidate("a.b", 0), "a.b");
  EXPECT_EQ(settings_.resolver.search.candidate("a.b", 1), "");
}

}  // namespace
}  // namespace dns_cares
