// The workload that every peer runs: look up so many names, keep so many of them in flight, count how each ended.
//
// A peer asks next() for names until there is none, and tells the outcome of each lookup once. All of it is the same
// code for all peers, and cheap beside a lookup, so that what differs between two peers' figures is the peers.
#pragma once

#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dns_cares_bench {

class Workload {
 public:
  // --server=ADDRESS:PORT --names=N --window=N (0: all names at once) --both (A and AAAA instead of A alone)
  // --prefix=TEXT (makes the names new) --distinct=N (names repeat after so many) --rcvbuf=OCTETS --variant=WORD
  // --pace (see pace.h) --limit=SECONDS (after which what has ended until then is reported, and the program ends)
  Workload(int argc, char **argv) {
    for (int i = 1; i < argc; ++i) parse(argv[i]);
    if (window_ == 0) window_ = names_;
    if (distinct_ == 0) distinct_ = names_;
    if (window_ == 1) latencies_.reserve(names_);
  }

  const std::string &address() const { return address_; }
  const std::string &port() const { return port_; }
  std::string server(char separator = ':') const { return address_ + separator + port_; }
  int port_number() const { return std::atoi(port_.c_str()); }
  bool both() const { return both_; }
  int family() const { return both_ ? AF_UNSPEC : AF_INET; }
  std::size_t window() const { return window_; }
  int receive_buffer() const { return receive_buffer_; }
  bool pace() const { return pace_; }
  bool variant(std::string_view word) const { return variant_ == word; }

  // The name to look up next, valid until the next call; nullptr while the window is full and when all are started.
  const char *next() {
    if (started_ == names_ || started_ - done_ >= window_) return nullptr;
    if (started_ == 0) begin();
    if (window_ == 1) lookup_began_ = Clock::now();
    char *end = std::to_chars(name_ + prefix_.size(), name_ + sizeof name_, started_ % distinct_).ptr;
    std::memcpy(end, kZone, sizeof kZone);
    ++started_;
    return name_;
  }

  // How a lookup ended: with so many addresses, or without because of something. The text is not copied.
  void answered(int addresses) {
    if (addresses == (both_ ? 2 : 1)) {
      ++complete_;
    } else {
      ++failures_["an address is missing"];
    }
    end_lookup();
  }
  void failed(const char *why) {
    ++failures_[why];
    end_lookup();
  }
  void timed_out() {
    ++timeouts_;
    end_lookup();
  }

  bool finished() const { return done_ == names_; }

  // Prints the figures as one line of JSON, `more` members (", \"name\": value") among them. Returns the program's exit
  // status.
  int report(const std::string &more = "") const {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    std::printf("{\"lookups\": %zu, \"unfinished\": %zu, \"complete\": %zu, \"timeouts\": %zu, ", done_, names_ - done_,
                complete_, timeouts_);
    std::printf("\"failures\": {");
    const char *comma = "";
    for (const auto &[why, count] : failures_)
      std::printf("%s\"%s\": %zu", std::exchange(comma, ", "), why.c_str(), count);
    std::printf("}, \"seconds\": %.6f, \"user\": %.6f, \"system\": %.6f, \"max_rss_kib\": %ld, \"preempted\": %ld",
                since(began_, finished() ? ended_ : Clock::now()), seconds(usage.ru_utime) - seconds(usage_.ru_utime),
                seconds(usage.ru_stime) - seconds(usage_.ru_stime), usage.ru_maxrss,
                usage.ru_nivcsw - usage_.ru_nivcsw);
    if (!latencies_.empty()) print_latencies(latencies_);
    std::printf("%s}\n", more.c_str());
    return 0;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr char kZone[] = ".bench.test";

  static double since(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
  }
  static double seconds(const timeval &time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }

  static void print_latencies(std::vector<double> sorted) {
    std::sort(sorted.begin(), sorted.end());
    std::printf(", \"latency_p50\": %.9f, \"latency_p99\": %.9f", sorted[sorted.size() / 2],
                sorted[sorted.size() * 99 / 100]);
  }

  void parse(std::string_view argument) {
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string_view key = argument.substr(0, equals);
    const std::string value(argument.substr(std::min(equals + 1, argument.size())));
    if (key == "--server") {
      address_ = value.substr(0, value.find(':'));
      port_ = value.substr(value.find(':') + 1);
    } else if (key == "--names") {
      names_ = std::stoul(value);
    } else if (key == "--window") {
      window_ = std::stoul(value);
    } else if (key == "--both") {
      both_ = true;
    } else if (key == "--limit") {
      limit_ = static_cast<unsigned>(std::stoul(value));
    } else if (key == "--pace") {
      pace_ = true;
    } else if (key == "--prefix") {
      prefix_ = value.substr(0, kLongestPrefix);
    } else if (key == "--distinct") {
      distinct_ = std::stoul(value);
    } else if (key == "--rcvbuf") {
      receive_buffer_ = std::stoi(value);
    } else if (key == "--variant") {
      variant_ = value;
    } else {
      std::fprintf(stderr, "unknown option %s\n", std::string(argument).c_str());
      std::exit(2);
    }
  }

  void begin() {
    std::memcpy(name_, prefix_.data(), prefix_.size());
    end_at_limit();
    getrusage(RUSAGE_SELF, &usage_);
    began_ = Clock::now();
  }

  // Who has not ended by then sleeps until some timeout, so what the handler does is safe enough.
  void end_at_limit() {
    static const Workload *running;
    running = this;
    std::signal(SIGALRM, [](int) {
      running->report();
      std::fflush(stdout);
      _exit(0);
    });
    alarm(limit_);
  }

  void end_lookup() {
    ++done_;
    if (window_ == 1) latencies_.push_back(since(lookup_began_, Clock::now()));
    if (finished()) ended_ = Clock::now();
  }

  static constexpr std::size_t kLongestPrefix = 32;

  std::string address_ = "127.0.0.1";
  std::string port_ = "53";
  std::size_t names_ = 1000;
  std::size_t window_ = 0;
  std::size_t distinct_ = 0;
  bool both_ = false;
  bool pace_ = false;
  unsigned limit_ = 0;
  int receive_buffer_ = 0;
  std::string prefix_ = "n";
  std::string variant_;

  char name_[kLongestPrefix + 20 + sizeof kZone];
  std::size_t started_ = 0;
  std::size_t done_ = 0;
  std::size_t complete_ = 0;
  std::size_t timeouts_ = 0;
  std::map<std::string, std::size_t, std::less<>> failures_;
  std::vector<double> latencies_;
  Clock::time_point lookup_began_;
  Clock::time_point began_, ended_;
  rusage usage_{};
};

// For peers that are asked for records: a lookup of A and AAAA is two questions, and ends with the later answer.
class Pair {
 public:
  explicit Pair(Workload &workload) : workload_(workload), waiting_(workload.both() ? 2 : 1) {}

  // Each call is one question's outcome; the last one deletes the pair.
  void answered(int addresses) {
    addresses_ += addresses;
    end_question();
  }
  void failed(const char *why) {
    failure_ = why;
    end_question();
  }
  void timed_out() {
    timed_out_ = true;
    end_question();
  }

 private:
  void end_question() {
    if (--waiting_ > 0) return;
    if (timed_out_) {
      workload_.timed_out();
    } else if (failure_ != nullptr) {
      workload_.failed(failure_);
    } else {
      workload_.answered(addresses_);
    }
    delete this;
  }

  Workload &workload_;
  int waiting_;
  int addresses_ = 0;
  bool timed_out_ = false;
  const char *failure_ = nullptr;
};

template <class Entry, class Next>
int length_of(const Entry *list, Next next) {
  int length = 0;
  for (; list != nullptr; list = next(*list)) ++length;
  return length;
}

inline int length_of(const addrinfo *list) {
  return length_of(list, [](const addrinfo &entry) { return entry.ai_next; });
}

// Asks for larger receive buffers where the peer itself has no way to: on every datagram socket that it has opened.
inline void raise_receive_buffers(int octets) {
  constexpr int kHighestFd = 64;
  for (int fd = 3; octets != 0 && fd < kHighestFd; ++fd) {
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_DGRAM) continue;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  }
}

}  // namespace dns_cares_bench
