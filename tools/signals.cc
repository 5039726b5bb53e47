#include "signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace dns_cares_tool {

Signals::Signals(Callback callback, void *arg) : callback_(callback), arg_(arg) {
  struct sigaction ignored = {};
  ignored.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignored, nullptr);
  sigaction(SIGXFSZ, &ignored, nullptr);  // A file that may not grow is an error of write(2).
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    struct sigaction action = {};
    sigaction(number, nullptr, &action);
    // One that is ignored, such as SIGINT of a background job, stays so.
    if (action.sa_handler != SIG_IGN) sigaddset(&set, number);
  }
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  watcher_ = evloop_io_start(nullptr, fd_, EVLOOP_READ, on_signal, this);
}

Signals::~Signals() {
  evloop_io_stop(watcher_);
  close(fd_);
}

void Signals::on_signal(int fd, int, void *arg) {
  const Signals &self = *static_cast<Signals *>(arg);
  signalfd_siginfo info;
  while (read(fd, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    self.callback_(static_cast<int>(info.ssi_signo), self.arg_);
  }
}

}  // namespace dns_cares_tool
