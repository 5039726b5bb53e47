// What the behaviour tests are written with: a loop of their own, and lookups that remember how they ended.
#pragma once

#include <dns_cares/dns_cares.h>
#include <ev.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace dns_cares_test {

// Whether c-ares is 1.MINOR or later.
bool cares_is_at_least(int minor);

// One entry of a result as text: "192.0.2.1", "fe80::1%1".
std::string address_text(const addrinfo &entry);
// With what else it says: "stream/6 192.0.2.1 443". The protocol is a number.
std::string entry_text(const addrinfo &entry);

// A lookup's callback as the test saw it.
struct Outcome {
  int calls = 0;
  int status = -1;
  bool had_result = false;
  std::vector<std::string> addresses;  // each once, in order
  std::vector<std::string> entries;    // entry_text() of all
  std::string canonical_name;
  bool before_start_returned = false;
  std::thread::id thread;
};

class Loop;

class Lookup {
 public:
  using Reaction = std::function<void(Lookup &)>;

  const Outcome &outcome() const { return outcome_; }
  bool done() const { return outcome_.calls > 0; }
  int status() const { return outcome_.status; }
  const std::vector<std::string> &addresses() const { return outcome_.addresses; }

  // What the callback does after it has noted the outcome.
  Lookup &then(Reaction reaction) {
    reaction_ = std::move(reaction);
    return *this;
  }
  // Also from within the callback, where it must do nothing.
  void cancel() { dns_cancel(request_); }

 private:
  friend class Loop;
  static void on_result(int status, const addrinfo *ai, void *arg);

  dns_request *request_ = nullptr;
  bool started_ = false;
  Reaction reaction_;
  Outcome outcome_;
};

struct Ask {
  const char *service = nullptr;
  int family = AF_UNSPEC;
  int socktype = SOCK_STREAM;
  int protocol = 0;
  int flags = 0;
  unsigned deadline_ms = 0;
};

class Loop {
 public:
  Loop();
  ~Loop();  // destroys the loop, if destroy() has not
  Loop(const Loop &) = delete;
  Loop &operator=(const Loop &) = delete;

  struct ev_loop *get() const {
    return loop_;
  }

  // dns_init() with no hosts file and an empty resolv.conf, short timeouts, each family's addresses waiting for the
  // other's however slow the machine is, and what the test changes.
  int init(const std::string &servers, const std::function<void(dns_options &)> &change = {});

  // Starts a lookup with a handle. A NULL name is given on as NULL. The Lookup lives as long as the Loop.
  Lookup &resolve(const char *name, const Ask &ask = {}, Lookup::Reaction reaction = {});
  Lookup &resolve(const std::string &name, const Ask &ask = {}, Lookup::Reaction reaction = {}) {
    return resolve(name.c_str(), ask, std::move(reaction));
  }
  // The same through dns_resolve_async().
  Lookup &resolve_async(const char *name, const Ask &ask = {}, Lookup::Reaction reaction = {});
  // The same with no memory for the library: operator new fails while the lookup is started.
  Lookup &resolve_async_without_memory(const char *name, const Ask &ask = {}, Lookup::Reaction reaction = {});

  // Runs until nothing keeps the loop alive. A loop that is still alive after a minute fails the test.
  void run();
  // One turn of the loop, without waiting.
  void turn();
  // Runs turns until `condition` holds; false: it did not within ten seconds.
  bool run_until(const std::function<bool()> &condition);

  void shut_down() { dns_shutdown(loop_); }
  void destroy();

 private:
  Lookup &make(Lookup::Reaction reaction);

  struct ev_loop *loop_;
  std::vector<std::unique_ptr<Lookup>> lookups_;
};

// Calls start() and runs the loop to its end, with no memory for the library, then with one allocation, then with two,
// until they suffice. After each, calls ended(allocations).
void with_ever_more_memory(Loop &loop, const std::function<void()> &start,
                           const std::function<void(std::size_t spared)> &ended);
// The same for a call of the C API that says false if it gives no handle, and else calls back with a status, which goes
// into `statuses`: once, and with DNS_OK, for want of memory, or late, since a reply without memory for it is lost.
void expect_one_call_with_ever_more_memory(Loop &loop, const std::function<bool(std::vector<int> *statuses)> &start);

// Milliseconds of wall time since it was made.
class Stopwatch {
 public:
  double ms() const;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A file with the text, removed with the object.
class TempFile {
 public:
  explicit TempFile(const std::string &text);
  ~TempFile();
  TempFile(const TempFile &) = delete;
  TempFile &operator=(const TempFile &) = delete;
  const char *path() const { return path_.c_str(); }

 private:
  std::string path_;
};

}  // namespace dns_cares_test
