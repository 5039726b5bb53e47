#include "command.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "loop.h"

extern char **environ;

namespace dns_cares_test {
namespace {

constexpr int kPatienceMs = 60'000;

struct Pipe {
  explicit Pipe(bool terminal = false) {
    int ends[2];
    if (terminal) {
      winsize size = {.ws_row = 24, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
      if (openpty(&ends[0], &ends[1], nullptr, nullptr, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "openpty");
      }
      for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
    } else if (pipe2(ends, O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    out = Fd(ends[0]);
    in = Fd(ends[1]);
  }
  Fd out, in;
};

std::vector<char *> pointers_to(std::vector<std::string> &words) {
  std::vector<char *> pointers;
  for (std::string &word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

void read_into(std::string &text, Fd &fd) {
  std::array<char, 65536> part;
  const ssize_t count = read(fd.get(), part.data(), part.size());
  if (count <= 0) return fd.reset();
  text.append(part.data(), static_cast<std::size_t>(count));
}

}  // namespace

std::vector<std::string> Result::lines() const {
  std::istringstream text(output);
  std::vector<std::string> all;
  for (std::string line; std::getline(text, line);) all.push_back(line);
  return all;
}

Command::Command(const std::vector<std::string> &arguments, const Streams &streams)
    : input_(streams.input), keeps_input_(streams.input_stays_open), closed_after_line_(streams.closed_after_line) {
  std::vector<std::string> words = {"dns-cares"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = streams.environment;
  for (char **variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);

  Pipe in(streams.terminal_input), out, err(streams.terminal_errors);
  const Fd output = streams.output_path != nullptr ? Fd(open(streams.output_path, O_WRONLY | O_CLOEXEC)) : Fd();
  if (streams.output_path != nullptr && output.get() < 0) {
    throw std::system_error(errno, std::generic_category(), streams.output_path);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // Of a terminal, either end is both; the program has the one that is the terminal's.
  posix_spawn_file_actions_adddup2(&actions, streams.terminal_input ? in.in.get() : in.out.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.get() >= 0 ? output.get() : out.in.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.in.get(), STDERR_FILENO);
  // A test runner may ignore SIGPIPE, a shell does not.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int number : {SIGPIPE, SIGINT}) sigaddset(&defaults, number);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawn(&pid_, DNS_CARES_PROGRAM, &actions, &attributes, pointers_to(words).data(),
                                pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::system_error(error, std::generic_category(), DNS_CARES_PROGRAM);
  to_input_ = std::move(streams.terminal_input ? in.out : in.in);
  keeps_input_ = keeps_input_ || streams.terminal_input;
  fcntl(to_input_.get(), F_SETFL, O_NONBLOCK);
  from_output_ = std::move(out.out);
  from_errors_ = std::move(err.out);
  write_input();
}

Command::~Command() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Command::send(int signal) const { kill(pid_, signal); }

bool Command::is_running() const {
  siginfo_t info = {};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

bool Command::pump_until(const std::string &where, std::string_view text) {
  for (std::size_t searched = 0; where.find(text, searched) == std::string::npos;) {
    searched = where.size() > text.size() ? where.size() - text.size() : 0;
    if (!pump()) return false;
  }
  return true;
}

bool Command::tells_at(int signal, std::string_view text) {
  while (result_.errors.find(text) == std::string::npos) {
    const std::size_t told = result_.errors.size();
    send(signal);
    while (result_.errors.size() == told) {
      if (!pump()) return false;
    }
  }
  return true;
}

long Command::peak_kib() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; file >> word;) {
    long kib = 0;
    if (word == "VmHWM:" && file >> kib) return kib;
  }
  return -1;
}

Result Command::finish() {
  while (pump()) {
  }
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  if (WIFEXITED(status)) result_.exit = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return result_;
}

bool Command::pump() {
  if (from_output_.get() < 0 && from_errors_.get() < 0) return false;
  const bool all_written = written_ == input_.size();
  if (all_written && !keeps_input_) to_input_.reset();
  // poll(2) leaves out what is negative.
  std::array<pollfd, 3> fds = {{{all_written ? -1 : to_input_.get(), POLLOUT, 0},
                                {from_output_.get(), POLLIN, 0},
                                {from_errors_.get(), POLLIN, 0}}};
  if (poll(fds.data(), fds.size(), kPatienceMs) == 0) {
    ADD_FAILURE() << "dns-cares neither goes on nor ends";
    send(SIGKILL);
    return false;
  }
  if (fds[0].revents != 0) write_input();
  if (fds[1].revents != 0) read_into(result_.output, from_output_);
  if (fds[2].revents != 0) read_into(result_.errors, from_errors_);
  if (closed_after_line_ && result_.output.find('\n') != std::string::npos) from_output_.reset();
  return true;
}

void Command::write_input() {
  if (written_ == input_.size()) return;
  const ssize_t count = ::write(to_input_.get(), input_.data() + written_, input_.size() - written_);
  if (count > 0) written_ += static_cast<std::size_t>(count);
  if (count < 0 && errno != EAGAIN) written_ = input_.size();  // It reads no more.
}

}  // namespace dns_cares_test
