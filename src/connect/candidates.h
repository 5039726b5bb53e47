// The addresses that have not been tried yet, and which is tried next: RFC 8305 section 4.
//
// Each family's addresses are in the order that they come in, which is that of RFC 6724. The families take turns, but
// for the first few of the family that goes first. What comes late joins its family's end, so a family that comes
// late has its turn next.
//
// Thread rule: none of its own.
#pragma once

#include <netdb.h>
#include <sys/socket.h>

#include <deque>
#include <optional>

namespace dns_cares {

struct Endpoint {
  sockaddr_storage address;
  socklen_t length;
};

class Candidates {
 public:
  // How many of the family that goes first are tried before the families take turns; 0 counts as 1.
  explicit Candidates(unsigned first_family_count) : of_first_family_(first_family_count) {}

  // Copies the addresses. The first one of all says which family goes first. Throws std::bad_alloc.
  void add(const addrinfo *list);
  bool empty() const { return v6_.empty() && v4_.empty(); }
  // Takes the next one out; not when empty().
  Endpoint take();

 private:
  std::deque<Endpoint> &of(int family) { return family == AF_INET6 ? v6_ : v4_; }

  unsigned of_first_family_;  // still to be taken before the families take turns
  int turn_ = AF_UNSPEC;      // whose turn it is
  std::deque<Endpoint> v6_;
  std::deque<Endpoint> v4_;
};

}  // namespace dns_cares
