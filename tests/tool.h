// What the tests of the command have in common: the scripted server that it asks, and how it is run.
#pragma once

#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "command.h"

namespace dns_cares_test {

enum Exit { kAllResolved = 0, kSomeFailed = 1, kUsage = 2, kInputOutput = 3 };

class Tool : public testing::Test {
 protected:
  static void SetUpTestSuite() { signal(SIGPIPE, SIG_IGN); }  // Its input may be left unread.

  Tool() {
    server_.on("a.test", "ANY", dns_testkit::answer({"192.0.2.1", "2001:db8::1"}));
    server_.on("a6.test", "ANY", dns_testkit::answer({"2001:db8::1"}));
    server_.on("b.test", "ANY", dns_testkit::answer({"192.0.2.2"}));
    server_.on("c.test", "ANY", dns_testkit::answer({"192.0.2.3"}));
    server_.on("v6.test", "ANY", dns_testkit::answer({"2001:db8::6"}));
    server_.on("two.test", "ANY", dns_testkit::answer({"192.0.2.21", "192.0.2.22"}));
    server_.on("gone.test", "ANY", dns_testkit::nxdomain());
    server_.on("empty.test", "ANY", dns_testkit::nodata());
    server_.on("refused.test", "ANY", dns_testkit::refused());
    server_.on("broken.test", "ANY", dns_testkit::servfail());
    server_.on("*.bulk.test", "ANY", dns_testkit::hashed(kBulk));
    server_.otherwise(dns_testkit::nxdomain());
  }

  // With -s and the address of the scripted server before the arguments.
  Result run(std::vector<std::string> arguments, const Streams &streams = {}) {
    arguments.insert(arguments.begin(), {"-s", server_.address()});
    return run_without_server(arguments, streams);
  }
  Result run_without_server(const std::vector<std::string> &arguments, const Streams &streams = {}) {
    return Command(arguments, streams).finish();
  }

  // What is on its way for ever holds up all that is behind it, and no more than 100 lines may be under way.
  void expect_to_wait_with_100_asked_for(Command &command) {
    ASSERT_TRUE(server_.wait_for_queries(100, std::chrono::seconds(60)));
    ASSERT_TRUE(command.tells_at(SIGUSR1, "99 names, 0 failed"));
    EXPECT_EQ(server_.queries(), 100u);
    command.send(SIGKILL);
    EXPECT_EQ(command.finish().signal, SIGKILL);
  }

  static std::vector<std::string> bulk_names(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back("name" + std::to_string(i) + ".bulk.test");
    return names;
  }
  static std::string as_lines(const std::vector<std::string> &names) {
    std::string text;
    for (const std::string &name : names) text += name + '\n';
    return text;
  }

  static constexpr const char *kBulk = "10.0.0.0/8";
  dns_testkit::Server server_;
};

inline void expect_usage_error(const Result &result, const std::string &named) {
  EXPECT_EQ(result.exit, kUsage) << result.errors;
  EXPECT_THAT(result.output, testing::IsEmpty());
  EXPECT_THAT(result.errors, testing::HasSubstr(named));
}

inline std::string text_of(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace dns_cares_test
