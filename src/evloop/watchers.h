// The loop's watchers as C++ objects that stop themselves when destroyed.
//
// Thread rule: as libev's, on the thread that runs the loop. Each may be destroyed inside its own callback.
// evloop_io, evloop_timer and evloop_async are the C API's handles and the C++ classes in one.
//
// A weak watcher does not keep ev_run() alive. What dns_cares watches for itself is weak throughout; while a
// lookup is outstanding, one LoopHold per context keeps the loop going.
#pragma once

#include <ev.h>

#include "dns_cares/evloop.h"

namespace dns_cares {

enum class Liveness { kKeepsLoop, kWeak };

// Balances ev_unref() and ev_ref() around a watcher's active time, whoever ends that time: libev itself stops
// a watcher whose file descriptor turns out to be closed.
class WeakRef {
 public:
  explicit WeakRef(Liveness liveness) : weak_(liveness == Liveness::kWeak) {}
  void started(struct ev_loop *loop);
  void stopping(struct ev_loop *loop);

 private:
  const bool weak_;
  bool released_ = false;
};

}  // namespace dns_cares

struct evloop_io {
 public:
  evloop_io(struct ev_loop *loop, int fd, int events, evloop_io_cb cb, void *arg,
            dns_cares::Liveness liveness = dns_cares::Liveness::kKeepsLoop);
  ~evloop_io() { stop(); }
  evloop_io(const evloop_io &) = delete;
  evloop_io &operator=(const evloop_io &) = delete;

  void update(int events);
  int fd() const { return watcher_.fd; }

 private:
  static void on_event(struct ev_loop *loop, ev_io *watcher, int revents);
  void start();
  void stop();

  ev_io watcher_;
  struct ev_loop *const loop_;
  const evloop_io_cb cb_;
  void *const arg_;
  dns_cares::WeakRef ref_;
};

struct evloop_timer {
 public:
  evloop_timer(struct ev_loop *loop, evloop_timer_cb cb, void *arg,
               dns_cares::Liveness liveness = dns_cares::Liveness::kKeepsLoop);
  ~evloop_timer() { stop(); }
  evloop_timer(const evloop_timer &) = delete;
  evloop_timer &operator=(const evloop_timer &) = delete;

  // Seconds from ev_now(); with repeat 0 it goes off once.
  void start(double after, double repeat = 0);
  void stop();

 private:
  static void on_event(struct ev_loop *loop, ev_timer *watcher, int revents);

  ev_timer watcher_;
  struct ev_loop *const loop_;
  const evloop_timer_cb cb_;
  void *const arg_;
  const dns_cares::Liveness liveness_;
  dns_cares::WeakRef ref_;
};

struct evloop_async {
 public:
  evloop_async(struct ev_loop *loop, evloop_async_cb cb, void *arg);
  ~evloop_async();
  evloop_async(const evloop_async &) = delete;
  evloop_async &operator=(const evloop_async &) = delete;

  void send();  // from any thread

 private:
  static void on_event(struct ev_loop *loop, ev_async *watcher, int revents);

  ev_async watcher_;
  struct ev_loop *const loop_;
  const evloop_async_cb cb_;
  void *const arg_;
};

namespace dns_cares {

// While started, runs its callback once in each turn of the loop, before the loop waits for events, and keeps it
// from waiting. What is started during one turn thus runs in the next, after the other watchers had theirs.
class Deferred {
 public:
  using Callback = void (*)(void *arg);
  Deferred(struct ev_loop *loop, Callback cb, void *arg);
  ~Deferred() { stop(); }
  Deferred(const Deferred &) = delete;
  Deferred &operator=(const Deferred &) = delete;

  void start();
  void stop();
  // Runs the callback once in this turn already, if what calls is a watcher's callback: after those of the other
  // watchers that have events now.
  void run_soon();

 private:
  static void on_prepare(struct ev_loop *loop, ev_prepare *watcher, int revents);

  ev_prepare prepare_;
  ev_idle no_wait_;  // An active idle watcher makes the loop poll without waiting.
  struct ev_loop *const loop_;
  const Callback cb_;
  void *const arg_;
};

// Runs its callback when ev_loop_destroy() is called. Never keeps the loop alive.
class LoopEnd {
 public:
  using Callback = void (*)(struct ev_loop *loop);
  LoopEnd(struct ev_loop *loop, Callback cb);
  ~LoopEnd();
  LoopEnd(const LoopEnd &) = delete;
  LoopEnd &operator=(const LoopEnd &) = delete;

 private:
  static void on_cleanup(struct ev_loop *loop, ev_cleanup *watcher, int revents);

  ev_cleanup watcher_;
  struct ev_loop *const loop_;
  const Callback cb_;
};

// Runs its callback in the child after a fork, in the first turn of a loop that was told of it by ev_loop_fork() (the
// default loop may notice by itself). Never keeps the loop alive.
class LoopFork {
 public:
  using Callback = void (*)(void *arg);
  LoopFork(struct ev_loop *loop, Callback cb, void *arg);
  ~LoopFork();
  LoopFork(const LoopFork &) = delete;
  LoopFork &operator=(const LoopFork &) = delete;

 private:
  static void on_fork(struct ev_loop *loop, ev_fork *watcher, int revents);

  ev_fork watcher_;
  struct ev_loop *const loop_;
  const Callback cb_;
  void *const arg_;
  WeakRef ref_;
};

// Keeps ev_run() from returning while held.
class LoopHold {
 public:
  explicit LoopHold(struct ev_loop *loop) : loop_(loop) {}
  ~LoopHold() { set(false); }
  LoopHold(const LoopHold &) = delete;
  LoopHold &operator=(const LoopHold &) = delete;

  void set(bool held);

 private:
  struct ev_loop *const loop_;
  bool held_ = false;
};

// Of the libev that is loaded: "4.33".
const char *libev_version() noexcept;

}  // namespace dns_cares
