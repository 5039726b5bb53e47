// Callbacks in C++: each name of the command line is looked up, all at once, and a socket is made for its first
// address. Nothing has to be freed: a Lookup that goes out of scope is cancelled, and each result owns its addresses.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include <dns_cares/resolver.hpp>

using namespace std::chrono_literals;

namespace {

class Report {
 public:
  explicit Report(dns_cares::Resolver &resolver) : resolver_(resolver) {}

  void look_up(const std::string &name) {
    lookups_.push_back(resolver_.resolve(
        name, "https", {.deadline = 5s},
        [this, name](dns_cares::Result<dns_cares::Addresses> result) { print(name, std::move(result)); }));
  }
  bool failed() const { return failed_; }

 private:
  void print(const std::string &name, dns_cares::Result<dns_cares::Addresses> result) {
    if (!result) {
      const char *hint = result.error() == std::errc::timed_out ? " (is the network up?)" : "";
      std::fprintf(stderr, "%s: %s%s\n", name.c_str(), result.error().message().c_str(), hint);
      failed_ = true;
      return;
    }
    const dns_cares::Address first = result->front();
    const int fd = socket(first.family(), first.socktype() | SOCK_NONBLOCK, first.protocol());
    // A real program would now do: connect(fd, first, first.size())
    close(fd);
    std::printf("%s port %d\n", first.text().c_str(), first.port());
  }

  dns_cares::Resolver &resolver_;
  std::vector<dns_cares::Lookup> lookups_;
  bool failed_ = false;
};

}  // namespace

int main(int argc, char **argv) {
  dns_cares::Resolver resolver;  // of the default loop
  Report report(resolver);
  for (int i = 1; i < argc; ++i) report.look_up(argv[i]);
  evloop_run(nullptr);
  return report.failed() ? 1 : 0;
}
