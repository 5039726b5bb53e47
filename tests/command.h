// The command dns-cares as a process of its own: its streams, its signals, and how it ends.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "sockets.h"

namespace dns_cares_test {

struct Streams {
  std::string input = {};                     // its standard input, at once
  bool input_stays_open = false;              // until close_input()
  bool terminal_input = false;                // its standard input is a terminal on which nothing is typed
  bool terminal_errors = false;               // its standard error is a terminal
  const char *output_path = nullptr;          // where its standard output goes; NULL: into the result
  bool closed_after_line = false;             // its reader reads one line and goes away, as `head -1`
  std::vector<std::string> environment = {};  // "NAME=value", beside the test's own
};

struct Result {
  std::string output;
  std::string errors;
  int exit = -1;   // -1: it was ended by a signal
  int signal = 0;  // which one

  std::vector<std::string> lines() const;
};

class Command {
 public:
  // Starts it.
  Command(const std::vector<std::string> &arguments, const Streams &streams);
  Command(const Command &) = delete;
  Command &operator=(const Command &) = delete;
  ~Command();

  void write(std::string_view text) { input_ += text; }
  void close_input() { keeps_input_ = false; }
  void send(int signal) const;
  // Until it has ended, whether or not finish() was called.
  bool is_running() const;
  // Reads on until its output, or its errors, contain the text. False: they ended, or a minute has passed.
  bool output_has(std::string_view text) { return pump_until(result_.output, text); }
  bool errors_have(std::string_view text) { return pump_until(result_.errors, text); }
  // Sends the signal again and again until its errors contain the text, which is an answer to the signal.
  bool tells_at(int signal, std::string_view text);
  // The most memory that it has had so far, in KiB. (What wait4(2) tells would be the test's own, from before it was
  // executed.)
  long peak_kib() const;

  // Reads on until it has ended.
  Result finish();

 private:
  bool pump_until(const std::string &where, std::string_view text);
  // False: it has closed its output and its errors.
  bool pump();
  void write_input();

  std::string input_;
  std::size_t written_ = 0;
  bool keeps_input_;
  const bool closed_after_line_;
  Fd to_input_, from_output_, from_errors_;
  pid_t pid_ = -1;
  Result result_;
};

}  // namespace dns_cares_test
