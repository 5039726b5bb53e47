// Far too much of everything at once, and what it costs: lookups, queries without an answer, cancels, names.
//
//   flood [--lookups N] [--cancels N] [--names N]
#include <dns_cares/dns_cares.h>
#include <dns_cares/inspect.h>
#include <dns_cares/testkit.h>
#include <ev.h>
#include <getopt.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

constexpr int kSilentQueries = 65000;  // as many as max_inflight may be
constexpr long kMostOctetsPerLookup = 1500;
constexpr std::size_t kMostOctetsInFlight = 4000;
constexpr double kMostRecoveryMs = 1000;
constexpr double kMostHeldMs = 500;       // the loop, on a machine that is busy
constexpr double kLeastCancels = 10000;   // in a second
constexpr std::size_t kCached = 4 << 20;  // octets, the default
constexpr long kMostGrowthKib = 4096;

struct Options {
  int lookups = 1000000;
  int cancels = 100000;
  int names = 1000000;
};

long resident_kib() {
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE) / 1024;
}

// How long the loop did not turn, at most, by a timer that wants to run every millisecond.
class Pace {
 public:
  explicit Pace(struct ev_loop *loop) : loop_(loop) {
    ev_timer_init(&timer_, on_tick, 0.001, 0.001);
    timer_.data = this;
    ev_timer_start(loop, &timer_);
    ev_unref(loop);
  }
  ~Pace() {
    ev_ref(loop_);
    ev_timer_stop(loop_, &timer_);
  }
  void restart() {
    stopwatch_ = Stopwatch();
    longest_ms_ = 0;
  }
  double longest_ms() const { return longest_ms_; }

 private:
  static void on_tick(struct ev_loop *, ev_timer *timer, int) {
    auto *self = static_cast<Pace *>(timer->data);
    self->longest_ms_ = std::max(self->longest_ms_, self->stopwatch_.ms());
    self->stopwatch_ = Stopwatch();
  }

  struct ev_loop *const loop_;
  ev_timer timer_;
  Stopwatch stopwatch_;
  double longest_ms_ = 0;
};

class Flood {
 public:
  Flood() { server_.on("*.bulk.test", "A", dns_testkit::hashed("10.0.0.0/8", 3600)); }

  bool submit_all_at_once(int lookups) {
    Loop loop;
    begin(loop, 0, 600000);
    const long before = resident_kib();
    Pace pace(loop.get());
    const Stopwatch stopwatch;
    for (int i = 0; i < lookups; ++i) start(loop, i);
    const double submitted_ms = stopwatch.ms();
    const long octets_each = (resident_kib() - before) * 1024 / lookups;
    pace.restart();
    ev_run(loop.get(), 0);
    std::printf(
        "%d lookups at once: submitted in %.0f ms with %ld octets each, ok %d of %d in %.0f ms, loop held %.0f ms at "
        "most\n",
        lookups, submitted_ms, octets_each, ok_, ended_, stopwatch.ms(), pace.longest_ms());
    return ok_ == lookups && ended_ == lookups && octets_each <= kMostOctetsPerLookup &&
           pace.longest_ms() <= kMostHeldMs;
  }

  bool ask_a_silent_server() {
    Loop loop;
    begin(loop, kSilentQueries, 5000);
    server_.silence();
    const std::size_t allocated_before = mallinfo2().uordblks;
    std::size_t octets_each = 0;
    Pace pace(loop.get());
    for (int i = 0; i < kSilentQueries; ++i) start(loop, i);
    dns_stats stats;
    stats.size = sizeof stats;
    unsigned long long most = 0;
    pace.restart();
    while (ended_ < kSilentQueries) {
      ev_run(loop.get(), EVRUN_ONCE);
      dns_get_stats(loop.get(), &stats);
      most = std::max(most, static_cast<unsigned long long>(stats.in_flight));
      const bool all_are_asked = octets_each == 0 && stats.in_flight == kSilentQueries;
      if (all_are_asked) octets_each = (mallinfo2().uordblks - allocated_before) / kSilentQueries;
    }
    const int timed_out = ended_ - ok_;
    const double held_ms = pace.longest_ms();
    server_.speak();
    const Stopwatch stopwatch;
    const int before = ok_;
    start(loop, kSilentQueries);
    while (ended_ == kSilentQueries) ev_run(loop.get(), EVRUN_ONCE);
    const double recovery_ms = stopwatch.ms();
    std::printf(
        "%d lookups of a silent server, %llu in flight at most with %zu octets each: %d timed out, loop held %.0f ms "
        "at most, the next lookup took %.1f ms\n",
        kSilentQueries, most, octets_each, timed_out, held_ms, recovery_ms);
    return timed_out == kSilentQueries && most == kSilentQueries && octets_each <= kMostOctetsInFlight &&
           held_ms <= kMostHeldMs && ok_ == before + 1 && recovery_ms < kMostRecoveryMs;
  }

  bool cancel(int cancels) {
    Loop loop;
    begin(loop, 0, 60000);
    constexpr int kAtOnce = 1000;
    std::vector<dns_request *> requests(kAtOnce);
    long resident_before = 0;
    const Stopwatch stopwatch;
    for (int done = 0; done < cancels; done += kAtOnce) {
      for (int i = 0; i < kAtOnce; ++i) {
        requests[static_cast<std::size_t>(i)] =
            dns_resolve(loop.get(), name(done + i).c_str(), nullptr, nullptr, 0, on_result, this);
      }
      ev_run(loop.get(), EVRUN_NOWAIT);
      for (dns_request *request : requests) dns_cancel(request);
      if (done <= cancels / 4) resident_before = resident_kib();
    }
    const double in_a_second = cancels / stopwatch.ms() * 1000;
    const long growth = resident_kib() - resident_before;
    ev_run(loop.get(), 0);
    std::printf(
        "%d lookups started and cancelled: %.0f in a second, %d called back, resident memory grew by %ld KiB since the "
        "first quarter\n",
        cancels, in_a_second, ended_, growth);
    return ended_ == 0 && in_a_second >= kLeastCancels && growth <= kMostGrowthKib;
  }

  bool churn(int names) {
    constexpr int kAtOnce = 10000;
    Loop loop;
    begin(loop, 0, 60000);
    long before = 0;
    Pace pace(loop.get());
    double held_ms = 0;
    const Stopwatch stopwatch;
    for (int done = 0; done < names; done += kAtOnce) {
      if (done == names / 4 / kAtOnce * kAtOnce) before = resident_kib();
      for (int i = 0; i < kAtOnce; ++i) start(loop, done + i);
      pace.restart();
      ev_run(loop.get(), 0);
      held_ms = std::max(held_ms, pace.longest_ms());
    }
    dns_stats stats;
    stats.size = sizeof stats;
    dns_get_stats(loop.get(), &stats);
    const long growth = resident_kib() - before;
    std::printf(
        "%d names through a cache of %llu octets: ok %d in %.0f ms, loop held %.0f ms at most, resident memory grew by "
        "%ld KiB since the first quarter\n",
        names, static_cast<unsigned long long>(stats.cache_bytes), ok_, stopwatch.ms(), held_ms, growth);
    return ok_ == names && stats.cache_bytes <= kCached && held_ms <= kMostHeldMs && growth <= kMostGrowthKib;
  }

 private:
  static std::string name(int i) { return 'n' + std::to_string(i) + ".bulk.test"; }

  void begin(Loop &loop, unsigned max_inflight, unsigned deadline_ms) {
    ended_ = ok_ = 0;
    const int status = loop.init(server_.address(), [&](dns_options &options) {
      options.max_inflight = max_inflight;
      options.deadline_ms = deadline_ms;
      options.timeout_ms = 5000;
    });
    if (status != DNS_OK) std::fprintf(stderr, "no context: %s\n", dns_strerror(status)), std::exit(1);
  }

  void start(const Loop &loop, int i) {
    dns_resolve_async(loop.get(), name(i).c_str(), nullptr, AF_INET, SOCK_STREAM, 0, on_result, this);
  }
  static void on_result(int status, const addrinfo *, void *arg) {
    auto *self = static_cast<Flood *>(arg);
    ++self->ended_;
    self->ok_ += status == DNS_OK ? 1 : 0;
  }

  dns_testkit::Server server_;
  int ended_ = 0;
  int ok_ = 0;
};

Options read_options(int argc, char **argv) {
  const option known[] = {{"lookups", required_argument, nullptr, 'l'},
                          {"cancels", required_argument, nullptr, 'c'},
                          {"names", required_argument, nullptr, 'n'},
                          {}};
  Options options;
  for (int c; (c = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (c == '?') std::exit(2);
    const int number = std::atoi(optarg);
    if (number < 1) std::fprintf(stderr, "%s: not a number above 0\n", optarg), std::exit(2);
    (c == 'l' ? options.lookups : c == 'c' ? options.cancels : options.names) = number;
  }
  return options;
}

int main(int argc, char **argv) {
  const Options options = read_options(argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  Flood flood;
  bool all_well = flood.submit_all_at_once(options.lookups);
  all_well = flood.ask_a_silent_server() && all_well;
  all_well = flood.cancel(options.cancels) && all_well;
  all_well = flood.churn(options.names) && all_well;
  return all_well ? 0 : 1;
}

}  // namespace
}  // namespace dns_cares_test

int main(int argc, char **argv) { return dns_cares_test::main(argc, argv); }
