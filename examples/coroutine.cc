// Coroutines: fetches the addresses of a hundred names, ten at a time, from the server that the command line names.
//
// usage: coroutine SERVER DOMAIN, as in: coroutine 127.0.0.1:5353 bulk.test
#include <cstdio>
#include <string>
#include <vector>

#include <dns_cares/coro.hpp>

using namespace std::chrono_literals;

namespace {

constexpr int kNames = 100;
constexpr int kAtOnce = 10;

struct Work {
  std::string domain;
  int next = 0;  // of the names, which are numbered
  int resolved = 0;
};

// Takes one name after the other. Ten of these share the work; they need no lock, for all run on the loop's thread.
dns_cares::Task<> fetch_names(dns_cares::Resolver &resolver, Work &work) {
  while (work.next < kNames) {
    const std::string name = "name-" + std::to_string(work.next++) + '.' + work.domain;
    const dns_cares::Result<dns_cares::Addresses> result = co_await resolver.resolve(name, "https", {.deadline = 5s});
    if (!result) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), result.error().message().c_str());
      continue;
    }
    ++work.resolved;
  }
}

dns_cares::Task<int> fetch_all(dns_cares::Resolver &resolver, std::string domain) {
  Work work{.domain = std::move(domain)};
  std::vector<dns_cares::Task<>> fetchers;
  for (int i = 0; i < kAtOnce; ++i) fetchers.push_back(fetch_names(resolver, work));  // Each starts at once.
  for (dns_cares::Task<> &fetcher : fetchers) co_await fetcher;
  co_return work.resolved;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: coroutine SERVER DOMAIN\n"), 2;
  auto resolver = dns_cares::Resolver::make(nullptr, {.servers = argv[1]});
  if (!resolver) return std::fprintf(stderr, "%s: %s\n", argv[1], resolver.error().message().c_str()), 2;

  dns_cares::Task<int> all = fetch_all(*resolver, argv[2]);
  evloop_run(nullptr);
  const int resolved = all.result();
  std::printf("%d of %d names resolved\n", resolved, kNames);
  return resolved == kNames ? 0 : 1;
}
