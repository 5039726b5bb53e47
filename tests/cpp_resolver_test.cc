// resolver.hpp: who owns what, what is called when, errors, and the small types.
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <dns_cares/resolver.hpp>

#include <algorithm>
#include <climits>
#include <memory>
#include <numeric>
#include <ranges>
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
using dns_cares::Options;
using dns_cares::Resolver;
using dns_cares::Result;
using testing::ElementsAre;
using testing::IsEmpty;
using Handle = dns_cares::Lookup;  // to be told from the Lookup of these tests

static_assert(std::ranges::forward_range<const Addresses>);
static_assert(!std::copy_constructible<Addresses> && std::is_nothrow_move_constructible_v<Addresses>);
static_assert(!std::copy_constructible<Handle> && std::is_nothrow_move_assignable_v<Handle>);
static_assert(!std::copy_constructible<Resolver> && std::is_nothrow_move_assignable_v<Resolver>);
static_assert(!std::is_constructible_v<dns_cares::Text, std::string_view>, "which need not end in a NUL");
static_assert(dns_cares::ResultCallback<void (*)(Result<Addresses>)>);
static_assert(!dns_cares::ResultCallback<void (*)(int)>);

// Sorted, for their order depends on the machine's own addresses (RFC 6724).
std::string texts(const Addresses &addresses) {
  std::vector<std::string> sorted;
  for (Address address : addresses) sorted.push_back(address.text() + ' ');
  std::sort(sorted.begin(), sorted.end());
  return std::accumulate(sorted.begin(), sorted.end(), std::string());
}

std::string text_of(const Result<Addresses> &result) { return result ? texts(*result) : result.error().message(); }

class Cpp : public testing::Test {
 protected:
  Cpp() {
    server_.on("a.test", "A", answer({"192.0.2.1", "192.0.2.2"}));
    server_.on("a.test", "AAAA", nodata());
    server_.on("none.test", "ANY", nxdomain());
    server_.on("silent.test", "ANY", drop());
    server_.on("parts.test", "AAAA", answer({"2001:db8::1"}));
    server_.on("parts.test", "A", answer({"192.0.2.1"}).after(150ms));
  }
  void SetUp() override {
    ASSERT_EQ(loop_.init(server_.address(), [](dns_options &options) { options.resolution_delay_ms = 50; }), DNS_OK);
  }
  // A callback that notes what it is given.
  auto note() {
    return [this](Result<Addresses> result) { given_.push_back(text_of(result)); };
  }
  auto note_part() {
    return [this](Result<Addresses> part, bool more) { given_.push_back(text_of(part) + (more ? "..." : "end")); };
  }
  std::string resolve(dns_cares::Text name, dns_cares::Text service = nullptr, const dns_cares::Hints &hints = {}) {
    given_.clear();
    const Handle lookup = resolver_.resolve(name, service, hints, note());
    loop_.run();
    return given_.size() == 1 ? given_[0] : std::to_string(given_.size()) + " calls";
  }

  Server server_;
  Loop loop_;
  Resolver resolver_{loop_.get()};
  std::vector<std::string> given_;
};

// --- What a lookup gives ---

TEST_F(Cpp, CallbackIsGivenTheAddresses) {
  bool returned = false;
  Addresses kept;
  Handle lookup = resolver_.resolve("a.test", "443", [&](Result<Addresses> result) {
    EXPECT_TRUE(returned) << "never inline";
    ASSERT_TRUE(result);
    EXPECT_FALSE(result.error());
    kept = *std::move(result);
  });
  returned = true;
  EXPECT_TRUE(lookup.pending());
  loop_.run();
  EXPECT_FALSE(lookup.pending());
  EXPECT_EQ(texts(kept), "192.0.2.1 192.0.2.2 ");
  EXPECT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept.canonical_name(), nullptr);
}

TEST_F(Cpp, EntryIsASocketAddress) {
  std::string entry;
  Handle lookup = resolver_.resolve("192.0.2.1", "https", [&](Result<Addresses> result) {
    ASSERT_TRUE(result);
    const Address address = result->front();
    const sockaddr *plain = address;
    EXPECT_EQ(plain->sa_family, AF_INET);
    EXPECT_EQ(address.size(), sizeof(sockaddr_in));
    EXPECT_EQ(address.family(), AF_INET);
    EXPECT_EQ(address.socktype(), SOCK_STREAM);
    EXPECT_EQ(address.protocol(), IPPROTO_TCP);
    EXPECT_EQ(address.port(), 443);
    entry = entry_text(address.entry());
  });
  loop_.run();
  EXPECT_EQ(entry, "stream/6 192.0.2.1 443");
}

TEST_F(Cpp, AddressIsATextWithItsScope) {
  EXPECT_EQ(resolve("fe80::1%1"), "fe80::1%1 ");
  EXPECT_EQ(resolve("2001:db8:0::1", "80"), "2001:db8::1 ");
}

TEST_F(Cpp, NameMayBeAStringAndMayBeNone) {
  const std::string name = "a.test";
  EXPECT_EQ(resolve(name, std::string("80")), "192.0.2.1 192.0.2.2 ");
  EXPECT_THAT(resolve(nullptr, "80", {.family = AF_INET}), "127.0.0.1 ");
}

TEST_F(Cpp, HintsAreThoseOfTheLookup) {
  EXPECT_EQ(resolve("a.test", nullptr, {.family = AF_INET6}), dns_strerror(DNS_ENODATA));
  EXPECT_EQ(resolve("a.test", nullptr, {.flags = AI_NUMERICHOST}), dns_strerror(DNS_ENOTFOUND));
  int entries = 0;
  Handle all = resolver_.resolve("192.0.2.1", nullptr, {.socktype = 0},
                                 [&](Result<Addresses> result) { entries = static_cast<int>(result->size()); });
  std::string name;
  Handle canonical = resolver_.resolve("a.test", nullptr, {.flags = AI_CANONNAME},
                                       [&](Result<Addresses> result) { name = result->canonical_name(); });
  loop_.run();
  EXPECT_EQ(entries, 3);
  EXPECT_EQ(name, "a.test");
}

TEST_F(Cpp, DeadlineOfALookupGoesBeforeTheContexts) {
  const Stopwatch stopwatch;
  EXPECT_EQ(resolve("silent.test", nullptr, {.deadline = 50ms}), dns_strerror(DNS_ETIMEOUT));
  EXPECT_GE(stopwatch.ms(), 49);
  EXPECT_LT(stopwatch.ms(), 9000) << "the context's is 10 s";
}

// What is left of a time may be nothing; that must not be taken for no deadline.
TEST_F(Cpp, DeadlineThatIsOverEndsTheLookupAtOnce) {
  for (const auto left : {0ms, -5ms, std::chrono::milliseconds::min()}) {
    EXPECT_EQ(resolve("silent.test", nullptr, {.deadline = left}), dns_strerror(DNS_ETIMEOUT));
  }
}

// --- Callbacks ---

TEST_F(Cpp, CallbackMayBeMoveOnly) {
  auto number = std::make_unique<int>(7);
  int seen = 0;
  Handle lookup = resolver_.resolve("192.0.2.1", nullptr,
                                    [&, number = std::move(number)](Result<Addresses>) mutable { seen = ++*number; });
  loop_.run();
  EXPECT_EQ(seen, 8);
}

void count_result(Result<Addresses> result) {
  static int calls = 0;
  if (result) ++calls;
  EXPECT_EQ(calls, 1);
}

TEST_F(Cpp, CallbackMayBeAFunction) {
  Handle lookup = resolver_.resolve("192.0.2.1", nullptr, count_result);
  loop_.run();
  EXPECT_FALSE(lookup.pending());
}

TEST_F(Cpp, CallbackThatIsKeptElsewhereIsCopied) {
  int calls = 0;
  const auto callback = [&](const Result<Addresses> &) { ++calls; };
  Handle first = resolver_.resolve("192.0.2.1", nullptr, callback);
  Handle second = resolver_.resolve("192.0.2.1", nullptr, {.family = AF_INET}, callback);
  loop_.run();
  EXPECT_EQ(calls, 2);
}

TEST_F(Cpp, OneAllocationBesideThoseOfTheC) {
  struct Large {
    char octets[500] = {};
    void operator()(const Result<Addresses> &) const {}
  };
  const addrinfo hints{.ai_flags = 0,
                       .ai_family = AF_UNSPEC,
                       .ai_socktype = SOCK_STREAM,
                       .ai_protocol = 0,
                       .ai_addrlen = 0,
                       .ai_addr = nullptr,
                       .ai_canonname = nullptr,
                       .ai_next = nullptr};
  const auto in_c = [&] {
    const CountingNew counting;
    dns_cancel(dns_resolve(
        loop_.get(), "192.0.2.1", "80", &hints, 0, [](int, const addrinfo *, void *) {}, nullptr));
    return counting.allocations();
  };
  in_c();  // What the library keeps for the next one is there from now on.
  const std::size_t allocations = in_c();
  const CountingNew counting;
  { Handle lookup = resolver_.resolve("192.0.2.1", "80", Large()); }
  EXPECT_EQ(counting.allocations(), allocations + 1);
}

TEST_F(Cpp, CallbackIsDestroyedOnceItHasRun) {
  auto token = std::make_shared<int>();
  Handle lookup = resolver_.resolve("192.0.2.1", nullptr, [token](const Result<Addresses> &) {});
  EXPECT_EQ(token.use_count(), 2);
  loop_.run();
  EXPECT_EQ(token.use_count(), 1) << "although the handle is still there";
}

// --- The handle ---

TEST_F(Cpp, DestroyedLookupNeverCallsBack) {
  auto token = std::make_shared<int>();
  {
    Handle lookup = resolver_.resolve("a.test", nullptr, [&, token](const Result<Addresses> &) { note()(DNS_OK); });
  }
  EXPECT_EQ(token.use_count(), 1) << "the callback is destroyed with it";
  loop_.run();
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(Cpp, CancelledLookupNeverCallsBack) {
  Handle lookup = resolver_.resolve("a.test", nullptr, note());
  lookup.cancel();
  EXPECT_FALSE(lookup.pending());
  lookup.cancel();
  loop_.run();
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(Cpp, MovedLookupGoesOn) {
  Handle first = resolver_.resolve("192.0.2.1", nullptr, note());
  Handle second = std::move(first);
  Handle third;
  third = std::move(second);
  EXPECT_TRUE(third.pending());
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.1 "));
}

TEST_F(Cpp, AssignmentCancelsTheLookupThatWasThere) {
  Handle lookup = resolver_.resolve("192.0.2.1", nullptr, note());
  lookup = resolver_.resolve("192.0.2.2", nullptr, note());
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.2 "));
}

TEST_F(Cpp, DetachedLookupCallsBackAndIsFreed) {
  auto token = std::make_shared<int>();
  resolver_.resolve("192.0.2.1", nullptr, [&, token](Result<Addresses> result) { note()(std::move(result)); }).detach();
  Handle().detach();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.1 "));
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(Cpp, LookupMayBeDestroyedWithinItsCallback) {
  auto lookup = std::make_unique<Handle>();
  std::string after;
  *lookup = resolver_.resolve("192.0.2.1", nullptr, [&, text = std::string("a text that is not a short one")](auto &&) {
    lookup.reset();
    after = text;
  });
  loop_.run();
  EXPECT_EQ(after, "a text that is not a short one") << "the callback lives until it has returned";
}

TEST_F(Cpp, LookupMayBeReplacedWithinItsCallback) {
  Handle lookup;
  lookup = resolver_.resolve("192.0.2.1", nullptr, [&](Result<Addresses> result) {
    note()(std::move(result));
    lookup = resolver_.resolve("192.0.2.2", nullptr, note());
  });
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("192.0.2.1 ", "192.0.2.2 "));
}

// A callback that owns the object with the handle: the usual shape of a session.
TEST_F(Cpp, CallbackMayOwnTheOwnerOfItsLookup) {
  struct Session {
    Handle lookup;
  };
  std::weak_ptr<Session> alive;
  for (const bool cancels : {false, true}) {
    auto session = std::make_shared<Session>();
    alive = session;
    session->lookup = resolver_.resolve("192.0.2.1", nullptr, [session](auto &&) {});
    if (cancels) session->lookup.cancel();
    session.reset();
    loop_.run();
    EXPECT_TRUE(alive.expired());
  }
}

TEST_F(Cpp, LookupMayBeCancelledWithinTheCallbackOfAnother) {
  Handle second;
  Handle first = resolver_.resolve("192.0.2.1", nullptr, [&](const Result<Addresses> &) { second.cancel(); });
  second = resolver_.resolve("192.0.2.2", nullptr, note());
  loop_.run();
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(Cpp, LookupMayOutliveItsResolverAndItsContext) {
  Handle lookup;
  {
    const Resolver other(loop_.get());
    lookup = Resolver(other.loop()).resolve("silent.test", nullptr, note());
  }
  EXPECT_TRUE(lookup.pending());
  resolver_.shutdown();
  EXPECT_FALSE(lookup.pending());
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ESHUTDOWN)));
}

TEST_F(Cpp, LookupEndsWithItsLoop) {
  Handle lookup = resolver_.resolve("silent.test", nullptr, note());
  loop_.destroy();
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ESHUTDOWN)));
}

// Wherever memory ends: nothing is called, nothing is left behind, and with enough of it the lookup starts.
TEST_F(Cpp, WithoutMemoryThereIsNoLookupAndNoCall) {
  auto token = std::make_shared<int>();
  const auto start = [&](std::size_t spared) {
    const FailingNew failing(spared);
    return resolver_.resolve("a-name-that-is-not-a-short-one.test", nullptr,
                             [&, token](const Result<Addresses> &) { note()(DNS_OK); });
  };
  EXPECT_FALSE(start(0).pending());
  std::size_t spared = 1;
  for (; spared < 20; ++spared) {
    const Handle lookup = start(spared);
    if (lookup.pending()) break;
    EXPECT_EQ(token.use_count(), 1);
  }
  EXPECT_LT(spared, 20u);
  loop_.run();
  EXPECT_THAT(given_, IsEmpty());
}

// --- In parts ---

TEST_F(Cpp, StreamGivesTheFirstFamilyAndThenTheRest) {
  Handle lookup = resolver_.stream("parts.test", nullptr, note_part());
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 ...", "192.0.2.1 end"));
  EXPECT_FALSE(lookup.pending());
}

TEST_F(Cpp, StreamThatFailsMakesOneCall) {
  Handle lookup = resolver_.stream("none.test", nullptr, {.family = AF_INET}, note_part());
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(std::string(dns_strerror(DNS_ENOTFOUND)) + "end"));
}

TEST_F(Cpp, StreamMayBeDestroyedBetweenAndWithinItsCalls) {
  auto token = std::make_shared<int>();
  Handle within;
  within = resolver_.stream("parts.test", nullptr, [&, token](Result<Addresses> part, bool more) {
    note_part()(std::move(part), more);
    within = Handle();
    EXPECT_GT(token.use_count(), 1);
  });
  Handle between = resolver_.stream("parts.test", nullptr, note_part());
  ASSERT_TRUE(loop_.run_until([&] { return given_.size() == 2; }));
  EXPECT_TRUE(between.pending());
  between.cancel();
  EXPECT_EQ(token.use_count(), 1);
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 ...", "2001:db8::1 ..."));
}

TEST_F(Cpp, StreamsLastCallMayComeWithinItsFirst) {
  auto token = std::make_shared<int>();
  Handle lookup = resolver_.stream("parts.test", nullptr, [&, token](Result<Addresses> part, bool more) {
    note_part()(std::move(part), more);
    if (!more) return;
    lookup.detach();
    resolver_.shutdown();
    EXPECT_EQ(token.use_count(), 2) << "the callback is destroyed when both have returned";
  });
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("2001:db8::1 ...", std::string(dns_strerror(DNS_ESHUTDOWN)) + "end"));
  EXPECT_EQ(token.use_count(), 1);
}

// --- Resolvers ---

TEST(CppResolver, DefaultsOfTheOptionsAreThoseOfTheC) {
  dns_options plain;
  dns_options_init(&plain);
  const Options options;
  EXPECT_FALSE(options.servers || options.resolv_conf || options.hosts_file);
  EXPECT_EQ(options.timeout, std::chrono::milliseconds(plain.timeout_ms));
  EXPECT_EQ(options.tries, plain.tries);
  EXPECT_EQ(options.deadline, std::chrono::milliseconds(plain.deadline_ms));
  EXPECT_EQ(options.resolution_delay, std::chrono::milliseconds(plain.resolution_delay_ms));
  EXPECT_EQ(options.max_inflight, plain.max_inflight);
  EXPECT_EQ(options.cache_bytes, plain.cache_bytes);
  EXPECT_EQ(options.max_ttl, std::chrono::seconds(plain.max_ttl_s));
  EXPECT_EQ(options.max_negative_ttl, std::chrono::seconds(plain.max_negative_ttl_s));
  EXPECT_EQ(options.max_stale, std::chrono::seconds(plain.max_stale_s));
  EXPECT_EQ(options.tcp, plain.tcp != 0);
  EXPECT_EQ(options.no_search, plain.no_search != 0);
  EXPECT_EQ(options.rotate, plain.rotate != 0);
}

TEST(CppResolver, MakesItsContextWithItsOptionsAndEndsIt) {
  Server server;
  server.on("late.test", "A", answer({"192.0.2.1"}));
  server.on("late.test", "AAAA", answer({"2001:db8::1"}).after(100ms));
  server.on("silent.test", "ANY", drop());
  Loop loop;
  std::vector<std::string> given;
  const auto note = [&](const Result<Addresses> &result) { given.push_back(text_of(result)); };
  Handle silent;
  {
    Resolver resolver(loop.get(), {.servers = server.address(),
                                   .resolv_conf = "/dev/null",
                                   .hosts_file = "",
                                   .resolution_delay = Options::kUntilDeadline});
    EXPECT_EQ(resolver.loop(), loop.get());
    Handle both = resolver.resolve("late.test", nullptr, {.family = AF_UNSPEC}, [&](Result<Addresses> result) {
      ASSERT_TRUE(result);
      EXPECT_EQ(result->size(), 2u) << "until both are there";
    });
    loop.run();
    silent = resolver.resolve("silent.test", nullptr, note);
    Resolver moved = std::move(resolver);
    EXPECT_TRUE(silent.pending());
    resolver = std::move(moved);
    EXPECT_TRUE(silent.pending());
  }
  EXPECT_THAT(given, ElementsAre(dns_strerror(DNS_ESHUTDOWN)));
  EXPECT_EQ(loop.init(server.address()), DNS_OK) << "there is no context any more";
}

TEST(CppResolver, ThatJoinsLeavesTheContext) {
  Loop loop;
  ASSERT_EQ(loop.init("127.0.0.1"), DNS_OK);
  { const Resolver resolver(loop.get()); }
  EXPECT_EQ(loop.init("127.0.0.1"), DNS_ESYSTEM);
}

TEST(CppResolver, ThatCannotBeMadeSaysWhy) {
  Loop loop;
  EXPECT_EQ(Resolver::make(loop.get(), {.servers = "nonsense"}).error(), DNS_EBADNAME);
  EXPECT_EQ(Resolver::make(loop.get(), {.resolv_conf = "/"}).error(), DNS_ESYSTEM);
  try {
    const Resolver resolver(loop.get(), {.servers = "nonsense"});
    FAIL() << "no exception";
  } catch (const std::system_error &error) {
    EXPECT_EQ(error.code(), DNS_EBADNAME);
  }
  const auto made = Resolver::make(loop.get(), {.servers = "127.0.0.1"});
  EXPECT_TRUE(made);
  EXPECT_EQ(Resolver::make(loop.get(), {.servers = "127.0.0.1"}).error(), DNS_ESYSTEM) << "there is one already";
}

TEST(CppResolver, FirstLookupMakesTheContextWithDefaults) {
  Loop loop;
  bool resolved = false;
  Handle lookup = Resolver(loop.get()).resolve("localhost", "80", [&](const Result<Addresses> &result) {
    resolved = result.has_value();
  });
  loop.run();
  EXPECT_TRUE(resolved);
}

TEST_F(Cpp, CacheIsForgottenAsAsked) {
  resolve("a.test");
  resolve("a.test");
  EXPECT_EQ(server_.queries("a.test", "A"), 1u);
  resolver_.forget("b.test");
  resolve("a.test");
  EXPECT_EQ(server_.queries("a.test", "A"), 1u);
  resolver_.forget("a.test");
  resolve("a.test");
  EXPECT_EQ(server_.queries("a.test", "A"), 2u);
  resolver_.flush_cache();
  resolve("a.test");
  EXPECT_EQ(server_.queries("a.test", "A"), 3u);
}

// --- Errors ---

TEST_F(Cpp, ErrorIsAnErrorCode) {
  std::error_code error;
  Handle lookup = resolver_.resolve("none.test", nullptr, [&](const Result<Addresses> &result) {
    EXPECT_FALSE(result);
    error = result.error();
  });
  loop_.run();
  EXPECT_EQ(error, DNS_ENOTFOUND);
  EXPECT_NE(error, DNS_ENODATA);
  EXPECT_EQ(error.category(), dns_cares::dns_category());
  EXPECT_STREQ(error.category().name(), "dns");
  EXPECT_EQ(error.message(), dns_strerror(DNS_ENOTFOUND));
}

TEST(CppErrors, CompareToTheConditionsThatFit) {
  const auto is = [](dns_status status, std::errc condition) { return std::error_code(status) == condition; };
  EXPECT_TRUE(is(DNS_ETIMEOUT, std::errc::timed_out));
  EXPECT_TRUE(is(DNS_ECONNREFUSED, std::errc::connection_refused));
  EXPECT_TRUE(is(DNS_ENOMEM, std::errc::not_enough_memory));
  EXPECT_TRUE(is(DNS_EBADRESP, std::errc::bad_message));
  EXPECT_TRUE(is(DNS_ENOTIMP, std::errc::not_supported));
  EXPECT_TRUE(is(DNS_EREFUSED, std::errc::permission_denied));
  EXPECT_TRUE(is(DNS_EBADFAMILY, std::errc::address_family_not_supported));
  EXPECT_TRUE(is(DNS_ESOCKTYPE, std::errc::wrong_protocol_type));
  for (const dns_status status : {DNS_EBADNAME, DNS_EBADFLAGS, DNS_ESERVICE}) {
    EXPECT_TRUE(is(status, std::errc::invalid_argument));
  }
  EXPECT_TRUE(is(DNS_ESHUTDOWN, std::errc::operation_canceled));
  EXPECT_FALSE(is(DNS_ENOTFOUND, std::errc::timed_out));
  for (const dns_status status : {DNS_ENOTFOUND, DNS_ENODATA, DNS_ESERVFAIL, DNS_EFORMERR, DNS_ESYSTEM}) {
    EXPECT_EQ(std::error_code(status).default_error_condition().category(), dns_cares::dns_category());
  }
  EXPECT_FALSE(std::error_code(DNS_OK));
}

// --- Small types ---

TEST(CppResult, IsAValueOrAnError) {
  Result<std::string> value = std::string("text");
  EXPECT_TRUE(value && value.has_value());
  EXPECT_EQ(*value, "text");
  EXPECT_EQ(value.value(), "text");
  EXPECT_EQ(value->size(), 4u);
  EXPECT_EQ(value.value_or("other"), "text");
  EXPECT_FALSE(value.error());
  Result<std::string> error = DNS_EREFUSED;
  EXPECT_FALSE(error || error.has_value());
  EXPECT_EQ(error.error(), DNS_EREFUSED);
  EXPECT_EQ(error.value_or("other"), "other");
  std::swap(value, error);
  EXPECT_TRUE(error);
  EXPECT_EQ(value.error(), DNS_EREFUSED);
}

TEST(CppResult, IsChained) {
  const auto half = [](int n) -> Result<int> {
    if (n % 2 != 0) return std::make_error_code(std::errc::invalid_argument);
    return n / 2;
  };
  EXPECT_EQ(Result<int>(12).and_then(half).and_then(half).value(), 3);
  EXPECT_EQ(Result<int>(2).and_then(half).and_then(half).error(), std::errc::invalid_argument);
  EXPECT_EQ(Result<int>(12).transform([](int n) { return std::to_string(n); }).value(), "12");
  EXPECT_EQ(Result<int>(DNS_ENODATA).transform([](int n) { return n + 1; }).error(), DNS_ENODATA);
  EXPECT_EQ(Result<int>(DNS_ENODATA).or_else([](std::error_code) { return Result<int>(1); }).value(), 1);
}

TEST(CppResultDeathTest, ValueOfAnErrorEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)Result<int>(DNS_ENODATA).value(), "");
}

TEST_F(Cpp, AddressesAreCopiedMovedAndReleased) {
  Addresses original;
  Handle lookup =
      resolver_.resolve("a.test", nullptr, [&](Result<Addresses> result) { original = std::move(result).value(); });
  loop_.run();
  const Addresses copy = original.copy();
  Addresses moved = std::move(original);
  EXPECT_TRUE(original.empty() && original.copy().empty() && original.begin() == original.end());
  EXPECT_EQ(texts(copy), texts(moved));
  EXPECT_NE(copy.get(), moved.get());
  addrinfo *released = moved.release();
  EXPECT_TRUE(moved.empty());
  EXPECT_EQ(texts(Addresses(released)), texts(copy));
}

TEST_F(Cpp, AddressesAreARange) {
  Addresses addresses;
  Handle lookup =
      resolver_.resolve("a.test", nullptr, [&](Result<Addresses> result) { addresses = std::move(result).value(); });
  loop_.run();
  const auto second = std::ranges::find(addresses, std::string("192.0.2.2"), &Address::text);
  ASSERT_NE(second, addresses.end());
  EXPECT_EQ((*second).text(), "192.0.2.2");
  EXPECT_EQ(std::ranges::count(addresses, AF_INET, &Address::family), 2);
  const std::vector<Address> kept(addresses.begin(), addresses.end());
  EXPECT_EQ(kept.size(), 2u);
}

}  // namespace
}  // namespace dns_cares_test
