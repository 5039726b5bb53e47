// How many bytes of the heap a lookup takes that waits for its turn, one that is on the wire, and an entry of the
// cache; and beside them a query and a lookup on the wire in c-ares itself. Prints one line of JSON.
//
// usage: memory [SERVER], which has addresses for every name in bench.test
#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <ev.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "dns_cares/dns_cares.h"

namespace {

constexpr int kQueued = 100'000;
constexpr int kInFlight = 10'000;
constexpr int kCached = 50'000;
constexpr std::size_t kLargeCache = std::size_t{256} << 20;

std::size_t heap_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// All names are of one length.
std::string name_of(int number) { return "name-" + std::to_string(1'000'000 + number) + ".bench.test"; }

// A port to which everything can be sent and from which nothing comes.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd_, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) std::abort();
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr *>(&address), &size);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~SilentServer() { close(fd_); }
  const char *address() const { return address_.c_str(); }

 private:
  const int fd_ = socket(AF_INET, SOCK_DGRAM, 0);
  std::string address_;
};

void init(const char *server, unsigned max_inflight) {
  dns_options options;
  dns_options_init(&options);
  options.servers = server;
  options.max_inflight = max_inflight;
  options.cache_bytes = kLargeCache;
  if (dns_init(nullptr, &options) != DNS_OK) std::abort();
}

void start(int lookups, int family) {
  for (int i = 0; i < lookups; ++i) {
    dns_resolve_async(
        nullptr, name_of(i).c_str(), nullptr, family, SOCK_STREAM, 0, [](int, const addrinfo *, void *) {}, nullptr);
  }
}

void run_for(double seconds) {
  ev_timer timer;
  ev_timer_init(
      &timer, [](struct ev_loop *loop, ev_timer *, int) { ev_break(loop, EVBREAK_ALL); }, seconds, 0);
  ev_timer_start(ev_default_loop(0), &timer);
  ev_run(ev_default_loop(0), 0);
}

std::size_t per_queued_lookup(const char *server) {
  init(server, 1);
  const std::size_t before = heap_in_use();
  start(kQueued, AF_UNSPEC);
  const std::size_t grown = heap_in_use() - before;
  dns_shutdown(nullptr);
  return grown / kQueued;
}

std::size_t per_lookup_in_flight(const char *server, int family) {
  init(server, 2 * kInFlight);
  const std::size_t before = heap_in_use();
  start(kInFlight, family);
  run_for(0.5);
  const std::size_t grown = heap_in_use() - before;
  dns_shutdown(nullptr);
  return grown / kInFlight;
}

std::size_t per_cache_entry(const char *server) {
  init(server, 0);
  start(1, AF_INET);
  run_for(0.2);
  dns_cache_flush(nullptr);
  const std::size_t before = heap_in_use();
  start(kCached, AF_INET);
  ev_run(ev_default_loop(0), 0);
  const std::size_t grown = heap_in_use() - before;
  dns_shutdown(nullptr);
  return grown / kCached;
}

template <class Start>
std::size_t per_request_of_cares(const char *server, Start start_one) {
  ares_channel channel;
  if (ares_init(&channel) != ARES_SUCCESS) std::abort();
  ares_set_servers_ports_csv(channel, server);
  const std::size_t before = heap_in_use();
  for (int i = 0; i < kInFlight; ++i) start_one(channel, name_of(i).c_str());
  const std::size_t grown = heap_in_use() - before;
  ares_destroy(channel);
  return grown / kInFlight;
}

std::size_t per_query_of_cares(const char *server) {
  return per_request_of_cares(server, [](ares_channel channel, const char *name) {
    ares_query(
        channel, name, ns_c_in, ns_t_a, [](void *, int, int, unsigned char *, int) {}, nullptr);
  });
}

std::size_t per_getaddrinfo_of_cares(const char *server, int family) {
  return per_request_of_cares(server, [family](ares_channel channel, const char *name) {
    ares_addrinfo_hints hints{};
    hints.ai_family = family;
    ares_getaddrinfo(
        channel, name, nullptr, &hints, [](void *, int, int, ares_addrinfo *) {}, nullptr);
  });
}

}  // namespace

int main(int argc, char **argv) {
  const SilentServer silent;
  ares_library_init(ARES_LIB_INIT_ALL);
  const std::size_t cached = per_cache_entry(argc > 1 ? argv[1] : "127.0.0.1:53");
  std::printf(
      "{\"name\": %zu, \"queued\": %zu, \"in_flight_a\": %zu, \"in_flight_a_aaaa\": %zu, \"cache_entry\": %zu, ",
      name_of(0).size(), per_queued_lookup(silent.address()), per_lookup_in_flight(silent.address(), AF_INET),
      per_lookup_in_flight(silent.address(), AF_UNSPEC), cached);
  std::printf("\"cares_query\": %zu, \"cares_getaddrinfo_a\": %zu, \"cares_getaddrinfo_a_aaaa\": %zu}\n",
              per_query_of_cares(silent.address()), per_getaddrinfo_of_cares(silent.address(), AF_INET),
              per_getaddrinfo_of_cares(silent.address(), AF_UNSPEC));
}
