// libevent's evdns, record by record, which is its fastest interface.
//
// Variants: "" its default of 64 questions in flight; "wide" 1000. --rcvbuf raises the socket's buffer, which evdns
// itself cannot.
#include <event2/dns.h>
#include <event2/event.h>

#include "workload.h"

using dns_cares_bench::Pair;
using dns_cares_bench::Workload;

static void on_records(int status, char, int count, int, void *, void *arg) {
  auto *pair = static_cast<Pair *>(arg);
  if (status == DNS_ERR_NONE) {
    pair->answered(count);
  } else if (status == DNS_ERR_TIMEOUT) {
    pair->timed_out();
  } else {
    pair->failed(evdns_err_to_string(status));
  }
}

int main(int argc, char **argv) {
  Workload work(argc, argv);
  event_set_log_callback([](int, const char *) {});  // Each lost reply would be a line.
  event_base *base = event_base_new();
  evdns_base *dns = evdns_base_new(base, 0);
  evdns_base_nameserver_ip_add(dns, work.server().c_str());
  if (work.variant("wide")) evdns_base_set_option(dns, "max-inflight:", "1000");
  dns_cares_bench::raise_receive_buffers(work.receive_buffer());

  while (!work.finished()) {
    while (const char *name = work.next()) {
      auto *pair = new Pair(work);
      if (work.both()) evdns_base_resolve_ipv6(dns, name, DNS_QUERY_NO_SEARCH, on_records, pair);
      evdns_base_resolve_ipv4(dns, name, DNS_QUERY_NO_SEARCH, on_records, pair);
    }
    event_base_loop(base, EVLOOP_ONCE);
  }
  const int status = work.report();
  evdns_base_free(dns, 0);
  event_base_free(base);
  return status;
}
