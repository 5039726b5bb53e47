// A long run: lookups of all kinds under faults, reloads, forks, flushes and cancels, at random. The seed says what is
// done, and in which order; how much of it the time is enough for, and what is answered when, is the machine's. Prints
// figures every ten seconds, and what went wrong.
//
//   soak [--seconds N] [--seed N]
#include <dirent.h>
#include <dns_cares/dns_cares.h>
#include <dns_cares/inspect.h>
#include <dns_cares/records.h>
#include <dns_cares/testkit.h>
#include <ev.h>
#include <getopt.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "faults.h"
#include "loop.h"

namespace dns_cares_test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutstanding = 2000;
constexpr double kLatePast = 2;         // seconds past a deadline, for a machine that is busy
constexpr long kMostGrowth = 4L << 20;  // octets, from a third of the run on
// Far more than the cache holds in all, and few enough for the servers, which remember what they were asked.
constexpr std::size_t kNamesOfAFault = 200;
constexpr std::size_t kMostDescriptors = 256;
constexpr std::size_t kMostCached = 256 << 10;  // octets

struct Options {
  int seconds = 180;
  unsigned seed = static_cast<unsigned>(Clock::now().time_since_epoch().count());
};

long resident_octets() {
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

struct Counts {
  std::uint64_t started = 0, ended = 0, cancelled = 0, ok = 0;
  std::uint64_t wrong_calls = 0, late = 0, reloads = 0, forks = 0, restarts = 0, broken_children = 0, over_cache = 0;
};

class Soak {
 public:
  explicit Soak(unsigned seed) : plan_(seed), reactions_(seed + 1), loop_(ev_loop_new(EVFLAG_AUTO)) {
    instance_ = this;
    for (int i = 0; i < 2; ++i) {
      servers_.push_back(std::make_unique<dns_testkit::Server>());
      teach(*servers_.back());
    }
    init();
  }
  ~Soak() { ev_loop_destroy(loop_); }

  // For a hundredth of a second or so.
  void step() {
    for (unsigned n = below(40); n > 0; --n) act();
    ev_timer pause;
    ev_timer_init(
        &pause, [](struct ev_loop *loop, ev_timer *, int) { ev_break(loop, EVBREAK_ONE); }, 0.01, 0);
    ev_now_update(loop_);
    ev_timer_start(loop_, &pause);
    ev_run(loop_, 0);
    ev_timer_stop(loop_, &pause);
    counts_.over_cache += cache_bytes() > kMostCached ? 1 : 0;
  }
  // Until all lookups have ended.
  void finish() {
    for (auto &server : servers_) server->speak();
    const Stopwatch stopwatch;
    while (!outstanding_.empty() && stopwatch.ms() < 10000) ev_run(loop_, EVRUN_ONCE);
    counts_.wrong_calls += outstanding_.size();
  }

  const Counts &counts() const { return counts_; }
  std::uint64_t cache_bytes() const {
    dns_stats stats;
    stats.size = sizeof stats;
    dns_get_stats(loop_, &stats);
    return stats.cache_bytes;
  }

 private:
  struct Lookup {
    dns_request *request;
    Clock::time_point due;
  };

  static unsigned below(std::size_t limit, std::mt19937 &random) { return static_cast<unsigned>(random() % limit); }
  unsigned below(std::size_t limit) { return below(limit, plan_); }

  // "*.N.test" plays the N-th fault, "*.good.test" none.
  static void teach(dns_testkit::Server &server) {
    const dns_testkit::Reply good = dns_testkit::answer({"192.0.2.1", "2001:db8::1"}, 2);
    for (std::size_t i = 0; i < faults().size(); ++i) {
      server.on("*." + std::to_string(i) + ".test", "ANY", {faults()[i].play(good), good});
    }
    server.on("*.good.test", "ANY", good);
    server.otherwise(dns_testkit::nxdomain(1));
  }

  void init() {
    dns_options options;
    dns_options_init(&options);
    const std::string addresses = servers_[0]->address() + ',' + servers_[1]->address();
    options.servers = addresses.c_str();
    options.resolv_conf = conf_.path();
    options.hosts_file = "";
    options.timeout_ms = 100;
    options.tries = 2;
    options.deadline_ms = 2000;
    options.cache_bytes = kMostCached;
    options.max_stale_s = 5;
    if (dns_init(loop_, &options) != DNS_OK) std::fprintf(stderr, "no context\n"), std::exit(1);
  }

  void act() {
    switch (below(400)) {
      case 0:
        return reload();
      case 1:
        return fork_off();
      case 2:
        return dns_cache_flush(loop_);
      case 3:
        return servers_[below(2)]->silence();
      case 4:
      case 5:
        return servers_[below(2)]->speak();
      case 6:
        // Seldom: a context looks at its files once a second.
        return below(20) == 0 ? restart() : dns_cache_forget(loop_, "n1.good.test");
      default:
        return below(5) == 0 ? cancel(plan_) : start(plan_);
    }
  }

  // What is drawn does not depend on what was answered so far.
  void start(std::mt19937 &random) {
    const std::size_t which = below(faults().size() * 2, random);
    const std::string domain = which < faults().size() ? std::to_string(which) : "good";
    const std::string name = 'n' + std::to_string(below(kNamesOfAFault, random)) + '.' + domain + ".test";
    const unsigned deadline_ms = 20 + below(2000, random);
    const bool is_query = below(4, random) == 0;
    addrinfo hints{};
    hints.ai_family = below(2, random) == 0 ? AF_INET : AF_UNSPEC;
    if (outstanding_.size() >= kMostOutstanding) return;
    void *const number = reinterpret_cast<void *>(++counts_.started);
    dns_request *const request =
        is_query ? dns_query(loop_, name.c_str(), DNS_TYPE_A, 0, deadline_ms, on_answer, number)
                 : dns_resolve(loop_, name.c_str(), nullptr, &hints, deadline_ms, on_result, number);
    outstanding_[counts_.started] = {request, Clock::now() + std::chrono::milliseconds(deadline_ms)};
  }

  void cancel(std::mt19937 &random) {
    const unsigned which = below(kMostOutstanding, random);
    if (outstanding_.empty()) return;
    auto lookup = outstanding_.lower_bound(outstanding_.begin()->first + which);
    if (lookup == outstanding_.end()) lookup = outstanding_.begin();
    dns_cancel(lookup->second.request);
    outstanding_.erase(lookup);
    ++counts_.cancelled;
  }

  static void on_answer(int status, const dns_answer *, void *number) { instance_->ended(number, status); }
  static void on_result(int status, const addrinfo *, void *number) { instance_->ended(number, status); }
  void ended(const void *number, int status) {
    const auto lookup = outstanding_.extract(reinterpret_cast<std::uint64_t>(number));
    // One that calls back twice, or after it was cancelled, is not there any more.
    if (!lookup) {
      ++counts_.wrong_calls;
      return;
    }
    ++counts_.ended;
    counts_.ok += status == DNS_OK ? 1 : 0;
    const std::chrono::duration<double> past = Clock::now() - lookup.mapped().due;
    counts_.late += past.count() > kLatePast ? 1 : 0;
    if (restarting_) return;  // It would start a context with the defaults, which asks the machine's servers.
    if (below(10, reactions_) == 0) start(reactions_);
    if (below(50, reactions_) == 0) cancel(reactions_);
  }

  // Each has the servers asked in another way, by a channel of its own.
  void reload() {
    constexpr const char *kConfs[] = {"", "options rotate\n", "options use-vc\n", "options rotate use-vc\n",
                                      "options single-request\n"};
    std::ofstream(conf_.path()) << kConfs[below(std::size(kConfs))];
    ++counts_.reloads;
  }

  void restart() {
    restarting_ = true;
    dns_shutdown(loop_);
    init();
    restarting_ = false;
    ++counts_.restarts;
  }

  // A child in which the lookups go on for some turns. It has none of the servers' threads.
  void fork_off() {
    const pid_t child = fork();
    if (child < 0) return;
    if (child == 0) {
      alarm(10);
      ev_loop_fork(loop_);
      for (int i = 0; i < 20; ++i) ev_run(loop_, EVRUN_NOWAIT);
      restarting_ = true;
      dns_shutdown(loop_);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ++counts_.forks;
    counts_.broken_children += status != 0 ? 1 : 0;
  }

  static inline Soak *instance_ = nullptr;

  std::mt19937 plan_;
  std::mt19937 reactions_;  // of what is done in callbacks, which come when they come
  TempFile conf_{""};
  struct ev_loop *const loop_;
  std::vector<std::unique_ptr<dns_testkit::Server>> servers_;
  std::map<std::uint64_t, Lookup> outstanding_;  // by their numbers
  bool restarting_ = false;
  Counts counts_;
};

Options read_options(int argc, char **argv) {
  const option known[] = {{"seconds", required_argument, nullptr, 't'}, {"seed", required_argument, nullptr, 's'}, {}};
  Options options;
  for (int c; (c = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (c == 't') options.seconds = std::atoi(optarg);
    if (c == 's') options.seed = static_cast<unsigned>(std::strtoul(optarg, nullptr, 10));
    if (c == '?') std::exit(2);
  }
  if (options.seconds < 1) std::fprintf(stderr, "--seconds: not a number above 0\n"), std::exit(2);
  return options;
}

void print(const Soak &soak, double seconds) {
  const Counts &counts = soak.counts();
  std::printf(
      "%4.0f s: started %llu, ended %llu (ok %llu), cancelled %llu, reloads %llu, forks %llu, restarts %llu, "
      "resident %ld KiB, %zu KiB of them allocated, descriptors %zu, cache %llu\n",
      seconds, static_cast<unsigned long long>(counts.started), static_cast<unsigned long long>(counts.ended),
      static_cast<unsigned long long>(counts.ok), static_cast<unsigned long long>(counts.cancelled),
      static_cast<unsigned long long>(counts.reloads), static_cast<unsigned long long>(counts.forks),
      static_cast<unsigned long long>(counts.restarts), resident_octets() / 1024, mallinfo2().uordblks / 1024,
      open_descriptors(), static_cast<unsigned long long>(soak.cache_bytes()));
  std::fflush(stdout);
}

int main(int argc, char **argv) {
  const Options options = read_options(argc, argv);
  std::printf("soak --seconds %d --seed %u\n", options.seconds, options.seed);
  std::fflush(stdout);
  Soak soak(options.seed);
  const Stopwatch stopwatch;
  double next_print = 10;
  long resident_before = 0;
  std::size_t most_descriptors = 0;
  for (double now = 0; now < options.seconds; now = stopwatch.ms() / 1000) {
    soak.step();
    most_descriptors = std::max(most_descriptors, open_descriptors());
    if (now < options.seconds / 3.0) resident_before = std::max(resident_before, resident_octets());
    if (now < next_print) continue;
    print(soak, now);
    next_print += 10;
  }
  soak.finish();
  const long growth = resident_octets() - resident_before;
  const Counts &counts = soak.counts();
  std::printf(
      "callbacks lost or doubled %llu, late %llu, broken children %llu, cache over its bound %llu, growth %ld KiB, "
      "descriptors at most %zu\n",
      static_cast<unsigned long long>(counts.wrong_calls), static_cast<unsigned long long>(counts.late),
      static_cast<unsigned long long>(counts.broken_children), static_cast<unsigned long long>(counts.over_cache),
      growth / 1024, most_descriptors);
  const bool grows = growth > kMostGrowth && *DNS_CARES_SANITIZERS == '\0';
  const bool all_well = counts.wrong_calls == 0 && counts.late == 0 && counts.broken_children == 0 &&
                        counts.over_cache == 0 && !grows && most_descriptors <= kMostDescriptors;
  return all_well ? 0 : 1;
}

}  // namespace
}  // namespace dns_cares_test

int main(int argc, char **argv) { return dns_cares_test::main(argc, argv); }
