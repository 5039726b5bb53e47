// The C library. Variants: "" getaddrinfo(3), one after the other; "async" getaddrinfo_a(3), the window at a time.
#include <netdb.h>

#include "workload.h"

using dns_cares_bench::Workload;

namespace {

void end_lookup(Workload &work, int status, addrinfo *result) {
  if (status == 0) {
    work.answered(dns_cares_bench::length_of(result));
  } else if (status == EAI_AGAIN) {
    work.timed_out();
  } else {
    work.failed(gai_strerror(status));
  }
  if (result != nullptr) freeaddrinfo(result);
}

void run_one_by_one(Workload &work, const addrinfo &hints) {
  while (const char *name = work.next()) {
    addrinfo *result = nullptr;
    const int status = getaddrinfo(name, nullptr, &hints, &result);
    end_lookup(work, status, result);
  }
}

void run_windows(Workload &work, const addrinfo &hints) {
  while (!work.finished()) {
    std::vector<std::string> names;
    while (const char *name = work.next()) names.emplace_back(name);
    std::vector<gaicb> requests;
    for (const std::string &name : names) requests.push_back({name.c_str(), nullptr, &hints, nullptr, 0, {}});
    std::vector<gaicb *> list;
    for (gaicb &request : requests) list.push_back(&request);
    getaddrinfo_a(GAI_WAIT, list.data(), static_cast<int>(list.size()), nullptr);
    for (gaicb &request : requests) end_lookup(work, gai_error(&request), request.ar_result);
  }
}

}  // namespace

int main(int argc, char **argv) {
  Workload work(argc, argv);
  addrinfo hints{};
  hints.ai_family = work.family();
  hints.ai_socktype = SOCK_STREAM;
  const auto run = work.variant("async") ? run_windows : run_one_by_one;
  run(work, hints);
  return work.report();
}
