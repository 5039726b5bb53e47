// Every allocation, of ours and of c-ares, and every system call failed in turn, over the main ways through the
// library: each lookup is called back once, and when the shortage is over the next one works.
#include <arpa/inet.h>
#include <dirent.h>
#include <dns_cares/connect.h>
#include <dns_cares/dns_cares.h>
#include <dns_cares/nameinfo.h>
#include <dns_cares/records.h>
#include <dns_cares/service.h>
#include <dns_cares/testkit.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "failing_calls.h"
#include "failing_new.h"
#include "faults.h"
#include "loop.h"
#include "shared_memory.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;

constexpr std::size_t kMost = 3000;  // more than any of the ways allocates or calls
constexpr std::size_t kLeast = 3;

struct Ended {
  int calls = 0;
  int status = -1;
  void note(int of_status) {
    ++calls;
    status = of_status;
  }
};

void on_result(int status, const addrinfo *ai, void *arg) {
  EXPECT_EQ(ai != nullptr, status == DNS_OK);
  static_cast<Ended *>(arg)->note(status);
}

// A way through the library. False: there is no handle, and no callback will come.
struct Way {
  const char *name;
  bool (*start)(Loop &loop, const Server &server, Ended &ended);
};

bool resolve(Loop &loop, const char *name, Ended &ended, int family = AF_INET) {
  addrinfo hints{};
  hints.ai_family = family;
  return dns_resolve(loop.get(), name, "http", &hints, 0, on_result, &ended) != nullptr;
}

const Way kWays[] = {
    {"Udp", [](Loop &loop, const Server &, Ended &ended) { return resolve(loop, "a.test", ended, AF_UNSPEC); }},
    {"UdpByTheSimplestCall",
     [](Loop &loop, const Server &, Ended &ended) {
       dns_resolve_async(loop.get(), "a.test", nullptr, AF_UNSPEC, 0, 0, on_result, &ended);
       return true;
     }},
    {"Tcp", [](Loop &loop, const Server &, Ended &ended) { return resolve(loop, "big.test", ended); }},
    {"SecondTry", [](Loop &loop, const Server &, Ended &ended) { return resolve(loop, "flaky.test", ended); }},
    {"WithoutEdns", [](Loop &loop, const Server &, Ended &ended) { return resolve(loop, "old.test", ended); }},
    {"Alias", [](Loop &loop, const Server &, Ended &ended) { return resolve(loop, "alias.test", ended); }},
    {"Records",
     [](Loop &loop, const Server &, Ended &ended) {
       return dns_query(
                  loop.get(), "mx.test", DNS_TYPE_MX, 0, 0,
                  [](int status, const dns_answer *, void *arg) { static_cast<Ended *>(arg)->note(status); },
                  &ended) != nullptr;
     }},
    {"NameOfAddress",
     [](Loop &loop, const Server &, Ended &ended) {
       sockaddr_in address{};
       address.sin_family = AF_INET;
       inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
       return dns_getnameinfo(
                  loop.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address, 0, 0,
                  [](int status, const char *, const char *, void *arg) { static_cast<Ended *>(arg)->note(status); },
                  &ended) != nullptr;
     }},
    {"Service",
     [](Loop &loop, const Server &, Ended &ended) {
       return dns_resolve_service(
                  loop.get(), "_x._tcp.test", DNS_TYPE_SRV, 0, nullptr, 0,
                  [](int status, const dns_endpoint *, void *arg) { static_cast<Ended *>(arg)->note(status); },
                  &ended) != nullptr;
     }},
    {"Connect",
     [](Loop &loop, const Server &server, Ended &ended) {
       return dns_connect(
                  loop.get(), "local.test", std::to_string(server.port()).c_str(), nullptr,
                  [](int status, int fd, const dns_connect_attempt *, void *arg) {
                    if (status == DNS_OK) close(fd);
                    static_cast<Ended *>(arg)->note(status);
                  },
                  &ended) != nullptr;
     }},
};

void PrintTo(const Way &way, std::ostream *out) { *out << way.name; }

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

// What may come of a shortage: no memory; the reply lost, or what the server had said before the try that failed; or
// that no server could be reached, as c-ares says where it had no memory for a further try. For calls also that no
// connection can be made, or the services file not read.
const std::set<int> kOfMemory = {DNS_OK, DNS_ENOMEM, DNS_ETIMEOUT, DNS_ESERVFAIL, DNS_EFORMERR, DNS_ECONNREFUSED};
const std::set<int> kOfCalls = {DNS_OK,      DNS_ENOMEM,   DNS_ETIMEOUT,     DNS_ESERVFAIL, DNS_EFORMERR,
                                DNS_ESYSTEM, DNS_ECONNECT, DNS_ECONNREFUSED, DNS_ESERVICE};

class Shortage : public testing::TestWithParam<Way> {
 protected:
  Shortage() {
    server_.on("a.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
    server_.on("next.test", "A", answer({"192.0.2.9"}));
    server_.on("local.test", "ANY", answer({"127.0.0.1"}));
    server_.on("big.test", "A", answer({"192.0.2.1"}).truncated());
    server_.on("alias.test", "A", records({"@ 60 IN CNAME b.test.", "b.test. 60 IN A 192.0.2.1"}));
    server_.on("mx.test", "MX", records({"@ 60 IN MX 10 mx.test."}));
    server_.on("1.2.0.192.in-addr.arpa", "PTR", records({"@ 60 IN PTR a.test."}));
    server_.on("_x._tcp.test", "SRV", records({"@ 60 IN SRV 1 1 80 a.test."}));
  }

  // The way in a new context, with the n-th of what `Limit` has failing.
  template <class Limit, class... Arguments>
  void go(std::size_t n, const std::set<int> &allowed, bool *short_of_something, Arguments... limit) {
    server_.on("flaky.test", "A", {servfail(), answer({"192.0.2.1"})});
    server_.on("old.test", "A", {formerr().without_edns(), answer({"192.0.2.1"}).without_edns()});
    Loop loop;
    ASSERT_EQ(loop.init(server_.address(), short_patience), DNS_OK);
    Ended ended;
    bool started;
    {
      const Limit failing(n, limit...);
      started = GetParam().start(loop, server_, ended);
      EXPECT_EQ(ended.calls, 0) << "never inline";
      loop.run();
      *short_of_something = has_failed(failing);
    }
    loop.run();
    EXPECT_EQ(ended.calls, started ? 1 : 0) << n;
    EXPECT_TRUE(!started || allowed.count(ended.status) != 0) << n << ": " << dns_strerror(ended.status);
    last_status_ = started ? ended.status : DNS_ENOMEM;
    EXPECT_EQ(next_status(loop), DNS_OK) << n << ": the next lookup works";
  }

  // Of the third lookup, if a machine that is busy takes longer for the first two than patience is short.
  static int next_status(Loop &loop) {
    int status = -1;
    for (int i = 0; status != DNS_OK && i < 3; ++i) {
      const Lookup &next = loop.resolve("next.test", {.family = AF_INET});
      loop.run();
      status = next.status();
    }
    return status;
  }

  template <class Limit, class... Arguments>
  void go_with_ever_more(const std::set<int> &allowed, Arguments... limit) {
    const std::size_t descriptors = open_descriptors();
    bool short_of_something = true;
    std::size_t n = 0;
    for (; short_of_something && n < kMost; ++n) {
      go<Limit>(n, allowed, &short_of_something, limit...);
      if (HasFatalFailure()) return;
      if (n == 0) status_with_nothing_ = last_status_;
    }
    EXPECT_GT(n, kLeast) << "something is counted";
    EXPECT_FALSE(short_of_something) << "at last nothing has failed";
    EXPECT_EQ(open_descriptors(), descriptors);
    RecordProperty("failed_in_turn", static_cast<int>(n - 1));
    std::printf("%zu failed in turn\n", n - 1);
  }

  static bool has_failed(const FailingNew &failing) { return failing.failed(); }
  static bool has_failed(const FailingCalls &failing) { return !failing.failed().empty(); }
  static void short_patience(dns_options &options) {
    options.timeout_ms = 20;
    options.deadline_ms = 2000;
  }

  Server server_;
  int last_status_ = -1;
  int status_with_nothing_ = -1;  // at all left
};

TEST_P(Shortage, OfMemoryFromOneAllocationOn) {
  go_with_ever_more<FailingNew>(kOfMemory, SIZE_MAX);
  EXPECT_EQ(status_with_nothing_, DNS_ENOMEM);
}
TEST_P(Shortage, OfMemoryForOneAllocation) { go_with_ever_more<FailingNew>(kOfMemory, std::size_t{1}); }
TEST_P(Shortage, OfWhatSystemCallsNeedFromOneCallOn) {
  go_with_ever_more<FailingCalls>(kOfCalls, FailingCalls::Which::kAllFurther);
}
TEST_P(Shortage, OfWhatOneSystemCallNeeds) { go_with_ever_more<FailingCalls>(kOfCalls, FailingCalls::Which::kNext); }

std::string way_name(const testing::TestParamInfo<Way> &info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(EveryWay, Shortage, testing::ValuesIn(kWays), way_name);

// A context that is made with too little says so, and leaves nothing behind.
TEST(ShortageAtTheStart, OfMemoryIsTold) {
  Loop loop;
  bool failed = true;
  for (std::size_t n = 0; failed && n < kMost; ++n) {
    const FailingNew failing(n, 1);
    const int status = loop.init("127.0.0.1");
    failed = failing.failed();
    EXPECT_TRUE(status == DNS_OK || status == DNS_ENOMEM) << n << ": " << dns_strerror(status);
    loop.shut_down();
  }
  EXPECT_FALSE(failed);
}

TEST(ShortageAtTheStart, OfWhatSystemCallsNeedIsToldOrDoneWithout) {
  Loop loop;
  bool failed = true;
  for (std::size_t n = 0; failed && n < kMost; ++n) {
    const FailingCalls failing(n, FailingCalls::Which::kNext);
    const int status = loop.init("127.0.0.1", [](dns_options &options) { options.hosts_file = nullptr; });
    failed = !failing.failed().empty();
    EXPECT_TRUE(status == DNS_OK || status == DNS_ESYSTEM) << failing.failed() << ": " << dns_strerror(status);
    loop.shut_down();
  }
  EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace dns_cares_test

// c-ares 1.18 loses a query that it has no memory to shorten. Under LeakSanitizer that counts as no leak of ours.
extern "C" const char *__lsan_default_suppressions() { return "leak:ares_send\n"; }

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  // Where 1.34 has no memory to ask again, it goes on with the query that it has freed, and crashes.
  if (dns_cares_test::is_new_cares()) {
    dns_cares_test::share_memory_with_libev();
  } else {
    dns_cares_test::share_memory_with_cares_and_libev();
  }
  return RUN_ALL_TESTS();
}
