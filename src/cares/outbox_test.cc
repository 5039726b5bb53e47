#include "cares/outbox.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "../../tests/failing_new.h"

namespace dns_cares {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

Outbox::Octets octets_of(const std::string &text) {
  return {reinterpret_cast<const unsigned char *>(text.data()), text.size()};
}

// Two sockets on loopback, each connected to the other.
class OutboxTest : public testing::Test {
 protected:
  OutboxTest() {
    connect_to(fd_, server_);
    connect_to(server_, fd_);
  }
  ~OutboxTest() override {
    close(fd_);
    if (server_ >= 0) close(server_);
  }

  static int bound_socket() {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    return fd;
  }
  static void connect_to(int fd, int other) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    EXPECT_EQ(getsockname(other, reinterpret_cast<sockaddr *>(&address), &size), 0);
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr *>(&address), size), 0);
  }

  std::vector<std::string> received() const {
    std::vector<std::string> all;
    char data[2048];
    ssize_t size;
    while ((size = recv(server_, data, sizeof data, 0)) >= 0) all.emplace_back(data, static_cast<std::size_t>(size));
    return all;
  }
  void put(const std::string &text) { EXPECT_TRUE(outbox_.put(octets_of(text))) << text; }

  const int fd_ = bound_socket();
  int server_ = bound_socket();
  Outbox outbox_;
};

TEST_F(OutboxTest, NothingGoesOutBeforeItIsFlushed) {
  put("one");
  EXPECT_FALSE(outbox_.empty());
  EXPECT_THAT(received(), IsEmpty());
  EXPECT_EQ(outbox_.flush(fd_), 0);
  EXPECT_TRUE(outbox_.empty());
  EXPECT_THAT(received(), ElementsAre("one"));
  EXPECT_EQ(outbox_.flush(fd_), 0);
  EXPECT_THAT(received(), IsEmpty());
}

TEST_F(OutboxTest, EachDatagramArrivesByItselfThoseOfOneSizeTogether) {
  for (const char *text : {"a1", "b-1", "a2", "c--1", "b-2", "a3"}) put(text);
  EXPECT_EQ(outbox_.flush(fd_), 0);
  EXPECT_THAT(received(), ElementsAre("a1", "a2", "a3", "b-1", "b-2", "c--1"));
}

TEST_F(OutboxTest, TakesSixtyFourOfTheLargestQueriesThereAre) {
  std::vector<std::string> sent;
  for (char i = 0; i < 64; ++i) sent.emplace_back(512, i);
  for (const std::string &text : sent) put(text);
  EXPECT_FALSE(outbox_.put(octets_of("one more")));
  EXPECT_EQ(outbox_.flush(fd_), 0);
  EXPECT_EQ(received(), sent);
  put("one more");
  EXPECT_EQ(outbox_.flush(fd_), 0);
  EXPECT_THAT(received(), ElementsAre("one more"));
}

TEST_F(OutboxTest, AnythingOfAnySizeArrivesOnce) {
  unsigned state = 1;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> sent;
    for (unsigned i = 0; i < 64; ++i) {
      state = state * 1103515245 + 12345;
      sent.emplace_back(1 + (state >> 16) % 40, static_cast<char>(i));
      put(sent.back());
    }
    EXPECT_EQ(outbox_.flush(fd_), 0);
    EXPECT_THAT(received(), UnorderedElementsAreArray(sent));
  }
}

// Without checksums the kernel refuses to take many at once, as it does where a network card does not compute them.
TEST_F(OutboxTest, EachGoesByItselfWhereTheWayDoesNotAllowMore) {
  const int on = 1;
  ASSERT_EQ(setsockopt(fd_, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
  for (int round = 0; round < 2; ++round) {
    for (const char *text : {"a1", "a2", "a3"}) put(text);
    EXPECT_EQ(outbox_.flush(fd_), 0);
    EXPECT_THAT(received(), ElementsAre("a1", "a2", "a3"));
  }
}

// What the kernel does not know of it would ignore.
TEST_F(OutboxTest, EachGoesByItselfWhereTheKernelDoesNotKnowMore) {
  int fds[2];  // not of UDP, so that they do not know it either
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
  for (const char *text : {"a1", "a2"}) put(text);
  EXPECT_EQ(outbox_.flush(fds[0]), 0);
  for (const char *text : {"a1", "a2"}) {
    char data[16];
    EXPECT_EQ(std::string(data, static_cast<std::size_t>(recv(fds[1], data, sizeof data, 0))), text);
  }
  close(fds[0]);
  close(fds[1]);
}

TEST_F(OutboxTest, ErrorOfAnEarlierDatagramStopsNone) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(server_, reinterpret_cast<sockaddr *>(&address), &size), 0);
  close(server_);
  EXPECT_EQ(Outbox::send(fd_, octets_of("nobody is there")), 0);  // An ICMP error comes back for it.
  server_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  ASSERT_EQ(bind(server_, reinterpret_cast<const sockaddr *>(&address), size), 0);
  connect_to(server_, fd_);
  for (const char *text : {"a1", "a2"}) put(text);
  EXPECT_EQ(outbox_.flush(fd_), 0);
  EXPECT_THAT(received(), ElementsAre("a1", "a2"));
}

TEST_F(OutboxTest, ErrorThatStaysIsTold) {
  const int not_connected = socket(AF_INET, SOCK_DGRAM, 0);
  put("a1");
  put("a2");
  EXPECT_EQ(outbox_.flush(not_connected), EDESTADDRREQ);
  EXPECT_TRUE(outbox_.empty());
  EXPECT_EQ(Outbox::send(not_connected, octets_of("a3")), EDESTADDRREQ);
  close(not_connected);
}

TEST_F(OutboxTest, WithoutMemoryItTakesNothing) {
  {
    const dns_cares_test::FailingNew no_memory;
    EXPECT_FALSE(outbox_.put(octets_of("one")));
  }
  EXPECT_TRUE(outbox_.empty());
}

}  // namespace
}  // namespace dns_cares
