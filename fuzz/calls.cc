// Any sequence of calls, with a server that says anything by UDP and by TCP, a resolv.conf that changes and a clock
// that leaps: each lookup calls back exactly once, never inline, by its deadline, and never after it was cancelled.
#include <arpa/inet.h>
#include <dns_cares/dns_cares.h>
#include <dns_cares/inspect.h>
#include <dns_cares/records.h>
#include <ev.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz.h"

namespace {

using dns_cares_fuzz::claim;
using dns_cares_fuzz::Input;

double leapt = 0;  // seconds that the clocks are ahead

constexpr std::size_t kMostLookups = 48;
constexpr int kTurnsToSettle = 8;

// The address of the server that the test plays itself, on the loop's own thread.
class Server {
 public:
  Server() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    claim(bind(listener_, reinterpret_cast<sockaddr *>(&address), size) == 0, "a port can be had");
    claim(listen(listener_, 16) == 0, "one can listen");
    getsockname(listener_, reinterpret_cast<sockaddr *>(&address), &size);
    claim(bind(fd_, reinterpret_cast<sockaddr *>(&address), size) == 0, "the port is free over UDP too");
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  const std::string &address() const { return address_; }

  // Answers the oldest query as the input says, if there is one.
  void answer(Input &input) {
    if (!answer_datagram(input)) answer_stream(input);
  }
  void forget_queries() {
    char octets[512];
    while (recv(fd_, octets, sizeof octets, 0) >= 0) continue;
    accept_all();
    for (const int connection : connections_) close(connection);
    connections_.clear();
  }

 private:
  using Octets = std::array<std::uint8_t, 2048>;
  static constexpr std::size_t kLength = 2;  // before each message of a stream

  bool answer_datagram(Input &input) {
    Octets octets;
    sockaddr_in client{};
    socklen_t size = sizeof client;
    const ssize_t got = recvfrom(fd_, octets.data(), 512, 0, reinterpret_cast<sockaddr *>(&client), &size);
    if (got < 12) return got >= 0;
    const std::size_t length = make_reply(octets, static_cast<std::size_t>(got), input);
    sendto(fd_, octets.data(), length, 0, reinterpret_cast<sockaddr *>(&client), size);
    return true;
  }

  void accept_all() {
    for (int connection; (connection = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      connections_.push_back(connection);
    }
  }

  // Of all that a connection has brought, to the first query. Once or several times, and then it may be closed.
  void answer_stream(Input &input) {
    accept_all();
    for (int &connection : connections_) {
      std::array<std::uint8_t, 512> query;
      const ssize_t got = recv(connection, query.data(), query.size(), 0);
      if (got < static_cast<ssize_t>(12 + kLength)) continue;
      Octets octets;
      const std::size_t asked = std::min<std::size_t>(query[1], static_cast<std::size_t>(got) - kLength);
      std::copy_n(query.begin() + kLength, asked, octets.begin());
      const std::size_t length = asked < 12 ? asked : make_reply(octets, asked, input);
      const std::uint8_t how = input.octet();
      std::string reply = {static_cast<char>(length >> 8), static_cast<char>(length)};
      reply.append(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(length));
      for (int n = how % 3; n > 0; --n) reply += reply;
      if ((how & 0x40) != 0) reply.resize(input.octet() % (reply.size() + 1));
      send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
      if ((how & 0x80) != 0) close(std::exchange(connection, -1));
      break;
    }
    std::erase(connections_, -1);
  }

  static std::size_t make_reply(Octets &octets, std::size_t length, Input &input) {
    octets[2] |= 0x80;
    const std::uint8_t kind = input.octet();
    if ((kind & 0x0f) != 0) octets[3] = static_cast<std::uint8_t>((octets[3] & 0xf0) | (kind % 11));
    if ((kind & 0x10) != 0) octets[2] |= 0x02;  // truncated
    if ((kind & 0x20) != 0) length = add_record(octets, input);
    if ((kind & 0x40) != 0) octets[input.octet() % length] ^= input.octet();
    if ((kind & 0x80) != 0) length = input.octet() % (length + 1);
    return length;
  }

  // Behind the question, instead of what is there.
  static std::size_t add_record(Octets &octets, Input &input) {
    std::size_t at = 12;
    while (at < 400 && octets[at] != 0) at += octets[at] + 1U;
    at += 5;
    const auto data = input.octets(input.octet() % 32);
    const std::uint8_t type = octets[at - 3];
    const std::uint8_t fixed[] = {0xc0, 12, 0, type,          0, 1,
                                  0,    0,  0, input.octet(), 0, static_cast<std::uint8_t>(data.size())};
    std::copy(std::begin(fixed), std::end(fixed), octets.begin() + static_cast<std::ptrdiff_t>(at));
    at += sizeof fixed;
    std::copy(data.begin(), data.end(), octets.begin() + static_cast<std::ptrdiff_t>(at));
    octets[7] = 1;  // answers
    octets[9] = octets[11] = 0;
    return at + data.size();
  }

  const int fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  std::vector<int> connections_;
  std::string address_;
};

// A file of this process's own.
class ResolvConf {
 public:
  ResolvConf() : fd_(mkstemp(path_)) { claim(fd_ >= 0, "a file can be made"); }
  ~ResolvConf() {
    unlink(path_);
    close(fd_);
  }
  const char *path() const { return path_; }
  void write(std::string_view text) {
    claim(ftruncate(fd_, 0) == 0 && pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
          "it can be written");
  }

 private:
  char path_[32] = "/tmp/fuzz_calls.XXXXXX";
  const int fd_;
};

ResolvConf &resolv_conf() {
  static ResolvConf only;
  return only;
}

Server &server() {
  static Server only;
  return only;
}

class Test {
 public:
  explicit Test(Input &input) : input_(input), loop_(ev_loop_new(EVFLAG_AUTO)) {}
  ~Test() {
    // Their callbacks may start others.
    for (std::size_t n = 0; n <= kMostLookups && !all_ended(); ++n) {
      leapt += 100;  // Past all deadlines.
      settle();
    }
    claim(all_ended(), "every lookup ends by its deadline");
    ev_loop_destroy(loop_);
    server().forget_queries();
    resolv_conf().write("");
    leapt = 0;
  }

  void run() {
    init();
    while (!input_.empty()) step();
  }

 private:
  struct Lookup {
    Test *test;
    dns_request *request = nullptr;
    double due = 0;
    std::uint8_t reaction = 0;
    int calls = 0;
    bool starting = false;
    bool cancelled = false;
    bool ended() const { return calls > 0 || cancelled; }
  };

  bool all_ended() const {
    return std::all_of(lookups_.begin(), lookups_.end(), [](const auto &lookup) { return lookup->ended(); });
  }

  void init() {
    dns_options options;
    dns_options_init(&options);
    options.servers = server().address().c_str();
    options.resolv_conf = resolv_conf().path();
    options.hosts_file = "";
    options.timeout_ms = 300;
    options.tries = 2;
    options.max_inflight = 4;
    options.cache_bytes = 4096;
    options.max_stale_s = input_.below(2) * 60U;
    claim(dns_init(loop_, &options) == DNS_OK, "a context can be made");
  }

  void step() {
    switch (input_.below(13)) {
      case 0:
      case 1:
      case 2:
        return start();
      case 3:
        return cancel(input_.octet());
      case 4:
      case 5:
        return server().answer(input_);
      case 6:
        leapt += input_.octet() / 20.0;
        return settle();
      case 7:
        return end_context();
      case 8:
        return ev_loop_fork(loop_);
      case 9:
        return dns_cache_flush(loop_);
      case 10:
        return dns_cache_forget(loop_, name().c_str());
      case 11:
        return change_resolv_conf();
      default:
        return turn();
    }
  }

  std::string name() {
    constexpr const char *kNames[] = {"a.test", "b.test", "localhost", "192.0.2.1", "", "a..b", "::1", "C.test."};
    return kNames[input_.below(std::size(kNames))];
  }

  void start() {
    if (lookups_.size() >= kMostLookups) return;
    lookups_.push_back(std::make_unique<Lookup>());
    Lookup &lookup = *lookups_.back();
    lookup.test = this;
    lookup.reaction = input_.octet();
    const unsigned deadline_ms = 1U + input_.octet() * 8U;
    lookup.due = ev_time() + deadline_ms / 1000.0;
    lookup.starting = true;
    start(lookup, deadline_ms);
    lookup.starting = false;
    claim(lookup.request != nullptr, "there is memory");
  }

  void start(Lookup &lookup, unsigned deadline_ms) {
    const std::string host = name();
    addrinfo hints{};
    constexpr int kFamilies[] = {AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX};
    hints.ai_family = kFamilies[input_.below(4)];
    hints.ai_socktype = SOCK_STREAM;
    switch (input_.below(3)) {
      case 0:
        lookup.request = dns_resolve(loop_, host.c_str(), nullptr, &hints, deadline_ms, on_result, &lookup);
        return;
      case 1:
        lookup.request = dns_resolve_stream(loop_, host.c_str(), nullptr, &hints, deadline_ms, on_part, &lookup);
        return;
      default:
        lookup.request =
            dns_query(loop_, host.c_str(), input_.octet(), input_.below(2), deadline_ms, on_answer, &lookup);
    }
  }

  static void on_result(int status, const addrinfo *ai, void *arg) {
    claim((status == DNS_OK) == (ai != nullptr), "a result if and only if DNS_OK");
    called(*static_cast<Lookup *>(arg), status, true);
  }
  static void on_part(int status, const addrinfo *ai, int more, void *arg) {
    claim((status == DNS_OK) == (ai != nullptr), "a part if and only if DNS_OK");
    called(*static_cast<Lookup *>(arg), status, more == 0);
  }
  static void on_answer(int status, const dns_answer *answer, void *arg) {
    claim(status != DNS_OK || (answer != nullptr && answer->answers != nullptr), "records if DNS_OK");
    called(*static_cast<Lookup *>(arg), status, true);
  }

  static void called(Lookup &lookup, int status, bool last) {
    claim(!lookup.starting, "never inline");
    claim(!lookup.cancelled, "cancel is final");
    claim(lookup.calls == 0, "exactly once");
    claim(*dns_strerror(status) != '\0', "a status has a text");
    if (last) {
      ++lookup.calls;
      lookup.request = nullptr;
    }
    lookup.test->react(lookup, status);
  }

  void react(Lookup &self, int status) {
    switch (self.reaction % 8) {
      case 0:
        // Else it would have a context with the defaults, which asks the machine's servers.
        if (!ending_) start();
        return;
      case 1:
        return cancel(self.reaction / 8);
      case 2:
      case 3:
        if (!ending_) end_context();
        return;
      case 4:
        if (ev_depth(loop_) > 0 && ev_depth(loop_) < 4) turn();
        return;
      case 5:
        dns_result_info info;
        info.size = sizeof info;
        claim(dns_get_result_info(loop_, &info) == DNS_OK || status == DNS_ESHUTDOWN,
              "a callback's result can be told of");
        return;
      default:
        return;
    }
  }

  void cancel(unsigned which) {
    if (lookups_.empty()) return;
    Lookup &lookup = *lookups_[which % lookups_.size()];
    if (lookup.request == nullptr || lookup.ended()) return;
    lookup.cancelled = true;
    dns_cancel(lookup.request);
    lookup.request = nullptr;
  }

  // What was there is called back before it returns.
  void end_context() {
    std::vector<Lookup *> before;
    for (const auto &lookup : lookups_) {
      if (!lookup->ended() && !lookup->starting) before.push_back(lookup.get());
    }
    ending_ = true;
    dns_shutdown(loop_);
    ending_ = false;
    for (const Lookup *lookup : before) claim(lookup->ended(), "shutting down ends all");
    init();
  }

  // It is looked at once a second.
  void change_resolv_conf() {
    constexpr std::string_view kTexts[] = {"", "options rotate\n", "options use-vc\n",
                                           "search test\noptions ndots:2\n"};
    resolv_conf().write(kTexts[input_.below(std::size(kTexts))]);
    leapt += 1.5;
  }

  void turn() { ev_run(loop_, EVRUN_NOWAIT); }

  void settle() {
    for (int i = 0; i < kTurnsToSettle; ++i) turn();
    const double now = ev_time();
    for (const auto &lookup : lookups_) claim(lookup->ended() || lookup->due + 0.1 > now, "the deadline is absolute");
  }

  Input &input_;
  struct ev_loop *const loop_;
  bool ending_ = false;
  std::vector<std::unique_ptr<Lookup>> lookups_;
};

}  // namespace

// All clocks of the program and its libraries.
extern "C" int clock_gettime(clockid_t clock, timespec *time) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, time);
  const auto seconds = static_cast<time_t>(leapt);
  time->tv_sec += seconds;
  time->tv_nsec += static_cast<long>((leapt - static_cast<double>(seconds)) * 1e9);
  if (time->tv_nsec >= 1'000'000'000) {
    time->tv_nsec -= 1'000'000'000;
    ++time->tv_sec;
  }
  return static_cast<int>(result);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  Input input(data, size);
  Test(input).run();
  return 0;
}
