// An attacker who sees nothing and guesses (RFC 5452): what he must guess, how often he may, and what a guess that is
// right in all but one thing brings him.
#include <dns_cares/dns_cares.h>
#include <dns_cares/records.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Ask kV4 = {.family = AF_INET};
const Reply kForged = answer({"203.0.113.66"});
const Reply kTrue = answer({"192.0.2.1"});

class Spoofing : public testing::Test {
 protected:
  void init(const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop_.init(server_.address(),
                         [&](dns_options &options) {
                           options.timeout_ms = 2000;
                           if (change) change(options);
                         }),
              DNS_OK);
  }
  Lookup &resolve(const char *name) {
    Lookup &lookup = loop_.resolve(name, kV4);
    loop_.run();
    return lookup;
  }

  Server server_;
  Loop loop_;
};

// The forged reply is there first; the true one follows and is the one that counts.
TEST_F(Spoofing, ForgedReplyThatIsWrongInOneThingAloneIsNotTaken) {
  server_.on("id.test", "A", kForged.wrong_id().followed_by(kTrue));
  server_.on("question.test", "A", kForged.wrong_question().followed_by(kTrue));
  server_.on("port.test", "A", kForged.from_other_port().followed_by(kTrue));
  server_.on("address.test", "A", kForged.from_other_address().followed_by(kTrue));
  server_.on("type.test", "A", kForged.flipped(12 + 11 + 1, 0x10).followed_by(kTrue));
  init();
  for (const char *name : {"id.test", "question.test", "port.test", "address.test", "type.test"}) {
    EXPECT_THAT(resolve(name).addresses(), ElementsAre("192.0.2.1")) << name;
    EXPECT_EQ(server_.queries(name, "A"), 1u) << name << ": and the question is not asked again";
  }
}

// What a reply says that is not taken does not count either: neither its code, nor that it is malformed.
TEST_F(Spoofing, WrongGuessDoesNotDecideTheStatus) {
  server_.on("silence.test", "A", drop());
  server_.on("code.test", "A", refused().wrong_id());
  server_.on("malformed.test", "A", kForged.cut(36).wrong_id());
  server_.on("question.test", "A", servfail().wrong_question());
  server_.on("said.test", "A", notimp().followed_by(refused().wrong_id()));
  init([](dns_options &options) {
    options.timeout_ms = 100;
    options.tries = 2;
  });
  for (const char *name : {"silence.test", "code.test", "malformed.test", "question.test"}) {
    EXPECT_EQ(resolve(name).status(), DNS_ETIMEOUT) << name;
  }
  EXPECT_EQ(resolve("said.test").status(), DNS_ENOTIMP);
}

TEST_F(Spoofing, ThousandWrongGuessesDoNotEndTheQuestion) {
  Reply replies = kTrue;
  for (int i = 0; i < 1000; ++i) replies = kForged.wrong_id().followed_by(replies);
  server_.on("a.test", "A", replies);
  init();
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
}

TEST_F(Spoofing, RecordsOfOtherNamesAreNotCached) {
  server_.on("evil.test", "A",
             records({"@ 60 IN A 192.0.2.7", "bank.test. 60 IN A 203.0.113.66"})
                 .authority({"test. 60 IN NS bank.test."})
                 .additional({"bank.test. 60 IN A 203.0.113.66"}));
  server_.on("bank.test", "A", kTrue);
  init();
  EXPECT_THAT(resolve("evil.test").addresses(), ElementsAre("192.0.2.7"));
  EXPECT_THAT(resolve("bank.test").addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server_.queries("bank.test", "A"), 1u);
}

// The end of an alias is given to who asked for the alias, and to nobody else.
TEST_F(Spoofing, AliasFillsTheCacheForItsOwnNameAlone) {
  server_.on("evil.test", "A", records({"@ 60 IN CNAME bank.test.", "bank.test. 60 IN A 203.0.113.66"}));
  server_.on("bank.test", "A", kTrue);
  init();
  resolve("evil.test");
  EXPECT_THAT(resolve("bank.test").addresses(), ElementsAre("192.0.2.1"));
}

// Each query that is out at once for the same RRset would be one more chance to guess right.
TEST_F(Spoofing, AnyNumberOfLookupsOfOneNameHaveOneQueryOut) {
  server_.on("a.test", "A", kTrue.after(50ms));
  init();
  for (int i = 0; i < 1000; ++i) loop_.resolve("a.test", kV4);
  loop_.run();
  EXPECT_EQ(server_.queries("a.test", "A"), 1u);
}

double chi_squared(const std::vector<unsigned> &counts, double expected) {
  double sum = 0;
  for (const unsigned count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

// SPOOFING_QUERIES=100000 for more. With 255 degrees of freedom 400 is beyond what chance does once in 10^7.
TEST_F(Spoofing, IdsAreUnpredictable) {
  const char *wanted = std::getenv("SPOOFING_QUERIES");
  const int queries = wanted != nullptr ? std::atoi(wanted) : 10000;
  constexpr int kAtOnce = 5000;  // the server remembers 10,000
  constexpr double kMost = 400;
  server_.on("*.test", "A", kTrue);
  init([](dns_options &options) { options.cache_bytes = 0; });
  std::vector<unsigned> high(256), low(256), steps(256);
  for (int done = 0; done < queries; done += kAtOnce) {
    for (int i = 0; i < kAtOnce; ++i) loop_.resolve(("n" + std::to_string(i) + ".test").c_str(), kV4);
    loop_.run();
    const std::vector<Seen> seen = server_.seen();
    for (std::size_t i = seen.size() - kAtOnce; i < seen.size(); ++i) {
      ++high[seen[i].id >> 8];
      ++low[seen[i].id & 0xff];
      ++steps[static_cast<std::uint16_t>(seen[i].id - seen[i - (i > 0 ? 1 : 0)].id) >> 8];
    }
  }
  const double expected = queries / 256.0;
  std::printf("chi-squared of %d ids: high octet %.0f, low octet %.0f, steps %.0f\n", queries,
              chi_squared(high, expected), chi_squared(low, expected), chi_squared(steps, expected));
  EXPECT_LT(chi_squared(high, expected), kMost);
  EXPECT_LT(chi_squared(low, expected), kMost);
  EXPECT_LT(chi_squared(steps, expected), kMost);
}

// A port is left after 2,000 questions. The kernel chooses the next one.
TEST_F(Spoofing, SourcePortsChangeAndDoNotFollowEachOther) {
  server_.on("*.test", "A", kTrue);
  init([](dns_options &options) { options.cache_bytes = 0; });
  std::vector<std::uint16_t> ports;
  std::map<std::uint16_t, unsigned> questions;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 5000; ++i) loop_.resolve(("n" + std::to_string(i) + ".test").c_str(), kV4);
    loop_.run();
    const std::vector<Seen> seen = server_.seen();
    for (std::size_t i = seen.size() - 5000; i < seen.size(); ++i) {
      if (++questions[seen[i].client_port] == 1) ports.push_back(seen[i].client_port);
    }
  }
  EXPECT_GE(ports.size(), 12u);
  for (const auto &[port, count] : questions) EXPECT_LE(count, 2000u) << port;
  std::set<int> steps;
  for (std::size_t i = 1; i < ports.size(); ++i) steps.insert(ports[i] - ports[i - 1]);
  EXPECT_GT(steps.size(), ports.size() / 2) << "no two steps need be the same";
}

}  // namespace
}  // namespace dns_cares_test
