// adns with a loop of poll(2). Its servers have port 53.
#include <adns.h>
#include <poll.h>

#include <array>

#include "workload.h"

using dns_cares_bench::Workload;

static void end_lookup(Workload &work, const adns_answer &answer) {
  if (answer.status == adns_s_ok) {
    work.answered(answer.nrrs);
  } else if (answer.status == adns_s_timeout) {
    work.timed_out();
  } else {
    work.failed(adns_strerror(answer.status));
  }
}

static void take_answers(adns_state dns, Workload &work) {
  adns_query any = nullptr;
  adns_answer *answer;
  while (adns_check(dns, &any, &answer, nullptr) == 0) {
    end_lookup(work, *answer);
    std::free(answer);
    any = nullptr;
  }
}

static void wait_for_events(adns_state dns) {
  std::array<pollfd, ADNS_POLLFDS_RECOMMENDED> fds;
  int count = fds.size();
  int timeout_ms = -1;
  if (adns_beforepoll(dns, fds.data(), &count, &timeout_ms, nullptr) != 0) std::abort();
  poll(fds.data(), static_cast<nfds_t>(count), timeout_ms);
  adns_afterpoll(dns, fds.data(), count, nullptr);
}

int main(int argc, char **argv) {
  Workload work(argc, argv);
  if (work.port() != "53") {
    std::fprintf(stderr, "adns asks port 53 only\n");
    return 1;
  }
  adns_state dns;
  const std::string configuration = "nameserver " + work.address() + '\n';
  if (adns_init_strcfg(&dns, adns_if_noautosys, stderr, configuration.c_str()) != 0) return 1;
  dns_cares_bench::raise_receive_buffers(work.receive_buffer());

  const adns_rrtype type = work.both() ? adns_r_addr : adns_r_a;
  const int flags = work.both() ? adns_qf_want_allaf : adns_qf_none;
  while (!work.finished()) {
    while (const char *name = work.next()) {
      adns_query query;
      adns_submit(dns, name, type, static_cast<adns_queryflags>(flags), nullptr, &query);
    }
    wait_for_events(dns);
    take_answers(dns, work);
  }
  const int status = work.report();
  adns_finish(dns);
  return status;
}
