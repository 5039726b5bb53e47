#include "loop.h"

#include <arpa/inet.h>
#include <dns_cares/inspect.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <system_error>

#include "failing_new.h"

namespace dns_cares_test {
namespace {

constexpr double kPatience = 60;  // seconds

std::string socktype_text(int socktype) {
  switch (socktype) {
    case SOCK_STREAM:
      return "stream";
    case SOCK_DGRAM:
      return "dgram";
    case SOCK_RAW:
      return "raw";
    default:
      return std::to_string(socktype);
  }
}

int port_of(const addrinfo &entry) {
  return ntohs(entry.ai_family == AF_INET ? reinterpret_cast<const sockaddr_in *>(entry.ai_addr)->sin_port
                                          : reinterpret_cast<const sockaddr_in6 *>(entry.ai_addr)->sin6_port);
}

}  // namespace

bool cares_is_at_least(int minor) {
  dns_versions versions{sizeof versions, nullptr, nullptr, nullptr};
  dns_get_versions(&versions);
  return std::atoi(versions.cares + 2) >= minor;  // behind "1."
}

std::string address_text(const addrinfo &entry) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (entry.ai_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in *>(entry.ai_addr)->sin_addr, text, sizeof text);
    return text;
  }
  const auto *v6 = reinterpret_cast<const sockaddr_in6 *>(entry.ai_addr);
  inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
  return v6->sin6_scope_id == 0 ? text : std::string(text) + '%' + std::to_string(v6->sin6_scope_id);
}

std::string entry_text(const addrinfo &entry) {
  return socktype_text(entry.ai_socktype) + '/' + std::to_string(entry.ai_protocol) + ' ' + address_text(entry) + ' ' +
         std::to_string(port_of(entry));
}

void Lookup::on_result(int status, const addrinfo *ai, void *arg) {
  auto *self = static_cast<Lookup *>(arg);
  Outcome &outcome = self->outcome_;
  ++outcome.calls;
  outcome.status = status;
  outcome.had_result = ai != nullptr;
  outcome.before_start_returned = !self->started_;
  outcome.thread = std::this_thread::get_id();
  if (ai != nullptr && ai->ai_canonname != nullptr) outcome.canonical_name = ai->ai_canonname;
  for (; ai != nullptr; ai = ai->ai_next) {
    const std::string address = address_text(*ai);
    outcome.entries.push_back(entry_text(*ai));
    if (std::find(outcome.addresses.begin(), outcome.addresses.end(), address) == outcome.addresses.end()) {
      outcome.addresses.push_back(address);
    }
  }
  if (self->reaction_) self->reaction_(*self);
}

Loop::Loop() : loop_(ev_loop_new(EVFLAG_AUTO)) {
  if (loop_ == nullptr) throw std::system_error(errno, std::generic_category(), "ev_loop_new");
}

Loop::~Loop() { destroy(); }

void Loop::destroy() {
  if (loop_ != nullptr) ev_loop_destroy(loop_);
  loop_ = nullptr;
}

int Loop::init(const std::string &servers, const std::function<void(dns_options &)> &change) {
  dns_options options;
  dns_options_init(&options);
  options.servers = servers.c_str();
  options.resolv_conf = "/dev/null";
  options.hosts_file = "";
  options.timeout_ms = 250;
  options.tries = 2;
  options.resolution_delay_ms = UINT_MAX;
  if (change) change(options);
  return dns_init(loop_, &options);
}

Lookup &Loop::make(Lookup::Reaction reaction) {
  lookups_.push_back(std::make_unique<Lookup>());
  return lookups_.back()->then(std::move(reaction));
}

Lookup &Loop::resolve(const char *name, const Ask &ask, Lookup::Reaction reaction) {
  Lookup &lookup = make(std::move(reaction));
  addrinfo hints{};
  hints.ai_flags = ask.flags;
  hints.ai_family = ask.family;
  hints.ai_socktype = ask.socktype;
  hints.ai_protocol = ask.protocol;
  lookup.request_ = dns_resolve(loop_, name, ask.service, &hints, ask.deadline_ms, Lookup::on_result, &lookup);
  lookup.started_ = true;
  return lookup;
}

Lookup &Loop::resolve_async(const char *name, const Ask &ask, Lookup::Reaction reaction) {
  Lookup &lookup = make(std::move(reaction));
  dns_resolve_async(loop_, name, ask.service, ask.family, ask.socktype, ask.protocol, Lookup::on_result, &lookup);
  lookup.started_ = true;
  return lookup;
}

Lookup &Loop::resolve_async_without_memory(const char *name, const Ask &ask, Lookup::Reaction reaction) {
  Lookup &lookup = make(std::move(reaction));
  bool failed = false;
  {
    const FailingNew failing;
    dns_resolve_async(loop_, name, ask.service, ask.family, ask.socktype, ask.protocol, Lookup::on_result, &lookup);
    failed = failing.failed();
  }
  EXPECT_TRUE(failed);
  lookup.started_ = true;
  return lookup;
}

void Loop::run() {
  ev_timer watchdog;
  ev_timer_init(
      &watchdog,
      [](struct ev_loop *loop, ev_timer *, int) {
        ADD_FAILURE() << "the loop did not end";
        ev_break(loop, EVBREAK_ALL);
      },
      kPatience, kPatience);
  ev_now_update(loop_);
  ev_timer_start(loop_, &watchdog);
  ev_unref(loop_);
  ev_run(loop_, 0);
  if (loop_ == nullptr) return;
  ev_ref(loop_);
  ev_timer_stop(loop_, &watchdog);
}

void Loop::turn() { ev_run(loop_, EVRUN_NOWAIT); }

bool Loop::run_until(const std::function<bool()> &condition) {
  constexpr double kAtMostMs = 10000;
  const Stopwatch stopwatch;
  // A repeating timer, so that the loop also turns when there is nothing else.
  ev_timer tick;
  ev_timer_init(
      &tick, [](struct ev_loop *, ev_timer *, int) {}, 0.001, 0.001);
  ev_timer_start(loop_, &tick);
  while (!condition() && stopwatch.ms() < kAtMostMs) ev_run(loop_, EVRUN_ONCE);
  ev_timer_stop(loop_, &tick);
  return condition();
}

void with_ever_more_memory(Loop &loop, const std::function<void()> &start,
                           const std::function<void(std::size_t spared)> &ended) {
  constexpr std::size_t kMost = 1000;
  bool failed = true;
  for (std::size_t spared = 0; failed && spared < kMost; ++spared) {
    dns_cache_flush(loop.get());
    {
      const FailingNew failing(spared);
      start();
      loop.run();
      failed = failing.failed();
    }
    loop.run();
    ended(spared);
  }
  EXPECT_FALSE(failed) << "at last all allocations have succeeded";
}

void expect_one_call_with_ever_more_memory(Loop &loop, const std::function<bool(std::vector<int> *statuses)> &start) {
  std::vector<int> statuses;
  statuses.reserve(4);
  bool started = false;
  with_ever_more_memory(
      loop, [&] { started = start(&statuses); },
      [&](std::size_t spared) {
        EXPECT_EQ(statuses.size(), started ? 1u : 0u) << spared;
        for (const int status : statuses) {
          EXPECT_TRUE(status == DNS_OK || status == DNS_ENOMEM || status == DNS_ETIMEOUT) << status << ", " << spared;
        }
        statuses.clear();
      });
}

double Stopwatch::ms() const {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
}

TempFile::TempFile(const std::string &text) {
  const char *folder = std::getenv("TMPDIR");
  path_ = std::string(folder != nullptr ? folder : "/tmp") + "/dns_cares_test.XXXXXX";
  const int fd = mkstemp(path_.data());
  if (fd < 0 || write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::system_error(errno, std::generic_category(), path_);
  }
  close(fd);
}

TempFile::~TempFile() { unlink(path_.c_str()); }

}  // namespace dns_cares_test
