// Against servers that others wrote: NSD, which is authoritative, and in front of it Unbound and dnsmasq, which forward
// to it. The same is expected of all three.
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon.h"
#include "loop.h"

namespace dns_cares_test {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

// What a test may take before it is called late, on a busy machine.
constexpr double kSlackMs = 3000;

// --- the zones ---

constexpr int kManyV4 = 80;
constexpr int kManyV6 = 60;

std::vector<std::string> many_addresses() {
  std::vector<std::string> all;
  for (int i = 1; i <= kManyV4; ++i) all.push_back("198.51.100." + std::to_string(i));
  // The digits are hexadecimal, and of no two numbers the same.
  for (int i = 1; i <= kManyV6; ++i) all.push_back("2001:db8:4::" + std::to_string(i));
  return all;
}

bool is_v6(const std::string &address) { return address.find(':') != std::string::npos; }

std::string label(std::size_t octets) { return std::string(octets, 'l'); }

// 253 characters, 255 octets on the wire (RFC 1035 section 3.1).
std::string longest_name() { return label(63) + '.' + label(63) + '.' + label(63) + '.' + label(51) + ".zone.test"; }

// The records of zone.test.
std::string zone() {
  std::string text = R"($ORIGIN zone.test.
$TTL 300
@           SOA   ns admin 1 3600 600 86400 60
@           NS    ns
@           A     192.0.2.10
ns          A     127.0.0.1
both        A     192.0.2.1
both        AAAA  2001:db8::1
v4only      A     192.0.2.2
v6only      AAAA  2001:db8::2
alias1      CNAME alias2
alias2      CNAME alias3
alias3      CNAME both
dangling    CNAME nowhere
to-text     CNAME text
text        TXT   "no address"
across      CNAME target.other.test.
*.wild      A     192.0.2.9
*.wild      AAAA  2001:db8::9
text.wild   TXT   "no address"
*.walias    CNAME both
below.ent   A     192.0.2.3
circle1     CNAME circle2
circle2     CNAME circle1
zero-ttl    0 A   192.0.2.4
one-ttl     1 A   192.0.2.5
_under_score A    192.0.2.6
)";
  text += longest_name() + ". A 192.0.2.7\n";
  for (const std::string &address : many_addresses())
    text += (is_v6(address) ? "many AAAA " : "many A ") + address + '\n';
  return text;
}

constexpr const char *kOtherZone = R"($ORIGIN other.test.
$TTL 300
@           SOA   ns.zone.test. admin.zone.test. 1 3600 600 86400 60
@           NS    ns.zone.test.
target      A     192.0.2.8
target      AAAA  2001:db8::8
)";

// --- the servers ---

Daemon::Setup nsd() { return nsd_serving({{"zone.test", zone()}, {"other.test", kOtherZone}}); }

// Since 1.20 at most 1,000 queries of one client may wait.
std::string unbound_without_wait_limit() {
  const std::string version = version_of("unbound", "-V");
  const bool old = version.rfind("1.", 0) == 0 && std::stoi(version.substr(2)) < 20;
  return old || version.empty() ? "" : "  wait-limit: 0\n";
}

Daemon::Setup unbound(const Daemon &upstream) {
  const std::string upstream_address = "127.0.0.1@" + std::to_string(upstream.port());
  return {.program = "unbound",
          .package = "unbound",
          .arguments = {"-d", "-c", "{folder}/unbound.conf"},
          .files = {{"unbound.conf", R"(
server:
  interface: 127.0.0.1
  port: {port}
  do-ip6: no
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  num-threads: 1
  module-config: "iterator"
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  local-zone: "test." nodefault
  local-zone: "blocked.test." always_nxdomain
  local-data: "own.test. A 192.0.2.77"
  outgoing-port-avoid: "0-32767"
  outgoing-range: 4096
  num-queries-per-thread: 4096
)" + unbound_without_wait_limit() +
                                         R"(
remote-control:
  control-enable: no
stub-zone:
  name: "zone.test"
  stub-addr: )" + upstream_address + R"(
stub-zone:
  name: "other.test"
  stub-addr: )" + upstream_address + '\n'}},
          .ready_name = "zone.test"};
}

// As root, it would become another user.
std::vector<std::string> as_the_same_user() {
  const passwd *user = getuid() == 0 ? getpwuid(getuid()) : nullptr;
  return user == nullptr ? std::vector<std::string>{}
                         : std::vector<std::string>{"--user=" + std::string(user->pw_name)};
}

Daemon::Setup dnsmasq(const Daemon &upstream) {
  std::vector<std::string> arguments = {"--keep-in-foreground", "--conf-file={folder}/dnsmasq.conf"};
  for (std::string &argument : as_the_same_user()) arguments.push_back(std::move(argument));
  return {.program = "dnsmasq",
          .package = "dnsmasq-base",
          .arguments = std::move(arguments),
          .files = {{"dnsmasq.conf", R"(
port={port}
listen-address=127.0.0.1
bind-interfaces
pid-file=
log-facility=-
no-resolv
no-hosts
min-port=32768
dns-forward-max=4096
cache-size=4096
address=/own.test/192.0.2.77
address=/own.test/2001:db8::77
address=/blocked.test/
server=127.0.0.1#)" + std::to_string(upstream.port()) +
                                         '\n'}},
          .ready_name = "zone.test"};
}

enum class Front { kNsd, kUnbound, kDnsmasq };

// NSD, and what stands in front of it.
class Servers {
 public:
  explicit Servers(Front front) : nsd_(nsd()) {
    if (front == Front::kUnbound) front_.emplace(unbound(nsd_));
    if (front == Front::kDnsmasq) front_.emplace(dnsmasq(nsd_));
  }
  // The one that is asked.
  Daemon &front() { return front_ ? *front_ : nsd_; }
  std::string log() const { return "nsd:\n" + nsd_.log() + (front_ ? "\nin front:\n" + front_->log() : ""); }

  // The same servers for all tests of the program, made on first use; the second time a failure is only told again.
  static Servers &of(Front front) {
    static std::map<Front, std::unique_ptr<Servers>> servers;
    static std::map<Front, std::string> failures;
    if (failures.count(front) != 0) throw std::runtime_error(failures[front]);
    std::unique_ptr<Servers> &those = servers[front];
    try {
      if (those == nullptr) those = std::make_unique<Servers>(front);
    } catch (const std::exception &error) {
      failures[front] = error.what();
      throw;
    }
    return *those;
  }

 private:
  Daemon nsd_;
  std::optional<Daemon> front_;
};

class Integration : public testing::Test {
 protected:
  void use(Front front) {
    try {
      servers_ = &Servers::of(front);
    } catch (const std::exception &error) {
      FAIL() << error.what();
    }
  }
  void TearDown() override {
    if (HasFailure() && servers_ != nullptr) std::fprintf(stderr, "%s\n", servers_->log().c_str());
  }

  Daemon &server() { return servers_->front(); }

  void init(const std::string &servers, const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop_.init(servers,
                         [&change](dns_options &options) {
                           options.timeout_ms = 1000;
                           options.tries = 3;
                           if (change) change(options);
                         }),
              DNS_OK);
  }
  void init() { init(server().address()); }

  Lookup &resolve(const std::string &name, const Ask &ask = {}) {
    Lookup &lookup = loop_.resolve(name, ask);
    loop_.run();
    EXPECT_EQ(lookup.outcome().calls, 1) << name;
    return lookup;
  }

  Loop loop_;

 private:
  Servers *servers_ = nullptr;
};

// --- one name after the other ---

struct Expectation {
  const char *sentence;
  std::string name;
  Ask ask;
  int status;
  std::vector<std::string> addresses = {};  // in any order
  std::string canonical_name = "";
};

constexpr Ask kV4 = {.family = AF_INET};
constexpr Ask kV6 = {.family = AF_INET6};
constexpr Ask kCanonical = {.flags = AI_CANONNAME};

std::vector<Expectation> expectations() {
  const std::vector<std::string> both = {"192.0.2.1", "2001:db8::1"};
  const std::vector<std::string> wild = {"192.0.2.9", "2001:db8::9"};
  return {
      {"ANameWithBothFamiliesHasBoth", "both.zone.test", {}, DNS_OK, both},
      {"OneFamilyIsGivenAlone", "both.zone.test", kV6, DNS_OK, {"2001:db8::1"}},
      {"AnIpv4OnlyNameHasItsAddress", "v4only.zone.test", {}, DNS_OK, {"192.0.2.2"}},
      {"AnIpv6OnlyNameHasItsAddress", "v6only.zone.test", {}, DNS_OK, {"2001:db8::2"}},
      {"AnIpv4OnlyNameHasNoIpv6Address", "v4only.zone.test", kV6, DNS_ENODATA},
      {"AnIpv6OnlyNameHasNoIpv4Address", "v6only.zone.test", kV4, DNS_ENODATA},
      {"AnIpv4OnlyNameIsMappedWhenAskedFor",
       "v4only.zone.test",
       {.family = AF_INET6, .flags = AI_V4MAPPED},
       DNS_OK,
       {"::ffff:192.0.2.2"}},
      {"TheApexOfAZoneIsAName", "zone.test", {}, DNS_OK, {"192.0.2.10"}},
      {"ALastDotChangesNothing", "both.zone.test.", {}, DNS_OK, both},
      {"CapitalsChangeNothing", "BoTh.ZONE.test", {}, DNS_OK, both},
      {"AnUnderscoreIsALetterLikeOthers", "_under_score.zone.test", kV4, DNS_OK, {"192.0.2.6"}},
      {"ANameThatIsNotThereIsNotFound", "nowhere.zone.test", {}, DNS_ENOTFOUND},
      {"ANameWithoutAddressesHasNoData", "text.zone.test", {}, DNS_ENODATA},
      {"ANameBetweenOthersHasNoData", "ent.zone.test", {}, DNS_ENODATA},
      {"AnAliasIsFollowedThroughItsChain", "alias1.zone.test", kCanonical, DNS_OK, both, "both.zone.test"},
      {"AnAliasIsFollowedForOneFamily", "alias1.zone.test", kV4, DNS_OK, {"192.0.2.1"}},
      {"AnAliasIsFollowedIntoAnotherZone", "across.zone.test", {}, DNS_OK, {"192.0.2.8", "2001:db8::8"}},
      {"AnAliasOfNothingIsNotFound", "dangling.zone.test", {}, DNS_ENOTFOUND},
      {"AnAliasOfANameWithoutAddressesHasNoData", "to-text.zone.test", {}, DNS_ENODATA},
      {"AWildcardStandsForEveryName", "whatever.wild.zone.test", {}, DNS_OK, wild},
      {"AWildcardStandsForDeeperNames", "what.so.ever.wild.zone.test", {}, DNS_OK, wild},
      {"AWildcardDoesNotStandForANameThatIsThere", "text.wild.zone.test", {}, DNS_ENODATA},
      {"AWildcardMayBeAnAlias", "what.walias.zone.test", kCanonical, DNS_OK, both, "both.zone.test"},
      {"ATtlOfZeroIsAnAnswer", "zero-ttl.zone.test", kV4, DNS_OK, {"192.0.2.4"}},
      {"ATtlOfOneIsAnAnswer", "one-ttl.zone.test", kV4, DNS_OK, {"192.0.2.5"}},
      {"LabelsOf63OctetsAreNames", label(63) + '.' + label(63) + ".wild.zone.test", {}, DNS_OK, wild},
      {"ANameOf255OctetsIsAName", longest_name(), kV4, DNS_OK, {"192.0.2.7"}},
      {"ANameOf256OctetsIsNone", 'l' + longest_name(), kV4, DNS_EBADNAME},
      {"AddressesThatFitNoDatagramComeByTcp", "many.zone.test", {}, DNS_OK, many_addresses()},
  };
}

class Zones : public Integration, public testing::WithParamInterface<std::tuple<Front, Expectation>> {
 protected:
  void SetUp() override { use(std::get<0>(GetParam())); }
};

TEST_P(Zones, SayHowANameResolves) {
  const Expectation &expected = std::get<1>(GetParam());
  init();
  const Outcome &outcome = resolve(expected.name, expected.ask).outcome();
  EXPECT_EQ(outcome.status, expected.status) << dns_strerror(outcome.status);
  EXPECT_THAT(outcome.addresses, UnorderedElementsAreArray(expected.addresses));
  EXPECT_EQ(outcome.canonical_name, expected.canonical_name);
}

std::string sentence(const testing::TestParamInfo<std::tuple<Front, Expectation>> &info) {
  return std::get<1>(info.param).sentence;
}

// --- the server as a whole ---

class Server : public Integration, public testing::WithParamInterface<Front> {
 protected:
  void SetUp() override { use(GetParam()); }
};

TEST_P(Server, AnswersAllExpectationsAtOnce) {
  init();
  const std::vector<Expectation> all = expectations();
  std::vector<const Lookup *> lookups;
  for (const Expectation &expected : all) lookups.push_back(&loop_.resolve(expected.name, expected.ask));
  loop_.run();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(lookups[i]->outcome().calls, 1) << all[i].sentence;
    EXPECT_EQ(lookups[i]->status(), all[i].status) << all[i].sentence;
    EXPECT_THAT(lookups[i]->addresses(), UnorderedElementsAreArray(all[i].addresses)) << all[i].sentence;
  }
}

TEST_P(Server, AnswersTheSameNameAgainAndAgain) {
  init();
  for (const char *name : {"zero-ttl.zone.test", "one-ttl.zone.test", "v4only.zone.test"}) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(resolve(name, kV4).status(), DNS_OK) << name << ", time " << i + 1;
  }
}

TEST_P(Server, ResolvesShortNamesThroughTheSearchList) {
  const TempFile resolv_conf("search nowhere.other.test zone.test\n");
  init(server().address(), [&](dns_options &options) { options.resolv_conf = resolv_conf.path(); });
  EXPECT_THAT(resolve("v4only").addresses(), ElementsAre("192.0.2.2"));
  EXPECT_THAT(resolve("alias1").addresses(), UnorderedElementsAre("192.0.2.1", "2001:db8::1"));
}

TEST_P(Server, Resolves2000NamesAtOnce) {
  constexpr int kNames = 2000;
  // A burst does not fit into the servers' own receive buffers, and on a busy machine they lose much of it: what counts
  // is that every name is asked for again until it is answered.
  init(server().address(), [](dns_options &options) {
    options.timeout_ms = 500;
    options.tries = 8;
  });
  std::vector<const Lookup *> lookups;
  for (int i = 0; i < kNames; ++i) {
    lookups.push_back(&loop_.resolve("name" + std::to_string(i) + ".wild.zone.test", {.deadline_ms = 50'000}));
  }
  loop_.run();
  std::map<int, int> statuses;
  for (const Lookup *lookup : lookups) {
    EXPECT_EQ(lookup->outcome().calls, 1);
    ++statuses[lookup->status()];
    if (lookup->status() == DNS_OK) {
      EXPECT_THAT(lookup->addresses(), UnorderedElementsAre("192.0.2.9", "2001:db8::9"));
    }
  }
  EXPECT_THAT(statuses, ElementsAre(std::pair(int{DNS_OK}, kNames)));
}

TEST_P(Server, ResolvesManyNamesOverTcpAtOnce) {
  init();
  std::vector<const Lookup *> lookups;
  for (int i = 0; i < 20; ++i) lookups.push_back(&loop_.resolve("many.zone.test"));
  loop_.run();
  for (const Lookup *lookup : lookups) {
    EXPECT_EQ(lookup->status(), DNS_OK) << dns_strerror(lookup->status());
    EXPECT_THAT(lookup->addresses(), SizeIs(kManyV4 + kManyV6));
  }
}

// What a circle is called differs: the servers in front may break it by a reply of their own.
TEST_P(Server, EndsACircleOfAliasesWithAnError) {
  init();
  EXPECT_THAT(resolve("circle1.zone.test").status(), AnyOf(DNS_EBADRESP, DNS_ESERVFAIL));
}

TEST_P(Server, KilledInMidRunEndsLookupsByTheirDeadlineAndServesAgainWhenItIsBack) {
  constexpr unsigned kDeadlineMs = 2000;
  constexpr int kNames = 3000;
  init(server().address(), [](dns_options &options) {
    options.deadline_ms = kDeadlineMs;
    options.max_inflight = 100;
  });
  int ended = 0;
  int resolved = 0;
  std::vector<const Lookup *> lookups;
  const Stopwatch stopwatch;
  for (int i = 0; i < kNames; ++i) {
    lookups.push_back(&loop_.resolve("killed" + std::to_string(i) + ".wild.zone.test", {}, [&](Lookup &lookup) {
      ++ended;
      if (lookup.status() == DNS_OK) ++resolved;
    }));
  }
  ASSERT_TRUE(loop_.run_until([&] { return ended > 0; }));
  EXPECT_LT(ended, kNames) << "killed too late";
  server().kill();
  loop_.run();
  EXPECT_LT(stopwatch.ms(), kDeadlineMs + kSlackMs);
  EXPECT_GT(resolved, 0);
  EXPECT_LT(resolved, kNames);
  for (const Lookup *lookup : lookups) {
    EXPECT_EQ(lookup->outcome().calls, 1);
    EXPECT_THAT(lookup->status(), AnyOf(DNS_OK, DNS_ETIMEOUT, DNS_ECONNREFUSED)) << dns_strerror(lookup->status());
  }
  EXPECT_EQ(resolve("both.zone.test").status(), DNS_ECONNREFUSED) << "while it is down";

  server().start();
  EXPECT_THAT(resolve("both.zone.test").addresses(), UnorderedElementsAre("192.0.2.1", "2001:db8::1"));
}

TEST_P(Server, StoppedForAWhileTimesOutAndServesAgainWhenItGoesOn) {
  constexpr unsigned kDeadlineMs = 400;
  init();
  ASSERT_EQ(resolve("v4only.zone.test").status(), DNS_OK);
  server().pause();
  const Stopwatch stopwatch;
  const Lookup &lookup = resolve("v6only.zone.test", {.deadline_ms = kDeadlineMs});
  const double waited = stopwatch.ms();
  server().resume();
  EXPECT_EQ(lookup.status(), DNS_ETIMEOUT);
  EXPECT_GE(waited, kDeadlineMs - 5);
  EXPECT_LT(waited, kDeadlineMs + kSlackMs);
  EXPECT_THAT(resolve("v6only.zone.test").addresses(), ElementsAre("2001:db8::2"));
}

TEST_P(Server, IsAskedWhenTheFirstOfTwoIsDead) {
  const dns_testkit::ClosedPort dead;
  init(dead.address() + ',' + server().address());
  for (const char *name : {"both.zone.test", "alias1.zone.test"}) {
    EXPECT_THAT(resolve(name).addresses(), UnorderedElementsAre("192.0.2.1", "2001:db8::1")) << name;
  }
  EXPECT_THAT(resolve("many.zone.test").addresses(), SizeIs(kManyV4 + kManyV6)) << "over TCP";
}

TEST_P(Server, IsAskedWhenTheFirstOfTwoIsSilent) {
  dns_testkit::Server silent;
  silent.silence();
  init(silent.address() + ',' + server().address(), [](dns_options &options) { options.timeout_ms = 200; });
  EXPECT_THAT(resolve("both.zone.test").addresses(), UnorderedElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_GT(silent.queries(), 0u);
}

const auto kExpectations = testing::ValuesIn(expectations());

std::string whole(const testing::TestParamInfo<Front> &) { return "AsAWhole"; }

INSTANTIATE_TEST_SUITE_P(Nsd, Zones, testing::Combine(testing::Values(Front::kNsd), kExpectations), sentence);
INSTANTIATE_TEST_SUITE_P(Unbound, Zones, testing::Combine(testing::Values(Front::kUnbound), kExpectations), sentence);
INSTANTIATE_TEST_SUITE_P(Dnsmasq, Zones, testing::Combine(testing::Values(Front::kDnsmasq), kExpectations), sentence);
INSTANTIATE_TEST_SUITE_P(Nsd, Server, testing::Values(Front::kNsd), whole);
INSTANTIATE_TEST_SUITE_P(Unbound, Server, testing::Values(Front::kUnbound), whole);
INSTANTIATE_TEST_SUITE_P(Dnsmasq, Server, testing::Values(Front::kDnsmasq), whole);

// --- what each does by itself ---

class NsdAlone : public Integration {
 protected:
  void SetUp() override { use(Front::kNsd); }
};

TEST_F(NsdAlone, RefusesNamesOfOtherZones) {
  init();
  EXPECT_EQ(resolve("a.elsewhere.test").status(), DNS_EREFUSED);
}

class UnboundAlone : public Integration {
 protected:
  void SetUp() override { use(Front::kUnbound); }
};

TEST_F(UnboundAlone, AnswersFromItsOwnData) {
  init();
  EXPECT_THAT(resolve("own.test").addresses(), ElementsAre("192.0.2.77"));
  EXPECT_EQ(resolve("own.test", kV6).status(), DNS_ENODATA);
  EXPECT_EQ(resolve("a.blocked.test").status(), DNS_ENOTFOUND);
}

class DnsmasqAlone : public Integration {
 protected:
  void SetUp() override { use(Front::kDnsmasq); }
};

TEST_F(DnsmasqAlone, AnswersFromItsOwnConfiguration) {
  init();
  EXPECT_THAT(resolve("a.own.test").addresses(), UnorderedElementsAre("192.0.2.77", "2001:db8::77"));
  EXPECT_EQ(resolve("a.blocked.test").status(), DNS_ENOTFOUND);
}

TEST_F(DnsmasqAlone, PassesOnThatItsServerRefuses) {
  init();
  EXPECT_EQ(resolve("a.elsewhere.test").status(), DNS_EREFUSED);
}

// --- the harness itself ---

TEST(DaemonOfATest, NamesTheDebianPackageOfAServerThatIsNotInstalled) {
  try {
    const Daemon daemon({"no-such-server", "its-package", {}, {}, "zone.test"});
    FAIL() << "it ran";
  } catch (const std::runtime_error &error) {
    EXPECT_STREQ(error.what(),
                 "the server 'no-such-server' is not installed: it is in the Debian package 'its-package'");
  }
}

TEST(DaemonOfATest, ShowsWhatAServerWroteThatEndsByItself) {
  try {
    const Daemon daemon({"sh", "dash", {"-c", "echo port {port} is bad >&2"}, {}, "zone.test"});
    FAIL() << "it ran";
  } catch (const std::runtime_error &error) {
    EXPECT_THAT(error.what(), testing::MatchesRegex("sh ended by itself. It wrote:\nport [0-9]+ is bad\n"));
  }
}

}  // namespace
}  // namespace dns_cares_test
