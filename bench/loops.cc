// One loop, or several in a thread each, with nothing between them: lookups that the caches answer, all loops started
// together. Prints one line of JSON.
//
// usage: loops THREADS LOOKUPS [SERVER], which has addresses for every name in bench.test
#include <ev.h>

#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
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

}  // namespace

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const long threads = std::atol(argv[1]);
  const long lookups = std::atol(argv[2]);
  const char *server = argc > 3 ? argv[3] : "127.0.0.1:53";

  std::barrier ready(threads + 1);
  std::vector<std::jthread> running;
  for (long i = 0; i < threads; ++i) {
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
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::printf("{\"threads\": %ld, \"lookups\": %ld, \"seconds\": %.6f}\n", threads, threads * lookups, seconds);
}
