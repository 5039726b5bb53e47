#include "experiment.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <ev.h>

#include <climits>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "failing_new.h"

namespace dns_cares_test {
namespace {

constexpr int kTries = 2;
constexpr unsigned kTimeoutMs = 200;
constexpr unsigned kPatienceMs = 20000;  // the deadline of lookups whose tries are to end them
constexpr unsigned kMostTurns = 2000;    // of the loop, for one lookup

constexpr const char *kNextAddress = "192.0.2.2";

using dns_testkit::Reply;

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

Reply right_reply(bool behind_cname) {
  if (!behind_cname) return dns_testkit::answer({"192.0.2.1", "2001:db8::1"});
  return dns_testkit::records(
      {"@ 60 IN CNAME end.test.", "end.test. 60 IN A 192.0.2.1", "end.test. 60 IN AAAA 2001:db8::1"});
}

std::vector<Reply> replies(const Script &script, const Reply &right) {
  std::vector<Reply> result;
  for (const Fault *fault : script) result.push_back(fault != nullptr ? fault->play(right) : right);
  return result;
}

// The servers of one experiment.
class Scene {
 public:
  explicit Scene(const Experiment &experiment) {
    const bool no_tcp = experiment.first == Experiment::First::kNoTcp;
    const Reply right = right_reply(experiment.behind_cname);
    for (std::size_t i = 0; i < experiment.servers.size(); ++i) {
      auto server = std::make_unique<dns_testkit::Server>(dns_testkit::ServerOptions{.tcp = !no_tcp || i > 0});
      server->on(kFaultName, "A", replies(experiment.servers[i], right));
      if (!experiment.for_aaaa.empty()) server->on(kFaultName, "AAAA", replies(experiment.for_aaaa[i], right));
      server->on("next.test", "A", dns_testkit::answer({kNextAddress}));
      addresses_ += (i > 0 ? "," : "") + server->address();
      servers_.push_back(std::move(server));
    }
    if (experiment.first == Experiment::First::kClosedPort) addresses_ = closed_.address() + ',' + addresses_;
  }
  const std::string &addresses() const { return addresses_; }

 private:
  dns_testkit::ClosedPort closed_;
  std::vector<std::unique_ptr<dns_testkit::Server>> servers_;
  std::string addresses_;
};

// A lookup that is to end by its deadline. That it did is told by a timer of the same loop, so that a machine that was
// busy is not mistaken for a lookup that is late.
class Watched {
 public:
  Watched(struct ev_loop *loop, const char *name, int family, unsigned deadline_ms) : loop_(loop) {
    ev_timer_init(&control_, on_control, deadline_ms / 1000.0 + 0.05, 0.01);
    control_.data = this;
    ev_now_update(loop);
    ev_timer_start(loop, &control_);
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    dns_resolve(loop, name, nullptr, &hints, deadline_ms, on_result, this);
  }
  ~Watched() { ev_timer_stop(loop_, &control_); }

  // Until the lookup has ended and, since it might call again, some turns more.
  void wait() {
    while (calls == 0 && !late && turns_ < kMostTurns) turn(EVRUN_ONCE);
    for (int i = 0; i < 3; ++i) turn(EVRUN_NOWAIT);
  }
  bool spun() const { return turns_ >= kMostTurns; }

  int calls = 0;
  int status = -1;
  std::set<std::string> v4;  // addresses
  bool late = false;

 private:
  static constexpr int kGraceTurns = 20;

  static void on_result(int status, const addrinfo *ai, void *arg) {
    auto *self = static_cast<Watched *>(arg);
    ++self->calls;
    self->status = status;
    for (; ai != nullptr; ai = ai->ai_next) {
      if (ai->ai_family != AF_INET) continue;
      char text[INET_ADDRSTRLEN];
      self->v4.insert(inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in *>(ai->ai_addr)->sin_addr, text, sizeof text));
    }
    ev_break(self->loop_, EVBREAK_ONE);  // It would first wait for its next event.
  }
  static void on_control(struct ev_loop *, ev_timer *timer, int) {
    auto *self = static_cast<Watched *>(timer->data);
    self->late = self->calls == 0 && ++self->turns_past_deadline_ > kGraceTurns;
  }
  void turn(int how) {
    ev_run(loop_, how);
    ++turns_;
  }

  struct ev_loop *const loop_;
  ev_timer control_;
  unsigned turns_ = 0;
  int turns_past_deadline_ = 0;
};

// Nobody listens there.
const Fault kClosed = {"closed-port", {}, {Effect::kFails, DNS_ECONNREFUSED}, {Effect::kFails, DNS_ECONNREFUSED}};

// What breaks a connection breaks it for every question on it, and uses up a try of each.
bool share_broken_connection(const Experiment &experiment) {
  const auto comes_by_tcp = [](const Script &script) {
    return script.front() != nullptr && script.front()->udp.effect == Effect::kTruncates;
  };
  const auto breaks = [](const Script &script) {
    return script.front() != nullptr && script.front()->tcp.status == DNS_ECONNREFUSED;
  };
  const Script &v4 = experiment.servers.front();
  const Script &v6 = experiment.for_aaaa.front();
  return comes_by_tcp(v4) && comes_by_tcp(v6) && (breaks(v4) || breaks(v6));
}

std::vector<Script> asked_servers(const Experiment &experiment) {
  std::vector<Script> servers = experiment.servers;
  if (experiment.first == Experiment::First::kClosedPort) servers.insert(servers.begin(), {&kClosed});
  return servers;
}

int expected_of(const Experiment &experiment) {
  if (experiment.first == Experiment::First::kNoTcp && experiment.servers.size() == 1) return DNS_ECONNREFUSED;
  const int v4 = expected_status(asked_servers(experiment), kTries, experiment.by_tcp);
  if (experiment.for_aaaa.empty()) return v4;
  if (share_broken_connection(experiment)) return kAnyStatus;
  return expected_status_of_both(expected_status(experiment.for_aaaa, kTries, experiment.by_tcp), v4);
}

// What comes after its time is worth what is lost.
const Fault kLate = {"late", {}, {Effect::kLost}, {Effect::kLost}};

// The statuses of an RRset if of any of the servers from `server` on the first reply is late, or all are.
std::set<int> statuses_with_late_replies(std::vector<Script> servers, bool by_tcp, std::size_t server = 0) {
  if (server == servers.size()) return {expected_status(servers, kTries, by_tcp)};
  std::set<int> statuses;
  Script first_is_late = servers[server];
  first_is_late.insert(first_is_late.begin(), &kLate);
  for (const Script &script : {servers[server], first_is_late, Script{&kLate}}) {
    servers[server] = script;
    statuses.merge(statuses_with_late_replies(servers, by_tcp, server + 1));
  }
  return statuses;
}

bool may_come_of_late_replies(const Experiment &experiment, int status) {
  if (status == DNS_ETIMEOUT) return true;
  const std::set<int> v4 = statuses_with_late_replies(asked_servers(experiment), experiment.by_tcp);
  if (experiment.for_aaaa.empty()) return v4.contains(status);
  for (const int of_v6 : statuses_with_late_replies(experiment.for_aaaa, experiment.by_tcp)) {
    for (const int of_v4 : v4) {
      if (expected_status_of_both(of_v6, of_v4) == status) return true;
    }
  }
  return false;
}

void look_up(const Experiment &experiment, Findings &findings) {
  const Scene scene(experiment);
  struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
  dns_options options;
  dns_options_init(&options);
  options.servers = scene.addresses().c_str();
  options.resolv_conf = "/dev/null";
  options.hosts_file = "";
  options.timeout_ms = kTimeoutMs;
  options.tries = kTries;
  options.resolution_delay_ms = UINT_MAX;
  options.tcp = experiment.by_tcp ? 1 : 0;
  if (dns_init(loop, &options) == DNS_OK) {
    {
      const unsigned deadline = experiment.deadline_ms != 0 ? experiment.deadline_ms : kPatienceMs;
      Watched lookup(loop, kFaultName, experiment.for_aaaa.empty() ? AF_INET : AF_UNSPEC, deadline);
      lookup.wait();
      findings.calls = lookup.calls;
      findings.status = lookup.status;
      findings.late = lookup.late;
      findings.spun = lookup.spun();
      findings.took_forged = lookup.v4.contains(kForgedAddress);
    }
    Watched next(loop, "next.test", AF_INET, kPatienceMs);
    next.wait();
    findings.next_failed = next.calls != 1 || next.status != DNS_OK;
    findings.took_forged |= next.status == DNS_OK && next.v4 != std::set<std::string>{kNextAddress};
  }
  const bool may_time_out = experiment.deadline_ms != 0 && findings.status == DNS_ETIMEOUT;
  findings.status_is_wrong = !is_as_expected(findings.status, expected_of(experiment)) && !may_time_out;
  const bool status_is_in_doubt = findings.status_is_wrong && may_come_of_late_replies(experiment, findings.status);
  findings.in_doubt = findings.next_failed || status_is_in_doubt;
  ev_loop_destroy(loop);
}

// On a thread of its own, since threads keep some memory for later.
Findings run_once(const Experiment &experiment) {
  Findings findings;
  std::thread([&] { look_up(experiment, findings); }).join();
  return findings;
}

}  // namespace

// What is made once for the whole program is no leak: a leak leaves something each time.
Findings run(const Experiment &experiment) {
  const std::size_t descriptors = open_descriptors();
  std::size_t blocks = blocks_in_use();
  Findings findings = run_once(experiment);
  if (blocks_in_use() > blocks) {
    blocks = blocks_in_use();
    run_once(experiment);
    findings.leaked_memory = blocks_in_use() > blocks;
  }
  findings.leaked_descriptors = open_descriptors() > descriptors;
  const bool is_certain = findings.calls != 1 || findings.took_forged || findings.late || findings.spun ||
                          findings.leaked_memory || findings.leaked_descriptors;
  if (is_certain) findings.in_doubt = false;
  return findings;
}

}  // namespace dns_cares_test
