#include "evloop/watchers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dns_cares {
namespace {

using Action = std::function<void()>;
constexpr double kNotSoon = 1000;  // seconds; no test waits for it

void call_io(int, int, void *arg) { (*static_cast<Action *>(arg))(); }
void call(void *arg) { (*static_cast<Action *>(arg))(); }

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_), 0); }
  ~Pipe() {
    close_read_end();
    close(ends_[1]);
  }
  Pipe(const Pipe &) = delete;
  Pipe &operator=(const Pipe &) = delete;
  int read_end() const { return ends_[0]; }
  void close_read_end() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  void fill() const { EXPECT_EQ(write(ends_[1], "x", 1), 1); }

 private:
  int ends_[2] = {-1, -1};
};

class WatchersTest : public testing::Test {
 protected:
  explicit WatchersTest(unsigned flags = EVFLAG_AUTO) : loop_(ev_loop_new(flags)) {}
  ~WatchersTest() override { destroy_loop(); }
  void SetUp() override { ASSERT_NE(loop_, nullptr); }

  void destroy_loop() {
    if (loop_ != nullptr) ev_loop_destroy(std::exchange(loop_, nullptr));
  }
  // One turn of the loop, without waiting.
  void turn() { ev_run(loop_, EVRUN_NOWAIT); }
  // Whether something keeps the loop alive. Also true when more was released than held, so that false says that
  // every ev_ref() has had its ev_unref().
  bool kept_alive() { return ev_run(loop_, EVRUN_NOWAIT) != 0; }
  // Runs the loop until it ends by itself, or, when it is stuck, fails the test.
  void run(int flags = 0) {
    ev_timer watchdog;
    ev_timer_init(
        &watchdog,
        +[](struct ev_loop *loop, ev_timer *, int) {
          ADD_FAILURE() << "the loop is stuck";
          ev_break(loop, EVBREAK_ALL);
        },
        10, 10);
    ev_now_update(loop_);
    ev_timer_start(loop_, &watchdog);
    ev_unref(loop_);
    ev_run(loop_, flags);
    ev_ref(loop_);
    ev_timer_stop(loop_, &watchdog);
  }

  struct ev_loop *loop_;
};

// --- Watchers that keep the loop, and weak ones ---

class LivenessTest : public WatchersTest {
 protected:
  using WatchersTest::WatchersTest;

  evloop_io &watch(Liveness liveness, int events = EVLOOP_READ) {
    io_ = std::make_unique<evloop_io>(loop_, pipe_.read_end(), events, call_io, &on_event_, liveness);
    return *io_;
  }
  evloop_timer &make_timer(Liveness liveness) {
    timer_ = std::make_unique<evloop_timer>(loop_, call, &on_event_, liveness);
    return *timer_;
  }
  ~LivenessTest() override {
    io_.reset();
    timer_.reset();
  }

  Pipe pipe_;
  int events_ = 0;
  Action on_event_ = [this] { ++events_; };
  std::unique_ptr<evloop_io> io_;
  std::unique_ptr<evloop_timer> timer_;
};

TEST_F(LivenessTest, IoKeepsTheLoopFromStartToDestruction) {
  EXPECT_FALSE(kept_alive());
  watch(Liveness::kKeepsLoop);
  EXPECT_TRUE(kept_alive());
  io_.reset();
  EXPECT_FALSE(kept_alive());
}

TEST_F(LivenessTest, WeakIoDoesNotKeepTheLoop) {
  watch(Liveness::kWeak);
  EXPECT_FALSE(kept_alive());
  run();
  EXPECT_EQ(events_, 0);
  io_.reset();
  EXPECT_FALSE(kept_alive());
}

TEST_F(LivenessTest, WeakIoIsServedAllTheSame) {
  watch(Liveness::kWeak);
  pipe_.fill();
  turn();
  EXPECT_EQ(events_, 1);
}

TEST_F(LivenessTest, WeakIoStaysBalancedOverUpdates) {
  evloop_io &io = watch(Liveness::kWeak);
  for (const int events : {EVLOOP_READ, EVLOOP_READ | EVLOOP_WRITE, 0, 0, EVLOOP_READ, EVLOOP_READ, 0}) {
    io.update(events);
    EXPECT_FALSE(kept_alive()) << events;
  }
  io_.reset();
  EXPECT_FALSE(kept_alive());
}

TEST_F(LivenessTest, WeakIoThatWatchesForNothingStaysBalanced) {
  evloop_io &io = watch(Liveness::kWeak, 0);
  EXPECT_FALSE(kept_alive());
  io.update(EVLOOP_READ);
  EXPECT_FALSE(kept_alive());
  io.update(0);
  io_.reset();
  EXPECT_FALSE(kept_alive());
}

TEST_F(LivenessTest, WeakIoDestroyedInItsOwnCallbackStaysBalanced) {
  watch(Liveness::kWeak);
  pipe_.fill();
  on_event_ = [this] {
    ++events_;
    io_.reset();
  };
  turn();
  EXPECT_EQ(events_, 1);
  EXPECT_FALSE(kept_alive());
}

TEST_F(LivenessTest, WeakWatchersDoNotOutweighOneThatKeepsTheLoop) {
  Pipe other;
  Action nothing = [] {};
  const evloop_io weak(loop_, other.read_end(), EVLOOP_READ, call_io, &nothing, Liveness::kWeak);
  make_timer(Liveness::kWeak).start(kNotSoon);
  watch(Liveness::kKeepsLoop);
  pipe_.fill();
  on_event_ = [this] { io_.reset(); };
  run();
  EXPECT_EQ(io_, nullptr);  // The loop went on until then, and no longer.
}

TEST_F(LivenessTest, IoKnowsItsFd) { EXPECT_EQ(watch(Liveness::kWeak).fd(), pipe_.read_end()); }

TEST_F(LivenessTest, WeakIoOnAClosedFdStaysBalanced) {
  const int number = pipe_.read_end();
  pipe_.close_read_end();
  io_ = std::make_unique<evloop_io>(loop_, number, EVLOOP_READ, call_io, &on_event_, Liveness::kWeak);
  EXPECT_FALSE(kept_alive());
  EXPECT_EQ(events_, 1);
  io_.reset();
  EXPECT_FALSE(kept_alive());
}

// With select, libev itself stops the watcher of a descriptor that was closed.
class SelectLivenessTest : public LivenessTest {
 protected:
  SelectLivenessTest() : LivenessTest(EVBACKEND_SELECT) {}
};

// The loop's count was left one short until the watcher was updated or destroyed: with one other watcher the loop
// ended too early, with none it did not end.
TEST_F(SelectLivenessTest, WeakIoThatLibevHasStoppedIsBalancedAtOnce) {
  evloop_io &io = watch(Liveness::kWeak);
  pipe_.close_read_end();
  EXPECT_FALSE(kept_alive());
  EXPECT_EQ(events_, 1);
  io.update(0);
  EXPECT_FALSE(kept_alive());
  io_.reset();
  EXPECT_FALSE(kept_alive());
}

TEST_F(SelectLivenessTest, WeakIoThatLibevHasStoppedLeavesOthersTheirHold) {
  watch(Liveness::kWeak);
  pipe_.close_read_end();
  LoopHold hold(loop_);
  hold.set(true);
  turn();
  ASSERT_EQ(events_, 1);
  EXPECT_TRUE(kept_alive());
  hold.set(false);
  EXPECT_FALSE(kept_alive());
}

TEST_F(SelectLivenessTest, IoThatLibevHasStoppedNoLongerKeepsTheLoop) {
  watch(Liveness::kKeepsLoop);
  pipe_.close_read_end();
  run();
  EXPECT_EQ(events_, 1);
  io_.reset();
  EXPECT_FALSE(kept_alive());
}

TEST_F(LivenessTest, TimerKeepsTheLoopWhileArmed) {
  evloop_timer &timer = make_timer(Liveness::kKeepsLoop);
  EXPECT_FALSE(kept_alive());
  timer.start(kNotSoon);
  EXPECT_TRUE(kept_alive());
  timer.stop();
  EXPECT_FALSE(kept_alive());
  timer.start(0);
  run();
  EXPECT_EQ(events_, 1);
  EXPECT_FALSE(kept_alive());
  timer.start(kNotSoon);
  timer_.reset();
  EXPECT_FALSE(kept_alive());
}

TEST_F(LivenessTest, WeakTimerDoesNotKeepTheLoop) {
  evloop_timer &timer = make_timer(Liveness::kWeak);
  timer.start(kNotSoon);
  EXPECT_FALSE(kept_alive());
  run();
  timer.start(kNotSoon, kNotSoon);
  EXPECT_FALSE(kept_alive());
  timer.stop();
  EXPECT_FALSE(kept_alive());
  timer.stop();
  EXPECT_FALSE(kept_alive());
  timer.start(kNotSoon);
  timer_.reset();
  EXPECT_FALSE(kept_alive());
  EXPECT_EQ(events_, 0);
}

TEST_F(LivenessTest, WeakTimerGoesOffOnceWhileSomethingElseKeepsTheLoop) {
  LoopHold hold(loop_);
  hold.set(true);
  make_timer(Liveness::kWeak).start(0);
  on_event_ = [&] {
    ++events_;
    hold.set(false);
  };
  run();
  EXPECT_EQ(events_, 1);
  EXPECT_FALSE(kept_alive());
  EXPECT_EQ(events_, 1);
}

// libev stops a timer without a repeat before its callback runs, and would have taken it from its count twice.
TEST_F(LivenessTest, WeakTimerThatHasGoneOffStaysBalanced) {
  Action nothing = [] {};
  evloop_timer strong(loop_, call, &nothing);
  evloop_timer &timer = make_timer(Liveness::kWeak);
  for (int i = 1; i <= 3; ++i) {
    strong.start(0.001);
    timer.start(0);
    run();
    EXPECT_EQ(events_, i);
    EXPECT_FALSE(kept_alive());
  }
  timer_.reset();
  EXPECT_FALSE(kept_alive());
}

TEST_F(LivenessTest, WeakTimerStaysBalancedInItsOwnCallback) {
  const Action in_callback[] = {[] {}, [this] { timer_->stop(); }, [this] { timer_->start(kNotSoon); },
                                [this] { timer_.reset(); }};
  for (const Action &action : in_callback) {
    LoopHold hold(loop_);
    hold.set(true);
    make_timer(Liveness::kWeak).start(0);
    on_event_ = [&] {
      action();
      EXPECT_TRUE(kept_alive());
      hold.set(false);
    };
    run();
    EXPECT_FALSE(kept_alive());
  }
}

TEST_F(LivenessTest, WeakTimerRepeats) {
  LoopHold hold(loop_);
  hold.set(true);
  make_timer(Liveness::kWeak).start(0, 0.001);
  on_event_ = [&] {
    if (++events_ == 3) hold.set(false);
  };
  run();
  EXPECT_EQ(events_, 3);
}

TEST_F(LivenessTest, TimerMayBeDestroyedInItsOwnCallback) {
  make_timer(Liveness::kKeepsLoop).start(0, 0.001);
  on_event_ = [this] {
    ++events_;
    timer_.reset();
  };
  run();
  EXPECT_EQ(events_, 1);
}

// --- Deferred ---

class DeferredTest : public WatchersTest {
 protected:
  ~DeferredTest() override { deferred_.reset(); }

  Deferred &make_deferred(Action action) {
    action_ = std::move(action);
    deferred_ = std::make_unique<Deferred>(loop_, call, &action_);
    return *deferred_;
  }

  int count_ = 0;
  Action action_;
  std::unique_ptr<Deferred> deferred_;
};

TEST_F(DeferredTest, RunsInTheNextTurnAndNeverInline) {
  make_deferred([this] { ++count_; }).start();
  EXPECT_EQ(count_, 0);
  turn();
  EXPECT_EQ(count_, 1);
}

TEST_F(DeferredTest, DoesNotRunUnlessStarted) {
  make_deferred([this] { ++count_; });
  EXPECT_FALSE(kept_alive());
  EXPECT_EQ(count_, 0);
}

TEST_F(DeferredTest, RunsOnceInEachTurnUntilStopped) {
  Deferred &deferred = make_deferred([this] { ++count_; });
  deferred.start();
  deferred.start();  // Once more changes nothing.
  turn();
  turn();
  turn();
  EXPECT_EQ(count_, 3);
  deferred.stop();
  deferred.stop();
  EXPECT_FALSE(kept_alive());
  EXPECT_EQ(count_, 3);
}

TEST_F(DeferredTest, KeepsTheLoopFromEndingAndFromWaiting) {
  Pipe silent;
  Action nothing = [] {};
  evloop_io io(loop_, silent.read_end(), EVLOOP_READ, call_io, &nothing);
  make_deferred([this] { ++count_; }).start();
  run(EVRUN_ONCE);  // Would wait for the pipe.
  EXPECT_EQ(count_, 1);
  EXPECT_TRUE(kept_alive());
  io.update(0);
  EXPECT_TRUE(kept_alive());
}

TEST_F(DeferredTest, LoopEndsWhenItHasStopped) {
  make_deferred([this] {
    if (++count_ == 3) deferred_->stop();
  }).start();
  run();
  EXPECT_EQ(count_, 3);
}

TEST_F(DeferredTest, MayBeStoppedAndStartedInItsOwnCallback) {
  std::string order;
  make_deferred([&] {
    deferred_->stop();
    order += 'a';
    if (++count_ < 3) deferred_->start();
    order += 'b';
  }).start();
  turn();
  EXPECT_EQ(order, "ab");
  turn();
  EXPECT_EQ(order, "abab");
  run();
  EXPECT_EQ(order, "ababab");
}

TEST_F(DeferredTest, MayBeDestroyedInItsOwnCallback) {
  make_deferred([this] {
    ++count_;
    deferred_.reset();
  }).start();
  run();
  EXPECT_EQ(count_, 1);
  EXPECT_FALSE(kept_alive());
}

TEST_F(DeferredTest, DestroyedBeforeItsTurnItDoesNotRun) {
  make_deferred([this] { ++count_; }).start();
  deferred_.reset();
  EXPECT_FALSE(kept_alive());
  EXPECT_EQ(count_, 0);
}

TEST_F(DeferredTest, WhatIsStartedDuringOneTurnRunsInTheNext) {
  int others = 0;
  Action count_other = [&] { ++others; };
  // Made before and after the one that starts them: neither place gets them into its turn.
  Deferred before(loop_, call, &count_other);
  Deferred *after_it = nullptr;
  make_deferred([&] {
    deferred_->stop();
    before.start();
    after_it->start();
  }).start();
  Deferred after(loop_, call, &count_other);
  after_it = &after;
  turn();
  EXPECT_EQ(others, 0);
  turn();
  EXPECT_EQ(others, 2);
}

TEST_F(DeferredTest, StartedInAnIoCallbackItRunsInTheNextTurn) {
  Pipe pipe;
  pipe.fill();
  std::string order;
  Deferred &deferred = make_deferred([&] {
    order += 'd';
    deferred_->stop();
  });
  Action on_io = [&] {
    deferred.start();
    order += 'i';
  };
  const evloop_io io(loop_, pipe.read_end(), EVLOOP_READ, call_io, &on_io);
  turn();
  EXPECT_EQ(order, "i");
  turn();
  EXPECT_EQ(order, "idi");
}

// A callback that keeps starting lookups answered from the cache must not starve the loop.
TEST_F(DeferredTest, OtherIoIsServedBetweenTwoTurns) {
  Pipe pipe;
  pipe.fill();
  std::string order;
  make_deferred([&] {
    deferred_->stop();
    order += 'd';
    deferred_->start();
  }).start();
  Action on_io = [&] { order += 'i'; };
  const evloop_io io(loop_, pipe.read_end(), EVLOOP_READ, call_io, &on_io);
  for (int i = 0; i < 4; ++i) turn();
  EXPECT_EQ(order, "didididi");
}

TEST_F(DeferredTest, TimersAreServedBetweenTwoTurns) {
  Deferred &deferred = make_deferred([this] { ++count_; });
  deferred.start();
  Action on_time = [&] { deferred.stop(); };
  evloop_timer timer(loop_, call, &on_time);
  timer.start(0.001);
  run();
  EXPECT_GE(count_, 1);
}

TEST_F(DeferredTest, RunsInANestedLoopToo) {
  int depth = 0;
  make_deferred([&] {
    ++count_;
    if (depth++ == 0) {
      turn();
      deferred_->stop();
    }
  }).start();
  run();
  EXPECT_EQ(count_, 2);
}

TEST_F(DeferredTest, OneMayStopAnotherThatIsDueInTheSameTurn) {
  Deferred *others[2];
  Action stop_second = [&] {
    ++count_;
    others[1]->stop();
  };
  Action stop_first = [&] {
    ++count_;
    others[0]->stop();
  };
  Deferred first(loop_, call, &stop_second);
  Deferred second(loop_, call, &stop_first);
  others[0] = &first;
  others[1] = &second;
  first.start();
  second.start();
  turn();
  EXPECT_EQ(count_, 1);
}

// --- LoopEnd ---

class LoopEndTest : public WatchersTest {
 protected:
  LoopEndTest() { current_ = this; }
  ~LoopEndTest() override {
    end_.reset();
    destroy_loop();
    current_ = nullptr;
  }

  void expect_end() {
    end_ = std::make_unique<LoopEnd>(loop_, [](struct ev_loop *loop) {
      current_->ended_.push_back(loop);
      current_->end_.reset();
    });
  }

  static LoopEndTest *current_;
  std::vector<struct ev_loop *> ended_;
  std::unique_ptr<LoopEnd> end_;
};

LoopEndTest *LoopEndTest::current_ = nullptr;

TEST_F(LoopEndTest, RunsWhenTheLoopIsDestroyed) {
  struct ev_loop *const loop = loop_;
  expect_end();
  turn();
  EXPECT_TRUE(ended_.empty());
  destroy_loop();
  EXPECT_EQ(ended_, std::vector{loop});
}

TEST_F(LoopEndTest, DoesNotRunAfterItsDestruction) {
  expect_end();
  end_.reset();
  destroy_loop();
  EXPECT_TRUE(ended_.empty());
}

TEST_F(LoopEndTest, DoesNotKeepTheLoop) {
  expect_end();
  EXPECT_FALSE(kept_alive());
  run();
  end_.reset();
  EXPECT_FALSE(kept_alive());
  expect_end();
  LoopHold hold(loop_);
  hold.set(true);
  EXPECT_TRUE(kept_alive());
  hold.set(false);
}

TEST_F(LoopEndTest, EachOfSeveralRuns) {
  static std::unique_ptr<LoopEnd> other;
  static int others;
  others = 0;
  expect_end();
  other = std::make_unique<LoopEnd>(loop_, [](struct ev_loop *) {
    ++others;
    other.reset();
  });
  destroy_loop();
  EXPECT_EQ(ended_.size(), 1u);
  EXPECT_EQ(others, 1);
}

// What the end of a context does: its watchers go inside the callback.
TEST_F(LoopEndTest, CallbackMayDestroyWatchers) {
  static std::unique_ptr<evloop_io> io;
  static std::unique_ptr<evloop_timer> timer;
  static std::unique_ptr<Deferred> deferred;
  Pipe pipe;
  Action never = [] { ADD_FAILURE() << "the loop does not run any longer"; };
  pipe.fill();
  io = std::make_unique<evloop_io>(loop_, pipe.read_end(), EVLOOP_READ, call_io, &never, Liveness::kWeak);
  timer = std::make_unique<evloop_timer>(loop_, call, &never, Liveness::kWeak);
  timer->start(0);
  deferred = std::make_unique<Deferred>(loop_, call, &never);
  deferred->start();
  static std::unique_ptr<LoopEnd> end;
  end = std::make_unique<LoopEnd>(loop_, [](struct ev_loop *) {
    io.reset();
    timer.reset();
    deferred.reset();
    end.reset();
  });
  destroy_loop();
  EXPECT_EQ(io, nullptr);
  EXPECT_EQ(end, nullptr);
}

// --- LoopHold ---

class LoopHoldTest : public WatchersTest {};

TEST_F(LoopHoldTest, KeepsTheLoopWhileHeld) {
  LoopHold hold(loop_);
  EXPECT_FALSE(kept_alive());
  hold.set(true);
  EXPECT_TRUE(kept_alive());
  hold.set(false);
  EXPECT_FALSE(kept_alive());
}

TEST_F(LoopHoldTest, HoldsOnceHoweverOftenItIsSet) {
  LoopHold hold(loop_);
  hold.set(false);
  EXPECT_FALSE(kept_alive());
  hold.set(true);
  hold.set(true);
  EXPECT_TRUE(kept_alive());
  hold.set(false);
  EXPECT_FALSE(kept_alive());
  hold.set(false);
  EXPECT_FALSE(kept_alive());
}

TEST_F(LoopHoldTest, ReleasesWhenDestroyed) {
  {
    LoopHold hold(loop_);
    hold.set(true);
    EXPECT_TRUE(kept_alive());
  }
  EXPECT_FALSE(kept_alive());
}

TEST_F(LoopHoldTest, TwoHoldsAreTwo) {
  LoopHold one(loop_);
  LoopHold two(loop_);
  one.set(true);
  two.set(true);
  one.set(false);
  EXPECT_TRUE(kept_alive());
  two.set(false);
  EXPECT_FALSE(kept_alive());
}

TEST_F(LoopHoldTest, LoopWaitsForWeakWatchersWhileHeldAndEndsWhenReleased) {
  Pipe pipe;
  LoopHold hold(loop_);
  int served = 0;
  Action on_io = [&] {
    ++served;
    hold.set(false);
  };
  const evloop_io io(loop_, pipe.read_end(), EVLOOP_READ, call_io, &on_io, Liveness::kWeak);
  Action fill = [&] { pipe.fill(); };
  evloop_timer timer(loop_, call, &fill, Liveness::kWeak);
  timer.start(0.001);
  hold.set(true);
  run();
  EXPECT_EQ(served, 1);
  EXPECT_FALSE(kept_alive());
}

}  // namespace
}  // namespace dns_cares
