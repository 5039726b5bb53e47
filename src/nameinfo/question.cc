#include "nameinfo/question.h"

#include <netdb.h>
#include <netinet/in.h>

#include <cstring>

#include "dns_cares/nameinfo.h"
#include "resolver/name.h"
#include "resolver/reverse.h"

namespace dns_cares {
namespace {

constexpr int kFlags = NI_NUMERICHOST | NI_NUMERICSERV | NI_NAMEREQD | NI_NOFQDN | NI_DGRAM | DNS_NI_NUMERICSCOPE;

// The address may begin anywhere.
template <class Sockaddr>
bool read_sockaddr(const sockaddr *address, socklen_t length, Sockaddr &known) {
  if (length < sizeof known) return false;
  std::memcpy(&known, address, sizeof known);
  return true;
}

}  // namespace

int read_question(const sockaddr *address, socklen_t length, int flags, NameQuestion &question) {
  question.flags = flags;
  if ((flags & ~kFlags) != 0) return DNS_EBADFLAGS;
  if (address == nullptr || length < sizeof address->sa_family) return DNS_EBADFAMILY;
  sockaddr_in v4;
  sockaddr_in6 v6;
  if (address->sa_family == AF_INET && read_sockaddr(address, length, v4)) {
    question.address = Address::v4(v4.sin_addr);
    question.port = ntohs(v4.sin_port);
    return DNS_OK;
  }
  if (address->sa_family == AF_INET6 && read_sockaddr(address, length, v6)) {
    question.address = Address::v6(v6.sin6_addr, v6.sin6_scope_id);
    question.port = ntohs(v6.sin6_port);
    return DNS_OK;
  }
  return DNS_EBADFAMILY;
}

std::string numeric_host(const NameQuestion &question) {
  return numeric_text(question.address, question.flag(DNS_NI_NUMERICSCOPE));
}

std::string service_text(const NameQuestion &question, const Services &services) {
  const std::string *name = nullptr;
  if (!question.flag(NI_NUMERICSERV)) {
    name = services.find_name(question.port, question.flag(NI_DGRAM) ? "udp" : "tcp");
  }
  return name != nullptr ? *name : std::to_string(question.port);
}

std::string host_from_file(const NameQuestion &question, const Hosts &hosts) {
  const auto name = hosts.find_name(question.address);
  return std::string(!name.empty() ? name : hosts.find_name(question.address.unmapped()));
}

std::string host_of_loopback(const NameQuestion &question) {
  const Address address = question.address.unmapped();
  const bool loopback =
      address == Address::v4({htonl(INADDR_LOOPBACK)}) || address.octets == Address::v6(in6addr_loopback).octets;
  return loopback ? "localhost" : "";
}

std::string shown_name(const NameQuestion &question, std::string_view name, std::string_view local_domain) {
  name = without_last_dot(name);
  const bool is_local = !local_domain.empty() && name.size() > local_domain.size() && is_in_zone(name, local_domain);
  if (question.flag(NI_NOFQDN) && is_local) name.remove_suffix(local_domain.size() + 1);
  return std::string(name);
}

}  // namespace dns_cares
