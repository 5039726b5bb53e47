// getdns as a stub resolver with the servers of resolv.conf, on the little loop that it brings.
#include <getdns/getdns.h>
#include <getdns/getdns_extra.h>

#include "workload.h"

using dns_cares_bench::Workload;

static void on_reply(getdns_context *, getdns_callback_type_t type, getdns_dict *reply, void *arg,
                     getdns_transaction_t) {
  auto &work = *static_cast<Workload *>(arg);
  getdns_list *addresses = nullptr;
  std::size_t count = 0;
  if (type == GETDNS_CALLBACK_TIMEOUT) {
    work.timed_out();
  } else if (type == GETDNS_CALLBACK_COMPLETE &&
             getdns_dict_get_list(reply, work.both() ? "/just_address_answers" : "/replies_tree/0/answer",
                                  &addresses) == GETDNS_RETURN_GOOD) {
    getdns_list_get_length(addresses, &count);
    work.answered(static_cast<int>(count));
  } else {
    work.failed("no answer");
  }
  getdns_dict_destroy(reply);
}

int main(int argc, char **argv) {
  Workload work(argc, argv);
  getdns_context *context = nullptr;
  getdns_eventloop *loop = nullptr;
  if (getdns_context_create(&context, 1) != GETDNS_RETURN_GOOD) return 1;
  getdns_context_set_resolution_type(context, GETDNS_RESOLUTION_STUB);
  getdns_context_get_eventloop(context, &loop);

  while (!work.finished()) {
    while (const char *name = work.next()) {
      if (work.both()) {
        getdns_address(context, name, nullptr, &work, nullptr, on_reply);
      } else {
        getdns_general(context, name, GETDNS_RRTYPE_A, nullptr, &work, nullptr, on_reply);
      }
    }
    loop->vmt->run_once(loop, 1);
  }
  const int status = work.report();
  getdns_context_destroy(context);
  return status;
}
