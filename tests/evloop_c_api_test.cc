// The contract of evloop.h, through the public header only, over each of libev's usual backends.
#include <dns_cares/evloop.h>
#include <ev.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Events = std::vector<int>;
constexpr int kBoth = EVLOOP_READ | EVLOOP_WRITE;
constexpr double kNotSoon = 1000;  // seconds; no test waits for it

// Two file descriptors that belong together. Either may be closed early.
class FdPair {
 public:
  FdPair(int a, int b) : fds_{a, b} {}
  ~FdPair() {
    close_a();
    close_b();
  }
  FdPair(FdPair &&other) noexcept : fds_{std::exchange(other.fds_[0], -1), std::exchange(other.fds_[1], -1)} {}
  FdPair &operator=(FdPair &&) = delete;

  int a() const { return fds_[0]; }
  int b() const { return fds_[1]; }
  void close_a() { shut(fds_[0]); }
  void close_b() { shut(fds_[1]); }
  // Makes a() another name for what was `fd`, which is closed.
  void take_for_a(int fd, int number) {
    ASSERT_EQ(dup2(fd, number), number);
    close(fd);
    fds_[0] = number;
  }
  void write_to_b(std::string_view text = "x") const {
    ASSERT_EQ(write(fds_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

 private:
  static void shut(int &fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  int fds_[2];
};

// a() is the end to read from.
FdPair make_pipe() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(pipe(fds), 0);
  return {fds[0], fds[1]};
}

FdPair make_socketpair() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  return {fds[0], fds[1]};
}

void read_one(int fd) {
  char octet;
  ASSERT_EQ(read(fd, &octet, 1), 1);
}

// A watcher that keeps what it is told. Set `then` for what its callback is to do.
class IoProbe {
 public:
  explicit IoProbe(struct ev_loop *loop) : loop_(loop) {}
  ~IoProbe() { stop(); }
  IoProbe(const IoProbe &) = delete;
  IoProbe &operator=(const IoProbe &) = delete;

  void start(int fd, int events) {
    fd_ = fd;
    io_ = evloop_io_start(loop_, fd, events, on_event, this);
    ASSERT_NE(io_, nullptr);
  }
  void update(int events) { evloop_io_update(io_, events); }
  void stop() { evloop_io_stop(std::exchange(io_, nullptr)); }

  Events seen;
  std::function<void()> then;

 private:
  static void on_event(int fd, int revents, void *arg) {
    auto *self = static_cast<IoProbe *>(arg);
    EXPECT_EQ(fd, self->fd_);
    self->seen.push_back(revents);
    if (self->then) self->then();
  }

  struct ev_loop *const loop_;
  evloop_io *io_ = nullptr;
  int fd_ = -1;
};

class TimerProbe {
 public:
  explicit TimerProbe(struct ev_loop *loop) : loop_(loop) {}
  ~TimerProbe() { stop(); }
  TimerProbe(const TimerProbe &) = delete;
  TimerProbe &operator=(const TimerProbe &) = delete;

  void start(double after, double repeat) {
    timer_ = evloop_timer_start(loop_, after, repeat, on_time, this);
    ASSERT_NE(timer_, nullptr);
  }
  void reschedule(double after, double repeat) { evloop_timer_reschedule(timer_, after, repeat); }
  void stop() { evloop_timer_stop(std::exchange(timer_, nullptr)); }

  int count = 0;
  std::function<void()> then;

 private:
  static void on_time(void *arg) {
    auto *self = static_cast<TimerProbe *>(arg);
    ++self->count;
    if (self->then) self->then();
  }

  struct ev_loop *const loop_;
  evloop_timer *timer_ = nullptr;
};

class AsyncProbe {
 public:
  explicit AsyncProbe(struct ev_loop *loop) : async_(evloop_async_start(loop, on_word, this)) {}
  ~AsyncProbe() { stop(); }
  AsyncProbe(const AsyncProbe &) = delete;
  AsyncProbe &operator=(const AsyncProbe &) = delete;

  void send() { evloop_async_send(async_); }
  void stop() { evloop_async_stop(std::exchange(async_, nullptr)); }

  int count = 0;
  std::function<void()> then;

 private:
  static void on_word(void *arg) {
    auto *self = static_cast<AsyncProbe *>(arg);
    ++self->count;
    if (self->then) self->then();
  }

  evloop_async *async_;
};

// Fails the test and ends the loop if that is still running after a time in which all is long done.
class Watchdog {
 public:
  explicit Watchdog(struct ev_loop *loop) : loop_(loop) {
    ev_now_update(loop);
    ev_timer_init(&timer_, bite, 10, 10);
    ev_timer_start(loop_, &timer_);
    ev_unref(loop_);
  }
  ~Watchdog() {
    ev_ref(loop_);
    ev_timer_stop(loop_, &timer_);
  }
  Watchdog(const Watchdog &) = delete;
  Watchdog &operator=(const Watchdog &) = delete;

 private:
  static void bite(struct ev_loop *loop, ev_timer *, int) {
    ADD_FAILURE() << "the loop is stuck";
    ev_break(loop, EVBREAK_ALL);
  }
  struct ev_loop *const loop_;
  ev_timer timer_;
};

class EvloopTest : public testing::TestWithParam<unsigned> {
 protected:
  EvloopTest() : loop_(ev_loop_new(GetParam())) {}
  ~EvloopTest() override {
    if (loop_ != nullptr) ev_loop_destroy(loop_);
  }
  void SetUp() override { ASSERT_NE(loop_, nullptr); }

  // Runs until nothing keeps the loop alive, or it is broken.
  void run() {
    const Watchdog watchdog(loop_);
    evloop_run(loop_);
  }
  // Delivers what is ready now.
  void turn() { ev_run(loop_, EVRUN_NOWAIT); }
  // Waits for something to be delivered.
  void wait() {
    const Watchdog watchdog(loop_);
    ev_run(loop_, EVRUN_ONCE);
  }

  struct ev_loop *const loop_;
};

class EvloopIo : public EvloopTest {};
class EvloopClosedFd : public EvloopTest {};
// libev's epoll does not hear of it when a descriptor is closed while watched, and its poll fails an assertion.
class EvloopFdClosedWhileWatched : public EvloopTest {};
class EvloopTimer : public EvloopTest {};
class EvloopAsync : public EvloopTest {};
class EvloopRun : public EvloopTest {};

std::string backend_name(const testing::TestParamInfo<unsigned> &info) {
  switch (info.param) {
    case EVBACKEND_SELECT:
      return "select";
    case EVBACKEND_POLL:
      return "poll";
    case EVBACKEND_EPOLL:
      return "epoll";
    default:
      return std::to_string(info.param);
  }
}

std::vector<unsigned> backends(std::initializer_list<unsigned> usual) {
  std::vector<unsigned> result;
  for (const unsigned backend : usual) {
    if ((ev_supported_backends() & backend) != 0) result.push_back(backend);
  }
  return result;
}

const auto kEveryBackend = testing::ValuesIn(backends({EVBACKEND_SELECT, EVBACKEND_POLL, EVBACKEND_EPOLL}));
INSTANTIATE_TEST_SUITE_P(Backends, EvloopIo, kEveryBackend, backend_name);
INSTANTIATE_TEST_SUITE_P(Backends, EvloopClosedFd, kEveryBackend, backend_name);
INSTANTIATE_TEST_SUITE_P(Backends, EvloopFdClosedWhileWatched, testing::ValuesIn(backends({EVBACKEND_SELECT})),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Backends, EvloopTimer, kEveryBackend, backend_name);
INSTANTIATE_TEST_SUITE_P(Backends, EvloopAsync, kEveryBackend, backend_name);
INSTANTIATE_TEST_SUITE_P(Backends, EvloopRun, kEveryBackend, backend_name);

// --- File descriptors ---

TEST_P(EvloopIo, ReadIsReportedWhenThereIsDataAndNotBefore) {
  FdPair pipe = make_pipe();
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  turn();
  EXPECT_EQ(io.seen, Events{});
  pipe.write_to_b();
  turn();
  EXPECT_EQ(io.seen, Events{EVLOOP_READ});
}

TEST_P(EvloopIo, CallbackIsNotRunBeforeStartHasReturned) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  EXPECT_EQ(io.seen, Events{});
  io.update(0);
  io.update(EVLOOP_READ);
  EXPECT_EQ(io.seen, Events{});
  turn();
  EXPECT_EQ(io.seen, Events{EVLOOP_READ});
}

TEST_P(EvloopIo, WriteIsReportedWhenThereIsRoom) {
  FdPair pipe = make_pipe();
  ASSERT_EQ(fcntl(pipe.b(), F_SETFL, O_NONBLOCK), 0);
  const std::string block(4096, 'x');
  std::size_t written = 0;
  for (ssize_t got; (got = write(pipe.b(), block.data(), block.size())) > 0;) written += static_cast<std::size_t>(got);
  IoProbe io(loop_);
  io.start(pipe.b(), EVLOOP_WRITE);
  turn();
  EXPECT_EQ(io.seen, Events{});
  std::string drained(written, '\0');
  ASSERT_EQ(read(pipe.a(), drained.data(), drained.size()), static_cast<ssize_t>(written));
  turn();
  EXPECT_EQ(io.seen, Events{EVLOOP_WRITE});
}

TEST_P(EvloopIo, ReadAndWriteAreReportedInOneCall) {
  FdPair sockets = make_socketpair();
  sockets.write_to_b();
  IoProbe io(loop_);
  io.start(sockets.a(), kBoth);
  turn();
  EXPECT_EQ(io.seen, Events{kBoth});
}

TEST_P(EvloopIo, OfReadAndWriteOnlyWhatIsReadyIsReported) {
  FdPair sockets = make_socketpair();
  IoProbe io(loop_);
  io.start(sockets.a(), kBoth);
  turn();
  EXPECT_EQ(io.seen, Events{EVLOOP_WRITE});
}

TEST_P(EvloopIo, OnlyWhatIsAskedForIsReported) {
  FdPair sockets = make_socketpair();
  sockets.write_to_b();
  IoProbe writer(loop_);
  writer.start(sockets.a(), EVLOOP_WRITE);
  turn();
  EXPECT_EQ(writer.seen, Events{EVLOOP_WRITE});
  IoProbe reader(loop_);
  writer.stop();
  reader.start(sockets.a(), EVLOOP_READ);
  turn();
  EXPECT_EQ(reader.seen, Events{EVLOOP_READ});
}

TEST_P(EvloopIo, DataThatIsNotReadIsReportedAgain) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  turn();
  turn();
  EXPECT_EQ(io.seen, (Events{EVLOOP_READ, EVLOOP_READ}));
  read_one(pipe.a());
  turn();
  EXPECT_EQ(io.seen.size(), 2u);
}

TEST_P(EvloopIo, EndOfFileIsReported) {
  FdPair sockets = make_socketpair();
  IoProbe io(loop_);
  io.start(sockets.a(), EVLOOP_READ);
  turn();
  ASSERT_EQ(io.seen, Events{});
  sockets.close_b();
  turn();
  EXPECT_EQ(io.seen, Events{EVLOOP_READ});
}

TEST_P(EvloopIo, OneWatcherMayReadAndAnotherWriteTheSameFd) {
  FdPair sockets = make_socketpair();
  sockets.write_to_b();
  IoProbe reader(loop_);
  IoProbe writer(loop_);
  reader.start(sockets.a(), EVLOOP_READ);
  writer.start(sockets.a(), EVLOOP_WRITE);
  turn();
  EXPECT_EQ(reader.seen, Events{EVLOOP_READ});
  EXPECT_EQ(writer.seen, Events{EVLOOP_WRITE});
  reader.stop();
  turn();
  EXPECT_EQ(reader.seen.size(), 1u);
  EXPECT_EQ(writer.seen.size(), 2u);
}

TEST_P(EvloopIo, UpdateChangesTheEvents) {
  FdPair sockets = make_socketpair();
  sockets.write_to_b();
  IoProbe io(loop_);
  io.start(sockets.a(), EVLOOP_READ);
  turn();
  io.update(EVLOOP_WRITE);
  turn();
  io.update(kBoth);
  turn();
  io.update(EVLOOP_READ);
  turn();
  EXPECT_EQ(io.seen, (Events{EVLOOP_READ, EVLOOP_WRITE, kBoth, EVLOOP_READ}));
}

TEST_P(EvloopIo, UpdateToTheSameEventsGoesOnWatching) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  io.update(EVLOOP_READ);
  turn();
  io.update(EVLOOP_READ);
  turn();
  EXPECT_EQ(io.seen.size(), 2u);
}

TEST_P(EvloopIo, UpdateToNothingPauses) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  turn();
  io.update(0);
  turn();
  io.update(0);
  turn();
  EXPECT_EQ(io.seen.size(), 1u);
  io.update(EVLOOP_READ);
  turn();
  EXPECT_EQ(io.seen.size(), 2u);
}

TEST_P(EvloopIo, CallbackMayPauseItsOwnWatcher) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  io.then = [&] { io.update(0); };
  turn();
  turn();
  EXPECT_EQ(io.seen.size(), 1u);
}

TEST_P(EvloopIo, CallbackMayChangeTheEventsOfItsOwnWatcher) {
  FdPair sockets = make_socketpair();
  sockets.write_to_b();
  IoProbe io(loop_);
  io.start(sockets.a(), EVLOOP_READ);
  io.then = [&] { io.update(EVLOOP_WRITE); };
  turn();
  turn();
  EXPECT_EQ(io.seen, (Events{EVLOOP_READ, EVLOOP_WRITE}));
}

TEST_P(EvloopIo, StartedWithNothingItWaitsForAnUpdate) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(loop_);
  io.start(pipe.a(), 0);
  turn();
  EXPECT_EQ(io.seen, Events{});
  io.update(EVLOOP_READ);
  turn();
  EXPECT_EQ(io.seen, Events{EVLOOP_READ});
}

TEST_P(EvloopIo, UpdateIgnoresUnknownBits) {
  FdPair sockets = make_socketpair();
  sockets.write_to_b();
  IoProbe io(loop_);
  io.start(sockets.a(), EVLOOP_READ);
  io.update(~kBoth | EVLOOP_WRITE);
  turn();
  EXPECT_EQ(io.seen, Events{EVLOOP_WRITE});
  io.update(~kBoth);
  turn();
  EXPECT_EQ(io.seen.size(), 1u);
}

TEST_P(EvloopIo, CallbackMayStopItsOwnWatcher) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  io.then = [&] { io.stop(); };
  run();
  EXPECT_EQ(io.seen.size(), 1u);
}

TEST_P(EvloopIo, StoppedWatcherIsNotCalledThoughItsEventIsPending) {
  FdPair pipes[] = {make_pipe(), make_pipe()};
  IoProbe ios[] = {IoProbe(loop_), IoProbe(loop_)};
  for (int i = 0; i < 2; ++i) {
    pipes[i].write_to_b();
    ios[i].start(pipes[i].a(), EVLOOP_READ);
    ios[i].then = [&other = ios[1 - i]] { other.stop(); };
  }
  turn();
  EXPECT_EQ(ios[0].seen.size() + ios[1].seen.size(), 1u);
}

TEST_P(EvloopIo, PausedWatcherIsNotCalledThoughItsEventIsPending) {
  FdPair pipes[] = {make_pipe(), make_pipe()};
  IoProbe ios[] = {IoProbe(loop_), IoProbe(loop_)};
  for (int i = 0; i < 2; ++i) {
    pipes[i].write_to_b();
    ios[i].start(pipes[i].a(), EVLOOP_READ);
    ios[i].then = [&other = ios[1 - i]] { other.update(0); };
  }
  turn();
  turn();
  const std::size_t first = ios[0].seen.size();
  const std::size_t second = ios[1].seen.size();
  EXPECT_EQ(first + second, 2u);
  EXPECT_EQ(first * second, 0u);
}

TEST_P(EvloopIo, CallbackMayStopItsWatcherAndStartAnotherOnTheSameFd) {
  FdPair sockets = make_socketpair();
  sockets.write_to_b();
  IoProbe first(loop_);
  IoProbe second(loop_);
  first.start(sockets.a(), EVLOOP_READ);
  first.then = [&] {
    first.stop();
    second.start(sockets.a(), EVLOOP_READ);
    EXPECT_EQ(second.seen, Events{});
  };
  turn();
  EXPECT_EQ(second.seen, Events{});
  turn();
  EXPECT_EQ(first.seen.size(), 1u);
  EXPECT_EQ(second.seen, Events{EVLOOP_READ});
}

TEST_P(EvloopIo, CallbackMayStartAnotherOnTheSameFdAndThenStopItsOwn) {
  FdPair sockets = make_socketpair();
  sockets.write_to_b();
  IoProbe first(loop_);
  IoProbe second(loop_);
  first.start(sockets.a(), EVLOOP_READ);
  first.then = [&] {
    second.start(sockets.a(), kBoth);
    first.stop();
  };
  turn();
  turn();
  EXPECT_EQ(first.seen.size(), 1u);
  EXPECT_EQ(second.seen, Events{kBoth});
}

// epoll forgets a closed file by itself, and whoever takes the new file of the same number for the old one, already
// registered, never hears of it again.
TEST_P(EvloopIo, NewFdOfTheSameNumberAsAClosedOneIsWatched) {
  FdPair old_pair = make_socketpair();
  FdPair new_pair = make_socketpair();
  old_pair.write_to_b();
  IoProbe old_io(loop_);
  IoProbe new_io(loop_);
  old_io.start(old_pair.a(), EVLOOP_READ);
  old_io.then = [&] {
    const int number = old_pair.a();
    const int moving = new_pair.a();
    old_io.stop();
    old_pair.close_a();
    new_pair.take_for_a(moving, number);
    new_io.start(number, EVLOOP_READ);
  };
  turn();
  turn();
  EXPECT_EQ(old_io.seen.size(), 1u);
  EXPECT_EQ(new_io.seen, Events{});
  new_pair.write_to_b();
  wait();
  EXPECT_EQ(new_io.seen, Events{EVLOOP_READ});
}

// As before, but for the order in which c-ares does it: the new watcher is started while the old one's is still to
// be stopped, on a number that was closed a moment ago.
TEST_P(EvloopIo, NewFdIsWatchedThoughTheOldWatcherIsStoppedAfterTheClose) {
  FdPair old_pair = make_socketpair();
  FdPair new_pair = make_socketpair();
  old_pair.write_to_b();
  IoProbe old_io(loop_);
  IoProbe new_io(loop_);
  old_io.start(old_pair.a(), EVLOOP_READ);
  old_io.then = [&] {
    const int number = old_pair.a();
    const int moving = new_pair.a();
    old_pair.close_a();
    old_io.stop();
    new_pair.take_for_a(moving, number);
    new_io.start(number, EVLOOP_READ);
  };
  turn();
  turn();
  EXPECT_EQ(old_io.seen.size(), 1u);
  EXPECT_EQ(new_io.seen, Events{});
  new_pair.write_to_b();
  wait();
  EXPECT_EQ(new_io.seen, Events{EVLOOP_READ});
}

// While a duplicate of the old file is open, epoll goes on reporting that one under the old number.
TEST_P(EvloopIo, DuplicateOfTheOldFileIsNotTakenForTheNewOne) {
  FdPair old_pair = make_socketpair();
  FdPair new_pair = make_socketpair();
  const int duplicate = dup(old_pair.a());
  old_pair.write_to_b();
  IoProbe old_io(loop_);
  IoProbe new_io(loop_);
  old_io.start(old_pair.a(), EVLOOP_READ);
  old_io.then = [&] {
    const int number = old_pair.a();
    const int moving = new_pair.a();
    old_io.stop();
    old_pair.close_a();
    new_pair.take_for_a(moving, number);
    new_io.start(number, EVLOOP_READ);
  };
  for (int i = 0; i < 5; ++i) turn();
  EXPECT_EQ(old_io.seen.size(), 1u);
  EXPECT_EQ(new_io.seen, Events{});
  new_pair.write_to_b();
  turn();
  turn();
  EXPECT_NE(new_io.seen, Events{});
  close(duplicate);
}

// Used to abort the program in libev: its epoll and poll backends assert that a watched descriptor is open.
TEST_P(EvloopClosedFd, IsReportedOnceAsAllTheEvents) {
  FdPair sockets = make_socketpair();
  const int number = sockets.a();
  sockets.close_a();
  IoProbe io(loop_);
  io.start(number, kBoth);
  EXPECT_EQ(io.seen, Events{});
  run();  // Returns: the watcher is not active.
  EXPECT_EQ(io.seen, Events{kBoth});
  turn();
  EXPECT_EQ(io.seen.size(), 1u);
}

TEST_P(EvloopClosedFd, IsReportedAsNoMoreThanTheEventsAskedFor) {
  FdPair sockets = make_socketpair();
  const int number = sockets.a();
  sockets.close_a();
  IoProbe io(loop_);
  io.start(number, EVLOOP_WRITE);
  run();
  EXPECT_EQ(io.seen, Events{EVLOOP_WRITE});
}

TEST_P(EvloopClosedFd, IsReportedWhenItsWatcherIsUpdated) {
  FdPair sockets = make_socketpair();
  IoProbe io(loop_);
  io.start(sockets.a(), EVLOOP_READ);
  turn();
  sockets.close_a();
  io.update(kBoth);
  EXPECT_EQ(io.seen, Events{});
  run();
  EXPECT_EQ(io.seen, Events{kBoth});
}

TEST_P(EvloopClosedFd, IsReportedThoughNothingElseHappens) {
  FdPair sockets = make_socketpair();
  FdPair silent = make_pipe();
  IoProbe io(loop_);
  IoProbe other(loop_);
  other.start(silent.a(), EVLOOP_READ);
  const int number = sockets.a();
  sockets.close_a();
  TimerProbe timer(loop_);
  timer.start(0, 0);
  timer.then = [&] { io.start(number, EVLOOP_READ); };
  io.then = [&] { evloop_break(loop_); };
  run();
  EXPECT_EQ(io.seen, Events{EVLOOP_READ});
}

TEST_P(EvloopClosedFd, WatcherWorksAgainWhenUpdated) {
  FdPair old_pair = make_socketpair();
  FdPair new_pair = make_socketpair();
  const int number = old_pair.a();
  old_pair.close_a();
  IoProbe io(loop_);
  io.start(number, EVLOOP_READ);
  run();
  ASSERT_EQ(io.seen.size(), 1u);
  new_pair.take_for_a(new_pair.a(), number);
  io.update(EVLOOP_READ);
  turn();
  EXPECT_EQ(io.seen.size(), 1u);
  new_pair.write_to_b();
  turn();
  EXPECT_EQ(io.seen, (Events{EVLOOP_READ, EVLOOP_READ}));
}

TEST_P(EvloopClosedFd, CallbackMayStopTheWatcher) {
  FdPair sockets = make_socketpair();
  const int number = sockets.a();
  sockets.close_a();
  IoProbe io(loop_);
  io.start(number, kBoth);
  io.then = [&] { io.stop(); };
  run();
  EXPECT_EQ(io.seen, Events{kBoth});
}

TEST_P(EvloopClosedFd, IsNotReportedOnceTheWatcherIsPausedOrStopped) {
  FdPair sockets = make_socketpair();
  const int number = sockets.a();
  sockets.close_a();
  IoProbe paused(loop_);
  IoProbe stopped(loop_);
  paused.start(number, kBoth);
  stopped.start(number, kBoth);
  paused.update(0);
  stopped.stop();
  turn();
  EXPECT_EQ(paused.seen, Events{});
  EXPECT_EQ(stopped.seen, Events{});
}

TEST_P(EvloopFdClosedWhileWatched, IsReportedOnceAsAllTheEvents) {
  FdPair sockets = make_socketpair();
  IoProbe io(loop_);
  io.start(sockets.a(), kBoth);
  sockets.close_a();
  run();  // Returns: the watcher is no longer active.
  EXPECT_EQ(io.seen, Events{kBoth});
  turn();
  EXPECT_EQ(io.seen.size(), 1u);
}

TEST_P(EvloopFdClosedWhileWatched, WatcherWorksAgainWhenUpdated) {
  FdPair old_pair = make_socketpair();
  FdPair new_pair = make_socketpair();
  const int number = old_pair.a();
  IoProbe io(loop_);
  io.start(number, EVLOOP_READ);
  turn();
  old_pair.close_a();
  run();
  ASSERT_EQ(io.seen.size(), 1u);
  new_pair.take_for_a(new_pair.a(), number);
  new_pair.write_to_b();
  io.update(EVLOOP_READ);
  turn();
  EXPECT_EQ(io.seen, (Events{EVLOOP_READ, EVLOOP_READ}));
}

TEST_P(EvloopIo, BadArgumentsStartNothing) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  const evloop_io_cb never = [](int, int, void *) { ADD_FAILURE() << "was started"; };
  EXPECT_EQ(evloop_io_start(loop_, -1, EVLOOP_READ, never, nullptr), nullptr);
  EXPECT_EQ(evloop_io_start(loop_, pipe.a(), 0x04, never, nullptr), nullptr);
  EXPECT_EQ(evloop_io_start(loop_, pipe.a(), EVLOOP_READ | 0x100, never, nullptr), nullptr);
  EXPECT_EQ(evloop_io_start(loop_, pipe.a(), -1, never, nullptr), nullptr);
  EXPECT_EQ(evloop_io_start(loop_, pipe.a(), EVLOOP_READ, nullptr, nullptr), nullptr);
  run();
}

// --- Timers ---

TEST_P(EvloopTimer, GoesOffOnce) {
  TimerProbe timer(loop_);
  timer.start(0.001, 0);
  EXPECT_EQ(timer.count, 0);
  run();
  EXPECT_EQ(timer.count, 1);
  run();
  EXPECT_EQ(timer.count, 1);
}

TEST_P(EvloopTimer, DoesNotGoOffBeforeItsTime) {
  TimerProbe timer(loop_);
  timer.start(kNotSoon, 0);
  turn();
  turn();
  EXPECT_EQ(timer.count, 0);
}

TEST_P(EvloopTimer, TimersGoOffInTheOrderOfTheirTimes) {
  std::string order;
  TimerProbe late(loop_);
  TimerProbe early(loop_);
  late.then = [&] { order += 'l'; };
  early.then = [&] { order += 'e'; };
  late.start(0.002, 0);
  early.start(0.001, 0);
  run();
  EXPECT_EQ(order, "el");
}

TEST_P(EvloopTimer, OfZeroSecondsIsNotCalledInline) {
  TimerProbe timer(loop_);
  timer.start(0, 0);
  EXPECT_EQ(timer.count, 0);
  timer.reschedule(0, 0);
  EXPECT_EQ(timer.count, 0);
  run();
  EXPECT_EQ(timer.count, 1);
}

TEST_P(EvloopTimer, RepeatsUntilStopped) {
  TimerProbe timer(loop_);
  timer.start(0, 0.001);
  timer.then = [&] {
    if (timer.count == 3) timer.stop();
  };
  run();
  EXPECT_EQ(timer.count, 3);
}

TEST_P(EvloopTimer, RepeatIsCountedFromTheFirstTime) {
  TimerProbe timer(loop_);
  timer.start(0, kNotSoon);
  timer.then = [&] { evloop_break(loop_); };
  run();
  EXPECT_EQ(timer.count, 1);
  turn();
  EXPECT_EQ(timer.count, 1);
}

TEST_P(EvloopTimer, ArmedTimerKeepsTheLoopRunning) {
  TimerProbe timer(loop_);
  timer.start(kNotSoon, 0);
  TimerProbe other(loop_);
  other.start(0, 0);
  other.then = [&] { timer.stop(); };
  run();
  EXPECT_EQ(other.count, 1);  // Only its callback let the loop end.
  EXPECT_EQ(timer.count, 0);
}

TEST_P(EvloopTimer, MayBeRescheduledToAnEarlierTime) {
  TimerProbe timer(loop_);
  timer.start(kNotSoon, kNotSoon);
  timer.reschedule(0, 0);
  run();
  EXPECT_EQ(timer.count, 1);
}

TEST_P(EvloopTimer, MayBeRescheduledToALaterTime) {
  TimerProbe timer(loop_);
  timer.start(0, 0);
  timer.reschedule(kNotSoon, 0);
  TimerProbe other(loop_);
  other.start(0.001, 0);
  other.then = [&] { evloop_break(loop_); };
  run();
  EXPECT_EQ(other.count, 1);
  EXPECT_EQ(timer.count, 0);
}

TEST_P(EvloopTimer, MayBeRescheduledAfterItHasGoneOff) {
  TimerProbe timer(loop_);
  timer.start(0, 0);
  run();
  timer.reschedule(0, 0);
  run();
  EXPECT_EQ(timer.count, 2);
}

TEST_P(EvloopTimer, CallbackMayRescheduleItsOwnTimer) {
  TimerProbe timer(loop_);
  timer.start(0, 0);
  timer.then = [&] {
    if (timer.count < 3) timer.reschedule(0, 0);
  };
  run();
  EXPECT_EQ(timer.count, 3);
}

TEST_P(EvloopTimer, CallbackMayEndTheRepeatByRescheduling) {
  TimerProbe timer(loop_);
  timer.start(0, 0.001);
  timer.then = [&] {
    if (timer.count == 2) timer.reschedule(0, 0);
  };
  run();
  EXPECT_EQ(timer.count, 3);
}

TEST_P(EvloopTimer, CallbackMayStopItsOwnTimer) {
  for (const double repeat : {0.0, 0.001}) {
    TimerProbe timer(loop_);
    timer.start(0, repeat);
    timer.then = [&] { timer.stop(); };
    run();
    EXPECT_EQ(timer.count, 1) << repeat;
  }
}

TEST_P(EvloopTimer, StoppedTimerDoesNotGoOff) {
  TimerProbe timer(loop_);
  timer.start(0, 0);
  timer.stop();
  TimerProbe other(loop_);
  other.start(0.001, 0);
  run();
  EXPECT_EQ(other.count, 1);
  EXPECT_EQ(timer.count, 0);
}

// Both times have come when the first callback runs.
TEST_P(EvloopTimer, StoppedTimerIsNotCalledThoughItIsPending) {
  TimerProbe timers[] = {TimerProbe(loop_), TimerProbe(loop_)};
  for (int i = 0; i < 2; ++i) {
    timers[i].start(0, 0);
    timers[i].then = [&other = timers[1 - i]] { other.stop(); };
  }
  run();
  EXPECT_EQ(timers[0].count + timers[1].count, 1);
}

TEST_P(EvloopTimer, RescheduledTimerIsNotCalledThoughItWasPending) {
  TimerProbe timers[] = {TimerProbe(loop_), TimerProbe(loop_)};
  for (int i = 0; i < 2; ++i) {
    timers[i].start(0, 0);
    timers[i].then = [this, &other = timers[1 - i]] {
      other.reschedule(kNotSoon, 0);
      evloop_break(loop_);
    };
  }
  run();
  EXPECT_EQ(timers[0].count + timers[1].count, 1);
}

TEST_P(EvloopTimer, NegativeAndNotANumberTimesCountAsZero) {
  for (const double odd : {-1.0, -1e300, -std::numeric_limits<double>::infinity(), std::nan(""), -0.0}) {
    TimerProbe timer(loop_);
    timer.start(odd, odd);
    run();
    EXPECT_EQ(timer.count, 1) << odd;
    timer.reschedule(odd, odd);
    run();
    EXPECT_EQ(timer.count, 2) << odd;
  }
}

TEST_P(EvloopTimer, WithoutACallbackNothingIsStarted) {
  EXPECT_EQ(evloop_timer_start(loop_, kNotSoon, 0, nullptr, nullptr), nullptr);
  run();
}

// --- Word from other threads ---

TEST_P(EvloopAsync, SendOfAnotherThreadWakesTheLoop) {
  AsyncProbe async(loop_);
  int told = 0;
  async.then = [&] {
    EXPECT_EQ(told, 7) << "what the other thread did before is seen";
    async.stop();
  };
  std::thread other([&] {
    told = 7;
    async.send();
  });
  run();
  other.join();
  EXPECT_EQ(async.count, 1);
}

TEST_P(EvloopAsync, IsNotCalledInlineAndOnceForManySends) {
  AsyncProbe async(loop_);
  for (int i = 0; i < 5; ++i) async.send();
  EXPECT_EQ(async.count, 0);
  wait();
  EXPECT_EQ(async.count, 1);
  turn();
  EXPECT_EQ(async.count, 1);
  async.send();
  wait();
  EXPECT_EQ(async.count, 2);
}

TEST_P(EvloopAsync, StoppedItIsNotCalledThoughWordHasCome) {
  AsyncProbe first(loop_);
  AsyncProbe second(loop_);
  first.then = [&] { second.stop(); };
  second.then = [&] { first.stop(); };
  first.send();
  second.send();
  turn();
  EXPECT_EQ(first.count + second.count, 1);
}

TEST_P(EvloopAsync, WithoutACallbackNothingIsStarted) {
  EXPECT_EQ(evloop_async_start(loop_, nullptr, nullptr), nullptr);
}

// --- The loop ---

TEST_P(EvloopRun, ReturnsWhenNothingIsWatched) { run(); }

TEST_P(EvloopRun, ReturnsWhenTheLastWatcherIsStopped) {
  FdPair first = make_pipe();
  FdPair second = make_pipe();
  IoProbe first_io(loop_);
  IoProbe second_io(loop_);
  first_io.start(first.a(), EVLOOP_READ);
  second_io.start(second.a(), EVLOOP_READ);
  first_io.then = [&] {
    first_io.stop();
    second.write_to_b();
  };
  second_io.then = [&] { second_io.stop(); };
  first.write_to_b();
  run();
  EXPECT_EQ(first_io.seen.size(), 1u);
  EXPECT_EQ(second_io.seen.size(), 1u);
}

TEST_P(EvloopRun, BreakEndsItWithWatchersStillActive) {
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  io.then = [&] { evloop_break(loop_); };
  run();
  EXPECT_EQ(io.seen.size(), 1u);
  run();  // And it goes on where it was.
  EXPECT_EQ(io.seen.size(), 2u);
}

TEST_P(EvloopRun, BreakLetsTheCallbacksThatArePendingRun) {
  FdPair pipes[] = {make_pipe(), make_pipe()};
  IoProbe ios[] = {IoProbe(loop_), IoProbe(loop_)};
  for (int i = 0; i < 2; ++i) {
    pipes[i].write_to_b();
    ios[i].start(pipes[i].a(), EVLOOP_READ);
    ios[i].then = [this] { evloop_break(loop_); };
  }
  run();
  EXPECT_EQ(ios[0].seen.size(), 1u);
  EXPECT_EQ(ios[1].seen.size(), 1u);
}

TEST_P(EvloopRun, BreakEndsOnlyTheInnermost) {
  std::string order;
  TimerProbe outer(loop_);
  TimerProbe inner(loop_);
  TimerProbe last(loop_);
  outer.then = [&] {
    order += "outer ";
    inner.start(0, 0);
    last.start(kNotSoon, 0);
    evloop_run(loop_);
    order += "back ";
    last.reschedule(0, 0);
  };
  inner.then = [&] {
    order += "inner ";
    evloop_break(loop_);
  };
  last.then = [&] { order += "last"; };
  outer.start(0, 0);
  run();
  EXPECT_EQ(order, "outer inner back last");
}

TEST_P(EvloopRun, CallbackMayRunTheLoopForItsOwnWatcherAgain) {
  FdPair pipe = make_pipe();
  pipe.write_to_b("xx");
  IoProbe io(loop_);
  io.start(pipe.a(), EVLOOP_READ);
  io.then = [&] {
    read_one(pipe.a());
    if (io.seen.size() == 1) {
      evloop_run(loop_);
    } else {
      io.stop();
    }
  };
  run();
  EXPECT_EQ(io.seen.size(), 2u);
}

TEST_P(EvloopRun, BreakBeforeItHasNoEffect) {
  TimerProbe timer(loop_);
  timer.start(0.001, 0);
  evloop_break(loop_);
  run();
  EXPECT_EQ(timer.count, 1);
}

// --- No handle, no loop ---

TEST(EvloopNull, HandlesMayBeNull) {
  evloop_io_update(nullptr, EVLOOP_READ);
  evloop_io_stop(nullptr);
  evloop_timer_reschedule(nullptr, 1, 1);
  evloop_timer_stop(nullptr);
  evloop_async_send(nullptr);
  evloop_async_stop(nullptr);
}

TEST(EvloopNew, IsALoopOfItsOwnThatRunsAndIsDestroyed) {
  struct ev_loop *loop = evloop_new();
  ASSERT_NE(loop, nullptr);
  EXPECT_FALSE(ev_is_default_loop(loop));
  int calls = 0;
  struct evloop_timer *timer = evloop_timer_start(
      loop, 0, 0, [](void *arg) { ++*static_cast<int *>(arg); }, &calls);
  evloop_run(loop);
  EXPECT_EQ(calls, 1);
  evloop_timer_stop(timer);
  evloop_destroy(loop);
  evloop_destroy(nullptr);
}

class EvloopDefault : public testing::Test {
 protected:
  ~EvloopDefault() override { ev_loop_destroy(EV_DEFAULT); }
};

TEST_F(EvloopDefault, IsLibevsDefaultLoop) {
  struct ev_loop *loop = evloop_get_default();
  ASSERT_NE(loop, nullptr);
  EXPECT_EQ(loop, ev_default_loop(0));
  EXPECT_EQ(loop, evloop_get_default());
  EXPECT_TRUE(ev_is_default_loop(loop));
}

TEST_F(EvloopDefault, NullIsTheDefaultLoop) {
  const Watchdog watchdog(evloop_get_default());
  FdPair pipe = make_pipe();
  pipe.write_to_b();
  IoProbe io(nullptr);
  TimerProbe timer(nullptr);
  io.start(pipe.a(), EVLOOP_READ);
  io.then = [&] {
    io.stop();
    timer.start(0, 0.001);
  };
  timer.then = [] { evloop_break(nullptr); };
  evloop_run(nullptr);
  EXPECT_EQ(io.seen.size(), 1u);
  EXPECT_EQ(timer.count, 1);
  ev_run(EV_DEFAULT, EVRUN_ONCE);
  EXPECT_EQ(timer.count, 2);
}

// In a process of its own: LIBEV_FLAGS names a backend that there is not on this system.
TEST(EvloopDefaultDeathTest, WithoutABackendNothingIsStartedAndNothingRuns) {
  const auto without_backend = [] {
    setenv("LIBEV_FLAGS", std::to_string(EVBACKEND_PORT).c_str(), 1);
    bool fine = evloop_get_default() == nullptr;
    fine = fine && evloop_io_start(
                       nullptr, 0, EVLOOP_READ, [](int, int, void *) {}, nullptr) == nullptr;
    fine = fine && evloop_timer_start(
                       nullptr, 0, 0, [](void *) {}, nullptr) == nullptr;
    fine = fine && evloop_async_start(
                       nullptr, [](void *) {}, nullptr) == nullptr;
    evloop_run(nullptr);
    evloop_break(nullptr);
    std::_Exit(fine ? 42 : 1);
  };
  if ((ev_supported_backends() & EVBACKEND_PORT) != 0) GTEST_SKIP() << "this system has every backend";
  EXPECT_EXIT(without_backend(), testing::ExitedWithCode(42), "");
}

}  // namespace
