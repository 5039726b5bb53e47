// c-ares on libev as textbooks and many programs have it: after each call, all sockets are asked for with
// ares_getsock() and watched anew, and the timer is set to what ares_timeout() says. --rcvbuf raises the buffers.
#include <ares.h>
#include <ev.h>

#include <array>

#include "pace.h"
#include "workload.h"

using dns_cares_bench::Workload;

namespace {

struct Peer {
  Workload &work;
  struct ev_loop *loop;
  ares_channel channel = nullptr;
  std::array<ev_io, ARES_GETSOCK_MAXNUM> watchers{};
  ev_timer timer{};
};

void rescan(Peer &peer);

void on_ready(struct ev_loop *, ev_io *watcher, int revents) {
  auto *peer = static_cast<Peer *>(watcher->data);
  const int fd = watcher->fd;
  ares_process_fd(peer->channel, (revents & EV_READ) != 0 ? fd : ARES_SOCKET_BAD,
                  (revents & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
  rescan(*peer);
}

void on_timer(struct ev_loop *, ev_timer *timer, int) {
  auto *peer = static_cast<Peer *>(timer->data);
  ares_process_fd(peer->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  rescan(*peer);
}

void rearm_timer(Peer &peer) {
  timeval most = {1, 0}, left;
  ares_timeout(peer.channel, &most, &left);
  ev_timer_stop(peer.loop, &peer.timer);
  ev_timer_set(&peer.timer, static_cast<double>(left.tv_sec) + static_cast<double>(left.tv_usec) / 1e6, 0);
  ev_timer_start(peer.loop, &peer.timer);
}

void rescan(Peer &peer) {
  ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
  const int wanted = ares_getsock(peer.channel, sockets, ARES_GETSOCK_MAXNUM);
  for (unsigned i = 0; i < peer.watchers.size(); ++i) {
    ev_io &watcher = peer.watchers[i];
    ev_io_stop(peer.loop, &watcher);
    const int events =
        (ARES_GETSOCK_READABLE(wanted, i) != 0 ? EV_READ : 0) | (ARES_GETSOCK_WRITABLE(wanted, i) != 0 ? EV_WRITE : 0);
    if (events == 0) continue;
    ev_io_set(&watcher, sockets[i], events);
    ev_io_start(peer.loop, &watcher);
  }
  rearm_timer(peer);
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

int raise_receive_buffer(ares_socket_t fd, int, void *arg) {
  const int octets = static_cast<Peer *>(arg)->work.receive_buffer();
  if (octets != 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  return 0;
}

void init(Peer &peer) {
  ares_library_init(ARES_LIB_INIT_ALL);
  ares_init(&peer.channel);
  ares_set_servers_ports_csv(peer.channel, peer.work.server().c_str());
  ares_set_socket_configure_callback(peer.channel, raise_receive_buffer, &peer);
  for (ev_io &watcher : peer.watchers) {
    ev_init(&watcher, on_ready);
    watcher.data = &peer;
  }
  ev_init(&peer.timer, on_timer);
  peer.timer.data = &peer;
}

}  // namespace

int main(int argc, char **argv) {
  Workload work(argc, argv);
  Peer peer{work, ev_default_loop(0)};
  init(peer);

  ares_addrinfo_hints hints{};
  hints.ai_family = work.family();
  hints.ai_socktype = SOCK_STREAM;
  dns_cares_bench::Pace pace(work.pace() ? peer.loop : nullptr);
  while (!work.finished()) {
    while (const char *name = work.next()) {
      ares_getaddrinfo(peer.channel, name, nullptr, &hints, on_addrinfo, &peer);
      rescan(peer);
    }
    pace.start();
    ev_run(peer.loop, EVRUN_ONCE);
  }
  const int status = work.report(pace.json());
  ares_destroy(peer.channel);
  return status;
}
