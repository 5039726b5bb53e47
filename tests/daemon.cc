#include "daemon.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace dns_cares_test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = 20s;
constexpr int kReplyPatienceMs = 250;
constexpr auto kPause = 10ms;  // between two looks at what nothing tells of
constexpr int kPortsTried = 5;

// Below the ports that the kernel gives out by itself, so that no other socket gets the port while the server is down.
constexpr unsigned kLowestPort = 10'000;
constexpr unsigned kHighestPort = 32'000;

[[noreturn]] void fail(const std::string &what) { throw std::system_error(errno, std::generic_category(), what); }

class Socket {
 public:
  explicit Socket(int type) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) fail("socket");
  }
  ~Socket() { close(fd_); }
  Socket(const Socket &) = delete;
  Socket &operator=(const Socket &) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool can_bind(int type, std::uint16_t port) {
  const Socket socket(type);
  const int on = 1;
  if (type == SOCK_STREAM) setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  return bind(socket.fd(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
}

bool is_free(std::uint16_t port) { return can_bind(SOCK_DGRAM, port) && can_bind(SOCK_STREAM, port); }

std::uint16_t choose_port() {
  static std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<unsigned> any(kLowestPort, kHighestPort);
  for (;;) {
    const auto port = static_cast<std::uint16_t>(any(random));
    if (is_free(port)) return port;
  }
}

template <class Condition>
bool wait_for(Condition condition) {
  const auto end = Clock::now() + kPatience;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

std::string find_program(const std::string &program, const std::string &package) {
  const char *path = std::getenv("PATH");
  std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/local/sbin:/usr/sbin:/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = folder + '/' + program;
    if (!folder.empty() && access(file.c_str(), X_OK) == 0) return file;
  }
  throw std::runtime_error("the server '" + program + "' is not installed: it is in the Debian package '" + package +
                           "'");
}

std::string make_folder() {
  const char *parent = std::getenv("TMPDIR");
  std::string folder = std::string(parent != nullptr ? parent : "/tmp") + "/dns_cares_daemon.XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) fail(folder);
  return folder;
}

// In the child: only calls that are safe after fork().
[[noreturn]] void become(const char *path, char *const *arguments, const char *folder, int log, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (getppid() == parent && null >= 0 && chdir(folder) == 0 && dup2(null, STDIN_FILENO) >= 0 &&
      dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0) {
    execv(path, arguments);
  }
  _exit(127);
}

}  // namespace

Daemon::Daemon(Setup setup) : setup_(std::move(setup)), path_(find_program(setup_.program, setup_.package)) {
  folder_ = make_folder();
  try {
    run_on_some_port();
  } catch (...) {
    kill();
    std::filesystem::remove_all(folder_);
    throw;
  }
}

Daemon::~Daemon() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

// Somebody else may take the port between our look at it and the server's.
void Daemon::run_on_some_port() {
  for (int i = 1;; ++i) {
    port_ = choose_port();
    write_files();
    try {
      return run();
    } catch (const std::runtime_error &) {
      if (i == kPortsTried || is_free(port_)) throw;
      kill();
    }
  }
}

void Daemon::start() {
  if (!wait_for([this] { return is_free(port_); })) {
    throw std::runtime_error(setup_.program + ": somebody else has taken the port of " + address());
  }
  run();
}

void Daemon::write_files() const {
  for (const auto &[name, text] : setup_.files) {
    std::ofstream file(folder_ + '/' + name);
    file << expanded(text);
    if (!file.flush()) fail(folder_ + '/' + name);
  }
}

void Daemon::run() {
  std::vector<std::string> words = {setup_.program};
  for (const std::string &argument : setup_.arguments) words.push_back(expanded(argument));
  std::vector<char *> pointers;
  for (std::string &word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  const int log = open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) fail(folder_ + "/log");
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(path_.c_str(), pointers.data(), folder_.c_str(), log, parent);
  close(log);
  if (pid_ < 0) fail("fork");
  setpgid(pid_, pid_);  // Here too: whoever comes first.
  wait_until_ready();
}

void Daemon::wait_until_ready() {
  const bool ended_waiting = wait_for([this] {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      signal_all(SIGKILL);
      pid_ = -1;
      return true;
    }
    return answers();
  });
  if (pid_ < 0) throw std::runtime_error(setup_.program + " ended by itself. It wrote:\n" + log());
  if (!ended_waiting) throw std::runtime_error(setup_.program + " does not answer. It wrote:\n" + log());
}

// Whether it has a SOA record for the name that tells that it is ready.
bool Daemon::answers() const {
  std::array<unsigned char, NS_PACKETSZ> query;
  std::array<unsigned char, 4096> reply;
  const int size = res_mkquery(ns_o_query, setup_.ready_name.c_str(), ns_c_in, ns_t_soa, nullptr, 0, nullptr,
                               query.data(), static_cast<int>(query.size()));
  if (size < 0) throw std::runtime_error("no query can be made for " + setup_.ready_name);

  const Socket socket(SOCK_DGRAM);
  const sockaddr_in address = loopback(port_);
  if (connect(socket.fd(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) fail("connect");
  if (send(socket.fd(), query.data(), static_cast<std::size_t>(size), 0) != size) return false;
  pollfd readable{socket.fd(), POLLIN, 0};
  if (poll(&readable, 1, kReplyPatienceMs) != 1) return false;
  const ssize_t got = recv(socket.fd(), reply.data(), reply.size(), 0);
  ns_msg message;
  if (got < 0 || ns_initparse(reply.data(), static_cast<int>(got), &message) != 0) return false;
  return ns_msg_id(message) == (query[0] << 8 | query[1]) && ns_msg_getflag(message, ns_f_rcode) == ns_r_noerror &&
         ns_msg_count(message, ns_s_an) > 0;
}

void Daemon::kill() {
  if (pid_ < 0) return;
  signal_all(SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void Daemon::pause() { signal_all(SIGSTOP); }
void Daemon::resume() { signal_all(SIGCONT); }

// Servers fork: their processes are one group.
void Daemon::signal_all(int signal) const { ::kill(-pid_, signal); }

std::string Daemon::log() const {
  std::ostringstream text;
  text << std::ifstream(folder_ + "/log").rdbuf();
  return text.str();
}

std::string Daemon::expanded(std::string text) const {
  const auto replace_all = [&text](const std::string &what, const std::string &by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
      text.replace(at, what.size(), by);
    }
  };
  replace_all("{port}", std::to_string(port_));
  replace_all("{folder}", folder_);
  return text;
}

// Everything that it would do beyond serving them is off, the limit on replies per second too.
Daemon::Setup nsd_serving(const std::map<std::string, std::string> &zones) {
  Daemon::Setup setup = {.program = "nsd",
                         .package = "nsd",
                         .arguments = {"-d", "-c", "{folder}/nsd.conf"},
                         .files = zones,
                         .ready_name = zones.rbegin()->first};
  std::string configuration = R"(
server:
  ip-address: 127.0.0.1@{port}
  port: {port}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  xfrdir: "{folder}"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  pidfile: ""
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
)";
  for (const auto &[name, text] : zones) {
    configuration += "zone:\n  name: \"" + name + "\"\n  zonefile: \"" + name + "\"\n";
  }
  setup.files["nsd.conf"] = configuration;
  return setup;
}

std::string output_of(const std::string &command) {
  const std::string with_path = "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; " + command;
  std::FILE *const pipe = popen(("{ " + with_path + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) return "";
  std::string output;
  std::array<char, 4096> part;
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) output.append(part.data(), size);
  pclose(pipe);
  return output;
}

std::string version_of(const std::string &program, const std::string &argument) {
  const std::string output = output_of(program + ' ' + argument);
  std::istringstream words(output);
  for (std::string word; words >> word;) {
    if (word[0] >= '0' && word[0] <= '9') return word;
  }
  return "";
}

}  // namespace dns_cares_test
