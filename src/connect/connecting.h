// One connect, from its start to its callback: a lookup whose addresses come in parts, and the sockets that race.
//
// It is a user of the resolver as the C API is one, through the context and not through the C API itself: so it ends
// with the context, which knows it as a Dependent and nothing of what it does, and it shares the context's idea of a
// deadline. It owns itself: it is gone when its callback has returned, or when it is cancelled. Only that callback and
// the socket hook are foreign code, and the callback is the last thing that is done.
//
// Thread rule: the loop's thread.
#pragma once

#include <list>
#include <optional>

#include "connect/race.h"
#include "connect/socket.h"
#include "context.h"
#include "dns_cares/connect.h"
#include "evloop/watchers.h"

// The C API's handle of a connect.
struct dns_connecting final : private dns_cares::Dependent {
 public:
  // Made with new. Throws std::bad_alloc.
  dns_connecting(dns_cares::Context &context, const char *host, const char *service, const dns_connect_options &options,
                 dns_connect_cb cb, void *arg);
  // Nothing happens while its callback is running.
  void cancel();

 private:
  // An attempt under way.
  struct Trial {
    Trial(dns_connecting &of, dns_cares::Race::Attempt &its_attempt) : connecting(of), attempt(its_attempt) {}

    dns_connecting &connecting;
    dns_cares::Race::Attempt &attempt;
    dns_cares::Socket socket;  // not open after a fork, until it is opened anew
    std::optional<evloop_io> watcher;
  };

  ~dns_connecting() = default;

  void on_fork() noexcept override;
  void on_context_end() noexcept override { finish(DNS_ESHUTDOWN); }
  static void on_addresses(int status, const addrinfo *ai, int more, void *arg);
  static void on_decided(int fd, int revents, void *arg);
  static void on_timer(void *arg);

  // These may finish it.
  void go_on();
  bool start_due();
  bool reopen();
  bool open(Trial &trial);
  bool settle(Trial &trial, int error);

  void drop(Trial &trial);
  void set_timer();
  void finish(int status, int fd = -1);

  dns_cares::Context &context_;
  const dns_connect_cb callback_;
  void *const arg_;
  const dns_cares::SocketHook hook_;
  const double deadline_;
  dns_cares::Race race_;
  std::list<Trial> trials_;
  dns_cares::OwnRequest request_;  // the lookup, until it has ended
  int lookup_status_ = DNS_OK;     // how it ended
  dns_cares::LoopHold hold_;
  evloop_timer timer_;
  bool calling_ = false;
};

namespace dns_cares {

// Copies the options of a program that may be older or newer than this library, defaults filled in. DNS_OK or
// DNS_EBADFLAGS.
int known_options(const dns_connect_options *options, dns_connect_options &known);

}  // namespace dns_cares
