// What the kernel tells of the machine's addresses and routes over rtnetlink: on request, and when they change.
//
// Thread rule: as the loop's. The requests do not wait: the kernel has its answer ready when it has taken the request.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "evloop/watchers.h"
#include "resolver/address.h"

namespace dns_cares {

struct OwnAddress {
  Address address;  // with its interface as scope_id if it is link-local
  unsigned prefix_length;
  bool deprecated;  // or optimistic, which RFC 4429 section 3.1 has treated so
  bool home;
};

// The addresses of all interfaces of the machine. Nothing if the kernel does not tell. Throws std::bad_alloc.
std::optional<std::vector<OwnAddress>> read_own_addresses();

struct FineRoutes {
  std::vector<Address> destinations;  // of each route and rule for a longer prefix than asked for
  bool unpredictable = false;         // two destinations without a route of their own may go different ways
};

// The routes, in whatever table, and rules of a family with a prefix longer than this many bits. Of so many routes that
// reading them would take long, as of routes over several hops, all it says is `unpredictable`. Nothing if the kernel
// does not tell. Throws std::bad_alloc.
std::optional<FineRoutes> read_fine_routes(int family, unsigned prefix_length);

// Watches for changes of links, addresses, routes and rules. Does not keep the loop alive.
//
// After a fork, parent and child would take each other's messages: the child makes another object on its loop.
class NetworkChanges {
 public:
  // Called from the loop, once for a batch of changes; `watching` is false if it is the last time.
  // May destroy the object.
  using Callback = void (*)(bool watching, void *arg);

  // Where no such socket can be had, as in a sandbox, watching() is false from the start.
  NetworkChanges(struct ev_loop *loop, Callback cb, void *arg) noexcept;
  ~NetworkChanges() { stop(); }
  NetworkChanges(const NetworkChanges &) = delete;
  NetworkChanges &operator=(const NetworkChanges &) = delete;

  bool watching() const { return watcher_.has_value(); }

 private:
  static void on_readable(int fd, int revents, void *self);
  void stop() noexcept;

  const Callback cb_;
  void *const arg_;
  std::optional<evloop_io> watcher_;  // owns the socket
};

}  // namespace dns_cares
