// Loops in several threads, side by side, with nothing shared but the library.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gtest/gtest.h>
#include <dns_cares/coro.hpp>

#include <atomic>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "failing_new.h"
#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;

void resolve_in_this_thread(const std::string &server, int count, std::atomic<int> &resolved) {
  Loop loop;
  ASSERT_EQ(loop.init(server), DNS_OK);
  for (int i = 0; i < count; ++i) {
    loop.resolve("n" + std::to_string(i) + ".test", {}, [&](Lookup &self) {
      EXPECT_EQ(self.outcome().thread, std::this_thread::get_id());
      if (self.status() == DNS_OK) ++resolved;
    });
  }
  loop.run();
}

TEST(Threads, TwoLoopsResolveSideBySide) {
  Server server;
  server.on("*.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
  std::atomic<int> resolved = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] { resolve_in_this_thread(server.address(), 500, resolved); });
  }
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(resolved, 1000);
}

TEST(Threads, ContextsComeAndGoSideBySide) {
  Server server;
  server.on("*.test", "ANY", answer({"192.0.2.1"}));
  std::atomic<int> resolved = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) resolve_in_this_thread(server.address(), 3, resolved);
    });
  }
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(resolved, 4 * 20 * 3);
}

TEST(Threads, ReserveForNoMemoryIsShared) {
  std::atomic<int> told = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      Loop loop;
      for (int n = 0; n < 50; ++n) {
        loop.resolve_async_without_memory(kLongerThanAnyBlockKept, {},
                                          [&](Lookup &self) { told += self.status() == DNS_ENOMEM; });
      }
      loop.run();
    });
  }
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(told, 100);
}

// --- Stop requests from other threads (coro.hpp) ---

using dns_cares::Resolver;
using dns_cares::Task;

struct Ends {
  int stopped = 0;
  int others = 0;
};

Task<> wait_in_vain(Resolver &resolver, std::stop_token stop, Ends &ends) {
  const std::thread::id thread = std::this_thread::get_id();
  const auto result = co_await resolver.resolve("silent.test", nullptr, {.deadline = 60s}, stop);
  EXPECT_EQ(std::this_thread::get_id(), thread);
  ++(result.error() == std::errc::operation_canceled ? ends.stopped : ends.others);
}

TEST(Threads, StopRequestOfAnotherThreadEndsTheWaitOnTheLoop) {
  Server server;
  server.on("silent.test", "ANY", drop());
  Loop loop;
  ASSERT_EQ(loop.init(server.address()), DNS_OK);
  Resolver resolver(loop.get());
  std::stop_source source;
  Ends ends;
  std::vector<Task<>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(wait_in_vain(resolver, source.get_token(), ends));
  std::thread other([&] {
    server.wait_for_queries(1, 60s);
    source.request_stop();
  });
  loop.run();
  other.join();
  EXPECT_EQ(ends.stopped, 50);
}

// The request comes while the lookup is being started, waited for, ended or destroyed.
TEST(Threads, StopRequestsRaceWithTheEndsOfLookups) {
  Server server;
  server.on("*.test", "ANY", answer({"192.0.2.1"}));
  Loop loop;
  ASSERT_EQ(loop.init(server.address()), DNS_OK);
  Resolver resolver(loop.get());
  int ended = 0;
  const auto look_up = [&](std::string name, std::stop_token stop) -> Task<> {
    const auto result = co_await resolver.resolve(name, nullptr, {}, stop);
    EXPECT_TRUE(result || result.error() == std::errc::operation_canceled);
    ++ended;
  };
  constexpr int kRounds = 300;
  int destroyed = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::stop_source source;
    std::atomic<bool> go = false;
    std::thread other([&] {
      while (!go) std::this_thread::yield();
      source.request_stop();
    });
    auto first = std::optional<Task<>>(look_up("n" + std::to_string(round) + ".test", source.get_token()));
    auto second = std::optional<Task<>>(look_up("192.0.2.1", source.get_token()));
    go = true;
    if (round % 3 == 0) {
      loop.turn();
      destroyed += first->done() ? 0 : 1;
      first.reset();
    }
    loop.run();
    other.join();
  }
  EXPECT_EQ(ended, 2 * kRounds - destroyed);
}

}  // namespace
}  // namespace dns_cares_test
