// Loops in several threads, side by side, with nothing shared but the library.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;

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
        loop.resolve_async_without_memory("a.test", {}, [&](Lookup &self) { told += self.status() == DNS_ENOMEM; });
      }
      loop.run();
    });
  }
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(told, 100);
}

}  // namespace
}  // namespace dns_cares_test
