// A program's own tests with the test kit: a server on loopback says what each test tells it to, however badly a real
// one would have to behave for that, and tells what it was asked. GoogleTest is but what this one happens to use.
#include <string>

#include <gtest/gtest.h>

#include <dns_cares/testkit.h>
#include <dns_cares/resolver.hpp>

using namespace std::chrono_literals;

namespace {

// What is tested: a part of the program that wants the address of the first of two hosts that has one.
class HostChoice {
 public:
  explicit HostChoice(const std::string &servers)
      : resolver_(nullptr, {.servers = servers, .hosts_file = "", .timeout = 200ms}) {}

  // "" if neither has one.
  std::string choose(const std::string &first, const std::string &second) {
    const std::string address = address_of(first);
    return address.empty() ? address_of(second) : address;
  }

 private:
  std::string address_of(const std::string &name) {
    std::string address;
    const dns_cares::Lookup lookup = resolver_.resolve(name, "https", {.family = AF_INET, .deadline = 5s},
                                                       [&address](dns_cares::Result<dns_cares::Addresses> result) {
                                                         if (result) address = result->front().text();
                                                       });
    evloop_run(nullptr);
    return address;
  }

  dns_cares::Resolver resolver_;
};

class HostChoiceTest : public testing::Test {
 protected:
  dns_testkit::Server server_;  // on a free port
  HostChoice hosts_{server_.address()};
};

TEST_F(HostChoiceTest, TakesTheSecondHostWhenTheFirstDoesNotExist) {
  server_.on("first.test", "A", dns_testkit::nxdomain());
  server_.on("second.test", "A", dns_testkit::answer({"192.0.2.2"}));

  EXPECT_EQ(hosts_.choose("first.test", "second.test"), "192.0.2.2");
}

TEST_F(HostChoiceTest, DoesNotAskForTheSecondHostWithoutNeed) {
  server_.on("first.test", "A", dns_testkit::answer({"192.0.2.1"}).after(20ms));

  EXPECT_EQ(hosts_.choose("first.test", "second.test"), "192.0.2.1");
  EXPECT_EQ(server_.queries("second.test", "A"), 0u);
}

TEST_F(HostChoiceTest, ALostReplyDoesNotMakeAHostLost) {
  server_.on("first.test", "A", {dns_testkit::drop(), dns_testkit::answer({"192.0.2.1"})});

  EXPECT_EQ(hosts_.choose("first.test", "second.test"), "192.0.2.1");
  EXPECT_EQ(server_.queries("first.test", "A"), 2u);
}

TEST_F(HostChoiceTest, ChoosesNothingWhenTheServersRefuse) {
  server_.otherwise(dns_testkit::refused());

  EXPECT_EQ(hosts_.choose("first.test", "second.test"), "");
}

}  // namespace
