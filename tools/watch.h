// A watcher of evloop.h that is set to a file descriptor, or to none.
#pragma once

#include <dns_cares/evloop.h>

namespace dns_cares_tool {

class Watch {
 public:
  Watch(int events, evloop_io_cb cb, void *arg) : events_(events), cb_(cb), arg_(arg) {}
  ~Watch() { set(-1); }
  Watch(const Watch &) = delete;
  Watch &operator=(const Watch &) = delete;

  // On the default loop. -1: none. Without memory nothing is watched.
  void set(int fd) {
    if (fd == fd_) return;
    evloop_io_stop(io_);
    io_ = fd >= 0 ? evloop_io_start(nullptr, fd, events_, cb_, arg_) : nullptr;
    fd_ = fd;
  }

 private:
  const int events_;
  const evloop_io_cb cb_;
  void *const arg_;
  int fd_ = -1;
  struct evloop_io *io_ = nullptr;
};

class Timer {
 public:
  Timer(evloop_timer_cb cb, void *arg) : timer_(evloop_timer_start(nullptr, kNever, 0, cb, arg)) {}
  ~Timer() { evloop_timer_stop(timer_); }
  Timer(const Timer &) = delete;
  Timer &operator=(const Timer &) = delete;

  void start(double after, double repeat = 0) { evloop_timer_reschedule(timer_, after, repeat); }

 private:
  static constexpr double kNever = 1e9;

  struct evloop_timer *timer_;
};

}  // namespace dns_cares_tool
