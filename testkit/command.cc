#include "command.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <system_error>

namespace dns_testkit {
namespace {

constexpr std::string_view kServer = "{server}";

// The command starts with the signal mask that we were started with.
class SpawnAttributes {
 public:
  explicit SpawnAttributes(const sigset_t &mask) {
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &mask);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes &) = delete;
  SpawnAttributes &operator=(const SpawnAttributes &) = delete;
  const posix_spawnattr_t *get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

pid_t spawn(const std::vector<std::string> &words, const sigset_t &mask) {
  std::vector<char *> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string &word : words) arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  const SpawnAttributes attributes(mask);
  pid_t child = 0;
  const int error = posix_spawnp(&child, arguments[0], nullptr, attributes.get(), arguments.data(), environ);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot run " + words[0]);
  return child;
}

}  // namespace

TakeSignals::TakeSignals() {
  sigemptyset(&taken_);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&taken_, signal);
  pthread_sigmask(SIG_BLOCK, &taken_, &before_);
}

int TakeSignals::wait(std::optional<double> seconds) const {
  while (true) {
    // A signal that interrupts the wait without being one of ours (stop and continue) starts the time anew.
    const timespec time{static_cast<time_t>(seconds.value_or(0)),
                        static_cast<long>(std::fmod(seconds.value_or(0), 1) * 1e9)};
    const int signal = sigtimedwait(&taken_, nullptr, seconds ? &time : nullptr);
    if (signal > 0) return signal;
    if (errno == EAGAIN) return 0;
  }
}

std::vector<std::string> with_server(std::vector<std::string> words, const std::string &address) {
  for (std::string &word : words) {
    for (std::size_t at = 0; (at = word.find(kServer, at)) != std::string::npos; at += address.size()) {
      word.replace(at, kServer.size(), address);
    }
  }
  return words;
}

int run_command(const std::vector<std::string> &words, const TakeSignals &signals) {
  const pid_t child = spawn(words, signals.before());
  int status = 0;
  while (waitpid(child, &status, WNOHANG) != child) {
    if (signals.wait() != SIGCHLD) kill(child, SIGTERM);
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace dns_testkit
