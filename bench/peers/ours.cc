// dns_cares through its C API, with its default options but for the deadline: a million names at once take longer.
#include <ev.h>

#include "dns_cares/dns_cares.h"
#include "pace.h"
#include "workload.h"

using dns_cares_bench::Workload;

static void on_result(int status, const addrinfo *ai, void *arg) {
  auto &work = *static_cast<Workload *>(arg);
  if (status == DNS_OK) {
    work.answered(dns_cares_bench::length_of(ai));
  } else if (status == DNS_ETIMEOUT) {
    work.timed_out();
  } else {
    work.failed(dns_strerror(status));
  }
}

int main(int argc, char **argv) {
  Workload work(argc, argv);
  struct ev_loop *loop = ev_default_loop(0);
  const std::string servers = work.server();
  dns_options options;
  dns_options_init(&options);
  options.servers = servers.c_str();
  options.deadline_ms = 60'000;
  if (dns_init(loop, &options) != DNS_OK) return 1;

  dns_cares_bench::Pace pace(work.pace() ? loop : nullptr);
  while (!work.finished()) {
    while (const char *name = work.next()) {
      dns_resolve_async(loop, name, nullptr, work.family(), SOCK_STREAM, 0, on_result, &work);
    }
    pace.start();
    ev_run(loop, EVRUN_ONCE);
  }
  dns_shutdown(loop);
  return work.report(pace.json());
}
