// Running a command beside the server, and waiting for it or for a signal. Linux signals are taken, not handled:
// TakeSignals blocks them in every thread started after it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace dns_testkit {

// SIGINT, SIGTERM and SIGCHLD wait until they are asked for. Make it before any thread.
class TakeSignals {
 public:
  TakeSignals();
  const sigset_t &before() const { return before_; }
  // The next one; 0 when `seconds` have passed first.
  int wait(std::optional<double> seconds = std::nullopt) const;

 private:
  sigset_t taken_;
  sigset_t before_;
};

// Every "{server}" in the words becomes `address`.
std::vector<std::string> with_server(std::vector<std::string> words, const std::string &address);

// Runs the command, passes SIGINT and SIGTERM on to it as SIGTERM, and gives its exit status when it ends, as a shell
// does: 128 and the number if a signal ended it. std::system_error names the command that could not be started.
int run_command(const std::vector<std::string> &words, const TakeSignals &signals);

}  // namespace dns_testkit
