#include "context.h"

#include <dns_cares/dns_cares.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <string>
#include <vector>

namespace dns_cares_tool {
namespace {

std::string joined(const std::vector<Servers> &all) {
  std::string text;
  for (const Servers &servers : all) text.append(text.empty() ? "" : ",").append(servers.list);
  return text;
}

bool is_list_of_servers(const std::string &list) {
  const Loop loop = new_loop();
  dns_options wanted;
  dns_options_init(&wanted);
  wanted.servers = list.c_str();
  return dns_init(loop.get(), &wanted) != DNS_EBADNAME;
}

// Which of them the library has refused.
std::string fault_of(const std::vector<Servers> &all) {
  for (const auto &[list, place] : all) {
    if (!is_list_of_servers(list)) return fmt::format("{}: '{}' is no list of ADDRESS[:PORT]", place, list);
  }
  return fmt::format("'{}' is no list of ADDRESS[:PORT]", joined(all));
}

// A lookup that needs no server says so, in a loop of its own.
bool knows_service(const Options &options) {
  struct Asked {
    int status = DNS_ENOMEM;
    Loop loop = new_loop();
  } asked;
  const auto take = [](int status, const addrinfo *, void *arg) {
    auto &[taken, loop] = *static_cast<Asked *>(arg);
    taken = status;
    evloop_break(loop.get());
  };
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = options.socktype;
  if (dns_resolve(asked.loop.get(), "127.0.0.1", options.service.c_str(), &hints, 0, take, &asked) != nullptr) {
    evloop_run(asked.loop.get());
  }
  return asked.status != DNS_ESERVICE;
}

}  // namespace

Loop new_loop() {
  Loop loop(evloop_new());
  if (loop == nullptr) throw SetupError("no event loop can be made");
  return loop;
}

void check_service(const Options &options) {
  if (options.service.empty() || knows_service(options)) return;
  const char *const protocol = options.socktype == SOCK_DGRAM ? "udp" : "tcp";
  throw UsageError(fmt::format("--service: '{}' is no service by {}", options.service, protocol));
}

void make_context(struct ev_loop *loop, const Options &options) {
  dns_options wanted;
  dns_options_init(&wanted);
  const std::string servers = joined(options.servers);
  if (!options.servers.empty()) wanted.servers = servers.c_str();
  if (options.no_hosts) wanted.hosts_file = "";
  if (options.timeout_ms != 0) wanted.timeout_ms = options.timeout_ms;
  if (options.tries != 0) wanted.tries = options.tries;
  if (options.deadline_ms != 0) wanted.deadline_ms = options.deadline_ms;
  wanted.tcp = options.tcp;
  wanted.no_search = options.no_search;
  wanted.rotate = options.rotate;
  const int status = dns_init(loop, &wanted);
  if (status == DNS_EBADNAME) throw UsageError(fault_of(options.servers));
  if (status != DNS_OK) throw SetupError(dns_strerror(status));
}

}  // namespace dns_cares_tool
