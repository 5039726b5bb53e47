// Connecting by name (RFC 8305): dns_connect(), against listeners on loopback.
#include <arpa/inet.h>
#include <dns_cares/connect.h>
#include <dns_cares/testkit.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "loop.h"
#include "sockets.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using testing::ElementsAre;

// Far more than anything here takes, and less than a deadline.
constexpr double kGenerousMs = 8000;

sockaddr_storage to_sockaddr(const std::string &address, std::uint16_t port, socklen_t &length) {
  sockaddr_storage result{};
  auto &v6 = reinterpret_cast<sockaddr_in6 &>(result);
  auto &v4 = reinterpret_cast<sockaddr_in &>(result);
  if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    length = sizeof v6;
  } else {
    inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    length = sizeof v4;
  }
  return result;
}

std::string to_text(const sockaddr *address) {
  char text[INET6_ADDRSTRLEN] = "?";
  const void *octets = address->sa_family == AF_INET
                           ? static_cast<const void *>(&reinterpret_cast<const sockaddr_in *>(address)->sin_addr)
                           : &reinterpret_cast<const sockaddr_in6 *>(address)->sin6_addr;
  return inet_ntop(address->sa_family, octets, text, sizeof text);
}

// What an address does with those who want to connect.
enum class Manner {
  kAccepts,
  kRefuses,
  kSilent,  // A queue that is full: what comes is dropped.
};

struct Place {
  const char *address;
  Manner manner;
};

// Addresses that share one port.
class Places {
 public:
  Places(std::initializer_list<Place> places) {
    for (int n = 0; n < 50; ++n) {
      if (open(places)) return;
      sockets_.clear();
      port_ = 0;
    }
    throw std::runtime_error("no port is free on all addresses");
  }

  std::string port() const { return std::to_string(port_); }
  int listener(std::size_t place) const { return sockets_[place].get(); }
  // Of the place in its turn. Waits for the connection.
  Fd accept(std::size_t place) const {
    pollfd ready = {sockets_[place].get(), POLLIN, 0};
    poll(&ready, 1, static_cast<int>(kGenerousMs));
    return Fd(::accept4(sockets_[place].get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  }

 private:
  bool open(std::initializer_list<Place> places) {
    for (const Place &place : places) {
      socklen_t length;
      sockaddr_storage address = to_sockaddr(place.address, port_, length);
      auto *plain = reinterpret_cast<sockaddr *>(&address);
      Fd fd(socket(plain->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (bind(fd.get(), plain, length) != 0) return false;
      getsockname(fd.get(), plain, &length);
      port_ = ntohs(reinterpret_cast<sockaddr_in &>(address).sin_port);  // in the same place for IPv6
      if (place.manner != Manner::kRefuses) listen(fd.get(), place.manner == Manner::kSilent ? 0 : 64);
      if (place.manner == Manner::kSilent) fillers_.push_back(fill_queue(plain, length));
      sockets_.push_back(std::move(fd));
    }
    return true;
  }

  std::uint16_t port_ = 0;
  std::vector<Fd> sockets_;
  std::vector<std::vector<Fd>> fillers_;
};

struct Attempt {
  std::string address;
  int error;
  double started_ms;
  double ended_ms;
};

// A connect, and its callback as the test saw it.
struct Connection {
  using Reaction = std::function<void(Connection &)>;

  std::vector<std::string> addresses() const {
    std::vector<std::string> all;
    for (const Attempt &attempt : attempts) all.push_back(attempt.address);
    return all;
  }
  std::vector<int> errors() const {
    std::vector<int> all;
    for (const Attempt &attempt : attempts) all.push_back(attempt.error);
    return all;
  }
  double between_starts_ms(std::size_t first) const {
    return attempts.at(first + 1).started_ms - attempts.at(first).started_ms;
  }
  void cancel() const { dns_connect_cancel(handle); }

  int calls = 0;
  int status = -1;
  Fd fd;
  std::vector<Attempt> attempts;
  bool before_start_returned = false;
  int sockets = 0;  // that the library opened
  int hook_error = 0;
  dns_connecting *handle = nullptr;
  bool started = false;
  Reaction reaction;
};

void on_connected(int status, int fd, const dns_connect_attempt *attempts, void *arg) {
  auto &connection = *static_cast<Connection *>(arg);
  ++connection.calls;
  connection.status = status;
  connection.before_start_returned = !connection.started;
  EXPECT_EQ(fd >= 0, status == DNS_OK);
  connection.fd = Fd(fd);
  for (; attempts != nullptr; attempts = attempts->next) {
    connection.attempts.push_back(
        {to_text(attempts->address), attempts->error, attempts->started * 1e3, attempts->ended * 1e3});
  }
  if (connection.reaction) connection.reaction(connection);
}

int on_socket(int fd, const sockaddr *address, socklen_t length, void *arg) {
  auto &connection = *static_cast<Connection *>(arg);
  EXPECT_GE(fd, 0);
  EXPECT_EQ(length, address->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  ++connection.sockets;
  return connection.hook_error;
}

std::size_t open_files() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

class Desk {
 public:
  void init(const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop.init(server.address(),
                        [&](dns_options &options) {
                          options.timeout_ms = 5000;
                          options.resolution_delay_ms = 50;
                          if (change) change(options);
                        }),
              DNS_OK);
  }
  Connection &connect(const char *host, const char *service,
                      const std::function<void(dns_connect_options &)> &change = {},
                      Connection::Reaction reaction = {}) {
    Connection &connection = connections_.emplace_back();
    connection.reaction = std::move(reaction);
    dns_connect_options options;
    dns_connect_options_init(&options);
    options.on_socket = on_socket;
    if (change) change(options);
    connection.handle = dns_connect(loop.get(), host, service, &options, on_connected, &connection);
    connection.started = true;
    EXPECT_NE(connection.handle, nullptr);
    return connection;
  }
  Connection &connect(const char *host, const Places &places,
                      const std::function<void(dns_connect_options &)> &change = {},
                      Connection::Reaction reaction = {}) {
    return connect(host, places.port().c_str(), change, std::move(reaction));
  }

  Server server;
  Loop loop;

 private:
  std::deque<Connection> connections_;
};

class Connect : public testing::Test, protected Desk {
 protected:
  // Runs it to its end.
  Connection &ended(Connection &connection) {
    loop.run();
    EXPECT_EQ(connection.calls, 1);
    EXPECT_FALSE(connection.before_start_returned);
    return connection;
  }
  // Runs it until so many sockets were opened for it.
  void run_until_opened(const Connection &connection, int sockets) {
    ASSERT_TRUE(loop.run_until([&] { return connection.sockets >= sockets; }));
  }
};

auto deadline_of(unsigned ms) {
  return [ms](dns_connect_options &options) { options.deadline_ms = ms; };
}

TEST_F(Connect, GivesAConnectedSocketThatDoesNotBlockAndIsNotInherited) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  server.on("a.test", "A", answer({"127.0.0.1"}));
  server.on("a.test", "AAAA", nodata());
  init();
  Connection &connection = ended(connect("a.test", places));
  ASSERT_EQ(connection.status, DNS_OK);
  EXPECT_NE(fcntl(connection.fd.get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(connection.fd.get(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_THAT(connection.addresses(), ElementsAre("127.0.0.1"));
  EXPECT_THAT(connection.errors(), ElementsAre(0));
  const Fd other_end = places.accept(0);
  ASSERT_EQ(write(connection.fd.get(), "x", 1), 1);
  char octet = 0;
  pollfd ready = {other_end.get(), POLLIN, 0};
  poll(&ready, 1, static_cast<int>(kGenerousMs));
  EXPECT_EQ(read(other_end.get(), &octet, 1), 1);
  EXPECT_EQ(octet, 'x');
}

TEST_F(Connect, TakesLiteralsAndLocalhost) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}, {"::1", Manner::kAccepts}};
  init();
  EXPECT_THAT(ended(connect("127.0.0.1", places)).addresses(), ElementsAre("127.0.0.1"));
  EXPECT_THAT(ended(connect("::1", places)).addresses(), ElementsAre("::1"));
  EXPECT_THAT(ended(connect("localhost", places)).addresses(), ElementsAre("::1"));
  EXPECT_THAT(ended(connect(nullptr, places)).addresses(), ElementsAre("::1"));
  EXPECT_EQ(server.queries(), 0u);
}

TEST_F(Connect, FirstAddressThatRefusesIsFollowedAtOnce) {
  const Places places = {{"127.0.0.1", Manner::kRefuses}, {"127.0.0.2", Manner::kAccepts}};
  server.on("a.test", "A", answer({"127.0.0.1", "127.0.0.2"}));
  init();
  // A delay that would be noticed.
  Connection &connection =
      ended(connect("a.test", places, [](dns_connect_options &options) { options.attempt_delay_ms = 60000; }));
  EXPECT_EQ(connection.status, DNS_OK);
  EXPECT_THAT(connection.addresses(), ElementsAre("127.0.0.1", "127.0.0.2"));
  EXPECT_THAT(connection.errors(), ElementsAre(ECONNREFUSED, 0));
}

TEST_F(Connect, WhereAllAddressesRefuseEachIsReported) {
  const Places places = {{"::1", Manner::kRefuses}, {"127.0.0.1", Manner::kRefuses}, {"127.0.0.2", Manner::kRefuses}};
  server.on("a.test", "ANY", answer({"127.0.0.1", "127.0.0.2", "::1"}));
  init([](dns_options &options) { options.resolution_delay_ms = 5000; });
  loop.resolve("a.test");  // Both families at once, from the cache.
  loop.run();
  Connection &connection = ended(connect("a.test", places));
  EXPECT_EQ(connection.status, DNS_ECONNECT);
  EXPECT_THAT(connection.addresses(), ElementsAre("::1", "127.0.0.1", "127.0.0.2"));
  EXPECT_THAT(connection.errors(), ElementsAre(ECONNREFUSED, ECONNREFUSED, ECONNREFUSED));
  for (const Attempt &attempt : connection.attempts) EXPECT_LE(attempt.started_ms, attempt.ended_ms);
}

// Linux connects no TCP socket to a multicast address.
TEST_F(Connect, UnreachableIPv6IsNotWaitedFor) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  server.on("a.test", "AAAA", answer({"ff02::1"}));
  server.on("a.test", "A", answer({"127.0.0.1"}).after(1s));
  init();
  Connection &connection =
      ended(connect("a.test", places, [](dns_connect_options &options) { options.attempt_delay_ms = 60000; }));
  EXPECT_EQ(connection.status, DNS_OK);
  EXPECT_THAT(connection.addresses(), ElementsAre("ff02::1", "127.0.0.1"));
  EXPECT_THAT(connection.errors(), ElementsAre(ENETUNREACH, 0));
}

TEST_F(Connect, SilentIPv6CostsOneAttemptDelay) {
  const Places places = {{"::1", Manner::kSilent}, {"127.0.0.1", Manner::kAccepts}};
  init();
  const Stopwatch stopwatch;
  Connection &connection = ended(connect("localhost", places));
  EXPECT_EQ(connection.status, DNS_OK);
  EXPECT_THAT(connection.addresses(), ElementsAre("::1", "127.0.0.1"));
  EXPECT_THAT(connection.errors(), ElementsAre(ECANCELED, 0));
  EXPECT_GE(connection.between_starts_ms(0), 250);
  EXPECT_GE(stopwatch.ms(), 250);
  EXPECT_LT(stopwatch.ms(), kGenerousMs);
}

TEST_F(Connect, SilentAttemptThatIsAnsweredInTheEndWinsAllTheSame) {
  const Places places = {{"::1", Manner::kSilent}, {"127.0.0.1", Manner::kSilent}};
  init();
  Connection &connection = connect("localhost", places);
  run_until_opened(connection, 2);
  for (int n = 0; n < 2; ++n) places.accept(0);  // The next try of the kernel finds room.
  ended(connection);
  EXPECT_EQ(connection.status, DNS_OK);
  EXPECT_THAT(connection.errors(), ElementsAre(0, ECANCELED));
}

TEST_F(Connect, AttemptsStartAnAttemptDelayAfterOneAnother) {
  const Places places = {
      {"127.0.0.1", Manner::kSilent}, {"127.0.0.2", Manner::kSilent}, {"127.0.0.3", Manner::kAccepts}};
  server.on("a.test", "A", answer({"127.0.0.1", "127.0.0.2", "127.0.0.3"}));
  init();
  const auto with_delay = [&](unsigned ms) -> Connection & {
    return ended(connect("a.test", places, [=](dns_connect_options &options) {
      options.attempt_delay_ms = ms;
      options.family = AF_INET;
    }));
  };
  for (const auto &[asked, least] : {std::pair(250u, 250.0), {80u, 80.0}, {10u, 10.0}, {0u, 10.0}}) {
    const Connection &connection = with_delay(asked);
    EXPECT_EQ(connection.status, DNS_OK);
    EXPECT_THAT(connection.errors(), ElementsAre(ECANCELED, ECANCELED, 0));
    EXPECT_GE(connection.between_starts_ms(0), least);
    EXPECT_GE(connection.between_starts_ms(1), least);
    EXPECT_LT(connection.attempts[2].ended_ms, kGenerousMs);
  }
}

TEST_F(Connect, FirstAttemptStartsWhileTheOtherFamilyIsLookedUpWhichJoinsWhenItComes) {
  const Places places = {{"::1", Manner::kSilent}, {"127.0.0.1", Manner::kAccepts}};
  server.on("a.test", "AAAA", answer({"::1"}));
  server.on("a.test", "A", answer({"127.0.0.1"}).after(1500ms));
  init();
  const Connection &connection = ended(connect("a.test", places));
  EXPECT_EQ(connection.status, DNS_OK);
  EXPECT_THAT(connection.addresses(), ElementsAre("::1", "127.0.0.1"));
  EXPECT_LT(connection.attempts[0].started_ms, 1499) << "before A was answered";
  EXPECT_GE(connection.attempts[1].started_ms, 1499);
}

TEST_F(Connect, LateIPv6HasItsTurnBeforeFurtherIPv4Addresses) {
  const Places places = {{"127.0.0.1", Manner::kSilent}, {"127.0.0.2", Manner::kSilent}, {"::1", Manner::kAccepts}};
  server.on("a.test", "A", answer({"127.0.0.1", "127.0.0.2"}));
  server.on("a.test", "AAAA", answer({"::1"}).after(1s));
  init();
  const Connection &connection =
      ended(connect("a.test", places, [](dns_connect_options &options) { options.attempt_delay_ms = 2500; }));
  EXPECT_EQ(connection.status, DNS_OK);
  EXPECT_THAT(connection.addresses(), ElementsAre("127.0.0.1", "::1"));
}

TEST_F(Connect, ConnectionDoesNotWaitForTheOtherFamilyWhoseAnswerGoesIntoTheCache) {
  const Places places = {{"::1", Manner::kAccepts}};
  server.on("a.test", "AAAA", answer({"::1"}));
  server.on("a.test", "A", answer({"127.0.0.1"}).after(300ms));
  init();
  EXPECT_EQ(ended(connect("a.test", places)).status, DNS_OK);
  ASSERT_TRUE(server.wait_for_queries(2, 60s)) << "A and AAAA";
  EXPECT_THAT(loop.resolve("a.test", {.family = AF_INET}).addresses(), ElementsAre());
  loop.run();
  EXPECT_EQ(server.queries(), 2u) << "joined, or from the cache";
}

TEST_F(Connect, RefusedFirstFamilyAndNoOtherIsNoConnection) {
  const Places places = {{"::1", Manner::kRefuses}};
  server.on("a.test", "AAAA", answer({"::1"}));
  server.on("a.test", "A", nodata().after(150ms));
  init();
  const Connection &connection = ended(connect("a.test", places));
  EXPECT_EQ(connection.status, DNS_ECONNECT);
  EXPECT_THAT(connection.errors(), ElementsAre(ECONNREFUSED));
}

TEST_F(Connect, LookupThatFailsSaysWhy) {
  server.on("none.test", "ANY", nxdomain());
  server.on("nodata.test", "ANY", nodata());
  server.on("servfail.test", "ANY", servfail());
  init();
  const auto status_of = [&](const char *host) {
    const Connection &connection = ended(connect(host, "80"));
    EXPECT_TRUE(connection.attempts.empty());
    return connection.status;
  };
  EXPECT_EQ(status_of("none.test"), DNS_ENOTFOUND);
  EXPECT_EQ(status_of("nodata.test"), DNS_ENODATA);
  EXPECT_EQ(status_of("servfail.test"), DNS_ESERVFAIL);
  EXPECT_EQ(status_of("a..test"), DNS_EBADNAME);
}

TEST_F(Connect, ArgumentsThatMakeNoSenseAreToldToTheCallback) {
  init();
  const auto status_of = [&](const char *service, const std::function<void(dns_connect_options &)> &change = {}) {
    return ended(connect("127.0.0.1", service, change)).status;
  };
  EXPECT_EQ(status_of(nullptr), DNS_ESERVICE);
  EXPECT_EQ(status_of(""), DNS_ESERVICE);
  EXPECT_EQ(status_of("no-such-service"), DNS_ESERVICE);
  EXPECT_EQ(status_of("65536"), DNS_ESERVICE);
  EXPECT_EQ(status_of("80", [](dns_connect_options &options) { options.family = AF_UNIX; }), DNS_EBADFAMILY);
  EXPECT_EQ(status_of("80", [](dns_connect_options &options) { options.family = AF_INET6; }), DNS_EBADFAMILY);
  EXPECT_EQ(status_of("80", [](dns_connect_options &options) { options.flags = 1 << 30; }), DNS_EBADFLAGS);
  EXPECT_EQ(status_of("80", [](dns_connect_options &options) { options.size = 4; }), DNS_EBADFLAGS);
  EXPECT_EQ(status_of("http", [](dns_connect_options &options) { options.flags = AI_NUMERICSERV; }), DNS_ESERVICE);
  EXPECT_EQ(dns_connect(loop.get(), "127.0.0.1", "80", nullptr, nullptr, nullptr), nullptr);
  dns_connect_cancel(nullptr);
}

TEST_F(Connect, OptionsOfANewerVersionAreUnderstoodUnlessTheyAreSet) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  struct {
    dns_connect_options known;
    char later[16];
  } newer{};
  dns_connect_options_init(&newer.known);
  newer.known.size = sizeof newer;
  init();
  for (const auto &[later, status] : {std::pair('\0', DNS_OK), {'\1', DNS_EBADFLAGS}}) {
    newer.later[5] = later;
    Connection connection;
    connection.handle =
        dns_connect(loop.get(), "127.0.0.1", places.port().c_str(), &newer.known, on_connected, &connection);
    connection.started = true;
    EXPECT_EQ(ended(connection).status, status);
  }
}

TEST_F(Connect, OptionsHaveTheDocumentedDefaults) {
  dns_connect_options options;
  std::memset(&options, 0xff, sizeof options);
  dns_connect_options_init(&options);
  EXPECT_EQ(options.size, sizeof options);
  EXPECT_EQ(options.attempt_delay_ms, 250u);
  EXPECT_EQ(options.deadline_ms, 0u);
  EXPECT_EQ(options.family, AF_UNSPEC);
  EXPECT_EQ(options.flags, 0);
  EXPECT_EQ(options.first_family_count, 1u);
  EXPECT_EQ(options.on_socket, nullptr);
  dns_connect_options_init(nullptr);
}

TEST_F(Connect, OneFamilyIsTriedWhereOneIsAskedFor) {
  const Places places = {{"::1", Manner::kAccepts}, {"127.0.0.1", Manner::kAccepts}};
  init();
  EXPECT_THAT(
      ended(connect("localhost", places, [](dns_connect_options &options) { options.family = AF_INET; })).addresses(),
      ElementsAre("127.0.0.1"));
}

TEST_F(Connect, SocketHookSetsTheSocketUp) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  init();
  const Connection &connection = ended(connect("127.0.0.1", places, [](dns_connect_options &options) {
    options.on_socket = [](int fd, const sockaddr *, socklen_t, void *) {
      const int on = 1;
      socklen_t length;
      const sockaddr_storage local = to_sockaddr("127.0.0.9", 0, length);
      EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr *>(&local), length), 0);
      return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 ? 0 : errno;
    };
  }));
  ASSERT_EQ(connection.status, DNS_OK);
  int on = 0;
  socklen_t length = sizeof on;
  getsockopt(connection.fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, &length);
  EXPECT_EQ(on, 1);
  sockaddr_storage local;
  length = sizeof local;
  getsockname(connection.fd.get(), reinterpret_cast<sockaddr *>(&local), &length);
  EXPECT_EQ(to_text(reinterpret_cast<sockaddr *>(&local)), "127.0.0.9");
}

TEST_F(Connect, SocketHookThatRefusesEndsTheAttempt) {
  const Places places = {{"::1", Manner::kAccepts}, {"127.0.0.1", Manner::kAccepts}};
  init();
  const auto files = open_files();
  Connection &connection = connect("localhost", places);
  connection.hook_error = EADDRNOTAVAIL;
  EXPECT_EQ(ended(connection).status, DNS_ECONNECT);
  EXPECT_THAT(connection.errors(), ElementsAre(EADDRNOTAVAIL, EADDRNOTAVAIL));
  EXPECT_EQ(open_files(), files);
}

TEST_F(Connect, SocketsOfLosersAreClosed) {
  const Places places = {
      {"127.0.0.1", Manner::kSilent}, {"127.0.0.2", Manner::kSilent}, {"127.0.0.3", Manner::kAccepts}};
  const TempFile hosts("127.0.0.1 a.test\n127.0.0.2 a.test\n127.0.0.3 a.test\n");
  init([&](dns_options &options) { options.hosts_file = hosts.path(); });
  loop.turn();
  const auto files = open_files();
  std::size_t files_in_callback = 0;
  const Connection &connection = ended(connect(
      "a.test", places, [](dns_connect_options &options) { options.attempt_delay_ms = 20; },
      [&](Connection &) { files_in_callback = open_files(); }));
  EXPECT_EQ(connection.status, DNS_OK);
  EXPECT_EQ(connection.sockets, 3);
  EXPECT_EQ(files_in_callback, files + 1) << "the connection, and nothing else";
}

TEST_F(Connect, CancelledMidwayClosesItsSocketsAndNeverCalls) {
  const Places places = {{"::1", Manner::kSilent}, {"127.0.0.1", Manner::kSilent}};
  init();
  const auto files = open_files();
  Connection &connection = connect("localhost", places);
  run_until_opened(connection, 2);
  EXPECT_EQ(open_files(), files + 2);
  connection.cancel();
  EXPECT_EQ(open_files(), files);
  const Stopwatch stopwatch;
  loop.run();
  EXPECT_LT(stopwatch.ms(), kGenerousMs) << "nothing keeps the loop";
  EXPECT_EQ(connection.calls, 0);
}

TEST_F(Connect, CancelledWhileItLooksUpItNeverCalls) {
  server.on("a.test", "A", answer({"127.0.0.1"}).after(100ms));
  server.on("a.test", "AAAA", nodata());
  init();
  Connection &at_once = connect("a.test", "80");
  at_once.cancel();
  Connection &later = connect("a.test", "80");
  loop.turn();
  later.cancel();
  loop.run();
  EXPECT_EQ(at_once.calls + later.calls, 0);
}

TEST_F(Connect, CancelledBetweenTheFamiliesItNeverCalls) {
  const Places places = {{"::1", Manner::kSilent}};
  server.on("a.test", "AAAA", answer({"::1"}));
  server.on("a.test", "A", answer({"127.0.0.1"}).after(300ms));
  init();
  Connection &connection = connect("a.test", places);
  run_until_opened(connection, 1);
  connection.cancel();
  loop.run();
  EXPECT_EQ(connection.calls, 0);
}

TEST_F(Connect, CancelOfOneDoesNotDisturbTheOthers) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  server.on("a.test", "A", answer({"127.0.0.1"}).after(50ms));
  server.on("a.test", "AAAA", nodata());
  init();
  std::vector<Connection *> connections;
  for (int i = 0; i < 10; ++i) connections.push_back(&connect("a.test", places));
  for (int i = 0; i < 10; i += 2) connections[static_cast<std::size_t>(i)]->cancel();
  loop.run();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(connections[static_cast<std::size_t>(i)]->calls, i % 2) << i;
}

TEST_F(Connect, DeadlineEndsAttemptsUnderWay) {
  const Places places = {{"::1", Manner::kSilent}, {"127.0.0.1", Manner::kSilent}};
  init();
  const auto files = open_files();
  const Stopwatch stopwatch;
  const Connection &connection = ended(connect("localhost", places, deadline_of(400)));
  EXPECT_EQ(connection.status, DNS_ETIMEOUT);
  EXPECT_GE(stopwatch.ms(), 399);
  EXPECT_LT(stopwatch.ms(), kGenerousMs);
  EXPECT_THAT(connection.errors(), ElementsAre(ECANCELED, ECANCELED));
  EXPECT_EQ(open_files(), files);
}

TEST_F(Connect, DeadlineHasTheLookupInIt) {
  const Places places = {{"127.0.0.1", Manner::kSilent}};
  server.on("a.test", "A", answer({"127.0.0.1"}).after(1s));
  server.on("a.test", "AAAA", nodata());
  server.on("dropped.test", "ANY", drop());
  init();
  const Connection &silent = ended(connect("a.test", places, deadline_of(1500)));
  EXPECT_EQ(silent.status, DNS_ETIMEOUT);
  ASSERT_EQ(silent.attempts.size(), 1u);
  EXPECT_GE(silent.attempts[0].ended_ms, 1499);
  EXPECT_LT(silent.attempts[0].ended_ms - silent.attempts[0].started_ms, 1500) << "not from the answer on";
  const Connection &dropped = ended(connect("dropped.test", "80", deadline_of(50)));
  EXPECT_EQ(dropped.status, DNS_ETIMEOUT);
  EXPECT_TRUE(dropped.attempts.empty());
}

TEST_F(Connect, DeadlineIsTheContextsUnlessSaidOtherwise) {
  const Places places = {{"127.0.0.1", Manner::kSilent}};
  init([](dns_options &options) { options.deadline_ms = 100; });
  const Stopwatch stopwatch;
  EXPECT_EQ(ended(connect("127.0.0.1", places)).status, DNS_ETIMEOUT);
  EXPECT_GE(stopwatch.ms(), 99);
  EXPECT_LT(stopwatch.ms(), kGenerousMs);
}

TEST_F(Connect, ConnectionThatIsThereWhenTheLoopWasBusyPastTheDeadlineCounts) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  init();
  Connection &connection = connect("127.0.0.1", places, deadline_of(1000));
  run_until_opened(connection, 1);
  if (connection.calls == 0) std::this_thread::sleep_for(1100ms);
  EXPECT_EQ(ended(connection).status, DNS_OK);
}

TEST_F(Connect, ShutdownEndsWhatLooksUpAndWhatConnects) {
  const Places places = {{"::1", Manner::kSilent}, {"127.0.0.1", Manner::kSilent}};
  server.on("dropped.test", "ANY", drop());
  init();
  const auto files = open_files();
  Connection &connecting = connect("localhost", places);
  run_until_opened(connecting, 2);
  Connection &looking_up = connect("dropped.test", "80");
  loop.shut_down();
  EXPECT_EQ(connecting.status, DNS_ESHUTDOWN);
  EXPECT_THAT(connecting.errors(), ElementsAre(ECANCELED, ECANCELED));
  EXPECT_EQ(looking_up.status, DNS_ESHUTDOWN);
  EXPECT_LE(open_files(), files);
  loop.run();
  EXPECT_EQ(connecting.calls + looking_up.calls, 2);
}

TEST_F(Connect, ShutdownsCallbackMayCancelTheOthers) {
  const Places places = {{"127.0.0.1", Manner::kSilent}};
  init();
  std::vector<Connection *> connections;
  const auto cancel_others = [&](Connection &self) {
    for (Connection *connection : connections) {
      if (connection != &self) connection->cancel();
    }
  };
  for (int i = 0; i < 3; ++i) connections.push_back(&connect("127.0.0.1", places, {}, cancel_others));
  for (Connection *connection : connections) run_until_opened(*connection, 1);
  loop.shut_down();
  EXPECT_EQ(connections[0]->calls + connections[1]->calls + connections[2]->calls, 1);
}

TEST_F(Connect, LoopThatIsDestroyedEndsItAndLeaksNothing) {
  const Places places = {{"127.0.0.1", Manner::kSilent}};
  init();
  Connection *late = nullptr;
  Connection &connection =
      connect("127.0.0.1", places, {}, [&](Connection &) { late = &connect("127.0.0.1", places); });
  run_until_opened(connection, 1);
  loop.destroy();
  EXPECT_EQ(connection.status, DNS_ESHUTDOWN);
  ASSERT_NE(late, nullptr);
  EXPECT_EQ(late->calls, 1);
  EXPECT_EQ(late->status, DNS_ESHUTDOWN);
}

TEST_F(Connect, WithoutMemoryItIsToldSo) {
  const Places places = {{"127.0.0.1", Manner::kRefuses}, {"127.0.0.2", Manner::kAccepts}};
  server.on("a.test", "A", answer({"127.0.0.1", "127.0.0.2"}));
  server.on("a.test", "AAAA", nodata());
  init();
  const std::string port = places.port();
  dns_connecting *handle = nullptr;
  std::vector<std::pair<int, int>> calls;  // status and socket
  calls.reserve(4);
  const auto start = [&] {
    handle = dns_connect(
        loop.get(), "a.test", port.c_str(), nullptr,
        [](int status, int fd, const dns_connect_attempt *, void *arg) {
          static_cast<std::vector<std::pair<int, int>> *>(arg)->emplace_back(status, fd);
        },
        &calls);
  };
  int without_a_handle = 0;
  with_ever_more_memory(loop, start, [&](std::size_t spared) {
    EXPECT_EQ(calls.size(), handle != nullptr ? 1u : 0u) << spared;
    if (handle == nullptr) ++without_a_handle;
    for (const auto &[status, fd] : calls) {
      const Fd closed_again(fd);
      EXPECT_THAT(status, testing::AnyOf(DNS_OK, DNS_ENOMEM)) << spared;
    }
    calls.clear();
  });
  EXPECT_GT(without_a_handle, 0);
}

TEST_F(Connect, WithoutFileDescriptorsItIsToldSo) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  init();
  // UBSan checks an object of a new type by means of a pipe, and without descriptors takes it for a broken one: here it
  // meets all of them.
  EXPECT_EQ(ended(connect("127.0.0.1", places)).status, DNS_OK);
  loop.turn();
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  Connection &connection = connect("127.0.0.1", places);
  const int next = dup(0);  // The lowest number that is free.
  close(next);
  const rlimit none = {static_cast<rlim_t>(next), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  loop.run();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(connection.calls, 1);
  EXPECT_EQ(connection.status, DNS_ECONNECT);
  EXPECT_THAT(connection.errors(), ElementsAre(EMFILE));
  EXPECT_EQ(ended(connect("127.0.0.1", places)).status, DNS_OK) << "once there are some again";
}

// A socket that connects is the parent's as well: were it left so, one connection would have two owners.
TEST_F(Connect, AfterAForkEachSideHasAConnectionOfItsOwn) {
  const Places places = {{"127.0.0.1", Manner::kSilent}};
  init();
  Connection &connection = connect("127.0.0.1", places);
  run_until_opened(connection, 1);
  const auto connected = [&] {
    loop.run();
    return connection.calls == 1 && connection.status == DNS_OK;
  };
  int to_parent[2];
  ASSERT_EQ(pipe2(to_parent, O_CLOEXEC), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  const auto own_port = [&] {
    sockaddr_in local;
    socklen_t length = sizeof local;
    getsockname(connection.fd.get(), reinterpret_cast<sockaddr *>(&local), &length);
    return local.sin_port;
  };
  if (child == 0) {
    ev_loop_fork(loop.get());
    if (!connected()) _exit(1);
    const in_port_t port = own_port();
    _exit(write(to_parent[1], &port, sizeof port) == sizeof port ? 0 : 2);
  }
  std::atomic<bool> done = false;
  std::thread acceptor([&] {
    std::vector<Fd> accepted;
    while (!done) {
      accepted.push_back(Fd(accept4(places.listener(0), nullptr, nullptr, SOCK_CLOEXEC)));
      std::this_thread::sleep_for(5ms);
    }
  });
  EXPECT_TRUE(connected());
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  done = true;
  acceptor.join();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  in_port_t port = 0;
  EXPECT_EQ(read(to_parent[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  EXPECT_NE(port, own_port());
  close(to_parent[0]);
  close(to_parent[1]);
}

TEST_F(Connect, HundredsAtOnceAllConnect) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  init();
  std::vector<Connection *> connections;
  for (int i = 0; i < 300; ++i) connections.push_back(&connect("127.0.0.1", places));
  std::vector<Fd> accepted;
  EXPECT_TRUE(loop.run_until([&] {
    for (;;) {
      Fd fd(accept4(places.listener(0), nullptr, nullptr, SOCK_CLOEXEC));
      if (fd.get() < 0) break;
      accepted.push_back(std::move(fd));
    }
    return std::all_of(connections.begin(), connections.end(), [](const Connection *one) { return one->calls == 1; });
  }));
  for (const Connection *connection : connections) EXPECT_EQ(connection->status, DNS_OK);
}

TEST_F(Connect, DefaultLoopAndDefaultOptionsAreMeantByNull) {
  const Places places = {{"127.0.0.1", Manner::kAccepts}};
  Connection connection;
  connection.handle = dns_connect(nullptr, "127.0.0.1", places.port().c_str(), nullptr, on_connected, &connection);
  connection.started = true;
  ev_run(EV_DEFAULT, 0);
  EXPECT_EQ(connection.status, DNS_OK);
  dns_shutdown(nullptr);
}

// The contract, over the ways a connect can end and what its callback may do.
struct Ending {
  const char *name;
  const char *host;
  Manner manner;
  int status;
  unsigned deadline_ms = 0;
};

const Ending kEndings[] = {
    {"Connected", "127.0.0.1", Manner::kAccepts, DNS_OK},
    {"ConnectedByName", "a.test", Manner::kAccepts, DNS_OK},
    {"Refused", "127.0.0.1", Manner::kRefuses, DNS_ECONNECT},
    {"RefusedByName", "a.test", Manner::kRefuses, DNS_ECONNECT},
    {"Deadline", "127.0.0.1", Manner::kSilent, DNS_ETIMEOUT, 30},
    {"Dropped", "dropped.test", Manner::kAccepts, DNS_ETIMEOUT, 30},
    {"NotFound", "none.test", Manner::kAccepts, DNS_ENOTFOUND},
    {"BadName", "a..test", Manner::kAccepts, DNS_EBADNAME},
};

constexpr unsigned kOthersMs = 500;

struct Bench : Desk {
  explicit Bench(const Ending &of)
      : ending(of), places{{"127.0.0.1", of.manner}}, silent{{"127.0.0.1", Manner::kSilent}} {
    server.on("a.test", "A", answer({"127.0.0.1"}));
    server.on("a.test", "AAAA", nodata().after(20ms));
    server.on("none.test", "ANY", nxdomain());
    server.on("dropped.test", "ANY", drop());
    init();
  }
  Connection &start(Connection::Reaction reaction) {
    Connection &connection = connect(ending.host, places, deadline_of(ending.deadline_ms), std::move(reaction));
    other_connect = &connect("127.0.0.1", silent, deadline_of(kOthersMs));
    other_lookup = &loop.resolve("dropped.test", {.deadline_ms = kOthersMs});
    return connection;
  }

  const Ending &ending;
  const Places places;
  const Places silent;
  Connection *other_connect = nullptr;
  Lookup *other_lookup = nullptr;
};

struct Reaction {
  const char *name;
  void (*react)(Bench &bench, Connection &self);
  int status_of_others = DNS_ETIMEOUT;  // -1: they are cancelled
};

const Reaction kReactions[] = {
    {"DoesNothing", [](Bench &, Connection &) {}},
    {"StartsAnother", [](Bench &bench, Connection &) { bench.connect("127.0.0.1", "1"); }},
    {"CancelsItself", [](Bench &, Connection &self) { self.cancel(); }},
    {"CancelsTheOthers",
     [](Bench &bench, Connection &self) {
       self.cancel();
       bench.other_connect->cancel();
       bench.other_lookup->cancel();
     },
     -1},
    {"ShutsDown", [](Bench &bench, Connection &) { bench.loop.shut_down(); }, DNS_ESHUTDOWN},
    {"ShutsDownAndStartsAgain",
     [](Bench &bench, Connection &) {
       bench.loop.shut_down();
       bench.init();
       bench.connect("127.0.0.1", "1");
     },
     DNS_ESHUTDOWN},
    {"BreaksTheLoop", [](Bench &bench, Connection &) { ev_break(bench.loop.get(), EVBREAK_ONE); }},
    {"RunsTheLoopNested",
     [](Bench &bench, Connection &) {
       const Connection &another = bench.connect("127.0.0.1", "1");
       bench.loop.run();
       EXPECT_EQ(another.calls, 1);
     }},
};

void PrintTo(const Ending &ending, std::ostream *out) { *out << ending.name; }
void PrintTo(const Reaction &reaction, std::ostream *out) { *out << reaction.name; }

class ContractOfConnect : public testing::TestWithParam<std::tuple<Ending, Reaction>> {};

TEST_P(ContractOfConnect, HoldsHoweverItEndsAndWhateverItsCallbackDoes) {
  const Ending &ending = std::get<Ending>(GetParam());
  const Reaction &reaction = std::get<Reaction>(GetParam());
  const auto files = open_files();
  {
    Bench bench(ending);
    Connection &connection = bench.start([&](Connection &self) { reaction.react(bench, self); });
    bench.loop.run();
    bench.loop.run();  // The rest, after ev_break().
    EXPECT_EQ(connection.calls, 1) << "exactly once";
    EXPECT_EQ(connection.status, ending.status) << dns_strerror(connection.status);
    EXPECT_FALSE(connection.before_start_returned) << "never inline";
    const bool cancelled = reaction.status_of_others < 0;
    EXPECT_EQ(bench.other_connect->calls, cancelled ? 0 : 1);
    EXPECT_EQ(bench.other_connect->status, reaction.status_of_others);
    EXPECT_EQ(bench.other_lookup->done(), !cancelled);
    EXPECT_EQ(bench.other_lookup->status(), reaction.status_of_others);
  }
  EXPECT_EQ(open_files(), files) << "no socket is left behind";
}

std::string test_name(const testing::TestParamInfo<std::tuple<Ending, Reaction>> &info) {
  return std::string(std::get<0>(info.param).name) + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(EveryEnding, ContractOfConnect,
                         testing::Combine(testing::ValuesIn(kEndings), testing::ValuesIn(kReactions)), test_name);

}  // namespace
}  // namespace dns_cares_test
