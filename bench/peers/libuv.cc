// libuv: getaddrinfo(3) in a pool of threads, 4 unless UV_THREADPOOL_SIZE says how many.
#include <uv.h>

#include "workload.h"

using dns_cares_bench::Workload;

static void on_result(uv_getaddrinfo_t *request, int status, addrinfo *result) {
  auto &work = *static_cast<Workload *>(request->data);
  if (status == 0) {
    work.answered(dns_cares_bench::length_of(result));
  } else if (status == UV_EAI_AGAIN) {
    work.timed_out();
  } else {
    work.failed(uv_strerror(status));
  }
  uv_freeaddrinfo(result);
  delete request;
}

int main(int argc, char **argv) {
  Workload work(argc, argv);
  addrinfo hints{};
  hints.ai_family = work.family();
  hints.ai_socktype = SOCK_STREAM;
  while (!work.finished()) {
    while (const char *name = work.next()) {
      auto *request = new uv_getaddrinfo_t;
      request->data = &work;
      uv_getaddrinfo(uv_default_loop(), request, on_result, name, nullptr, &hints);
    }
    uv_run(uv_default_loop(), UV_RUN_ONCE);
  }
  return work.report();
}
