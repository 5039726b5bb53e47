// Coroutines and callbacks of C++ in numbers: memory stays bounded, and nothing is called once it was cancelled.
#include <dns_cares/inspect.h>
#include <dns_cares/testkit.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <dns_cares/coro.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using dns_cares::Addresses;
using dns_cares::Resolver;
using dns_cares::Result;
using dns_cares::Task;

long resident_octets() {
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

int from_environment(const char *name, int otherwise) {
  const char *value = std::getenv(name);
  return value != nullptr ? std::stoi(value) : otherwise;
}

// --- 100,000 names ---

struct Progress {
  int names;
  int started = 0;
  int resolved = 0;
  long octets_after_a_tenth = 0;
};

Task<> resolve_new_names(Resolver &resolver, Progress &progress) {
  while (progress.started < progress.names) {
    const std::string name = "n" + std::to_string(progress.started++) + ".bulk.test";
    if (progress.started == progress.names / 10) progress.octets_after_a_tenth = resident_octets();
    const Result<Addresses> result = co_await resolver.resolve(name, nullptr, {.family = AF_INET});
    if (result && result->size() == 1) ++progress.resolved;
  }
}

// In a process of its own, so that what it keeps of each name does not count here.
class ServerInChild {
 public:
  ServerInChild() {
    int to_parent[2];
    int to_child[2];
    if (pipe(to_parent) != 0 || pipe(to_child) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    child_ = fork();
    if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    close(to_parent[child_ == 0 ? 0 : 1]);
    close(to_child[child_ == 0 ? 1 : 0]);
    if (child_ == 0) serve(to_parent[1], to_child[0]);
    life_ = to_child[1];
    if (read(to_parent[0], &port_, sizeof port_) != sizeof port_) ADD_FAILURE() << "the server did not start";
    close(to_parent[0]);
  }
  ~ServerInChild() {
    close(life_);
    waitpid(child_, nullptr, 0);
  }
  ServerInChild(const ServerInChild &) = delete;
  ServerInChild &operator=(const ServerInChild &) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  // Until the parent closes its end.
  [[noreturn]] static void serve(int to_parent, int from_parent) {
    Server server;
    server.on("*.bulk.test", "A", hashed("10.0.0.0/8", 3600));
    const std::uint16_t port = server.port();
    char octet;
    const bool told = write(to_parent, &port, sizeof port) == sizeof port;
    while (told && read(from_parent, &octet, 1) < 0 && errno == EINTR) {
    }
    _exit(0);
  }

  pid_t child_ = -1;
  int life_ = -1;
  std::uint16_t port_ = 0;
};

// Most of the growth is the cache, 1 MiB. The environment may say how many names.
TEST(CppLoad, CoroutinesLookUp100000NewNamesInBoundedMemory) {
  const ServerInChild server;
  Loop loop;
  ASSERT_EQ(loop.init(server.address(),
                      [](dns_options &options) {
                        options.timeout_ms = 5000;
                        options.deadline_ms = 60000;
                        options.cache_bytes = std::size_t{1} << 20;
                      }),
            DNS_OK);
  Resolver resolver(loop.get());
  Progress progress{.names = from_environment("CPP_NAMES", 100000)};
  std::vector<Task<>> tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(resolve_new_names(resolver, progress));
  loop.run();
  EXPECT_EQ(progress.resolved, progress.names);
  dns_stats stats{};
  stats.size = sizeof stats;
  ASSERT_EQ(dns_get_stats(loop.get(), &stats), DNS_OK);
  EXPECT_GE(stats.queries, static_cast<std::uint64_t>(progress.names)) << "each was new";
  EXPECT_EQ(stats.outstanding, 0u);
  if (*DNS_CARES_SANITIZERS != '\0') return;  // They keep what was freed for a while.
  EXPECT_LT(resident_octets() - progress.octets_after_a_tenth, 2 << 20);
}

// --- Cancelling at random ---

// Lookups of all kinds, a few hundred at a time, most of which are cancelled in one way or another.
class Mayhem {
 public:
  explicit Mayhem(struct ev_loop *loop) : resolver_(loop), slots_(300) {}

  // Once a turn of the loop.
  void step() {
    for (int i = 0; i < 5; ++i) replace(slots_[random() % slots_.size()]);
    if (random() % 4 == 0) slots_[random() % slots_.size()].stop.request_stop();
    if (random() % 200 == 0) resolver_.flush_cache();
  }
  // Lets go of some, and leaves the others to their ends.
  void wind_down() {
    winding_down_ = true;
    for (std::size_t i = 0; i < slots_.size(); i += 2) replace_by_nothing(slots_[i]);
  }

  struct Counts {
    long started = 0;
    long ended = 0;      // called back or resumed, for the last time
    long cancelled = 0;  // before that
    long stopped = 0;    // of those that ended: by their token
    long resolved = 0;   // of those that ended: with addresses
    long too_late = 0;   // called back or resumed after they were cancelled
  };
  const Counts &counts() const { return counts_; }

 private:
  // What outlives a lookup, to see whether it is heard of again.
  struct Record {
    bool ended = false;
    bool cancelled = false;
  };
  struct Slot {
    std::shared_ptr<Record> record;
    dns_cares::Lookup lookup;
    std::optional<Task<>> task;
    std::stop_source stop;
  };

  unsigned random() { return static_cast<unsigned>(generator_()); }

  std::string some_name() {
    static constexpr const char *kZones[] = {"fast.test", "slow.test", "parts.test", "silent.test", "fails.test"};
    return "n" + std::to_string(random() % 2000) + "." + kZones[random() % std::size(kZones)];
  }
  dns_cares::Hints some_hints() {
    return {.family = random() % 2 == 0 ? AF_UNSPEC : AF_INET,
            .deadline = std::chrono::milliseconds(1 + random() % 200)};
  }

  void replace_by_nothing(Slot &slot) {
    const auto record = std::exchange(slot.record, nullptr);
    if (record != nullptr && !record->ended) {
      record->cancelled = true;
      ++counts_.cancelled;
    }
    slot.lookup.cancel();
    slot.task.reset();
  }

  void replace(Slot &slot) {
    replace_by_nothing(slot);
    slot.record = std::make_shared<Record>();
    slot.stop = std::stop_source();
    ++counts_.started;
    switch (random() % 4) {
      case 0:
        slot.lookup = resolver_.resolve(some_name(), nullptr, some_hints(),
                                        [this, record = slot.record](const Result<Addresses> &result) {
                                          note(*record, result, false);
                                          disturb(*record);
                                        });
        return;
      case 1:
        slot.lookup = resolver_.stream(some_name(), nullptr, some_hints(),
                                       [this, record = slot.record](const Result<Addresses> &part, bool more) {
                                         note(*record, part, more);
                                         disturb(*record);
                                       });
        return;
      case 2:
        slot.task = look_up(slot.record, slot.stop.get_token());
        return;
      default:
        slot.task = stream(slot.record, slot.stop.get_token());
    }
  }

  Task<> look_up(std::shared_ptr<Record> record, std::stop_token stop) {
    note(*record, co_await resolver_.resolve(some_name(), nullptr, some_hints(), stop), false);
    disturb(*record);
  }
  Task<> stream(std::shared_ptr<Record> record, std::stop_token stop) {
    auto stream = resolver_.stream(some_name(), nullptr, some_hints(), stop);
    while (stream.more()) {
      const auto part = co_await stream.next();
      note(*record, part, stream.more());
      disturb(*record);
    }
  }

  void note(Record &record, const Result<Addresses> &result, bool more) {
    if (record.cancelled || record.ended) ++counts_.too_late;
    if (more) return;
    record.ended = true;
    ++counts_.ended;
    if (result) ++counts_.resolved;
    if (result.error() == std::make_error_code(std::errc::operation_canceled)) ++counts_.stopped;
  }

  // From within a callback or a coroutine, whose record is given: another lookup is replaced, or this one, unless it is
  // a coroutine, which cannot destroy itself while it runs.
  void disturb(const Record &self) {
    if (winding_down_ || random() % 4 != 0) return;
    Slot &slot = slots_[random() % slots_.size()];
    if (slot.record.get() != &self || !slot.task) replace(slot);
  }

  Resolver resolver_;
  std::vector<Slot> slots_;
  std::minstd_rand generator_{1};
  bool winding_down_ = false;
  Counts counts_;
};

// For some seconds; the environment may say how many.
TEST(CppLoad, CancelledAtRandomNothingIsHeardOfAgain) {
  const int seconds = from_environment("CANCEL_SECONDS", 3);
  Server server;
  server.on("*.fast.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}, 1));
  server.on("*.slow.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}, 1).after(20ms));
  server.on("*.parts.test", "AAAA", answer({"2001:db8::1"}, 1));
  server.on("*.parts.test", "A", answer({"192.0.2.1"}, 1).after(60ms));
  server.on("*.silent.test", "ANY", drop());
  server.on("*.fails.test", "ANY", servfail());
  Loop loop;
  ASSERT_EQ(loop.init(server.address(), [](dns_options &options) { options.resolution_delay_ms = 5; }), DNS_OK);
  Mayhem mayhem(loop.get());
  const Stopwatch stopwatch;
  while (stopwatch.ms() < seconds * 1000) {
    mayhem.step();
    bool turned = false;
    loop.run_until([&] { return std::exchange(turned, true); });
  }
  mayhem.wind_down();
  loop.run();
  const auto &counts = mayhem.counts();
  EXPECT_EQ(counts.too_late, 0);
  EXPECT_EQ(counts.started, counts.ended + counts.cancelled);
  EXPECT_GT(counts.cancelled, 0);
  EXPECT_GT(counts.stopped, 0);
  EXPECT_GT(counts.resolved, 0);
  std::printf("%ld lookups: %ld cancelled, %ld stopped, %ld resolved\n", counts.started, counts.cancelled,
              counts.stopped, counts.resolved);
}

}  // namespace
}  // namespace dns_cares_test
