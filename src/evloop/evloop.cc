// The C functions of evloop.h.
#include <new>

#include "evloop/watchers.h"

namespace {

struct ev_loop *or_default(struct ev_loop *loop) {
  return loop != nullptr ? loop : evloop_get_default();
}

}  // namespace

struct ev_loop *evloop_get_default(void) {
  return ev_default_loop(EVFLAG_AUTO);
}

struct ev_loop *evloop_new(void) {
  return ev_loop_new(EVFLAG_AUTO);
}

void evloop_destroy(struct ev_loop *loop) {
  if (loop != nullptr) ev_loop_destroy(loop);
}

void evloop_run(struct ev_loop *loop) {
  loop = or_default(loop);
  if (loop != nullptr) ev_run(loop, 0);
}

void evloop_break(struct ev_loop *loop) {
  loop = or_default(loop);
  if (loop != nullptr) ev_break(loop, EVBREAK_ONE);
}

struct evloop_io *evloop_io_start(struct ev_loop *loop, int fd, int events, evloop_io_cb cb, void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || fd < 0 || cb == nullptr || (events & ~(EVLOOP_READ | EVLOOP_WRITE)) != 0) return nullptr;
  return new (std::nothrow) evloop_io(loop, fd, events, cb, arg);
}

void evloop_io_update(struct evloop_io *io, int events) {
  if (io != nullptr) io->update(events);
}

void evloop_io_stop(struct evloop_io *io) { delete io; }

struct evloop_timer *evloop_timer_start(struct ev_loop *loop, double after, double repeat, evloop_timer_cb cb,
                                        void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return nullptr;
  auto *timer = new (std::nothrow) evloop_timer(loop, cb, arg);
  if (timer != nullptr) timer->start(after, repeat);
  return timer;
}

void evloop_timer_reschedule(struct evloop_timer *timer, double after, double repeat) {
  if (timer != nullptr) timer->start(after, repeat);
}

void evloop_timer_stop(struct evloop_timer *timer) { delete timer; }

struct evloop_async *evloop_async_start(struct ev_loop *loop, evloop_async_cb cb, void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return nullptr;
  return new (std::nothrow) evloop_async(loop, cb, arg);
}

void evloop_async_send(struct evloop_async *async) {
  if (async != nullptr) async->send();
}

void evloop_async_stop(struct evloop_async *async) { delete async; }
