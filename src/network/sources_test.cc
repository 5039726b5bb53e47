#include "network/sources.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netdb.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../tests/failing_new.h"
#include "resolver/literal.h"

namespace dns_cares {
namespace {

Address address(const std::string &text) {
  const auto parsed = parse_literal(text);
  if (!parsed) throw std::invalid_argument(text);
  return *parsed;
}

std::string text_of(const std::optional<Source> &source) {
  if (!source) return "unreachable";
  char text[INET6_ADDRSTRLEN];
  inet_ntop(source->address.family, source->address.octets.data(), text, sizeof text);
  return text;
}

// --- Sources, with a kernel that the test plays ---

class FakeKernel final : public Kernel {
 public:
  Choice choose_source(const Address &destination) noexcept override {
    ++chosen;
    if (shortage) return {false, std::nullopt};
    if (destination.family == AF_INET6) return {true, source_v6};
    return {true, destination == special ? special_source : source_v4};
  }
  std::optional<std::vector<OwnAddress>> own_addresses() override {
    ++addresses_read;
    return addresses;
  }
  std::optional<FineRoutes> fine_routes(int family, unsigned prefix_length) override {
    ++routes_read;
    EXPECT_EQ(prefix_length, family == AF_INET6 ? 64u : 24u);
    if (no_routes) return std::nullopt;
    FineRoutes result;
    result.unpredictable = unpredictable;
    for (const Address &each : routes) {
      if (each.family == family) result.destinations.push_back(each);
    }
    return result;
  }
  int calls() const { return chosen + addresses_read + routes_read; }

  std::optional<Address> source_v4 = address("192.0.2.1");
  std::optional<Address> source_v6 = address("2001:db8::1");
  std::optional<Address> special;
  std::optional<Address> special_source;
  std::optional<std::vector<OwnAddress>> addresses = std::vector<OwnAddress>{
      {address("127.0.0.1"), 8, false, false},
      {address("192.0.2.1"), 25, false, false},
      {address("::1"), 128, false, false},
      {address("2001:db8::1"), 64, false, false},
  };
  std::vector<Address> routes;
  bool unpredictable = false;
  bool no_routes = false;
  bool shortage = false;
  int chosen = 0;
  int addresses_read = 0;
  int routes_read = 0;
};

class SourcesTest : public testing::Test {
 protected:
  std::string source_of(const std::string &destination) {
    return text_of(sources_.source_for(address(destination), now_));
  }
  // How often the kernel had to choose for these.
  int choices(std::initializer_list<const char *> destinations) {
    const int before = kernel_.chosen;
    for (const char *each : destinations) source_of(each);
    return kernel_.chosen - before;
  }

  FakeKernel kernel_;
  Sources sources_{kernel_};
  double now_ = 1000;
};

TEST_F(SourcesTest, GivesWhatTheKernelChooses) {
  EXPECT_EQ(source_of("198.51.100.1"), "192.0.2.1");
  EXPECT_EQ(source_of("2001:db8:1::1"), "2001:db8::1");
  kernel_.source_v4 = std::nullopt;
  EXPECT_EQ(source_of("203.0.113.1"), "unreachable");
}

TEST_F(SourcesTest, SaysWhatIsKnownOfTheSource) {
  (*kernel_.addresses)[3].deprecated = true;
  const auto v6 = sources_.source_for(address("2001:db8:1::1"), now_);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->prefix_length, 64u);
  EXPECT_TRUE(v6->deprecated);
  EXPECT_FALSE(v6->home);
  const auto v4 = sources_.source_for(address("198.51.100.1"), now_);
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->prefix_length, 25u);
  EXPECT_FALSE(v4->deprecated);
}

TEST_F(SourcesTest, NothingIsKnownOfASourceThatIsNoneOfTheMachinesAddresses) {
  kernel_.source_v4 = address("203.0.113.77");
  const auto source = sources_.source_for(address("198.51.100.1"), now_);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->prefix_length, Source::kWholeAddress);
}

// In glibc, the list of addresses is left empty on such a machine.
TEST_F(SourcesTest, Ipv4NetworksDoNotCountWithoutIpv6) {
  kernel_.addresses->pop_back();
  const auto source = sources_.source_for(address("198.51.100.1"), now_);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->prefix_length, Source::kWholeAddress);
}

TEST_F(SourcesTest, LinkLocalSourceIsFoundWithoutItsInterface) {
  Address own = address("fe80::1");
  own.scope_id = 7;
  kernel_.addresses->push_back({own, 64, true, false});
  kernel_.source_v6 = address("fe80::1");
  EXPECT_TRUE(sources_.source_for(address("2001:db8:1::1"), now_)->deprecated);
}

TEST_F(SourcesTest, MappedDestinationHasAMappedSource) {
  const auto source = sources_.source_for(address("::ffff:198.51.100.1"), now_);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->address, address("::ffff:192.0.2.1"));
  EXPECT_EQ(source->prefix_length, 96u + 25u);
  EXPECT_EQ(choices({"198.51.100.1"}), 0);
  kernel_.source_v4 = std::nullopt;
  EXPECT_EQ(source_of("::ffff:203.0.113.1"), "unreachable");
}

TEST_F(SourcesTest, RememberedAnswerCostsNoSystemCall) {
  source_of("198.51.100.1");
  source_of("2001:db8:1::1");
  sources_.has_address(AF_INET, now_);
  const int calls = kernel_.calls();
  for (int i = 0; i < 100; ++i) {
    source_of("198.51.100.1");
    source_of("2001:db8:1::1");
    sources_.has_address(AF_INET6, now_);
  }
  EXPECT_EQ(kernel_.calls(), calls);
}

TEST_F(SourcesTest, UnreachableIsRememberedToo) {
  kernel_.source_v4 = std::nullopt;
  EXPECT_EQ(choices({"198.51.100.1", "198.51.100.1"}), 1);
}

TEST_F(SourcesTest, OneAnswerIsForABlock) {
  EXPECT_EQ(choices({"198.51.100.1", "198.51.100.255", "198.51.100.77"}), 1);
  EXPECT_EQ(choices({"198.51.101.1"}), 1);
  EXPECT_EQ(choices({"2001:db8:1:2::1", "2001:db8:1:2:ffff::"}), 1);
  EXPECT_EQ(choices({"2001:db8:1:3::1"}), 1);
}

// A route to one host of a block leads elsewhere: what is remembered of its neighbours must not count for it.
TEST_F(SourcesTest, BlockWithALongerRouteIsRememberedOneByOne) {
  kernel_.routes = {address("198.51.100.7"), address("2001:db8:1:2::7")};
  kernel_.special = address("198.51.100.7");
  kernel_.special_source = address("10.0.0.1");
  EXPECT_EQ(source_of("198.51.100.1"), "192.0.2.1");
  EXPECT_EQ(source_of("198.51.100.7"), "10.0.0.1");
  EXPECT_EQ(source_of("198.51.100.8"), "192.0.2.1");
  EXPECT_EQ(kernel_.chosen, 3);
  EXPECT_EQ(choices({"198.51.100.1", "198.51.100.7", "198.51.100.8"}), 0);
  EXPECT_EQ(choices({"198.51.99.1", "198.51.99.2"}), 1);
  EXPECT_EQ(choices({"2001:db8:1:2::1", "2001:db8:1:2::2"}), 2);
  EXPECT_EQ(choices({"2001:db8:1:3::1", "2001:db8:1:3::2"}), 1);
}

TEST_F(SourcesTest, AddressesWithAMeaningOfTheirOwnAreRememberedOneByOne) {
  EXPECT_EQ(choices({"0.0.0.0", "0.0.0.1", "255.255.255.255", "255.255.255.254"}), 4);
  EXPECT_EQ(choices({"::", "::1", "::192.0.2.1"}), 3);
}

TEST_F(SourcesTest, WithRoutesOverSeveralHopsAllIsRememberedOneByOne) {
  kernel_.unpredictable = true;
  EXPECT_EQ(choices({"198.51.100.1", "198.51.100.2", "198.51.100.1"}), 2);
}

TEST_F(SourcesTest, WithoutKnowledgeOfTheRoutesAllIsRememberedOneByOne) {
  kernel_.no_routes = true;
  EXPECT_EQ(choices({"198.51.100.1", "198.51.100.2", "198.51.100.1"}), 2);
  EXPECT_EQ(choices({"2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::1"}), 2);
}

TEST_F(SourcesTest, LinkLocalDestinationsOfTwoInterfacesAreTwo) {
  Address one = address("fe80::1");
  Address other = one;
  one.scope_id = 1;
  other.scope_id = 2;
  for (int i = 0; i < 2; ++i) {
    sources_.source_for(one, now_);
    sources_.source_for(other, now_);
  }
  EXPECT_EQ(kernel_.chosen, 2);
}

TEST_F(SourcesTest, AnswersExpireAfterTheShortTime) {
  source_of("198.51.100.1");
  now_ += Sources::kShortTime - 0.01;
  EXPECT_EQ(choices({"198.51.100.1"}), 0);
  now_ += 0.02;
  EXPECT_EQ(choices({"198.51.100.1"}), 1);
}

TEST_F(SourcesTest, AnswersExpireWhileChangesAreWatchedAndFactsDoNot) {
  sources_.changed(true);
  source_of("198.51.100.1");
  const int read = kernel_.addresses_read + kernel_.routes_read;
  now_ += 1000;
  EXPECT_EQ(choices({"198.51.100.1"}), 1);
  EXPECT_TRUE(sources_.has_address(AF_INET, now_));
  EXPECT_EQ(kernel_.addresses_read + kernel_.routes_read, read);
}

TEST_F(SourcesTest, FactsExpireWhereNoChangeIsTold) {
  EXPECT_TRUE(sources_.has_address(AF_INET, now_));
  kernel_.addresses->clear();
  EXPECT_TRUE(sources_.has_address(AF_INET, now_));
  now_ += Sources::kShortTime;
  EXPECT_FALSE(sources_.has_address(AF_INET, now_));
}

TEST_F(SourcesTest, ChangeDropsAllAtOnce) {
  sources_.changed(true);
  EXPECT_EQ(source_of("198.51.100.1"), "192.0.2.1");
  EXPECT_TRUE(sources_.has_address(AF_INET6, now_));
  kernel_.source_v4 = address("192.0.2.2");
  kernel_.addresses->resize(3);
  EXPECT_EQ(source_of("198.51.100.1"), "192.0.2.1");
  sources_.changed(true);
  EXPECT_EQ(sources_.remembered(), 0u);
  EXPECT_EQ(source_of("198.51.100.1"), "192.0.2.2");
  EXPECT_FALSE(sources_.has_address(AF_INET6, now_));
}

TEST_F(SourcesTest, FactsExpireAgainWhenTheWatchHasEnded) {
  sources_.changed(true);
  source_of("198.51.100.1");
  sources_.changed(false);
  source_of("198.51.100.1");
  const int read = kernel_.addresses_read;
  now_ += Sources::kShortTime;
  source_of("198.51.100.1");
  EXPECT_EQ(kernel_.addresses_read, read + 1);
}

TEST_F(SourcesTest, NumberOfAnswersIsBounded) {
  for (unsigned i = 0; i < 3 * Sources::kMost; ++i) {
    const in_addr each{htonl(0x0a000000u + (i << 8))};
    sources_.source_for(Address::v4(each), now_);
    ASSERT_LE(sources_.remembered(), Sources::kMost);
  }
  EXPECT_EQ(kernel_.chosen, static_cast<int>(3 * Sources::kMost));
}

// Without a descriptor, the kernel cannot be asked; the next time it may be.
TEST_F(SourcesTest, ShortageIsNotRemembered) {
  kernel_.shortage = true;
  EXPECT_EQ(source_of("198.51.100.1"), "unreachable");
  kernel_.shortage = false;
  EXPECT_EQ(source_of("198.51.100.1"), "192.0.2.1");
}

TEST_F(SourcesTest, LackOfMemoryIsAnsweredAllTheSame) {
  {
    const dns_cares_test::FailingNew no_memory;
    EXPECT_EQ(sources_.source_for(address("198.51.100.1"), now_)->address, address("192.0.2.1"));
    EXPECT_TRUE(sources_.has_address(AF_INET6, now_));
  }
  EXPECT_EQ(sources_.remembered(), 0u);
  now_ += Sources::kShortTime;
  EXPECT_EQ(choices({"198.51.100.1", "198.51.100.2"}), 1);
}

// --- has_address() ---

class HasAddressTest : public SourcesTest {
 protected:
  void configure(std::initializer_list<const char *> texts) {
    kernel_.addresses->clear();
    for (const char *text : texts) kernel_.addresses->push_back({address(text), 64, false, false});
    sources_.changed(true);
  }
  // "4", "6", "46" or "".
  std::string families() {
    return std::string(sources_.has_address(AF_INET, now_) ? "4" : "") +
           (sources_.has_address(AF_INET6, now_) ? "6" : "");
  }
};

TEST_F(HasAddressTest, LoopbackDoesNotCount) {
  configure({"127.0.0.1", "::1"});
  EXPECT_EQ(families(), "");
}

TEST_F(HasAddressTest, EachFamilyForItself) {
  configure({"127.0.0.1", "::1", "192.0.2.1"});
  EXPECT_EQ(families(), "4");
  configure({"127.0.0.1", "2001:db8::1"});
  EXPECT_EQ(families(), "6");
  configure({"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(families(), "46");
}

TEST_F(HasAddressTest, LinkLocalCountsAsInGlibc) {
  configure({"127.0.0.1", "::1", "169.254.1.1", "fe80::1"});
  EXPECT_EQ(families(), "46");
}

TEST_F(HasAddressTest, NoKnowledgeMeansBoth) {
  kernel_.addresses = std::nullopt;
  EXPECT_EQ(families(), "46");
}

// --- The kernel itself, in a network namespace of the test's own ---

constexpr int kNotPermitted = 77;

// Runs the body in a child process whose network is a loopback interface that is down, and the hosts file a file of
// its own. Its failed expectations are the test's.
void run_in_private_network(const std::function<void()> &body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0 && unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) {
      _exit(kNotPermitted);
    }
    int status = 0;
    try {
      body();
    } catch (const std::exception &error) {
      ADD_FAILURE() << error.what();
    }
    if (testing::Test::HasFailure()) status = 1;
    std::fflush(nullptr);
    _exit(status);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotPermitted) {
    GTEST_SKIP() << "no network namespace may be made here";
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "in the child process; see above";
}

std::runtime_error failed(const std::string &what) { return std::runtime_error(what + ": " + std::strerror(errno)); }

// Configures the network of the namespace. The loopback interface is all it has, and all it needs: routes lead there.
class PrivateNetwork {
 public:
  PrivateNetwork() : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)), lo_(if_nametoindex("lo")) {
    if (fd_ < 0 || lo_ == 0) throw failed("netlink");
    set_loopback(true);
  }
  ~PrivateNetwork() { close(fd_); }
  PrivateNetwork(const PrivateNetwork &) = delete;
  PrivateNetwork &operator=(const PrivateNetwork &) = delete;

  static bool has_ipv6() {
    const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) close(fd);
    char disabled = '1';
    std::FILE *file = std::fopen("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "re");
    if (file != nullptr) {
      disabled = static_cast<char>(std::fgetc(file));
      std::fclose(file);
    }
    return fd >= 0 && disabled == '0';
  }

  void set_loopback(bool up) const {
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = static_cast<short>(up ? IFF_UP | IFF_RUNNING : 0);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (fd >= 0) close(fd);
    if (!done) throw failed("SIOCSIFFLAGS");
  }
  void add_address(const std::string &text, unsigned prefix_length, bool deprecated = false) const {
    change_address(RTM_NEWADDR, text, prefix_length, deprecated);
    // The kernel makes an IPv6 address usable some time later.
    for (int i = 0; i < 5000 && !Kernel().choose_source(address(text)).source; ++i) usleep(1000);
  }
  void remove_address(const std::string &text, unsigned prefix_length) const {
    change_address(RTM_DELADDR, text, prefix_length, false);
  }
  // A route to the loopback interface, from this source.
  void add_route(const std::string &text, unsigned prefix_length, const std::string &from) const {
    Request<rtmsg> request(RTM_NEWROUTE);
    const Address destination = address(text);
    request.body.rtm_family = static_cast<unsigned char>(destination.family);
    request.body.rtm_dst_len = static_cast<unsigned char>(prefix_length);
    request.body.rtm_table = RT_TABLE_MAIN;
    request.body.rtm_protocol = RTPROT_STATIC;
    request.body.rtm_scope = destination.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    request.body.rtm_type = RTN_UNICAST;
    if (prefix_length > 0) request.add(RTA_DST, destination);
    request.add(RTA_PREFSRC, address(from));
    request.add(RTA_OIF, &lo_, sizeof lo_);
    try {
      send_request(request);
    } catch (const std::runtime_error &error) {
      throw std::runtime_error(text + ": " + error.what());
    }
  }
  // A rule that makes one destination unreachable.
  void add_rule_against(const std::string &text, unsigned prefix_length) const {
    Request<fib_rule_hdr> request(RTM_NEWRULE);
    const Address destination = address(text);
    request.body.family = static_cast<std::uint8_t>(destination.family);
    request.body.dst_len = static_cast<std::uint8_t>(prefix_length);
    request.body.action = FR_ACT_UNREACHABLE;
    request.add(FRA_DST, destination);
    send_request(request);
  }

 private:
  template <typename Body>
  struct Request {
    explicit Request(int type) {
      head.nlmsg_type = static_cast<std::uint16_t>(type);
      head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
      if (type != RTM_DELADDR) head.nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
    }
    void add(int type, const void *value, std::size_t size) {
      rtattr attribute{};
      attribute.rta_type = static_cast<unsigned short>(type);
      attribute.rta_len = static_cast<unsigned short>(RTA_LENGTH(size));
      attributes.append(reinterpret_cast<const char *>(&attribute), sizeof attribute);
      attributes.append(static_cast<const char *>(value), size);
      attributes.resize(RTA_ALIGN(attributes.size()));
    }
    void add(int type, const Address &value) { add(type, value.octets.data(), value.family == AF_INET ? 4 : 16); }

    nlmsghdr head{};
    Body body{};
    std::string attributes;
  };

  template <typename Body>
  void send_request(Request<Body> &request) const {
    std::string message(NLMSG_LENGTH(sizeof request.body), '\0');
    std::memcpy(message.data() + NLMSG_HDRLEN, &request.body, sizeof request.body);
    message.resize(NLMSG_ALIGN(message.size()));
    message += request.attributes;
    request.head.nlmsg_len = static_cast<std::uint32_t>(message.size());
    std::memcpy(message.data(), &request.head, sizeof request.head);
    struct {
      nlmsghdr head;
      nlmsgerr error;
    } reply{};
    if (send(fd_, message.data(), message.size(), 0) < 0 || recv(fd_, &reply, sizeof reply, MSG_TRUNC) < 0) {
      throw failed("netlink");
    }
    errno = -reply.error.error;
    if (errno != 0) throw failed("netlink request of type " + std::to_string(request.head.nlmsg_type));
  }

  void change_address(int type, const std::string &text, unsigned prefix_length, bool deprecated) const {
    Request<ifaddrmsg> request(type);
    const Address own = address(text);
    request.body.ifa_family = static_cast<std::uint8_t>(own.family);
    request.body.ifa_flags = own.family == AF_INET6 ? IFA_F_NODAD : 0;
    request.body.ifa_prefixlen = static_cast<std::uint8_t>(prefix_length);
    request.body.ifa_index = lo_;
    request.add(IFA_LOCAL, own);
    ifa_cacheinfo lifetime{};
    lifetime.ifa_valid = 3600;
    if (deprecated) request.add(IFA_CACHEINFO, &lifetime, sizeof lifetime);
    send_request(request);
  }

  const int fd_;
  const unsigned lo_;
};

class PrivateNetworkTest : public testing::Test {
 protected:
  // A child process cannot skip the test; it says so, and the test passes.
  static bool ipv6() {
    if (PrivateNetwork::has_ipv6()) return true;
    std::puts("without its IPv6 part: there is no IPv6 here");
    return false;
  }

  std::string source_of(const std::string &destination) {
    return text_of(sources_.source_for(address(destination), now_));
  }

  Kernel kernel_;
  Sources sources_{kernel_};
  double now_ = 1000;
};

TEST_F(PrivateNetworkTest, LoopbackDestinationsHaveLoopbackSources) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    EXPECT_EQ(source_of("127.0.0.1"), "127.0.0.1");
    EXPECT_EQ(source_of("127.0.0.2"), "127.0.0.1");
    EXPECT_EQ(source_of("::ffff:127.0.0.1"), "::ffff:127.0.0.1");
    if (!ipv6()) return;
    EXPECT_EQ(source_of("::1"), "::1");
    EXPECT_EQ(sources_.source_for(address("::1"), now_)->prefix_length, 128u);
  });
}

TEST_F(PrivateNetworkTest, WithoutARouteADestinationIsUnreachable) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    EXPECT_EQ(source_of("192.0.2.1"), "unreachable");
    EXPECT_EQ(source_of("2001:db8::1"), "unreachable");
    EXPECT_EQ(source_of("fe80::1"), "unreachable");  // an interface would have to be named
  });
}

TEST_F(PrivateNetworkTest, AddressesAreReadWithTheirPrefixAndState) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    network.add_address("192.0.2.1", 25);
    const auto addresses = read_own_addresses();
    ASSERT_TRUE(addresses);
    const auto find = [&](const char *text) {
      const auto found = std::find_if(addresses->begin(), addresses->end(),
                                      [&](const OwnAddress &own) { return own.address == address(text); });
      if (found == addresses->end()) throw std::runtime_error(text);
      return *found;
    };
    EXPECT_EQ(find("127.0.0.1").prefix_length, 8u);
    EXPECT_EQ(find("192.0.2.1").prefix_length, 25u);
    EXPECT_FALSE(find("192.0.2.1").deprecated);
    if (!ipv6()) return;
    network.add_address("2001:db8::1", 64, true);
    network.add_route("2001:db8:1::", 48, "2001:db8::1");
    const auto source = sources_.source_for(address("2001:db8:1::1"), now_);
    ASSERT_TRUE(source);
    EXPECT_EQ(source->address, address("2001:db8::1"));
    EXPECT_EQ(source->prefix_length, 64u);
    EXPECT_TRUE(source->deprecated);
  });
}

// The machine's own addresses, host routes and rules inside of a block of 24 bits.
TEST_F(PrivateNetworkTest, NeighboursThatGoOtherWaysAreToldApart) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    network.add_address("192.0.2.1", 32);
    network.add_address("192.0.2.2", 32);
    network.add_route("0.0.0.0", 0, "192.0.2.1");
    network.add_route("198.51.100.128", 25, "192.0.2.2");
    network.add_rule_against("203.0.113.7", 32);
    for (int round = 0; round < 2; ++round) {
      EXPECT_EQ(source_of("192.0.2.3"), "192.0.2.1");
      EXPECT_EQ(source_of("192.0.2.2"), "192.0.2.2");
      EXPECT_EQ(source_of("198.51.100.1"), "192.0.2.1");
      EXPECT_EQ(source_of("198.51.100.129"), "192.0.2.2");
      EXPECT_EQ(source_of("203.0.113.1"), "192.0.2.1");
      EXPECT_EQ(source_of("203.0.113.7"), "unreachable");
      EXPECT_EQ(source_of("255.255.255.255"), "unreachable");
    }
    EXPECT_EQ(source_of("198.18.1.1"), source_of("198.18.1.2"));
    EXPECT_EQ(sources_.remembered(), 8u);
    if (!ipv6()) return;
    network.add_address("2001:db8::1", 128);
    network.add_address("2001:db8::2", 128);
    network.add_route("2001:db8:1::", 48, "2001:db8::1");
    network.add_route("2001:db8:1:0:8000::", 65, "2001:db8::2");
    sources_.changed(false);
    for (int round = 0; round < 2; ++round) {
      EXPECT_EQ(source_of("2001:db8:1::1"), "2001:db8::1");
      EXPECT_EQ(source_of("2001:db8:1:0:8000::1"), "2001:db8::2");
      EXPECT_EQ(source_of("2001:db8::2"), "2001:db8::2");
    }
  });
}

TEST_F(PrivateNetworkTest, ManyRoutesMakeAllOfTheFamilyUnpredictable) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    network.add_address("192.0.2.1", 32);
    EXPECT_FALSE(read_fine_routes(AF_INET, 24)->unpredictable);
    for (unsigned i = 0; i < 1100; ++i) {
      network.add_route("10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0", 24, "192.0.2.1");
    }
    EXPECT_TRUE(read_fine_routes(AF_INET, 24)->unpredictable);
    EXPECT_FALSE(read_fine_routes(AF_INET6, 64)->unpredictable);
  });
}

TEST_F(PrivateNetworkTest, HasAddressLooksAtTheMachine) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    EXPECT_FALSE(sources_.has_address(AF_INET, now_));
    EXPECT_FALSE(sources_.has_address(AF_INET6, now_));
    network.add_address("192.0.2.1", 32);
    sources_.changed(false);
    EXPECT_TRUE(sources_.has_address(AF_INET, now_));
    if (!ipv6()) return;
    network.add_address("2001:db8::1", 128);
    sources_.changed(false);
    EXPECT_TRUE(sources_.has_address(AF_INET6, now_));
  });
}

TEST_F(PrivateNetworkTest, WithoutDescriptorsNothingIsKnownAndNothingRemembered) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    EXPECT_EQ(source_of("127.0.0.1"), "127.0.0.1");
    sources_.changed(false);
    rlimit limit;
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    const rlimit none{0, limit.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_EQ(source_of("127.0.0.1"), "unreachable");
    EXPECT_TRUE(sources_.has_address(AF_INET6, now_));
    EXPECT_EQ(sources_.remembered(), 0u);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQ(source_of("127.0.0.1"), "127.0.0.1");
  });
}

TEST_F(PrivateNetworkTest, LeavesNoDescriptorOpen) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    const int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(before);
    for (const char *each : {"127.0.0.1", "192.0.2.1", "::1", "2001:db8::1"}) source_of(each);
    const int after = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(after);
    EXPECT_EQ(after, before);
  });
}

// --- NetworkChanges ---

class NetworkChangesTest : public PrivateNetworkTest {
 protected:
  // In the child process: what a loop opens before a fork it shares.
  void begin() {
    loop_ = ev_loop_new(EVFLAG_AUTO);
    changes_.emplace(loop_, on_change, this);
  }
  void end() {
    changes_.reset();
    ev_loop_destroy(loop_);
  }
  static void on_change(bool watching, void *arg) {
    auto *self = static_cast<NetworkChangesTest *>(arg);
    ++self->told_;
    self->watching_ = watching;
    self->sources_.changed(watching);
    if (self->destroys_) self->changes_.reset();
  }
  // How often a change was told since the last time.
  int told() {
    told_ = 0;
    ev_run(loop_, EVRUN_NOWAIT);
    return told_;
  }

  struct ev_loop *loop_ = nullptr;
  std::optional<NetworkChanges> changes_;
  int told_ = 0;
  bool watching_ = false;
  bool destroys_ = false;
};

TEST_F(NetworkChangesTest, TellsOfAddressesRoutesRulesAndLinksOncePerBatch) {
  run_in_private_network([&] {
    begin();
    ASSERT_TRUE(changes_->watching());
    EXPECT_EQ(told(), 0);
    const PrivateNetwork network;
    EXPECT_EQ(told(), 1);
    network.add_address("192.0.2.1", 32);
    network.add_address("192.0.2.2", 32);
    EXPECT_EQ(told(), 1);
    EXPECT_TRUE(watching_);
    network.add_route("198.51.100.0", 24, "192.0.2.1");
    EXPECT_EQ(told(), 1);
    network.add_rule_against("203.0.113.7", 32);
    EXPECT_EQ(told(), 1);
    network.remove_address("192.0.2.2", 32);
    EXPECT_EQ(told(), 1);
    network.set_loopback(false);
    EXPECT_EQ(told(), 1);
    EXPECT_EQ(told(), 0);
    end();
  });
}

TEST_F(NetworkChangesTest, ChangedAddressIsSeenAtOnce) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    begin();
    sources_.changed(changes_->watching());
    EXPECT_EQ(source_of("198.51.100.1"), "unreachable");
    EXPECT_FALSE(sources_.has_address(AF_INET, now_));
    network.add_address("192.0.2.1", 32);
    network.add_route("198.51.100.0", 24, "192.0.2.1");
    told();
    EXPECT_EQ(source_of("198.51.100.1"), "192.0.2.1");
    EXPECT_TRUE(sources_.has_address(AF_INET, now_));
    network.remove_address("192.0.2.1", 32);
    told();
    EXPECT_EQ(source_of("198.51.100.1"), "unreachable");
    EXPECT_FALSE(sources_.has_address(AF_INET, now_));
    end();
  });
}

TEST_F(NetworkChangesTest, MoreThanTheSocketHoldsIsAChangeToo) {
  run_in_private_network([&] {
    begin();
    const PrivateNetwork network;
    network.add_address("192.0.2.1", 32);
    for (unsigned i = 0; i < 3000; ++i) {
      network.add_route("10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0", 24, "192.0.2.1");
    }
    int calls = 0;
    for (int turns = 0; turns < 1000; ++turns) calls += told();
    EXPECT_GE(calls, 1);
    EXPECT_LE(calls, 100);
    EXPECT_TRUE(watching_);
    network.add_route("11.0.0.0", 24, "192.0.2.1");
    EXPECT_EQ(told(), 1);
    end();
  });
}

TEST_F(NetworkChangesTest, DoesNotKeepTheLoopAlive) {
  run_in_private_network([&] {
    begin();
    ASSERT_TRUE(changes_->watching());
    EXPECT_EQ(ev_run(loop_, EVRUN_NOWAIT), 0);
    changes_.reset();
    EXPECT_EQ(ev_run(loop_, EVRUN_NOWAIT), 0);
    end();
  });
}

TEST_F(NetworkChangesTest, MayBeDestroyedInItsOwnCallback) {
  run_in_private_network([&] {
    begin();
    destroys_ = true;
    const PrivateNetwork network;
    EXPECT_EQ(told(), 1);
    EXPECT_FALSE(changes_);
    EXPECT_EQ(ev_run(loop_, EVRUN_NOWAIT), 0);
    end();
  });
}

TEST_F(NetworkChangesTest, SaysWhenItCannotWatch) {
  run_in_private_network([&] {
    loop_ = ev_loop_new(EVFLAG_AUTO);
    rlimit limit;
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    const rlimit none{0, limit.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    changes_.emplace(loop_, on_change, this);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_FALSE(changes_->watching());
    EXPECT_EQ(told(), 0);
    end();
  });
}

// --- The order of addresses, beside that of glibc ---

class GlibcOrderTest : public PrivateNetworkTest {
 protected:
  static void use_hosts_file(const std::string &text) {
    char path[] = "/tmp/dns_cares_hosts_XXXXXX";
    const int fd = mkstemp(path);
    if (fd < 0) throw failed("mkstemp");
    const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    fchmod(fd, 0644);
    close(fd);
    const bool mounted = written && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         mount(path, "/etc/hosts", nullptr, MS_BIND, nullptr) == 0;
    const int error = errno;
    unlink(path);
    errno = error;
    if (!mounted) throw failed("a hosts file of its own");
  }
  static std::vector<Address> order_of_glibc(const char *name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *list = nullptr;
    if (getaddrinfo(name, nullptr, &hints, &list) != 0) throw std::runtime_error("getaddrinfo");
    std::vector<Address> result;
    for (const addrinfo *each = list; each != nullptr; each = each->ai_next) {
      const void *address = each->ai_addr;
      if (each->ai_family == AF_INET) {
        result.push_back(Address::v4(static_cast<const sockaddr_in *>(address)->sin_addr));
      } else {
        const auto *v6 = static_cast<const sockaddr_in6 *>(address);
        result.push_back(Address::v6(v6->sin6_addr, v6->sin6_scope_id));
      }
    }
    freeaddrinfo(list);
    return result;
  }
  void expect_order_of_glibc(const std::vector<const char *> &texts) {
    std::vector<Address> addresses;
    std::string hosts;
    for (const char *text : texts) {
      addresses.push_back(address(text));
      hosts += std::string(text) + " order.test\n";
    }
    use_hosts_file(hosts);
    order_addresses(addresses, sources_, now_);
    const std::vector<Address> glibc = order_of_glibc("order.test");
    ASSERT_EQ(addresses.size(), glibc.size());
    for (std::size_t i = 0; i < glibc.size(); ++i) {
      EXPECT_EQ(text_of(Source{addresses[i]}), text_of(Source{glibc[i]})) << "place " << i;
    }
  }
};

TEST_F(GlibcOrderTest, OfAMachineWithIpv4Only) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    network.add_address("192.0.2.1", 24);
    network.add_address("192.0.2.77", 32);
    network.add_route("198.51.100.0", 24, "192.0.2.1");
    expect_order_of_glibc({"2001:db8::1", "203.0.113.1", "198.51.100.129", "198.51.100.1", "192.0.2.128", "192.0.2.3",
                           "192.0.2.1", "192.0.2.77", "169.254.1.1", "127.0.0.2", "127.0.0.1"});
  });
}

TEST_F(GlibcOrderTest, OfAMachineWithBothFamilies) {
  run_in_private_network([&] {
    const PrivateNetwork network;
    if (!ipv6()) return;
    network.add_address("192.0.2.1", 24);
    network.add_address("2001:db8::1", 64);
    network.add_address("fd00::1", 128);
    network.add_address("2001:db8:7::1", 128, true);
    network.add_route("0.0.0.0", 0, "192.0.2.1");
    network.add_route("2001:db8:1::", 48, "2001:db8::1");
    network.add_route("2001:db8:8000::", 48, "2001:db8::1");
    network.add_route("2001:db8:7::", 48, "2001:db8:7::1");
    network.add_route("2002::", 16, "2001:db8::1");
    network.add_route("2a00::", 16, "fd00::1");
    expect_order_of_glibc({"203.0.113.1", "198.51.100.1", "192.0.2.128", "192.0.2.9", "127.0.0.1", "2a00::1",
                           "2002:c000:201::1", "2001:db8:7::2", "2001:db8:8000::1", "2001:db8:1::1", "2001:db8::1",
                           "2001:dead::1", "::1"});
  });
}

}  // namespace
}  // namespace dns_cares
