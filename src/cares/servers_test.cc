#include "cares/servers.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dns_cares/dns_cares.h"
#include "dns_cares/evloop.h"

namespace dns_cares {
namespace {

class TestQuestion final : public Question {
 public:
  using Question::Question;
  void on_answer(Answer answer) noexcept override {
    status = answer.status;
    overrun = answer.overrun;
  }
  int status = -1;
  bool overrun = false;
};

// Denies all names, except that it leaves those that begin with 's' without an answer; driven by the test's own loop.
class DenyingServer {
 public:
  explicit DenyingServer(struct ev_loop *loop) : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr *>(&address), size), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr *>(&address), &size), 0);
    at_ = {Address::v4(address.sin_addr), ntohs(address.sin_port)};
    io_ = evloop_io_start(
        loop, fd_, EVLOOP_READ, [](int, int, void *self) { static_cast<DenyingServer *>(self)->serve(); }, this);
  }
  ~DenyingServer() {
    evloop_io_stop(io_);
    close(fd_);
  }

  const ServerAddress &at() const { return at_; }
  std::size_t ports() const { return ports_.size(); }

  // Answers all that was asked.
  void serve() {
    unsigned char message[512];
    sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t length;
    while ((length = recvfrom(fd_, message, sizeof message, 0, reinterpret_cast<sockaddr *>(&from), &size)) > 0) {
      ports_.insert(from.sin_port);
      if (message[13] == 's') continue;
      message[2] |= 0x80;  // a reply
      message[3] = 3;      // NXDOMAIN
      sendto(fd_, message, static_cast<std::size_t>(length), 0, reinterpret_cast<sockaddr *>(&from), size);
    }
  }

 private:
  const int fd_;
  ServerAddress at_{};
  evloop_io *io_;
  std::set<in_port_t> ports_;
};

class ServersTest : public testing::Test {
 protected:
  void open(const Servers::Lifetime &lifetime, unsigned timeout_ms = 2000) {
    Channel::Options options;
    options.timeout_ms = timeout_ms;
    options.servers = {server_.at(), second_server_.at()};
    servers_ = std::make_unique<Servers>(
        loop_, options, journal_, [](void *loop) { evloop_break(static_cast<struct ev_loop *>(loop)); }, loop_,
        lifetime);
  }
  TestQuestion &ask(const std::string &name) {
    questions_.push_back(std::make_unique<TestQuestion>(name, RRType::kA));
    servers_->ask(*questions_.back());
    servers_->flush();
    return *questions_.back();
  }
  int answer_to(const std::string &name) {
    TestQuestion &question = ask(name);
    while (question.status < 0) evloop_run(loop_);  // until there is progress
    return question.status;
  }

  void run_until_idle() {
    while (!servers_->idle()) evloop_run(loop_);
  }
  // Through which the server is asked.
  std::vector<int> sockets() const {
    std::vector<int> found;
    for (int fd = 0; fd < 1024; ++fd) {
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      if (getpeername(fd, reinterpret_cast<sockaddr *>(&peer), &size) != 0) continue;
      if (peer.sin_family == AF_INET && ntohs(peer.sin_port) == server_.at().port) found.push_back(fd);
    }
    return found;
  }
  void set_receive_buffer(int octets) const {
    for (const int fd : sockets()) EXPECT_EQ(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets), 0);
  }

  struct ev_loop *const loop_ = evloop_get_default();
  Journal journal_;
  DenyingServer server_{loop_};
  DenyingServer second_server_{loop_};
  std::vector<std::unique_ptr<TestQuestion>> questions_;
  std::unique_ptr<Servers> servers_;
};

// RFC 5452 section 9.2. One question that is not answered keeps c-ares's socket open.
TEST_F(ServersTest, PortIsLeftAfterSoManyQuestions) {
  open({10, 3600});
  ask("silent.test");
  for (int i = 0; i < 9; ++i) EXPECT_EQ(answer_to("a.test"), DNS_ENOTFOUND);
  EXPECT_EQ(server_.ports(), 1u);
  ask("silent.test");
  EXPECT_EQ(answer_to("a.test"), DNS_ENOTFOUND);
  EXPECT_EQ(server_.ports(), 2u);
}

TEST_F(ServersTest, PortIsLeftAfterSoManySeconds) {
  open({1000000, 0.05});
  ask("silent.test");
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_EQ(answer_to("a.test"), DNS_ENOTFOUND);  // by this one it is seen
  EXPECT_EQ(answer_to("a.test"), DNS_ENOTFOUND);
  EXPECT_EQ(server_.ports(), 2u);
}

TEST_F(ServersTest, QuestionsOnTheirWayAreAnsweredOnTheOldPort) {
  open({1, 3600});
  std::vector<TestQuestion *> asked;
  for (int i = 0; i < 20; ++i) asked.push_back(&ask("a" + std::to_string(i) + ".test"));
  EXPECT_FALSE(servers_->idle());
  run_until_idle();
  for (const TestQuestion *question : asked) EXPECT_EQ(question->status, DNS_ENOTFOUND);
  EXPECT_EQ(server_.ports(), 20u);
}

TEST_F(ServersTest, PortsAreNewWhenAChannelIsUsedAgain) {
  open({10, 3600});
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 10; ++i) ask("a" + std::to_string(i) + ".test");
    run_until_idle();
  }
  EXPECT_EQ(server_.ports(), 6u);
}

TEST_F(ServersTest, RepliesThatTheReceiveBufferHadNoRoomForAreToldOfOnce) {
  open(Servers::Lifetime(), 50);
  ask("silent.test");  // opens the socket
  set_receive_buffer(1);
  for (int i = 0; i < 30; ++i) ask("a" + std::to_string(i) + ".test");
  server_.serve();
  set_receive_buffer(1 << 20);
  run_until_idle();
  for (const auto &question : questions_) {
    EXPECT_EQ(question->status, question->name == "silent.test" ? DNS_ETIMEOUT : DNS_ENOTFOUND);
  }
  EXPECT_EQ(std::ranges::count_if(questions_, [](const auto &question) { return question->overrun; }), 1);
}

// c-ares has been told that they are sent.
TEST_F(ServersTest, WhatCannotBeSentIsAskedOfTheNextServerAtOnce) {
  open(Servers::Lifetime(), 3600 * 1000);
  ask("silent.test");  // opens the socket
  for (const int fd : sockets()) EXPECT_EQ(shutdown(fd, SHUT_WR), 0);
  TestQuestion a("a.test", RRType::kA);
  TestQuestion b("b.test", RRType::kA);
  TestQuestion longer("longer.test", RRType::kA);
  for (TestQuestion *question : {&a, &b, &longer}) servers_->ask(*question);
  servers_->flush();
  while (a.status < 0 || b.status < 0 || longer.status < 0) evloop_run(loop_);
  for (const TestQuestion *question : {&a, &b, &longer}) EXPECT_EQ(question->status, DNS_ENOTFOUND);
  servers_.reset();
}

TEST_F(ServersTest, QuestionsAskedInOneGoAllGoOut) {
  open({10, 3600});  // The channel is left in the middle.
  for (int i = 0; i < 200; ++i) {
    questions_.push_back(
        std::make_unique<TestQuestion>(std::string(1 + static_cast<std::size_t>(i) % 7, 'a') + ".test", RRType::kA));
    servers_->ask(*questions_.back());
  }
  servers_->flush();
  run_until_idle();
  for (const auto &question : questions_) {
    EXPECT_EQ(question->status, DNS_ENOTFOUND);
    EXPECT_EQ(question->queries, 1u);
  }
}

TEST_F(ServersTest, ServerThatIsSilentIsNoOverrun) {
  open(Servers::Lifetime(), 50);
  const TestQuestion &silent = ask("silent.test");
  run_until_idle();
  EXPECT_EQ(silent.status, DNS_ETIMEOUT);
  EXPECT_FALSE(silent.overrun);
}

}  // namespace
}  // namespace dns_cares
