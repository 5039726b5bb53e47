#include "world.h"

#include <ev.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "clock.h"
#include "dns_cares/dns_cares.h"
#include "registry.h"

namespace micro {
namespace {

using namespace dns_cares;

constexpr int kNames = 1000;

std::vector<std::string> names_in(const std::string &zone) {
  std::vector<std::string> names;
  for (int i = 0; i < kNames; ++i) names.push_back("name-" + std::to_string(i) + '.' + zone);
  return names;
}

class HostsFile {
 public:
  explicit HostsFile(const std::vector<std::string> &names) {
    close(mkstemp(path_));
    std::ofstream file(path_);
    for (const std::string &name : names) file << "192.0.2.1 " << name << "\n2001:db8::1 " << name << '\n';
  }
  ~HostsFile() { unlink(path_); }
  const char *path() const { return path_; }

 private:
  char path_[32] = "/tmp/dns_cares_bench.XXXXXX";
};

void store(struct ev_loop *loop, const std::string &name, RRType type, const Address &address) {
  find_context(loop)->cache().store(NameKey(name), type, {DNS_OK, RRset::make({&address, 1}), 86400, {}}, steady_now());
}

}  // namespace

World::World() : in_cache(names_in("cache.test")), in_hosts(names_in("hosts.test")), loop_(ev_loop_new(0)) {
  const HostsFile hosts(in_hosts);
  dns_options options;
  dns_options_init(&options);
  options.servers = "127.0.0.1:9";
  options.hosts_file = hosts.path();
  if (dns_init(loop_, &options) != DNS_OK) throw std::runtime_error("no context");
  for (const std::string &name : in_cache) {
    store(loop_, name, RRType::kA, Address::v4({htonl(0xc0000201)}));
    store(loop_, name, RRType::kAAAA, Address::v6(in6addr_loopback));
  }
}

World::~World() { ev_loop_destroy(loop_); }

}  // namespace micro
