// coro.hpp: coroutines that wait for lookups, and what ends the wait.
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <dns_cares/coro.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "failing_new.h"
#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using dns_cares::Address;
using dns_cares::Addresses;
using dns_cares::Resolver;
using dns_cares::Result;
using dns_cares::Task;
using testing::ElementsAre;
using testing::IsEmpty;

static_assert(!std::move_constructible<dns_cares::Resolution> && !std::move_constructible<dns_cares::AddressStream>);
static_assert(std::is_nothrow_move_assignable_v<Task<int>> && !std::copy_constructible<Task<int>>);

std::string text_of(const Result<Addresses> &result) {
  if (!result) return result.error().message();
  std::string all;
  for (Address address : *result) all += address.text() + ' ';
  return all;
}

const std::string kCanceled = std::make_error_code(std::errc::operation_canceled).message();

class Coro : public testing::Test {
 protected:
  Coro() {
    server_.on("a.test", "ANY", answer({"192.0.2.1"}));
    server_.on("b.test", "ANY", answer({"192.0.2.2"}));
    server_.on("none.test", "ANY", nxdomain());
    server_.on("silent.test", "ANY", drop());
    server_.on("parts.test", "AAAA", answer({"2001:db8::1"}));
    server_.on("parts.test", "A", answer({"192.0.2.1"}).after(150ms));
    server_.on("v6.test", "AAAA", answer({"2001:db8::1"}));
    server_.on("v6.test", "A", nodata().after(150ms));
  }
  void SetUp() override {
    ASSERT_EQ(loop_.init(server_.address(), [](dns_options &options) { options.resolution_delay_ms = 50; }), DNS_OK);
  }
  Task<> look_up(std::string name, dns_cares::Hints hints = {}) {
    given_.push_back(text_of(co_await resolver_.resolve(name, "https", hints)));
  }
  Task<> look_up_until(std::string name, std::stop_token stop) {
    given_.push_back(text_of(co_await resolver_.resolve(name, nullptr, {}, stop)));
  }
  Task<> stream(std::string name, std::stop_token stop = {}) {
    auto stream = resolver_.stream(name, nullptr, {}, stop);
    while (stream.more()) given_.push_back(text_of(co_await stream.next()));
    given_.emplace_back("end");
  }

  Server server_;
  Loop loop_;
  Resolver resolver_{loop_.get()};
  std::vector<std::string> given_;
};

// --- co_await ---

TEST_F(Coro, IsGivenTheAddresses) {
  const auto task = look_up("a.test");
  EXPECT_FALSE(task.done()) << "never inline";
  loop_.run();
  EXPECT_TRUE(task.done());
  EXPECT_THAT(given_, ElementsAre("192.0.2.1 "));
}

TEST_F(Coro, IsGivenTheError) {
  const auto first = look_up("none.test");
  const auto second = look_up("a..test");
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_EBADNAME), dns_strerror(DNS_ENOTFOUND)));
}

TEST_F(Coro, DeadlineIsThatOfTheLookup) {
  const auto task = look_up("silent.test", {.deadline = 50ms});
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ETIMEOUT)));
}

TEST_F(Coro, NeedsNothingOfTheTextsAndHintsOnceTheLookupIsStarted) {
  const auto run = [&]() -> Task<> {
    auto resolution = resolver_.resolve(std::string("a-name-that-is-long-enough-to-be-on-the-heap.test"), nullptr, {});
    given_.push_back(text_of(co_await resolution));
  };
  server_.on("a-name-that-is-long-enough-to-be-on-the-heap.test", "ANY", answer({"192.0.2.7"}));
  const auto task = run();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.7 "));
}

TEST_F(Coro, LookupsStartedBeforeTheyAreAwaitedAreUnderWayAtOnce) {
  server_.on("first.test", "ANY", answer({"192.0.2.1"}).after(100ms));
  const auto run = [&]() -> Task<> {
    auto first = resolver_.resolve("first.test");
    auto second = resolver_.resolve("b.test");
    given_.push_back(text_of(co_await first));
    EXPECT_EQ(server_.queries("b.test", "A"), 1u);
    EXPECT_TRUE(second.await_ready()) << "it has come meanwhile";
    given_.push_back(text_of(co_await second));
  };
  const auto task = run();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.1 ", "192.0.2.2 "));
}

// A coroutine type that knows nothing of lookups, and has no way to change what is awaited.
struct Plain {
  struct promise_type {
    Plain get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

TEST_F(Coro, MayBeOfAnyType) {
  const auto run = [&]() -> Plain { given_.push_back(text_of(co_await resolver_.resolve("a.test"))); };
  run();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.1 "));
}

TEST_F(Coro, ManyInARowNeedNoStack) {
  int resolved = 0;
  const auto run = [&]() -> Task<> {
    for (int i = 0; i < 20000; ++i) {
      const auto result = co_await resolver_.resolve("192.0.2.1");
      resolved += result ? 1 : 0;
    }
  };
  const auto task = run();
  loop_.run();
  EXPECT_EQ(resolved, 20000);
}

TEST_F(Coro, AllocatesNothingBesideWhatTheCDoes) {
  std::size_t in_coroutine = 0;
  const auto run = [&]() -> Task<> {
    static_cast<void>(co_await resolver_.resolve("192.0.2.1", "80"));
    const CountingNew counting;
    static_cast<void>(co_await resolver_.resolve("192.0.2.1", "80"));
    in_coroutine = counting.allocations();
  };
  // The same in C: one lookup, and another one within its callback.
  struct Chain {
    void start(int n) {
      addrinfo hints{};
      hints.ai_socktype = SOCK_STREAM;
      left = n;
      dns_resolve(loop, "192.0.2.1", "80", &hints, 0, on_result, this);
    }
    static void on_result(int, const addrinfo *, void *arg) {
      auto *self = static_cast<Chain *>(arg);
      if (self->left == 0) {
        self->allocations = self->counting->allocations();
        return;
      }
      self->counting.emplace();
      self->start(self->left - 1);
    }
    struct ev_loop *loop;
    int left = 0;
    std::optional<CountingNew> counting = {};
    std::size_t allocations = 0;
  };
  for (int i = 0; i < 2; ++i) {  // What the library keeps for the next ones is there the second time.
    const auto task = run();
    loop_.run();
    Chain chain{loop_.get()};
    chain.start(1);
    loop_.run();
    if (i == 1) {
      EXPECT_EQ(in_coroutine, chain.allocations);
    }
  }
}

TEST_F(Coro, WithoutMemoryForTheLookupItGoesOnAtOnce) {
  const auto run = [&](std::stop_token stop) -> Task<> {
    auto failing = std::make_unique<FailingNew>();
    auto whole = resolver_.resolve(kLongerThanAnyBlockKept);
    auto parts = resolver_.stream(kLongerThanAnyBlockKept, nullptr, {}, stop);
    failing.reset();
    given_.push_back(text_of(co_await whole));
    EXPECT_TRUE(parts.more());
    given_.push_back(text_of(co_await parts.next()));
    EXPECT_FALSE(parts.more());
  };
  const std::stop_source source;
  const auto task = run(source.get_token());
  EXPECT_TRUE(task.done());
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ENOMEM), dns_strerror(DNS_ENOMEM)));
}

// --- What ends the wait ---

TEST_F(Coro, DestroyedWhileItWaitsItIsNeverResumed) {
  { const auto task = look_up("a.test"); }
  loop_.run();
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(Coro, DestroyedWithLookupsThatItDoesNotAwaitItCancelsThem) {
  const auto run = [&]() -> Task<> {
    auto first = resolver_.resolve("silent.test");
    auto second = resolver_.stream("silent.test");
    static_cast<void>(co_await resolver_.resolve("silent.test"));
    given_.emplace_back("resumed");
  };
  { const auto task = run(); }
  const Stopwatch stopwatch;
  loop_.run();
  EXPECT_LT(stopwatch.ms(), 9000) << "nothing waits for the deadline";
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(Coro, MayDestroyAnotherThatWaits) {
  std::unique_ptr<Task<>> other;
  const auto run = [&]() -> Task<> {
    static_cast<void>(co_await resolver_.resolve("192.0.2.1"));
    other.reset();
  };
  const auto task = run();
  other = std::make_unique<Task<>>(look_up("192.0.2.2"));
  loop_.run();
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(Coro, EndOfTheContextResumesIt) {
  const auto first = look_up("silent.test");
  const auto second = stream("silent.test");
  resolver_.shutdown();
  EXPECT_TRUE(first.done() && second.done());
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ESHUTDOWN), dns_strerror(DNS_ESHUTDOWN), "end"));
}

TEST_F(Coro, EndOfTheLoopResumesItAlsoWithAStopToken) {
  const std::stop_source source;
  const auto task = look_up_until("silent.test", source.get_token());
  loop_.destroy();
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ESHUTDOWN)));
}

TEST_F(Coro, MayEndTheContextAndGoOnWithAnother) {
  const auto run = [&]() -> Task<> {
    static_cast<void>(co_await resolver_.resolve("a.test"));
    resolver_.shutdown();
    given_.push_back(text_of(co_await resolver_.resolve("192.0.2.3")));
  };
  const auto first = run();
  const auto second = look_up("silent.test");
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ESHUTDOWN), "192.0.2.3 "));
}

// --- Stop tokens ---

TEST_F(Coro, StopRequestEndsTheWaitInALaterTurn) {
  std::stop_source source;
  const auto task = look_up_until("silent.test", source.get_token());
  source.request_stop();
  EXPECT_FALSE(task.done()) << "never inline";
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(kCanceled));
}

TEST_F(Coro, StopRequestedBeforeTheLookupEndsItToo) {
  std::stop_source source;
  source.request_stop();
  const auto task = look_up_until("silent.test", source.get_token());
  EXPECT_FALSE(task.done());
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(kCanceled));
}

TEST_F(Coro, StopRequestedByACallbackOfTheLoopEndsTheWait) {
  std::stop_source source;
  const auto task = look_up_until("silent.test", source.get_token());
  loop_.resolve("192.0.2.1", {}, [&](Lookup &) { source.request_stop(); });
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(kCanceled));
}

TEST_F(Coro, StopRequestBehindTheEndChangesNothing) {
  std::stop_source source;
  const auto task = look_up_until("192.0.2.1", source.get_token());
  loop_.run();
  source.request_stop();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.1 "));
}

TEST_F(Coro, StopRequestForADestroyedOneChangesNothing) {
  std::stop_source source;
  {
    const auto task = look_up_until("silent.test", source.get_token());
    source.request_stop();
  }
  loop_.run();
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(Coro, OneStopRequestEndsManyAndNoOthers) {
  std::stop_source source;
  std::vector<Task<>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(look_up_until("silent.test", source.get_token()));
  tasks.push_back(look_up_until("a.test", {}));
  source.request_stop();
  loop_.run();
  EXPECT_EQ(std::count(given_.begin(), given_.end(), kCanceled), 50);
  EXPECT_EQ(std::count(given_.begin(), given_.end(), "192.0.2.1 "), 1);
}

TEST_F(Coro, TokenWithoutASourceStopsNothing) {
  std::stop_token token;
  { token = std::stop_source().get_token(); }
  const auto task = look_up_until("a.test", token);
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.1 "));
}

// --- In parts ---

TEST_F(Coro, StreamGivesTheFirstFamilyAndThenTheRest) {
  const auto task = stream("parts.test");
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 ", "192.0.2.1 ", "end"));
}

TEST_F(Coro, StreamsLastPartSaysWhyThereIsNoMore) {
  const auto first = stream("v6.test");
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 ", dns_strerror(DNS_ENODATA), "end"));
  given_.clear();
  const auto second = stream("none.test");
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ENOTFOUND), "end"));
}

TEST_F(Coro, StreamKeepsThePartsThatNobodyAwaits) {
  const auto run = [&]() -> Task<> {
    auto stream = resolver_.stream("parts.test");
    static_cast<void>(co_await resolver_.resolve("silent.test", nullptr, {.deadline = 400ms}));
    EXPECT_TRUE(stream.more());
    given_.push_back(text_of(co_await stream.next()));
    EXPECT_TRUE(stream.more());
    given_.push_back(text_of(co_await stream.next()));
    EXPECT_FALSE(stream.more());
  };
  const auto task = run();
  loop_.run();
  EXPECT_TRUE(task.done());
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 ", "192.0.2.1 "));
}

TEST_F(Coro, StreamIsStoppedBetweenItsParts) {
  std::stop_source source;
  const auto task = stream("parts.test", source.get_token());
  ASSERT_TRUE(loop_.run_until([&] { return given_.size() == 1; }));
  source.request_stop();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 ", kCanceled, "end"));
}

TEST_F(Coro, StreamIsDestroyedBetweenItsParts) {
  auto task = std::make_unique<Task<>>(stream("parts.test"));
  ASSERT_TRUE(loop_.run_until([&] { return given_.size() == 1; }));
  task.reset();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 "));
}

TEST_F(Coro, StreamMayBeLeftAfterItsFirstPart) {
  const auto run = [&]() -> Task<> {
    auto stream = resolver_.stream("parts.test");
    given_.push_back(text_of(co_await stream.next()));
  };
  const auto task = run();
  loop_.run();
  EXPECT_TRUE(task.done());
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 "));
}

// --- Task ---

TEST_F(Coro, TaskGivesWhatItsCoroutineReturns) {
  const auto inner = [&](std::string name) -> Task<std::unique_ptr<std::string>> {
    co_return std::make_unique<std::string>(text_of(co_await resolver_.resolve(name)));
  };
  const auto outer = [&]() -> Task<std::string> {
    auto first = inner("a.test");
    auto second = inner("b.test");
    co_return *co_await second + *co_await first;
  };
  auto task = outer();
  loop_.run();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.result(), "192.0.2.2 192.0.2.1 ");
}

TEST_F(Coro, TaskThatDoesNotWaitIsDoneAtOnce) {
  auto task = []() -> Task<int> { co_return 7; }();
  EXPECT_TRUE(task.done());
  EXPECT_EQ(task.result(), 7);
}

TEST_F(Coro, TaskPassesExceptionsOn) {
  const auto inner = [&]() -> Task<int> {
    static_cast<void>(co_await resolver_.resolve("192.0.2.1"));
    throw std::runtime_error("from within");
  };
  const auto outer = [&]() -> Task<> { co_await inner(); };
  auto task = outer();
  loop_.run();
  ASSERT_TRUE(task.done());
  EXPECT_THROW(task.result(), std::runtime_error);
}

TEST_F(Coro, TaskTakesAllThatItAwaitsWithIt) {
  const auto outer = [&]() -> Task<> {
    co_await look_up("a.test");
    given_.emplace_back("resumed");
  };
  {
    auto task = outer();
    auto moved = std::move(task);
    moved = outer();
  }
  loop_.run();
  EXPECT_THAT(given_, IsEmpty());
}

}  // namespace
}  // namespace dns_cares_test
