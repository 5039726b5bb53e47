// udns with the little loop that its manual shows.
#include <poll.h>
#include <udns.h>

#include "workload.h"

using dns_cares_bench::Pair;
using dns_cares_bench::Workload;

static void end_question(dns_ctx *dns, Pair *pair, const int *addresses) {
  const int status = dns_status(dns);
  if (addresses != nullptr) {
    pair->answered(*addresses);
  } else if (status == DNS_E_TEMPFAIL) {  // What udns says of a timeout.
    pair->timed_out();
  } else {
    pair->failed(dns_strerror(status));
  }
}

static void on_v4(dns_ctx *dns, dns_rr_a4 *result, void *arg) {
  end_question(dns, static_cast<Pair *>(arg), result != nullptr ? &result->dnsa4_nrr : nullptr);
  std::free(result);
}

static void on_v6(dns_ctx *dns, dns_rr_a6 *result, void *arg) {
  end_question(dns, static_cast<Pair *>(arg), result != nullptr ? &result->dnsa6_nrr : nullptr);
  std::free(result);
}

int main(int argc, char **argv) {
  Workload work(argc, argv);
  dns_ctx *dns = &dns_defctx;
  dns_init(dns, 0);
  dns_add_serv(dns, nullptr);
  dns_add_serv(dns, work.address().c_str());
  dns_set_opt(dns, DNS_OPT_PORT, work.port_number());
  pollfd readable = {dns_open(dns), POLLIN, 0};
  dns_cares_bench::raise_receive_buffers(work.receive_buffer());

  while (!work.finished()) {
    while (const char *name = work.next()) {
      auto *pair = new Pair(work);
      if (work.both()) dns_submit_a6(dns, name, DNS_NOSRCH, on_v6, pair);
      dns_submit_a4(dns, name, DNS_NOSRCH, on_v4, pair);
    }
    const int seconds = dns_timeouts(dns, -1, 0);
    if (poll(&readable, 1, seconds < 0 ? -1 : seconds * 1000) > 0) dns_ioevent(dns, 0);
  }
  const int status = work.report();
  dns_close(dns);
  return status;
}
