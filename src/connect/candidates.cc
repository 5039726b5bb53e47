#include "connect/candidates.h"

#include <cstring>

namespace dns_cares {
namespace {

int other_than(int family) { return family == AF_INET6 ? AF_INET : AF_INET6; }

}  // namespace

void Candidates::add(const addrinfo *list) {
  if (turn_ == AF_UNSPEC && list != nullptr) turn_ = list->ai_family;
  for (; list != nullptr; list = list->ai_next) {
    Endpoint endpoint{};
    endpoint.length = list->ai_addrlen;
    std::memcpy(&endpoint.address, list->ai_addr, list->ai_addrlen);
    of(list->ai_family).push_back(endpoint);
  }
}

Endpoint Candidates::take() {
  const int family = of(turn_).empty() ? other_than(turn_) : turn_;
  const Endpoint taken = of(family).front();
  of(family).pop_front();
  if (of_first_family_ > 0) --of_first_family_;
  if (of_first_family_ == 0 || family != turn_) turn_ = other_than(family);
  return taken;
}

}  // namespace dns_cares
