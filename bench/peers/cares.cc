// c-ares on libev, as it is best driven: a watcher per socket, kept by the socket-state callback; timeouts looked
// for ten times a second, since ares_timeout() is dear in 1.18; the window is refilled in batches.
//
// Variants: "" ares_getaddrinfo as it comes; "best" without sorting and without the hosts file; "query" the records
// alone. --rcvbuf raises the sockets' buffers.
#include <ares.h>
#include <arpa/nameser.h>
#include <ev.h>

#include <map>

#include "pace.h"
#include "workload.h"

using dns_cares_bench::Pair;
using dns_cares_bench::Workload;

namespace {

constexpr double kTimeoutsLookedForEvery = 0.1;  // seconds

struct Peer {
  Workload &work;
  struct ev_loop *loop;
  ares_channel channel = nullptr;
  std::map<int, ev_io> watchers;
};

void on_ready(struct ev_loop *, ev_io *watcher, int revents) {
  auto *peer = static_cast<Peer *>(watcher->data);
  const int fd = watcher->fd;
  ares_process_fd(peer->channel, (revents & EV_READ) != 0 ? fd : ARES_SOCKET_BAD,
                  (revents & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
}

void on_timer(struct ev_loop *, ev_timer *timer, int) {
  ares_process_fd(static_cast<Peer *>(timer->data)->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void on_socket_state(void *arg, ares_socket_t fd, int readable, int writable) {
  auto *peer = static_cast<Peer *>(arg);
  ev_io &watcher = peer->watchers[fd];
  if (watcher.data != nullptr) ev_io_stop(peer->loop, &watcher);
  const int events = (readable != 0 ? EV_READ : 0) | (writable != 0 ? EV_WRITE : 0);
  ev_io_init(&watcher, on_ready, fd, events);
  watcher.data = peer;
  if (events != 0) ev_io_start(peer->loop, &watcher);
}

int raise_receive_buffer(ares_socket_t fd, int, void *arg) {
  const int octets = static_cast<Peer *>(arg)->work.receive_buffer();
  if (octets != 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  return 0;
}

void on_addrinfo(void *arg, int status, int, ares_addrinfo *result) {
  Workload &work = static_cast<Peer *>(arg)->work;
  if (status == ARES_SUCCESS) {
    work.answered(
        dns_cares_bench::length_of(result->nodes, [](const ares_addrinfo_node &node) { return node.ai_next; }));
    ares_freeaddrinfo(result);
  } else if (status == ARES_ETIMEOUT) {
    work.timed_out();
  } else {
    work.failed(ares_strerror(status));
  }
}

void on_reply(void *arg, int status, int, unsigned char *reply, int length) {
  auto *pair = static_cast<Pair *>(arg);
  ns_msg message;
  if (status == ARES_SUCCESS && ns_initparse(reply, length, &message) == 0) {
    pair->answered(ns_msg_count(message, ns_s_an));
  } else if (status == ARES_ETIMEOUT) {
    pair->timed_out();
  } else {
    pair->failed(ares_strerror(status));
  }
}

void query(Peer &peer, const char *name) {
  auto *pair = new Pair(peer.work);
  if (peer.work.both()) ares_query(peer.channel, name, ns_c_in, ns_t_aaaa, on_reply, pair);
  ares_query(peer.channel, name, ns_c_in, ns_t_a, on_reply, pair);
}

void get_addrinfo(Peer &peer, const char *name) {
  ares_addrinfo_hints hints{};
  hints.ai_family = peer.work.family();
  hints.ai_socktype = SOCK_STREAM;
  if (peer.work.variant("best")) hints.ai_flags = ARES_AI_NOSORT;
  ares_getaddrinfo(peer.channel, name, nullptr, &hints, on_addrinfo, &peer);
}

void init(Peer &peer) {
  char lookups[] = "b";
  ares_options options{};
  options.sock_state_cb = on_socket_state;
  options.sock_state_cb_data = &peer;
  options.lookups = lookups;
  int mask = ARES_OPT_SOCK_STATE_CB;
  if (!peer.work.variant("")) mask |= ARES_OPT_LOOKUPS;
#ifdef ARES_OPT_QUERY_CACHE
  if (!peer.work.variant("")) mask |= ARES_OPT_QUERY_CACHE;  // of size 0: no name comes twice
#endif
  ares_init_options(&peer.channel, &options, mask);
  ares_set_servers_ports_csv(peer.channel, peer.work.server().c_str());
  ares_set_socket_configure_callback(peer.channel, raise_receive_buffer, &peer);
}

}  // namespace

int main(int argc, char **argv) {
  Workload work(argc, argv);
  Peer peer{work, ev_default_loop(0), nullptr, {}};
  ares_library_init(ARES_LIB_INIT_ALL);
  init(peer);
  ev_timer timer;
  ev_timer_init(&timer, on_timer, kTimeoutsLookedForEvery, kTimeoutsLookedForEvery);
  timer.data = &peer;
  ev_timer_start(peer.loop, &timer);

  const auto start = work.variant("query") ? query : get_addrinfo;
  dns_cares_bench::Pace pace(work.pace() ? peer.loop : nullptr);
  while (!work.finished()) {
    while (const char *name = work.next()) start(peer, name);
    pace.start();
    ev_run(peer.loop, EVRUN_ONCE);
  }
  const int status = work.report(pace.json());
  ares_destroy(peer.channel);
  return status;
}
