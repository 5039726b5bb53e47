// libunbound: a validating, caching resolver in a thread beside the program's, here told to forward.
#include <arpa/nameser.h>
#include <poll.h>
#include <unbound.h>

#include "workload.h"

using dns_cares_bench::Pair;
using dns_cares_bench::Workload;

static void on_result(void *arg, int status, ub_result *result) {
  auto *pair = static_cast<Pair *>(arg);
  if (status != 0) return pair->failed(ub_strerror(status));
  int addresses = 0;
  while (result->havedata != 0 && result->data[addresses] != nullptr) ++addresses;
  // It gives SERVFAIL also for a server that does not answer.
  if (result->rcode == ns_r_servfail) {
    pair->timed_out();
  } else {
    pair->answered(addresses);
  }
  ub_resolve_free(result);
}

int main(int argc, char **argv) {
  Workload work(argc, argv);
  ub_ctx *context = ub_ctx_create();
  ub_ctx_async(context, 1);
  ub_ctx_set_option(context, "do-not-query-localhost:", "no");
  ub_ctx_set_fwd(context, work.server('@').c_str());
  ub_ctx_zone_remove(context, "test");  // Which it would not ask anybody for (RFC 6761 section 6.2).
  pollfd readable = {ub_fd(context), POLLIN, 0};

  while (!work.finished()) {
    while (const char *name = work.next()) {
      auto *pair = new Pair(work);
      if (work.both()) ub_resolve_async(context, name, ns_t_aaaa, ns_c_in, pair, on_result, nullptr);
      ub_resolve_async(context, name, ns_t_a, ns_c_in, pair, on_result, nullptr);
    }
    poll(&readable, 1, -1);
    ub_process(context);
  }
  const int status = work.report();
  ub_ctx_delete(context);
  return status;
}
