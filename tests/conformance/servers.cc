#include "servers.h"

#include <arpa/inet.h>
#include <dns_cares/testkit.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace dns_cares_test {
namespace {

using namespace std::chrono_literals;
using dns_testkit::answer;

constexpr auto kPatience = 20s;
constexpr auto kPause = 5ms;  // between two looks at what nothing tells of

[[noreturn]] void fail(const std::string &what) { throw std::system_error(errno, std::generic_category(), what); }

std::string path_of_nsd() {
  const char *path = std::getenv("PATH");
  std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/local/sbin:/usr/sbin:/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = folder + "/nsd";
    if (!folder.empty() && access(file.c_str(), X_OK) == 0) return file;
  }
  throw std::runtime_error("the server 'nsd' is not installed: it is in the Debian package 'nsd'");
}

// A zone that it cannot fetch makes NSD answer SERVFAIL for the names in it.
std::string nsd_configuration() {
  return R"(
server:
  server-count: 1
  ip-address: 127.0.0.1
  ip-address: ::1
  port: 53
  username: ""
  pidfile: ""
  database: ""
  zonelistfile: "nsd.zones"
  xfrdfile: "nsd.xfrd"
  zonesdir: ""
  rrl-ratelimit: 0
  verbosity: 1
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: ")" DNS_CARES_ZONES R"(/root.zone"
zone:
  name: "refused.test"
  zonefile: ")" DNS_CARES_ZONES R"(/refused.test.zone"
  allow-query: 0.0.0.0/0 BLOCKED
  allow-query: ::0/0 BLOCKED
zone:
  name: "broken.test"
  request-xfr: 127.0.0.3 NOKEY
zone:
  name: "113.0.203.in-addr.arpa"
  request-xfr: 127.0.0.3 NOKEY
)";
}

std::string text_of(const std::string &path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void write_file(const std::string &path, const std::string &text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) fail(path);
}

void run_nsd(const std::string &path, const std::string &folder) {
  write_file(folder + "/nsd.conf", nsd_configuration());
  const int log = open((folder + "/nsd.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (log < 0 || chdir(folder.c_str()) != 0) fail(folder);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execl(path.c_str(), "nsd", "-d", "-c", "nsd.conf", static_cast<char *>(nullptr));
  fail(path);
}

void script(dns_testkit::Server &server) {
  const auto v4 = answer({"192.0.2.1"});
  const auto v6 = answer({"2001:db8:1::1"});
  server.otherwise(dns_testkit::nxdomain());
  server.on("formerr.test", "ANY", dns_testkit::formerr());
  server.on("notimp.test", "ANY", dns_testkit::notimp());
  server.on("yxdomain.test", "ANY", dns_testkit::rcode(6));
  server.on("all-servfail.test", "ANY", dns_testkit::servfail());
  server.on("all-refused.test", "ANY", dns_testkit::refused());
  server.on("without-soa.test", "ANY", dns_testkit::nodata().without_soa());
  server.on("no-such-without-soa.test", "ANY", dns_testkit::nxdomain().without_soa());

  server.on("a-servfail.test", "A", dns_testkit::servfail());
  server.on("a-servfail.test", "AAAA", v6);
  server.on("aaaa-servfail.test", "A", v4);
  server.on("aaaa-servfail.test", "AAAA", dns_testkit::servfail());
  server.on("aaaa-refused.test", "A", v4);
  server.on("aaaa-refused.test", "AAAA", dns_testkit::refused());
  server.on("aaaa-notimp.test", "A", v4);
  server.on("aaaa-notimp.test", "AAAA", dns_testkit::notimp());
  server.on("aaaa-formerr.test", "A", v4);
  server.on("aaaa-formerr.test", "AAAA", dns_testkit::formerr());
  server.on("aaaa-nxdomain.test", "A", v4);
  server.on("aaaa-nxdomain.test", "AAAA", dns_testkit::nxdomain());
  server.on("aaaa-servfail-a-nodata.test", "A", dns_testkit::nodata());
  server.on("aaaa-servfail-a-nodata.test", "AAAA", dns_testkit::servfail());
  server.on("aaaa-servfail-a-nxdomain.test", "A", dns_testkit::nxdomain());
  server.on("aaaa-servfail-a-nxdomain.test", "AAAA", dns_testkit::servfail());

  server.on("2.2.0.192.in-addr.arpa", "PTR", dns_testkit::refused());
  server.on("3.2.0.192.in-addr.arpa", "PTR", dns_testkit::notimp());
  server.on("4.2.0.192.in-addr.arpa", "PTR", dns_testkit::formerr());
  server.on("5.2.0.192.in-addr.arpa", "PTR", dns_testkit::nodata().without_soa());

  server.on("truncated.test", "ANY", answer({"192.0.2.1", "2001:db8:1::1"}).truncated());
  server.on("wrong-type.test", "ANY", dns_testkit::records({"@ 60 IN TXT \"text\""}));
  server.on("wrong-owner.test", "A", dns_testkit::records({"other.test. 60 IN A 192.0.2.66"}));
  server.on("wrong-owner.test", "AAAA", dns_testkit::nodata());
  server.on("extra-records.test", "A", dns_testkit::records({"@ 60 IN A 192.0.2.1", "other.test. 60 IN A 192.0.2.66"}));
  server.on("extra-records.test", "AAAA", dns_testkit::nodata());
  server.on("twice.test", "A", answer({"192.0.2.1", "192.0.2.2", "192.0.2.1"}));
  server.on("twice.test", "AAAA", dns_testkit::nodata());
  server.on("mixed-order.test", "A",
            dns_testkit::records({"end.mixed-order.test. 60 IN A 192.0.2.1", "@ 60 IN CNAME end.mixed-order.test."}));
  server.on("mixed-order.test", "AAAA", dns_testkit::nodata());
  server.on("two-ends.test", "A",
            dns_testkit::records({"@ 60 IN CNAME a.two-ends.test.", "a.two-ends.test. 60 IN A 192.0.2.1"}));
  server.on(
      "two-ends.test", "AAAA",
      dns_testkit::records({"@ 60 IN CNAME aaaa.two-ends.test.", "aaaa.two-ends.test. 60 IN AAAA 2001:db8:1::1"}));
}

[[noreturn]] void run_scripted() {
  dns_testkit::ServerOptions options;
  options.port = 53;
  options.address = "127.0.0.2";
  dns_testkit::Server server(options);
  script(server);
  options.address = "127.0.0.4";
  dns_testkit::Server silent(options);
  silent.otherwise(dns_testkit::drop());
  for (;;) pause();
}

bool accepts_connections(const char *address) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(53);
  inet_pton(AF_INET, address, &server.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const bool accepted = connect(fd, reinterpret_cast<const sockaddr *>(&server), sizeof server) == 0;
  close(fd);
  return accepted;
}

// Both servers bind their UDP sockets before they listen, so from then on no query is lost.
void wait_for(Child &server, const char *address, const std::string &log) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!accepts_connections(address)) {
    const bool ended = server.has_ended();
    if (ended || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error(std::string("the server for ") + address +
                               (ended ? " ended by itself" : " is not there") + ". It wrote:\n" + text_of(log));
    }
    std::this_thread::sleep_for(kPause);
  }
}

std::function<void()> nsd_in(const std::string &folder) {
  return [path = path_of_nsd(), folder] { run_nsd(path, folder); };
}

}  // namespace

// Servers fork: their processes are one group.
Child::Child(const std::function<void()> &run) {
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ > 0) {
    setpgid(pid_, pid_);  // Here too: whoever comes first.
    return;
  }
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  try {
    if (getppid() == parent) run();
  } catch (const std::exception &e) {
    std::cerr << e.what() << std::endl;
  }
  _exit(1);
}

Child::~Child() {
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool Child::has_ended() {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
}

Servers::Servers(const std::string &folder) : nsd_(nsd_in(folder)), scripted_(run_scripted) {
  wait_for(nsd_, "127.0.0.1", folder + "/nsd.log");
  wait_for(scripted_, "127.0.0.4", "/dev/null");  // The last that it makes.
}

}  // namespace dns_cares_test
