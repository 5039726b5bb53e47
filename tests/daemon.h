// A DNS server of the system, such as NSD, run by a test on a loopback port of its own.
//
// Lifetime: a Daemon owns its process, with what that forks, and a temporary folder with its configuration and its
// log. All end with the object, and the process also when the test program is killed.
//
// Errors: std::runtime_error says what went wrong and shows what the server wrote. A program that is not installed is
// one too; it names the Debian package.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dns_cares_test {

class Daemon {
 public:
  // In all texts, "{port}" stands for the server's port and "{folder}" for the temporary folder, in which the
  // server starts.
  struct Setup {
    std::string program;                       // "nsd": looked up in PATH and in the usual folders for servers
    std::string package;                       // the Debian package that has it
    std::vector<std::string> arguments;        // must keep it in the foreground
    std::map<std::string, std::string> files;  // by name in the folder; the configuration is one of them
    std::string ready_name;                    // it is ready when it has a SOA record for this name
  };

  // Serves when the constructor returns, over UDP and TCP.
  explicit Daemon(Setup setup);
  ~Daemon();
  Daemon(const Daemon &) = delete;
  Daemon &operator=(const Daemon &) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }

  // Ends it at once, by SIGKILL. start() runs it again on the same port, and returns when it serves.
  void kill();
  void start();

  // SIGSTOP and SIGCONT: in between it takes queries and answers none.
  void pause();
  void resume();

  // What it wrote to its standard output and error so far.
  std::string log() const;

 private:
  void run_on_some_port();
  void write_files() const;
  void run();
  void wait_until_ready();
  bool answers() const;
  std::string expanded(std::string text) const;
  void signal_all(int signal) const;

  const Setup setup_;
  std::string path_;
  std::string folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

// NSD with these zones, each by its name. It is ready when it serves the last one.
Daemon::Setup nsd_serving(const std::map<std::string, std::string> &zones);

// What a shell command prints, its errors too.
std::string output_of(const std::string &command);

// The version that `program` prints when run with `argument`, as "1.17.1": the first word that begins with a digit.
// Empty: it did not say.
std::string version_of(const std::string &program, const std::string &argument);

}  // namespace dns_cares_test
