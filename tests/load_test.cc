// Many lookups at once: none is lost, and the loop goes on.
#include <dns_cares/dns_cares.h>
#include <dns_cares/evloop.h>
#include <dns_cares/inspect.h>
#include <dns_cares/testkit.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;

constexpr Ask kV4 = {.family = AF_INET};

// Sanitizers and a busy machine make everything slower: bounds on time are for what must not take a timeout's time.
class Load : public testing::Test {
 protected:
  void init(const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop_.init(server_.address(),
                         [&](dns_options &options) {
                           options.timeout_ms = 5000;
                           options.deadline_ms = 60000;
                           if (change) change(options);
                         }),
              DNS_OK);
  }

  // Starts lookups of n different names below `domain`.
  void resolve_many(int n, const std::string &domain, const Ask &ask = kV4) {
    lookups_.reserve(lookups_.size() + static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) lookups_.push_back(&loop_.resolve("n" + std::to_string(i) + "." + domain, ask));
  }

  void expect_all(int status) const {
    using Outcomes = std::map<std::pair<int, int>, std::size_t>;  // calls and status, how many lookups
    Outcomes outcomes;
    for (const Lookup *lookup : lookups_) ++outcomes[{lookup->outcome().calls, lookup->status()}];
    EXPECT_EQ(outcomes, (lookups_.empty() ? Outcomes() : Outcomes{{{1, status}, lookups_.size()}}));
  }

  Server server_;
  Loop loop_;
  std::vector<Lookup *> lookups_;
};

TEST_F(Load, BurstOf70000NamesLosesNoReply) {
  server_.on("*.bulk.test", "A", hashed("10.0.0.0/8"));
  init();
  resolve_many(70000, "bulk.test");
  loop_.run();
  expect_all(DNS_OK);
  EXPECT_EQ(server_.queries(), 70000u) << "a lost reply would have been asked for again";
  EXPECT_EQ(lookups_[4711]->addresses(), std::vector{hashed_address("10.0.0.0/8", "n4711.bulk.test")});
}

// However many replies wait to be read, the loop's other watchers have their turns between them.
TEST_F(Load, RepliesThatAreThereAreReadInSeveralTurns) {
  constexpr unsigned kMany = 190;
  server_.on("*.bulk.test", "A", hashed("10.0.0.0/8").after(300ms));
  init();
  unsigned answers = 0;
  ASSERT_EQ(dns_set_trace(
                loop_.get(),
                [](const dns_trace_event *event, void *count) {
                  *static_cast<unsigned *>(count) += event->step == DNS_TRACE_ANSWER ? 1 : 0;
                },
                &answers),
            DNS_OK);
  resolve_many(kMany, "bulk.test");
  while (server_.queries() < kMany) loop_.turn();
  ASSERT_EQ(answers, 0u);
  std::this_thread::sleep_for(2s);
  loop_.turn();
  EXPECT_GT(answers, 0u);
  EXPECT_LT(answers, kMany);
  loop_.run();
  expect_all(DNS_OK);
  EXPECT_EQ(answers, kMany);
}

// Looks different names up, a few hundred at a time, and keeps nothing of them.
class Round {
 public:
  Round(struct ev_loop *loop, int names) : loop_(loop), names_(names) {
    for (int i = 0; i < 500; ++i) start_next();
  }
  int resolved() const { return resolved_; }

 private:
  void start_next() {
    if (started_ == names_) return;
    const std::string name = "n" + std::to_string(started_++) + ".bulk.test";
    dns_resolve_async(loop_, name.c_str(), nullptr, AF_INET, SOCK_STREAM, 0, on_result, this);
  }
  static void on_result(int status, const addrinfo *, void *arg) {
    auto *self = static_cast<Round *>(arg);
    if (status == DNS_OK) ++self->resolved_;
    self->start_next();
  }

  struct ev_loop *loop_;
  const int names_;
  int started_ = 0;
  int resolved_ = 0;
};

long resident_octets() {
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

// The names are more than the cache holds, and it has dropped each when the next round asks for it. The environment may
// say how many they are.
TEST_F(Load, MemoryIsTheSameRoundForRoundOverASmallCache) {
  const char *wanted = std::getenv("NAMES_PER_ROUND");
  const int names = wanted != nullptr ? std::stoi(wanted) : 10000;
  server_.on("*.bulk.test", "A", hashed("10.0.0.0/8", 3600));
  init([](dns_options &options) { options.cache_bytes = std::size_t{1} << 20; });
  long before = 0;
  for (int round = 0; round < 10; ++round) {
    if (round == 2) before = resident_octets();
    const Round lookups(loop_.get(), names);
    loop_.run();
    ASSERT_EQ(lookups.resolved(), names);
  }
  EXPECT_GE(server_.queries(), 10u * static_cast<unsigned>(names)) << "more where c-ares 1.32 and later lost patience";
  if (*DNS_CARES_SANITIZERS != '\0') return;  // They keep what was freed for a while.
  EXPECT_LT(resident_octets() - before, 1 << 20) << "since the second round";
}

TEST_F(Load, AtMostMaxInflightQueriesAreOnTheWire) {
  server_.on("*", "ANY", answer({"192.0.2.1"}).after(30ms));
  init([](dns_options &options) { options.max_inflight = 10; });
  resolve_many(30, "a.test", {});
  loop_.turn();
  ASSERT_TRUE(server_.wait_for_queries(10, 5s));
  for (int i = 0; i < 20; ++i) loop_.turn();
  EXPECT_EQ(server_.queries(), 10u) << "the others wait for an answer";
  loop_.run();
  expect_all(DNS_OK);
  EXPECT_EQ(server_.queries(), 60u);
}

TEST_F(Load, WindowOfOneServesBothFamilies) {
  server_.on("*", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
  init([](dns_options &options) { options.max_inflight = 1; });
  resolve_many(20, "a.test", {});
  loop_.run();
  expect_all(DNS_OK);
  for (const Lookup *lookup : lookups_) EXPECT_EQ(lookup->addresses().size(), 2u);
}

TEST_F(Load, QueueIsFirstInFirstOut) {
  server_.on("*", "A", answer({"192.0.2.1"}));
  init([](dns_options &options) { options.max_inflight = 1; });
  std::vector<int> order;
  for (int i = 0; i < 50; ++i) {
    loop_.resolve("n" + std::to_string(i) + ".test", kV4, [&order, i](Lookup &) { order.push_back(i); });
  }
  loop_.run();
  EXPECT_EQ(order.size(), 50u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(Load, LiteralsAreNotHeldUpByAFullWindow) {
  server_.silence();
  init([](dns_options &options) { options.max_inflight = 1; });
  resolve_many(10, "slow.test", {.family = AF_INET, .deadline_ms = 300});
  Lookup &literal = loop_.resolve("192.0.2.1");
  EXPECT_TRUE(loop_.run_until([&] { return literal.done(); }));
  EXPECT_FALSE(lookups_[0]->done());
  loop_.run();
  expect_all(DNS_ETIMEOUT);
}

// The timer's gaps are not bounded in milliseconds here, as a test must not hang on the machine's speed: that the timer
// goes off again and again between the callbacks shows that no burst holds the loop.
TEST_F(Load, TimerKeepsItsPaceBeside10000LookupsInFlight) {
  server_.on("*.bulk.test", "A", hashed("10.0.0.0/8"));
  // More than the receive buffer holds: what is lost is asked for again, by c-ares 1.32 and later soon, and lost again.
  init([](dns_options &options) {
    options.max_inflight = 10000;
    options.tries = 10;
  });
  struct Pace {
    int ticks = 0;
    int callbacks_since_tick = 0;
    int most_callbacks_between_ticks = 0;
  } pace;
  evloop_timer *timer = evloop_timer_start(
      loop_.get(), 0.001, 0.001,
      [](void *arg) {
        auto *self = static_cast<Pace *>(arg);
        ++self->ticks;
        self->callbacks_since_tick = 0;
      },
      &pace);
  int left = 10000;
  const Stopwatch stopwatch;
  for (int i = 0; i < 10000; ++i) {
    lookups_.push_back(&loop_.resolve("n" + std::to_string(i) + ".bulk.test", kV4, [&](Lookup &) {
      ++pace.callbacks_since_tick;
      pace.most_callbacks_between_ticks = std::max(pace.most_callbacks_between_ticks, pace.callbacks_since_tick);
      if (--left == 0) evloop_break(loop_.get());
    }));
  }
  loop_.run();
  const double ms = stopwatch.ms();
  evloop_timer_stop(timer);
  expect_all(DNS_OK);
  EXPECT_GE(pace.ticks, 10) << "in " << ms << " ms";
  EXPECT_LT(pace.most_callbacks_between_ticks, 2500) << "no more than a quarter of all in one go";
}

// Contract: fair. A callback that starts the next lookup, answered without a network, must let other I/O through.
TEST_F(Load, ChainOfLookupsThatEndAtOnceDoesNotStarveOtherWatchers) {
  init();
  int chained = 0;
  Lookup::Reaction next = [&](Lookup &) {
    if (++chained < 1000) loop_.resolve("192.0.2.1", {}, next);
  };
  int chained_when_read = -1;
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  struct Seen {
    int *chained;
    int *when_read;
    char byte;
  } seen{&chained, &chained_when_read, 0};
  evloop_io *io = evloop_io_start(
      loop_.get(), pipe_fds[0], EVLOOP_READ,
      [](int fd, int, void *arg) {
        auto *self = static_cast<Seen *>(arg);
        if (*self->when_read < 0) *self->when_read = *self->chained;
        EXPECT_EQ(read(fd, &self->byte, 1), 1);
      },
      &seen);
  loop_.resolve("192.0.2.1", {}, next);
  ASSERT_EQ(write(pipe_fds[1], "x", 1), 1);
  EXPECT_TRUE(loop_.run_until([&] { return chained == 1000; }));
  EXPECT_GE(chained_when_read, 0);
  EXPECT_LT(chained_when_read, 10) << "the pipe was read within a few turns";
  evloop_io_stop(io);
  close(pipe_fds[0]);
  close(pipe_fds[1]);
}

TEST_F(Load, WhatIsStartedDuringADispatchIsDeliveredInALaterOne) {
  init();
  int turns = 0;
  int started_in_turn = 0;
  int delivered_in_turn = 0;
  loop_.resolve("192.0.2.1", {}, [&](Lookup &) {
    started_in_turn = turns;
    loop_.resolve("192.0.2.2", {}, [&](Lookup &) { delivered_in_turn = turns; });
  });
  while (delivered_in_turn == 0 && turns < 10) {
    ++turns;
    loop_.turn();
  }
  EXPECT_EQ(delivered_in_turn, started_in_turn + 1);
}

TEST_F(Load, DeadlineHoldsForAllThatWaitForASilentServer) {
  server_.silence();
  init([](dns_options &options) { options.deadline_ms = 400; });
  resolve_many(20000, "silent.test");
  const Stopwatch stopwatch;
  loop_.run();
  expect_all(DNS_ETIMEOUT);
  EXPECT_LT(stopwatch.ms(), 3000);
}

TEST_F(Load, CancelOfThousandsLeavesTheOthersAlone) {
  server_.on("*.bulk.test", "A", hashed("10.0.0.0/8"));
  init();
  resolve_many(20000, "bulk.test");
  loop_.turn();
  for (std::size_t i = 0; i < lookups_.size(); i += 2) {
    if (!lookups_[i]->done()) lookups_[i]->cancel();
  }
  std::vector<Lookup *> rest;
  for (std::size_t i = 1; i < lookups_.size(); i += 2) rest.push_back(lookups_[i]);
  loop_.run();
  lookups_ = rest;
  expect_all(DNS_OK);
}

TEST_F(Load, FailingServerDoesNotHoldTheLoop) {
  const ClosedPort closed;
  ASSERT_EQ(loop_.init(closed.address()), DNS_OK);
  resolve_many(20000, "bulk.test");
  int ticks = 0;
  evloop_timer *timer = evloop_timer_start(
      loop_.get(), 0.001, 0.001, [](void *arg) { ++*static_cast<int *>(arg); }, &ticks);
  EXPECT_TRUE(loop_.run_until([&] { return lookups_.back()->done(); }));
  evloop_timer_stop(timer);
  loop_.run();
  expect_all(DNS_ECONNREFUSED);
  EXPECT_GE(ticks, 10);
}

}  // namespace
}  // namespace dns_cares_test
