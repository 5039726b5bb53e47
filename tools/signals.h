// Signals as events of the default loop.
#pragma once

#include <dns_cares/evloop.h>

namespace dns_cares_tool {

class Signals {
 public:
  using Callback = void (*)(int signal, void *arg);

  // From here on SIGINT, SIGTERM and SIGUSR1 call back from the loop, in this thread and those that it starts later,
  // and a closed pipe is an error of write(2). Throws std::system_error.
  Signals(Callback callback, void *arg);
  ~Signals();
  Signals(const Signals &) = delete;
  Signals &operator=(const Signals &) = delete;

 private:
  static void on_signal(int fd, int revents, void *self);

  const Callback callback_;
  void *const arg_;
  int fd_;
  struct evloop_io *watcher_;
};

}  // namespace dns_cares_tool
