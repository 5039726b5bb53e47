// libunbound in the program's own loop, which must be libevent's: without its thread, at its best.
#include <arpa/nameser.h>
#include <event2/event.h>
#include <unbound-event.h>
#include <unbound.h>

#include "workload.h"

using dns_cares_bench::Pair;
using dns_cares_bench::Workload;

static void on_reply(void *arg, int rcode, void *reply, int length, int, char *, int) {
  auto *pair = static_cast<Pair *>(arg);
  ns_msg message;
  if (rcode == 0 && ns_initparse(static_cast<unsigned char *>(reply), length, &message) == 0) {
    pair->answered(ns_msg_count(message, ns_s_an));
  } else if (rcode == ns_r_servfail) {  // Also for a server that does not answer.
    pair->timed_out();
  } else {
    pair->failed("no answer");
  }
}

int main(int argc, char **argv) {
  Workload work(argc, argv);
  event_base *base = event_base_new();
  ub_ctx *context = ub_ctx_create_event(base);
  ub_ctx_set_option(context, "do-not-query-localhost:", "no");
  ub_ctx_set_fwd(context, work.server('@').c_str());
  ub_ctx_zone_remove(context, "test");  // Which it would not ask anybody for (RFC 6761 section 6.2).

  while (!work.finished()) {
    while (const char *name = work.next()) {
      auto *pair = new Pair(work);
      if (work.both()) ub_resolve_event(context, name, ns_t_aaaa, ns_c_in, pair, on_reply, nullptr);
      ub_resolve_event(context, name, ns_t_a, ns_c_in, pair, on_reply, nullptr);
    }
    if (!work.finished()) event_base_loop(base, EVLOOP_ONCE);
  }
  const int status = work.report();
  ub_ctx_delete(context);
  event_base_free(base);
  return status;
}
