#include "evloop/watchers.h"

#include <fcntl.h>

#include <cstdio>

static_assert(EVLOOP_READ == EV_READ && EVLOOP_WRITE == EV_WRITE);

namespace {

// A weak timer repeats after so long that it never does: libev would stop a timer without a repeat by itself, and
// its count of active watchers would be one short until the callback has run.
constexpr double kNever = 1e9;

double seconds(double value) { return value > 0 ? value : 0; }  // Also for not-a-number.

}  // namespace

namespace dns_cares {

void WeakRef::started(struct ev_loop *loop) {
  if (!weak_) return;
  ev_unref(loop);
  released_ = true;
}

void WeakRef::stopping(struct ev_loop *loop) {
  if (!released_) return;
  ev_ref(loop);
  released_ = false;
}

}  // namespace dns_cares

evloop_io::evloop_io(struct ev_loop *loop, int fd, int events, evloop_io_cb cb, void *arg, dns_cares::Liveness liveness)
    : loop_(loop), cb_(cb), arg_(arg), ref_(liveness) {
  ev_io_init(&watcher_, on_event, fd, events);
  watcher_.data = this;
  start();
}

void evloop_io::start() {
  if ((watcher_.events & (EV_READ | EV_WRITE)) == 0) return;
  // libev's epoll and poll backends abort on a closed file descriptor: report it here, as the others do.
  if (fcntl(watcher_.fd, F_GETFD) < 0) return ev_feed_event(loop_, &watcher_, EV_ERROR);
  ev_io_start(loop_, &watcher_);
  ref_.started(loop_);
}

void evloop_io::stop() {
  ref_.stopping(loop_);
  ev_io_stop(loop_, &watcher_);
}

void evloop_io::update(int events) {
  events &= EVLOOP_READ | EVLOOP_WRITE;
  if (ev_is_active(&watcher_) && (watcher_.events & (EV_READ | EV_WRITE)) == events) return;
  stop();
  ev_io_set(&watcher_, watcher_.fd, events);
  start();
}

void evloop_io::on_event(struct ev_loop *, ev_io *watcher, int revents) {
  auto *self = static_cast<evloop_io *>(watcher->data);
  const int asked = watcher->events & (EV_READ | EV_WRITE);
  if (!ev_is_active(watcher)) self->ref_.stopping(self->loop_);  // libev has stopped it for its closed descriptor.
  self->cb_(watcher->fd, (revents & EV_ERROR) != 0 ? asked : revents & asked, self->arg_);
}

evloop_timer::evloop_timer(struct ev_loop *loop, evloop_timer_cb cb, void *arg, dns_cares::Liveness liveness)
    : loop_(loop), cb_(cb), arg_(arg), liveness_(liveness), ref_(liveness) {
  ev_timer_init(&watcher_, on_event, 0, 0);
  // Our own timers are timeouts: a reply that comes in the same turn of the loop is read first.
  if (liveness == dns_cares::Liveness::kWeak) ev_set_priority(&watcher_, EV_MINPRI);
  watcher_.data = this;
}

void evloop_timer::start(double after, double repeat) {
  stop();
  repeat = seconds(repeat);
  if (repeat == 0 && liveness_ == dns_cares::Liveness::kWeak) repeat = kNever;
  ev_timer_set(&watcher_, seconds(after), repeat);
  ev_timer_start(loop_, &watcher_);
  ref_.started(loop_);
}

void evloop_timer::stop() {
  ref_.stopping(loop_);
  ev_timer_stop(loop_, &watcher_);
}

void evloop_timer::on_event(struct ev_loop *, ev_timer *watcher, int) {
  auto *self = static_cast<evloop_timer *>(watcher->data);
  self->cb_(self->arg_);
}

evloop_async::evloop_async(struct ev_loop *loop, evloop_async_cb cb, void *arg) : loop_(loop), cb_(cb), arg_(arg) {
  ev_async_init(&watcher_, on_event);
  watcher_.data = this;
  ev_async_start(loop_, &watcher_);
}

evloop_async::~evloop_async() { ev_async_stop(loop_, &watcher_); }

void evloop_async::send() { ev_async_send(loop_, &watcher_); }

void evloop_async::on_event(struct ev_loop *, ev_async *watcher, int) {
  auto *self = static_cast<evloop_async *>(watcher->data);
  self->cb_(self->arg_);
}

namespace dns_cares {

Deferred::Deferred(struct ev_loop *loop, Callback cb, void *arg) : loop_(loop), cb_(cb), arg_(arg) {
  ev_prepare_init(&prepare_, on_prepare);
  ev_set_priority(&prepare_, EV_MINPRI);
  prepare_.data = this;
  ev_idle_init(
      &no_wait_, +[](struct ev_loop *, ev_idle *, int) {});
}

void Deferred::start() {
  ev_prepare_start(loop_, &prepare_);
  ev_idle_start(loop_, &no_wait_);
}

void Deferred::stop() {
  ev_prepare_stop(loop_, &prepare_);
  ev_idle_stop(loop_, &no_wait_);
}

void Deferred::run_soon() { ev_feed_event(loop_, &prepare_, EV_CUSTOM); }

void Deferred::on_prepare(struct ev_loop *, ev_prepare *watcher, int) {
  auto *self = static_cast<Deferred *>(watcher->data);
  self->cb_(self->arg_);
}

LoopEnd::LoopEnd(struct ev_loop *loop, Callback cb) : loop_(loop), cb_(cb) {
  ev_cleanup_init(&watcher_, on_cleanup);
  watcher_.data = this;
  ev_cleanup_start(loop_, &watcher_);
}

LoopEnd::~LoopEnd() { ev_cleanup_stop(loop_, &watcher_); }

void LoopEnd::on_cleanup(struct ev_loop *loop, ev_cleanup *watcher, int) {
  static_cast<LoopEnd *>(watcher->data)->cb_(loop);
}

LoopFork::LoopFork(struct ev_loop *loop, Callback cb, void *arg)
    : loop_(loop), cb_(cb), arg_(arg), ref_(Liveness::kWeak) {
  ev_fork_init(&watcher_, on_fork);
  watcher_.data = this;
  ev_fork_start(loop_, &watcher_);
  ref_.started(loop_);
}

LoopFork::~LoopFork() {
  ref_.stopping(loop_);
  ev_fork_stop(loop_, &watcher_);
}

void LoopFork::on_fork(struct ev_loop *, ev_fork *watcher, int) {
  auto *self = static_cast<LoopFork *>(watcher->data);
  self->cb_(self->arg_);
}

void LoopHold::set(bool held) {
  if (held == held_) return;
  held_ = held;
  if (held) {
    ev_ref(loop_);
  } else {
    ev_unref(loop_);
  }
}

const char *libev_version() noexcept {
  struct Text {
    char octets[32];
  };
  static const Text text = [] {
    Text made;
    static_cast<void>(std::snprintf(made.octets, sizeof made.octets, "%d.%d", ev_version_major(), ev_version_minor()));
    return made;
  }();
  return text.octets;
}

}  // namespace dns_cares
