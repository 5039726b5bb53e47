#include "last_resort.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <vector>

#include "evloop/watchers.h"

namespace dns_cares {
namespace {

// One lookup that could not be stored.
struct Unlucky {
  std::vector<int> statuses;  // one for each call
  std::function<void()> on_call;
};

void record(int status, const addrinfo *list, void *arg) {
  auto &unlucky = *static_cast<Unlucky *>(arg);
  EXPECT_EQ(list, nullptr);
  unlucky.statuses.push_back(status);
  if (unlucky.on_call) unlucky.on_call();
}

using Statuses = std::vector<int>;

class LastResortTest : public testing::Test {
 protected:
  LastResortTest() : loop_(ev_loop_new(EVFLAG_AUTO)) {}
  ~LastResortTest() override { destroy_loop(); }
  void SetUp() override { ASSERT_NE(loop_, nullptr); }

  Unlucky &call() { return call_on(loop_); }
  Unlucky &call_on(struct ev_loop *loop) {
    Unlucky &unlucky = lookups_.emplace_back();
    call_without_memory(loop, record, &unlucky);
    return unlucky;
  }
  void turn() { ev_run(loop_, EVRUN_NOWAIT); }
  // False if something kept the loop alive.
  bool loop_ends() { return ev_run(loop_, EVRUN_NOWAIT) == 0; }
  void destroy_loop() {
    if (loop_ != nullptr) ev_loop_destroy(loop_);
    loop_ = nullptr;
  }

  struct ev_loop *loop_;
  std::deque<Unlucky> lookups_;
};

TEST_F(LastResortTest, CallbackComesLaterAndOnce) {
  const Unlucky &unlucky = call();
  EXPECT_EQ(unlucky.statuses, Statuses());
  turn();
  EXPECT_EQ(unlucky.statuses, Statuses{DNS_ENOMEM});
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(unlucky.statuses, Statuses{DNS_ENOMEM});
}

TEST_F(LastResortTest, LoopIsKeptUntilTheCallbackAndNotLonger) {
  const Unlucky &unlucky = call();
  // By itself it ends when nothing is left.
  ev_run(loop_, 0);
  EXPECT_EQ(unlucky.statuses, Statuses{DNS_ENOMEM});
  EXPECT_TRUE(loop_ends());
}

TEST_F(LastResortTest, WhatIsStartedInACallbackIsCalledInALaterTurn) {
  Unlucky *second = nullptr;
  call().on_call = [&] {
    second = &call();
    EXPECT_EQ(second->statuses, Statuses());
  };
  turn();
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->statuses, Statuses());
  turn();
  EXPECT_EQ(second->statuses, Statuses{DNS_ENOMEM});
}

TEST_F(LastResortTest, WholeReserveIsCalledOnceEach) {
  for (int i = 0; i < kReserve; ++i) call();
  for (const Unlucky &unlucky : lookups_) ASSERT_EQ(unlucky.statuses, Statuses());
  turn();
  for (const Unlucky &unlucky : lookups_) ASSERT_EQ(unlucky.statuses, Statuses{DNS_ENOMEM});
  EXPECT_TRUE(loop_ends());
}

TEST_F(LastResortTest, BeyondTheReserveTheCallbackComesAtOnce) {
  for (int i = 0; i < kReserve; ++i) call();
  const Unlucky &beyond = call();
  EXPECT_EQ(beyond.statuses, Statuses{DNS_ENOMEM});
  turn();
  EXPECT_EQ(beyond.statuses, Statuses{DNS_ENOMEM});
}

TEST_F(LastResortTest, ReserveIsThereAgainAfterATurn) {
  for (int round = 0; round < 3; ++round) {
    lookups_.clear();
    for (int i = 0; i < kReserve; ++i) call();
    for (const Unlucky &unlucky : lookups_) ASSERT_EQ(unlucky.statuses, Statuses());
    turn();
    for (const Unlucky &unlucky : lookups_) ASSERT_EQ(unlucky.statuses, Statuses{DNS_ENOMEM});
  }
}

TEST_F(LastResortTest, PlaceIsFreeWhileItsCallbackRuns) {
  for (int i = 0; i < kReserve; ++i) call();
  Unlucky *again = nullptr;
  lookups_.front().on_call = [&] { again = &call(); };
  turn();
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->statuses, Statuses());
  turn();
  EXPECT_EQ(again->statuses, Statuses{DNS_ENOMEM});
}

TEST_F(LastResortTest, ShutdownCallsAtOnceWithShutdown) {
  for (int i = 0; i < 10; ++i) call();
  end_last_resort(loop_);
  for (const Unlucky &unlucky : lookups_) EXPECT_EQ(unlucky.statuses, Statuses{DNS_ESHUTDOWN});
  turn();
  for (const Unlucky &unlucky : lookups_) EXPECT_EQ(unlucky.statuses, Statuses{DNS_ESHUTDOWN});
  EXPECT_TRUE(loop_ends());
}

TEST_F(LastResortTest, ShutdownOfOneLoopLeavesTheOthersAlone) {
  struct ev_loop *other = ev_loop_new(EVFLAG_AUTO);
  ASSERT_NE(other, nullptr);
  const Unlucky &here = call();
  const Unlucky &there = call_on(other);
  end_last_resort(loop_);
  EXPECT_EQ(here.statuses, Statuses{DNS_ESHUTDOWN});
  EXPECT_EQ(there.statuses, Statuses());
  ev_run(other, EVRUN_NOWAIT);
  EXPECT_EQ(there.statuses, Statuses{DNS_ENOMEM});
  ev_loop_destroy(other);
}

TEST_F(LastResortTest, ShutdownInACallbackEndsTheOthers) {
  for (int i = 0; i < 5; ++i) call().on_call = [this] { end_last_resort(loop_); };
  turn();
  int no_memory = 0;
  for (const Unlucky &unlucky : lookups_) {
    ASSERT_EQ(unlucky.statuses.size(), 1u);
    no_memory += unlucky.statuses[0] == DNS_ENOMEM ? 1 : 0;
  }
  EXPECT_EQ(no_memory, 1);
}

TEST_F(LastResortTest, ShutdownOfNothingIsFine) {
  end_last_resort(loop_);
  EXPECT_TRUE(loop_ends());
}

TEST_F(LastResortTest, DestroyedLoopCallsWithShutdown) {
  for (int i = 0; i < kReserve; ++i) call();
  destroy_loop();
  for (const Unlucky &unlucky : lookups_) ASSERT_EQ(unlucky.statuses, Statuses{DNS_ESHUTDOWN});
}

TEST_F(LastResortTest, WhatIsStartedWhileTheLoopIsDestroyedIsCalledToo) {
  Unlucky *second = nullptr;
  call().on_call = [&] { second = &call(); };
  destroy_loop();
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->statuses, Statuses{DNS_ESHUTDOWN});
}

TEST_F(LastResortTest, DestroyedLoopGivesItsPlacesBack) {
  for (int i = 0; i < kReserve; ++i) call();
  destroy_loop();
  loop_ = ev_loop_new(EVFLAG_AUTO);
  ASSERT_NE(loop_, nullptr);
  const Unlucky &unlucky = call();
  EXPECT_EQ(unlucky.statuses, Statuses());
  turn();
  EXPECT_EQ(unlucky.statuses, Statuses{DNS_ENOMEM});
}

}  // namespace
}  // namespace dns_cares
