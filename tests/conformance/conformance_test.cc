// Each case is asked of glibc's getaddrinfo(3) or getnameinfo(3) and of dns_cares, in one private network with the same
// files and the same servers, and the results are compared entry by entry.
#include <gnu/libc-version.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include "answers.h"
#include "cases.h"
#include "differences.h"
#include "private_world.h"
#include "servers.h"

namespace dns_cares_test {
namespace {

using testing::ValuesIn;

constexpr std::size_t kFewestCases = 150;

// Made once for all tests. Without it each test fails; none is skipped.
class World {
 public:
  // std::runtime_error says why there is none, each time.
  static World &get() {
    static std::string error;
    static const std::unique_ptr<World> world = make(error);
    if (world == nullptr) throw std::runtime_error(error);
    return *world;
  }

  void become(const Case &c) {
    world_.set_network(c.network);
    world_.set_host_name(c.host_name);
    world_.set_file("resolv.conf", c.resolv_conf);
    world_.set_file("hosts", c.hosts);
    world_.set_file("nsswitch.conf", c.nsswitch);
    world_.set_file("services", c.services);
  }

 private:
  static std::unique_ptr<World> make(std::string &error) {
    try {
      return std::unique_ptr<World>(new World);
    } catch (const std::exception &e) {
      error = e.what();
      return nullptr;
    }
  }

  World() : servers_(world_.folder()) {
    world_.set_file("gai.conf", "");
    world_.set_file("host.conf", "multi on\n");
  }

  PrivateWorld world_;
  Servers servers_;
};

class Conformance : public testing::TestWithParam<Case> {};

TEST_P(Conformance, SameAsGlibc) {
  const Case &c = GetParam();
  World::get().become(c);
  const std::string glibc = ask_glibc(c.question(), c.environment);
  const std::string ours = ask_dns_cares(c.question(), c.environment);
  const Difference *difference = find_difference(c.about);
  if (difference == nullptr) {
    EXPECT_EQ(ours, glibc) << c.about;
    return;
  }
  EXPECT_EQ(ours, difference->ours) << "docs/differences.md: " << difference->reason;
  if (gnu_get_libc_version() == kComparedGlibc) {
    EXPECT_NE(difference->ours, glibc) << "there is no difference: take it out of the table";
  }
}

std::string name_of(const testing::TestParamInfo<Case> &info) { return info.param.test_name(); }

INSTANTIATE_TEST_SUITE_P(Hints, Conformance, ValuesIn(hints_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Literals, Conformance, ValuesIn(literal_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Socktypes, Conformance, ValuesIn(socktype_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Services, Conformance, ValuesIn(service_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Names, Conformance, ValuesIn(name_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(SpecialNames, Conformance, ValuesIn(special_name_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Hosts, Conformance, ValuesIn(hosts_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Answers, Conformance, ValuesIn(answer_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Search, Conformance, ValuesIn(search_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Servers, Conformance, ValuesIn(server_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Configuration, Conformance, ValuesIn(configuration_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(AddressConfiguration, Conformance, ValuesIn(address_configuration_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Addresses, Conformance, ValuesIn(address_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Ports, Conformance, ValuesIn(port_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Order, Conformance, ValuesIn(order_cases()), name_of);

TEST(ConformanceTables, CasesAreManyAndEachHasItsOwnName) {
  std::set<std::string_view> names;
  for (const Case &c : all_cases()) EXPECT_TRUE(names.insert(c.about).second) << c.about;
  EXPECT_GE(names.size(), kFewestCases);
}

TEST(ConformanceTables, EachIntendedDifferenceIsOfOneCase) {
  std::set<std::string_view> names;
  for (const Case &c : all_cases()) names.insert(c.about);
  for (const Difference &difference : intended_differences()) {
    for (const std::string_view about : difference.cases) {
      EXPECT_EQ(names.erase(about), 1U) << "of no case, or twice: " << about;
    }
  }
}

// The rows of docs/differences.md begin with the name of a reason.
TEST(ConformanceTables, ReasonsAreThoseOfTheDocs) {
  std::set<std::string> documented;
  std::ifstream docs(DNS_CARES_DOCS "/differences.md");
  for (std::string line; std::getline(docs, line);) {
    if (line.starts_with("| `")) documented.insert(line.substr(3, line.find('`', 3) - 3));
  }
  std::set<std::string> given;
  for (const Difference &difference : intended_differences()) given.emplace(difference.reason);
  EXPECT_EQ(documented, given);
}

}  // namespace
}  // namespace dns_cares_test
