// records.hpp and connect.hpp: coroutines that wait for records and for connections.
#include <arpa/inet.h>
#include <dns_cares/testkit.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <dns_cares/connect.hpp>
#include <dns_cares/records.hpp>

#include <memory>
#include <ranges>
#include <stop_token>
#include <string>
#include <vector>

#include "failing_new.h"
#include "loop.h"
#include "sockets.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using dns_cares::Answer;
using dns_cares::Mx;
using dns_cares::Records;
using dns_cares::Resolver;
using dns_cares::Result;
using dns_cares::Socket;
using dns_cares::Task;
using testing::ElementsAre;
using testing::IsEmpty;

static_assert(std::ranges::forward_range<const Records<Mx>>);
static_assert(!std::copy_constructible<Socket> && std::is_nothrow_move_assignable_v<Socket>);

class CoroMore : public testing::Test {
 protected:
  CoroMore() {
    server_.on("a.test", "MX", records({"@ 60 IN MX 10 one.test.", "@ 60 IN MX 20 two.test."}));
    server_.on("alias.test", "MX", records({"@ 60 IN CNAME a.test.", "a.test. 60 IN MX 10 one.test."}));
    server_.on("text.test", "TXT", records({"@ 60 IN TXT \"one\" \"two\""}));
    server_.on("none.test", "ANY", nxdomain());
    server_.on("silent.test", "ANY", drop());
    server_.on("here.test", "A", answer({"127.0.0.1"}));
    server_.on("here.test", "AAAA", nodata());
  }
  void SetUp() override { ASSERT_EQ(loop_.init(server_.address()), DNS_OK); }

  Task<> look_up_mx(std::string name, std::stop_token stop = {}) {
    const auto result = co_await resolver_.query<Mx>(name, {}, stop);
    if (!result) given_.push_back(result.error().message());
    if (!result) co_return;
    for (const Mx mx : *result) given_.push_back(std::to_string(mx.preference) + ' ' + mx.exchange);
  }
  Task<> connect(std::string host, std::string port, dns_cares::ConnectHints hints = {}, std::stop_token stop = {}) {
    Result<Socket> result = co_await resolver_.connect(host, port, hints, stop);
    error_ = result.error();
    if (result) socket_ = *std::move(result);
    done_ = true;
  }

  Server server_;
  Loop loop_;
  Resolver resolver_{loop_.get()};
  std::vector<std::string> given_;
  Socket socket_;
  std::error_code error_;
  bool done_ = false;
};

// --- Records ---

TEST_F(CoroMore, RecordsOfATypeAreARange) {
  const auto task = look_up_mx("a.test");
  EXPECT_FALSE(task.done()) << "never inline";
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("10 one.test.", "20 two.test."));
}

TEST_F(CoroMore, AliasesAreFollowedAndPassedOver) {
  const auto run = [&]() -> Task<> {
    const auto result = co_await resolver_.query<Mx>("alias.test");
    EXPECT_EQ(result->size(), 1u);
    EXPECT_STREQ(result->front().exchange, "one.test.");
    EXPECT_STREQ(result->answer()->canonical_name, "a.test.");
  };
  const auto task = run();
  loop_.run();
  EXPECT_TRUE(task.done());
}

TEST_F(CoroMore, OctetsOfARecordAreValidAsLongAsTheRange) {
  const auto run = [&]() -> Task<Records<dns_cares::Txt>> {
    co_return std::move(co_await resolver_.query<dns_cares::Txt>("text.test")).value();
  };
  auto task = run();
  loop_.run();
  ASSERT_TRUE(task.done());
  const auto kept = task.result();
  resolver_.shutdown();
  const dns_txt txt = kept.front();
  dns_octets string{};
  ASSERT_EQ(dns_txt_string(&txt, 1, &string), 1);
  EXPECT_EQ(std::string(reinterpret_cast<const char *>(string.data), string.size), "two");
}

TEST_F(CoroMore, AnyTypeIsGivenAsAnAnswer) {
  const auto run = [&]() -> Task<> {
    const Result<Answer> answer = co_await resolver_.query("a.test", DNS_TYPE_MX, {.deadline = 5s});
    EXPECT_TRUE(answer);
    if (!answer) co_return;
    char text[100];
    dns_record_print_data((*answer)->answers, text, sizeof text);
    given_.emplace_back(text);
    EXPECT_EQ((**answer).rcode, 0);
  };
  const auto task = run();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre("10 one.test."));
}

TEST_F(CoroMore, DenialIsAnError) {
  const auto task = look_up_mx("none.test");
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(dns_strerror(DNS_ENOTFOUND)));
}

TEST_F(CoroMore, QueryIsCancelledByDestructionAndByAStopToken) {
  std::stop_source source;
  { const auto destroyed = look_up_mx("silent.test"); }
  const auto stopped = look_up_mx("silent.test", source.get_token());
  source.request_stop();
  loop_.run();
  EXPECT_THAT(given_, ElementsAre(std::make_error_code(std::errc::operation_canceled).message()));
}

TEST_F(CoroMore, WithoutMemoryForTheQueryItGoesOnAtOnce) {
  const auto run = [&]() -> Task<> {
    auto failing = std::make_unique<FailingNew>();
    auto query = resolver_.query<Mx>(kLongerThanAnyBlockKept);
    failing.reset();
    EXPECT_EQ((co_await query).error(), DNS_ENOMEM);
  };
  EXPECT_TRUE(run().done());
}

// --- Connections ---

TEST_F(CoroMore, ConnectGivesASocket) {
  const Listener listener;
  const auto task = connect("here.test", listener.port(), {.deadline = 30s});
  EXPECT_FALSE(done_) << "never inline";
  loop_.run();
  ASSERT_TRUE(done_);
  ASSERT_FALSE(error_) << error_.message();
  EXPECT_NE(fcntl(socket_.get(), F_GETFL) & O_NONBLOCK, 0);
  const Socket other(::accept(listener.fd(), nullptr, nullptr));
  EXPECT_EQ(write(other.get(), "x", 1), 1);
  Socket moved = std::move(socket_);
  EXPECT_EQ(socket_.get(), -1);
  char octet = 0;
  fcntl(moved.get(), F_SETFL, 0);
  EXPECT_EQ(read(moved.get(), &octet, 1), 1);
  moved.reset();
  EXPECT_EQ(read(other.get(), &octet, 1), 0) << "it is closed";
}

TEST_F(CoroMore, ConnectThatFailsSaysWhatTheLastAttemptSaid) {
  const ClosedPort closed;
  const auto task = connect("here.test", std::to_string(closed.port()));
  loop_.run();
  EXPECT_TRUE(done_);
  EXPECT_EQ(error_, std::errc::connection_refused);
  EXPECT_EQ(error_.category(), std::system_category());
}

TEST_F(CoroMore, ConnectGivesTheErrorOfItsLookup) {
  const auto task = connect("none.test", "80");
  loop_.run();
  EXPECT_EQ(error_, DNS_ENOTFOUND);
}

TEST_F(CoroMore, ConnectIsCancelledByDestructionByAStopTokenAndByTheDeadline) {
  std::stop_source source;
  { const auto destroyed = connect("silent.test", "80"); }
  const auto stopped = connect("silent.test", "80", {}, source.get_token());
  source.request_stop();
  loop_.run();
  EXPECT_EQ(error_, std::errc::operation_canceled);
  const auto late = connect("silent.test", "80", {.deadline = 50ms});
  loop_.run();
  EXPECT_EQ(error_, DNS_ETIMEOUT);
}

}  // namespace
}  // namespace dns_cares_test
