// From addresses to names: dns_getnameinfo().
#include <arpa/inet.h>
#include <dns_cares/evloop.h>
#include <dns_cares/nameinfo.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;

constexpr const char *kReverse = "1.2.0.192.in-addr.arpa";  // of 192.0.2.1

// A socket address of a literal, the scope behind '%' being a number.
class Literal {
 public:
  explicit Literal(const std::string &text, std::uint16_t port = 80) {
    const std::size_t percent = text.find('%');
    if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), &v6_.sin6_addr) == 1) {
      v6_.sin6_family = AF_INET6;
      v6_.sin6_port = htons(port);
      if (percent != std::string::npos) v6_.sin6_scope_id = static_cast<unsigned>(std::stoul(text.substr(percent + 1)));
      return;
    }
    v4_.sin_family = AF_INET;
    v4_.sin_port = htons(port);
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), &v4_.sin_addr), 1) << text;
  }
  const sockaddr *get() const {
    return v6_.sin6_family != 0 ? reinterpret_cast<const sockaddr *>(&v6_) : reinterpret_cast<const sockaddr *>(&v4_);
  }
  socklen_t size() const { return v6_.sin6_family != 0 ? sizeof v6_ : sizeof v4_; }

 private:
  sockaddr_in v4_{};
  sockaddr_in6 v6_{};
};

// A search for names, and its callback as the test saw it.
struct Naming {
  int calls = 0;
  int status = -1;
  std::string host;
  std::string service;
  bool started = false;
  dns_naming *handle = nullptr;
  std::function<void(Naming &)> reaction;

  void cancel() const { dns_getnameinfo_cancel(handle); }
};

void on_names(int status, const char *host, const char *service, void *arg) {
  auto &naming = *static_cast<Naming *>(arg);
  EXPECT_TRUE(naming.started) << "never inline";
  EXPECT_EQ(host != nullptr, status == DNS_OK);
  EXPECT_EQ(service != nullptr, status == DNS_OK);
  ++naming.calls;
  naming.status = status;
  if (host != nullptr) naming.host = host;
  if (service != nullptr) naming.service = service;
  if (naming.reaction) naming.reaction(naming);
}

class NameInfo : public testing::Test {
 protected:
  void init(const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop_.init(server_.address(),
                         [&](dns_options &options) {
                           options.hosts_file = hosts_.path();
                           options.resolv_conf = resolv_conf_.path();
                           options.timeout_ms = 5000;
                           if (change) change(options);
                         }),
              DNS_OK);
  }
  Naming &start(const Literal &literal, int flags = 0, unsigned deadline_ms = 0,
                std::function<void(Naming &)> reaction = {}) {
    Naming &naming = namings_.emplace_back();
    naming.reaction = std::move(reaction);
    naming.handle = dns_getnameinfo(loop_.get(), literal.get(), literal.size(), flags, deadline_ms, on_names, &naming);
    EXPECT_NE(naming.handle, nullptr);
    naming.started = true;
    return naming;
  }
  Naming &ended(Naming &naming) {
    loop_.run();
    EXPECT_EQ(naming.calls, 1);
    return naming;
  }
  // The host, or the status as text.
  std::string host_of(const char *literal, int flags = 0, unsigned deadline_ms = 0) {
    const Naming &naming = ended(start(Literal(literal), flags, deadline_ms));
    return naming.status == DNS_OK ? naming.host : dns_strerror(naming.status);
  }

  Server server_;
  TempFile hosts_{"192.0.2.9 in-hosts.test alias.test\nfe80::9 link-local.test\n"};
  TempFile resolv_conf_{"search example.test\n"};
  Loop loop_;

 private:
  std::deque<Naming> namings_;
};

const std::string kNotFound = dns_strerror(DNS_ENOTFOUND);

TEST_F(NameInfo, NameOfAnAddressIsThatOfItsPtrRecord) {
  server_.on(kReverse, "PTR", records({"@ 60 IN PTR host.test."}));
  server_.on("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "PTR",
             records({"@ 60 IN PTR host6.test."}));
  init();
  const Naming &naming = ended(start(Literal("192.0.2.1", 443)));
  EXPECT_EQ(naming.host, "host.test");
  EXPECT_EQ(naming.service, "https");
  EXPECT_EQ(host_of("2001:db8::1"), "host6.test");
  EXPECT_EQ(host_of("::ffff:192.0.2.1"), "host.test");
  EXPECT_EQ(server_.queries(), 2u) << "the third is in the cache";
}

// RFC 2317: a provider gives a part of its network's names away.
TEST_F(NameInfo, AliasesAreFollowed) {
  server_.on(
      kReverse, "PTR",
      records({"@ 60 IN CNAME 1.0/26.2.0.192.in-addr.arpa.", "1.0/26.2.0.192.in-addr.arpa. 60 IN PTR host.test."}));
  init();
  EXPECT_EQ(host_of("192.0.2.1"), "host.test");
}

TEST_F(NameInfo, HostsFileGoesFirst) {
  server_.otherwise(records({"@ 60 IN PTR host.test."}));
  init();
  EXPECT_EQ(host_of("192.0.2.9"), "in-hosts.test");
  EXPECT_EQ(host_of("fe80::9%1"), "link-local.test");
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(NameInfo, NumericFormsNeverReachTheServers) {
  server_.otherwise(records({"@ 60 IN PTR host.test."}));
  init();
  const Naming &naming = ended(start(Literal("192.0.2.1", 443), NI_NUMERICHOST | NI_NUMERICSERV));
  EXPECT_EQ(naming.host, "192.0.2.1");
  EXPECT_EQ(naming.service, "443");
  EXPECT_EQ(host_of("192.0.2.9", NI_NUMERICHOST), "192.0.2.9");
  EXPECT_EQ(host_of("fe80::1%1", NI_NUMERICHOST), "fe80::1%lo");
  EXPECT_EQ(host_of("fe80::1%1", NI_NUMERICHOST | DNS_NI_NUMERICSCOPE), "fe80::1%1");
  EXPECT_EQ(host_of("192.0.2.1", NI_NUMERICHOST | NI_NAMEREQD), kNotFound);
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(NameInfo, LoopbackIsLocalhostAndNeverReachesTheServers) {
  init();
  EXPECT_EQ(host_of("127.0.0.1"), "localhost");
  EXPECT_EQ(host_of("::1"), "localhost");
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(NameInfo, AddressWithoutANameIsANumberUnlessANameIsRequired) {
  server_.on(kReverse, "PTR", nxdomain());
  server_.on("2.2.0.192.in-addr.arpa", "PTR", nodata());
  init();
  for (const char *literal : {"192.0.2.1", "192.0.2.2"}) {
    EXPECT_EQ(host_of(literal), literal);
    EXPECT_EQ(host_of(literal, NI_NAMEREQD), kNotFound);
  }
}

TEST_F(NameInfo, ServersThatCannotTellAreAnError) {
  server_.on(kReverse, "PTR", servfail());
  server_.on("2.2.0.192.in-addr.arpa", "PTR", drop());
  init();
  EXPECT_EQ(host_of("192.0.2.1"), dns_strerror(DNS_ESERVFAIL));
  EXPECT_EQ(host_of("192.0.2.2", 0, 50), dns_strerror(DNS_ETIMEOUT));
}

// What anybody may put under his part of in-addr.arpa.
TEST_F(NameInfo, NameThatNoHostCanHaveIsNone) {
  server_.on(kReverse, "PTR", records({"@ 60 IN PTR a\\032b.test.", "@ 60 IN PTR good.test."}));
  server_.on("2.2.0.192.in-addr.arpa", "PTR", records({"@ 60 IN PTR \\036\\(reboot\\).test."}));
  init();
  EXPECT_EQ(host_of("192.0.2.1"), "good.test");
  EXPECT_EQ(host_of("192.0.2.2"), "192.0.2.2");
}

TEST_F(NameInfo, LocalDomainIsLeftOutWhereAskedFor) {
  server_.on(kReverse, "PTR", records({"@ 60 IN PTR host.example.test."}));
  init();
  EXPECT_EQ(host_of("192.0.2.1"), "host.example.test");
  EXPECT_EQ(host_of("192.0.2.1", NI_NOFQDN), "host");
  EXPECT_EQ(host_of("192.0.2.9", NI_NOFQDN), "in-hosts.test");
}

TEST_F(NameInfo, ServiceIsNamedUnderItsProtocol) {
  init();
  const auto service_of = [&](std::uint16_t port, int flags) {
    return ended(start(Literal("127.0.0.1", port), flags)).service;
  };
  EXPECT_EQ(service_of(53, 0), "domain");
  EXPECT_EQ(service_of(69, NI_DGRAM), "tftp");
  EXPECT_EQ(service_of(69, 0), "69");
  EXPECT_EQ(service_of(53, NI_NUMERICSERV), "53");
  EXPECT_EQ(service_of(0, 0), "0");
}

TEST_F(NameInfo, ArgumentsThatMakeNoSenseAreToldToTheCallback) {
  init();
  EXPECT_EQ(host_of("192.0.2.1", 1 << 30), dns_strerror(DNS_EBADFLAGS));
  const Literal literal("::1");
  for (const auto &[address, length] : {std::pair(literal.get(), socklen_t{27}), {nullptr, socklen_t{28}}}) {
    Naming naming;
    naming.handle = dns_getnameinfo(loop_.get(), address, length, 0, 0, on_names, &naming);
    naming.started = true;
    EXPECT_EQ(ended(naming).status, DNS_EBADFAMILY);
  }
  EXPECT_EQ(dns_getnameinfo(loop_.get(), literal.get(), literal.size(), 0, 0, nullptr, nullptr), nullptr);
  dns_getnameinfo_cancel(nullptr);
}

TEST_F(NameInfo, FirstInIsFirstOutAndManyHaveSeveralTurns) {
  constexpr std::size_t kMany = 1000;
  init();
  std::vector<const Naming *> started;
  std::vector<const Naming *> called;
  for (std::size_t i = 0; i < kMany; ++i) {
    started.push_back(&start(Literal("192.0.2.1"), NI_NUMERICHOST, 0, [&](Naming &self) { called.push_back(&self); }));
  }
  loop_.turn();
  EXPECT_GT(called.size(), 0u);
  EXPECT_LT(called.size(), kMany / 2) << "the loop's other watchers have their turn";
  loop_.run();
  EXPECT_EQ(called, started);
}

// However often it does so, a timer of the loop goes off.
TEST_F(NameInfo, CallbackThatStartsAnotherDoesNotHoldTheLoop) {
  init();
  bool stopped = false;
  const std::function<void(Naming &)> start_another = [&](Naming &) {
    if (!stopped) start(Literal("192.0.2.1"), NI_NUMERICHOST, 0, start_another);
  };
  start(Literal("192.0.2.1"), NI_NUMERICHOST, 0, start_another);
  evloop_timer *const timer = evloop_timer_start(
      loop_.get(), 0.01, 0, [](void *arg) { *static_cast<bool *>(arg) = true; }, &stopped);
  loop_.run();
  evloop_timer_stop(timer);
  EXPECT_TRUE(stopped);
}

TEST_F(NameInfo, CancelledItNeverCalls) {
  server_.on(kReverse, "PTR", records({"@ 60 IN PTR host.test."}).after(100ms));
  init();
  const Naming &asking = start(Literal("192.0.2.1"));
  const Naming &numeric = start(Literal("192.0.2.1"), NI_NUMERICHOST);
  const Naming &other = start(Literal("192.0.2.1"));
  numeric.cancel();
  loop_.turn();
  asking.cancel();
  loop_.run();
  EXPECT_EQ(asking.calls + numeric.calls, 0);
  EXPECT_EQ(other.host, "host.test");
}

TEST_F(NameInfo, AnythingGoesInItsCallback) {
  server_.on(kReverse, "PTR", records({"@ 60 IN PTR host.test."}));
  server_.on("2.2.0.192.in-addr.arpa", "PTR", drop());
  for (const int flags : {0, NI_NUMERICHOST}) {
    init();
    EXPECT_EQ(ended(start(Literal("192.0.2.1"), flags, 0, [](Naming &self) { self.cancel(); })).status, DNS_OK);
    Naming *nested = nullptr;
    ended(start(Literal("192.0.2.1"), flags, 0, [&](Naming &) {
      nested = &start(Literal("192.0.2.1"), flags);
      loop_.run();
    }));
    EXPECT_EQ(nested->calls, 1);
    const Naming &other = start(Literal("192.0.2.2"));
    ended(start(Literal("192.0.2.1"), flags, 0, [&](Naming &) { loop_.shut_down(); }));
    EXPECT_EQ(other.status, DNS_ESHUTDOWN);
  }
}

TEST_F(NameInfo, ShutdownAndTheEndOfTheLoopEndIt) {
  server_.otherwise(drop());
  init();
  const Naming &asking = start(Literal("192.0.2.1"));
  const Naming &numeric = start(Literal("192.0.2.1"), NI_NUMERICHOST);
  loop_.shut_down();
  EXPECT_EQ(asking.status, DNS_ESHUTDOWN);
  EXPECT_EQ(numeric.status, DNS_ESHUTDOWN);
  init();
  const Naming &at_the_end = start(Literal("192.0.2.1"));
  loop_.turn();
  loop_.destroy();
  EXPECT_EQ(at_the_end.status, DNS_ESHUTDOWN);
}

// A reply that there was no memory for counts as lost.
TEST_F(NameInfo, WithoutMemoryItCallsBackAllTheSame) {
  constexpr unsigned kSoonMs = 300;
  server_.on(kReverse, "PTR", records({"@ 60 IN PTR a-host-whose-name-is-too-long-to-be-kept-in-place.test."}));
  const Literal literal("192.0.2.1");
  init();
  expect_one_call_with_ever_more_memory(loop_, [&](std::vector<int> *statuses) {
    const auto on_name = [](int status, const char *, const char *, void *arg) {
      static_cast<std::vector<int> *>(arg)->push_back(status);
    };
    return dns_getnameinfo(loop_.get(), literal.get(), literal.size(), 0, kSoonMs, on_name, statuses) != nullptr;
  });
}

}  // namespace
}  // namespace dns_cares_test
