// One loop, or several in a thread each, with nothing between them: lookups that the caches answer, all loops started
// together. Or in a process each, which shows what the machine gives to two that have nothing in common at all. Prints
// one line of JSON.
//
// usage: loops HOW-MANY LOOKUPS threads|processes [SERVER], which has addresses for every name in bench.test
#include <ev.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "dns_cares/dns_cares.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr long kNames = 1000;
constexpr long kWindow = 100;

class Loop {
 public:
  explicit Loop(const char *server) {
    dns_options options;
    dns_options_init(&options);
    options.servers = server;
    if (dns_init(loop_, &options) != DNS_OK) std::abort();
    for (long i = 0; i < kNames; ++i) names_.push_back("name-" + std::to_string(i) + ".bench.test");
  }
  ~Loop() { ev_loop_destroy(loop_); }
  Loop(const Loop &) = delete;
  Loop &operator=(const Loop &) = delete;

  void run(long lookups) {
    lookups_ = lookups;
    started_ = done_ = 0;
    while (done_ < lookups_) {
      while (started_ < lookups_ && started_ - done_ < kWindow) start();
      ev_run(loop_, EVRUN_ONCE);
    }
  }
  void fill_cache() { run(kNames); }

 private:
  void start() {
    const std::string &name = names_[static_cast<std::size_t>(started_++ % kNames)];
    dns_resolve_async(loop_, name.c_str(), nullptr, AF_INET, SOCK_STREAM, 0, on_result, this);
  }
  static void on_result(int status, const addrinfo *, void *self) {
    if (status != DNS_OK) std::abort();
    ++static_cast<Loop *>(self)->done_;
  }

  struct ev_loop *const loop_ = ev_loop_new(0);
  std::vector<std::string> names_;
  long lookups_ = 0;
  long started_ = 0;
  long done_ = 0;
};

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

double in_threads(long count, long lookups, const char *server) {
  std::barrier ready(count + 1);
  std::vector<std::jthread> running;
  for (long i = 0; i < count; ++i) {
    running.emplace_back([&] {
      Loop loop(server);
      loop.fill_cache();
      ready.arrive_and_wait();
      loop.run(lookups);
    });
  }
  ready.arrive_and_wait();
  const auto began = Clock::now();
  for (std::jthread &thread : running) thread.join();
  return seconds_since(began);
}

// Each process says that it is ready by an octet in one pipe, and goes on when the other is closed.
double in_processes(long count, long lookups, const char *server) {
  int ready[2];
  int go[2];
  if (pipe(ready) != 0 || pipe(go) != 0) std::abort();
  char octet = 0;
  for (long i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child < 0) std::abort();
    if (child > 0) continue;
    close(go[1]);
    {
      Loop loop(server);
      loop.fill_cache();
      if (write(ready[1], &octet, 1) != 1 || read(go[0], &octet, 1) != 0) std::abort();
      loop.run(lookups);
    }
    _exit(0);
  }
  for (long i = 0; i < count; ++i) {
    if (read(ready[0], &octet, 1) != 1) std::abort();
  }
  const auto began = Clock::now();
  close(go[1]);
  for (int status = 0; wait(&status) > 0;) {
    if (status != 0) std::abort();
  }
  return seconds_since(began);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  const long count = std::atol(argv[1]);
  const long lookups = std::atol(argv[2]);
  const bool apart = std::string_view(argv[3]) == "processes";
  const char *server = argc > 4 ? argv[4] : "127.0.0.1:53";
  const double seconds = apart ? in_processes(count, lookups, server) : in_threads(count, lookups, server);
  std::printf("{\"loops\": %ld, \"lookups\": %ld, \"seconds\": %.6f}\n", count, count * lookups, seconds);
}
