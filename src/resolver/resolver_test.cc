// The policy, with scripted servers and a clock of the test's own.
#include "resolver/resolver.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../tests/failing_new.h"
#include "dns_cares/dns_cares.h"
#include "spare_memory.h"

namespace dns_cares {
namespace {

constexpr double kDeadline = 10;  // seconds; the tests' clock stands at 0 unless they say otherwise
constexpr Hints kStream = {0, AF_UNSPEC, SOCK_STREAM, 0};

Hints stream(int family, int flags = 0) { return {flags, family, SOCK_STREAM, 0}; }

Address address(const std::string &text) {
  in_addr v4;
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return Address::v4(v4);
  in6_addr v6{};
  EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6), 1) << text;
  return Address::v6(v6);
}

bool is_v6(const std::string &text) { return text.find(':') != std::string::npos; }

const char *name_of(int status) {
  static constexpr const char *kNames[] = {"OK",       "ENOTFOUND",  "ENODATA",   "ETIMEOUT", "ESERVFAIL",
                                           "EREFUSED", "EFORMERR",   "ENOTIMP",   "EBADRESP", "ECONNREFUSED",
                                           "EBADNAME", "EBADFAMILY", "EBADFLAGS", "ESERVICE", "ESOCKTYPE",
                                           "ENOMEM",   "ESHUTDOWN",  "ESYSTEM"};
  return status >= DNS_OK && status <= DNS_ESYSTEM ? kNames[status] : "an unknown status";
}

// The addresses of a list with an interface's number behind '%', separated by blanks.
std::string addresses_of(const addrinfo *list) {
  std::string result;
  for (; list != nullptr; list = list->ai_next) {
    char text[INET6_ADDRSTRLEN] = "";
    std::uint32_t scope_id = 0;
    if (list->ai_family == AF_INET) {
      inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in *>(list->ai_addr)->sin_addr, text, sizeof text);
    } else {
      const auto *v6 = reinterpret_cast<const sockaddr_in6 *>(list->ai_addr);
      inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
      scope_id = v6->sin6_scope_id;
    }
    if (!result.empty()) result += ' ';
    result += text;
    if (scope_id != 0) result += '%' + std::to_string(scope_id);
  }
  return result;
}

Answer answer_with(const std::vector<std::string> &addresses, const std::string &canonical_name) {
  std::vector<Address> all;
  for (const std::string &text : addresses) all.push_back(address(text));
  return {DNS_OK, RRset::make(all, canonical_name), 300, {}};
}

// Plays the servers. A question is known as "AAAA a.test". Answers are scripted (none is: NXDOMAIN), and are given
// when the test says so, or at once.
class FakeUpstream final : public Upstream {
 public:
  static std::string text_of(const Question &question) {
    return (question.type == RRType::kA ? "A " : "AAAA ") + question.name;
  }

  void ask(Question &question) noexcept override {
    asked_.push_back(text_of(question));
    waiting_.push_back(&question);
    most_at_once_ = std::max(most_at_once_, waiting_.size());
    if (at_once_) answer_all();
  }
  void flush() noexcept override {}

  void script(const std::string &question, Answer answer) { script_.insert_or_assign(question, std::move(answer)); }
  void answer_at_once() { at_once_ = true; }

  // Answers the first question of this text that waits for its answer.
  void answer(const std::string &text) {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Question *question) { return text_of(*question) == text; });
    if (found == waiting_.end()) {
      ADD_FAILURE() << '"' << text << "\" is not asked for";
      return;
    }
    Question &question = **found;
    waiting_.erase(found);
    const auto scripted = script_.find(text);
    question.on_answer(scripted != script_.end() ? scripted->second : Answer::failure(DNS_ENOTFOUND));
  }
  void answer_all() {
    while (!waiting_.empty()) answer(text_of(*waiting_.front()));
  }

  // What was asked, in order.
  const std::vector<std::string> &asked() const { return asked_; }
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t most_at_once() const { return most_at_once_; }

 private:
  std::map<std::string, Answer> script_;
  std::vector<std::string> asked_;
  std::vector<Question *> waiting_;
  std::size_t most_at_once_ = 0;
  bool at_once_ = false;
};

// A machine that reaches nothing: the order of addresses is then by their families alone.
class FakeSources final : public SourceFinder {
 public:
  std::optional<Source> source_for(const Address &, double) noexcept override { return std::nullopt; }
  bool has_address(int family, double) noexcept override { return family == AF_INET ? has_v4 : has_v6; }
  bool has_v4 = true;
  bool has_v6 = true;
};

// The next lookup of the round, taken out; null at its end.
std::unique_ptr<Lookup> take_finished(Resolver &resolver) {
  Lookup *const lookup = resolver.first_of_round();
  return lookup != nullptr ? resolver.take_finished(*lookup) : nullptr;
}

void call(Lookup &lookup) { lookup.callback(lookup.status, lookup.result.get(), nullptr, false); }

// One lookup of a test, and what became of it.
struct Outcome {
  Lookup *lookup = nullptr;  // until it was called back or cancelled
  int calls = 0;
  int status = -1;
  std::string addresses;
  std::string canonical_name;
  std::vector<Transport> transports;
  std::function<void()> on_call;

  // The addresses, or the name of the status.
  std::string text() const {
    if (calls == 0) return "not finished";
    return status == DNS_OK ? addresses : name_of(status);
  }
};

void record(int status, const addrinfo *list, void *arg) {
  auto &outcome = *static_cast<Outcome *>(arg);
  ++outcome.calls;
  outcome.status = status;
  EXPECT_EQ(list != nullptr, status == DNS_OK);
  outcome.addresses = addresses_of(list);
  if (list != nullptr && list->ai_canonname != nullptr) outcome.canonical_name = list->ai_canonname;
  for (const addrinfo *entry = list; entry != nullptr; entry = entry->ai_next) {
    const in_port_t port = entry->ai_family == AF_INET
                               ? reinterpret_cast<const sockaddr_in *>(entry->ai_addr)->sin_port
                               : reinterpret_cast<const sockaddr_in6 *>(entry->ai_addr)->sin6_port;
    outcome.transports.push_back(
        {static_cast<std::uint16_t>(entry->ai_socktype), static_cast<std::uint16_t>(entry->ai_protocol), ntohs(port)});
  }
  outcome.lookup = nullptr;
  if (outcome.on_call) outcome.on_call();
}

Resolver::Settings patient_settings() {
  Resolver::Settings settings;
  settings.resolution_delay = HUGE_VAL;
  return settings;
}

class ResolverTest : public testing::Test {
 protected:
  using Asked = std::vector<std::string>;

  // --- What there is, to be said before the first lookup ---
  void hosts_file(std::string_view text) { settings_.hosts = Hosts(text); }
  void services(std::string_view text) { settings_.services = Services(text); }
  void search(std::vector<std::string> domains, unsigned ndots = 1) {
    settings_.search = Search(std::move(domains), ndots);
  }
  void nsswitch(std::string_view line) { settings_.sources = parse_nsswitch(line); }
  void window(std::size_t queries) { settings_.window = queries; }

  // --- What the servers say ---
  // A name that exists, with these addresses and no others.
  void host(const std::string &name, const std::vector<std::string> &addresses) { alias(name, name, addresses); }
  // The same behind CNAME records.
  void alias(const std::string &name, const std::string &canonical_name, const std::vector<std::string> &addresses) {
    std::vector<std::string> v6;
    std::vector<std::string> v4;
    for (const std::string &text : addresses) (is_v6(text) ? v6 : v4).push_back(text);
    const auto rrset = [&](const std::vector<std::string> &of) {
      return of.empty() ? Answer::failure(DNS_ENODATA) : answer_with(of, canonical_name);
    };
    upstream_.script("AAAA " + name, rrset(v6));
    upstream_.script("A " + name, rrset(v4));
  }
  void fail(const std::string &name, int status) { fail(name, status, status); }
  void fail(const std::string &name, int v6_status, int v4_status) {
    upstream_.script("AAAA " + name, Answer::failure(v6_status));
    upstream_.script("A " + name, Answer::failure(v4_status));
  }

  // --- Lookups ---
  Outcome &start(const char *name, const Hints &hints = kStream, const char *service = nullptr,
                 double deadline = kDeadline) {
    Outcome &outcome = outcomes_.emplace_back();
    auto lookup = std::make_unique<Lookup>(name, hints, Callback(record, &outcome));
    outcome.lookup = lookup.get();
    resolver().start(std::move(lookup), service, now_, deadline);
    EXPECT_EQ(outcome.calls, 0) << "called back inside start()";
    return outcome;
  }
  void cancel(Outcome &outcome) { resolver().cancel(*std::exchange(outcome.lookup, nullptr)); }

  // Starts a lookup, and has the servers answer whatever is asked until nothing is left to do.
  Outcome &run(const char *name, const Hints &hints = kStream, const char *service = nullptr) {
    Outcome &outcome = start(name, hints, service);
    finish_all_there_is();
    EXPECT_EQ(outcome.calls, 1) << (name != nullptr ? name : "NULL");
    return outcome;
  }
  std::string resolve(const char *name, const Hints &hints = kStream, const char *service = nullptr) {
    return run(name, hints, service).text();
  }

  // What a turn of the loop does; returns how many were called back.
  int turn() {
    resolver().advance(now_);
    return deliver();
  }
  int deliver() {
    resolver().begin_round();
    int count = 0;
    while (const auto lookup = take_finished(resolver())) {
      EXPECT_EQ(lookup->state, Lookup::State::kCalling);
      call(*lookup);
      ++count;
    }
    return count;
  }
  // Turns until there is no work.
  void settle() {
    for (int turns = 0; resolver().has_work(); ++turns) {
      ASSERT_LT(turns, 10000) << "there is work for ever";
      turn();
    }
  }
  void finish_all_there_is() {
    for (settle(); upstream_.waiting() > 0; settle()) upstream_.answer_all();
  }
  // Answers one question, and uses the answer.
  void answer(const std::string &question) {
    upstream_.answer(question);
    settle();
  }

  const Asked &asked() const { return upstream_.asked(); }

  // Made with the settings at its first use.
  Resolver &resolver() {
    if (!resolver_) resolver_.emplace(std::exchange(settings_, patient_settings()), upstream_, sources_, journal_);
    return *resolver_;
  }
  void destroy_resolver() { resolver_.reset(); }

  FakeUpstream upstream_;
  FakeSources sources_;
  Journal journal_;
  std::deque<Outcome> outcomes_;
  double now_ = 0;
  // No cache, and no family's addresses go without the other's, unless the test says so.
  Resolver::Settings settings_ = patient_settings();

 private:
  std::optional<Resolver> resolver_;
};

// --- Arguments ---

TEST_F(ResolverTest, BadArgumentsAreToldAndNothingIsAsked) {
  services("http 80/tcp\n");
  EXPECT_EQ(resolve("a.test", {1 << 30, AF_UNSPEC, 0, 0}), "EBADFLAGS");
  EXPECT_EQ(resolve(nullptr, {AI_CANONNAME, AF_UNSPEC, 0, 0}, "80"), "EBADFLAGS");
  EXPECT_EQ(resolve("a.test", {0, AF_UNIX, 0, 0}), "EBADFAMILY");
  EXPECT_EQ(resolve("a.test", {0, AF_UNSPEC, 77, 0}), "ESOCKTYPE");
  EXPECT_EQ(resolve("a.test", {0, AF_UNSPEC, SOCK_STREAM, IPPROTO_UDP}), "ESOCKTYPE");
  EXPECT_EQ(resolve("a.test", kStream, "nonesuch"), "ESERVICE");
  EXPECT_EQ(resolve("a.test", stream(AF_UNSPEC, AI_NUMERICSERV), "http"), "ESERVICE");
  EXPECT_EQ(asked(), Asked());
}

TEST_F(ResolverTest, BadArgumentsGoBeforeTheName) {
  EXPECT_EQ(resolve("192.0.2.1", kStream, "nonesuch"), "ESERVICE");
  EXPECT_EQ(resolve("a..test", kStream, "nonesuch"), "ESERVICE");
  EXPECT_EQ(resolve("a..test", {1 << 30, AF_UNSPEC, 0, 0}), "EBADFLAGS");
}

TEST_F(ResolverTest, EachAddressIsListedForEachTransport) {
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  services("http 80/tcp\n");
  const Outcome &outcome = run("a.test", {0, AF_UNSPEC, 0, 0}, "443");
  EXPECT_EQ(outcome.addresses, "2001:db8::1 2001:db8::1 2001:db8::1 192.0.2.1 192.0.2.1 192.0.2.1");
  const std::vector<Transport> three = {
      {SOCK_STREAM, IPPROTO_TCP, 443}, {SOCK_DGRAM, IPPROTO_UDP, 443}, {SOCK_RAW, 0, 443}};
  EXPECT_EQ(std::vector(outcome.transports.begin(), outcome.transports.begin() + 3), three);
  EXPECT_EQ(std::vector(outcome.transports.begin() + 3, outcome.transports.end()), three);
}

TEST_F(ResolverTest, ServiceIsLookedUpByName) {
  host("a.test", {"192.0.2.1"});
  services("http 80/tcp\n");
  EXPECT_EQ(run("a.test", {0, AF_UNSPEC, 0, 0}, "http").transports,
            (std::vector<Transport>{{SOCK_STREAM, IPPROTO_TCP, 80}}));
}

TEST_F(ResolverTest, ServiceIsNotKept) {
  host("a.test", {"192.0.2.1"});
  std::string service = "443";
  Outcome &outcome = start("a.test", kStream, service.c_str());
  service = "999";
  finish_all_there_is();
  EXPECT_EQ(outcome.transports, (std::vector<Transport>{{SOCK_STREAM, IPPROTO_TCP, 443}}));
}

// --- No host name ---

TEST_F(ResolverTest, WithoutAHostnameItIsTheLoopbackAddresses) {
  EXPECT_EQ(resolve(nullptr, stream(AF_UNSPEC), "80"), "::1 127.0.0.1");
  EXPECT_EQ(resolve(nullptr, stream(AF_INET), "80"), "127.0.0.1");
  EXPECT_EQ(resolve(nullptr, stream(AF_INET6), "80"), "::1");
  EXPECT_EQ(resolve(nullptr, stream(AF_INET6, AI_V4MAPPED), "80"), "::1");
  EXPECT_EQ(asked(), Asked());
}

TEST_F(ResolverTest, PassiveWithoutAHostnameItIsAnyAddress) {
  EXPECT_EQ(resolve(nullptr, stream(AF_UNSPEC, AI_PASSIVE), "80"), "0.0.0.0 ::") << "in glibc's order";
  EXPECT_EQ(resolve(nullptr, stream(AF_INET, AI_PASSIVE), "80"), "0.0.0.0");
  EXPECT_EQ(resolve(nullptr, stream(AF_INET6, AI_PASSIVE), "80"), "::");
}

// glibc maps nothing where there is no hostname. A server that binds to all it is given fails with the second of "::"
// and "::ffff:0.0.0.0".
TEST_F(ResolverTest, WithoutAHostnameNothingIsMapped) {
  EXPECT_EQ(resolve(nullptr, stream(AF_INET6, AI_V4MAPPED | AI_ALL), "80"), "::1");
  EXPECT_EQ(resolve(nullptr, stream(AF_INET6, AI_V4MAPPED | AI_ALL | AI_PASSIVE), "80"), "::");
}

TEST_F(ResolverTest, WithoutAHostnameNumericOnlyIsFine) {
  EXPECT_EQ(resolve(nullptr, stream(AF_INET, AI_NUMERICHOST), "80"), "127.0.0.1");
}

TEST_F(ResolverTest, NeitherHostnameNorServiceIsABadName) {
  EXPECT_EQ(resolve(nullptr), "EBADNAME");
  EXPECT_EQ(resolve(nullptr, stream(AF_UNSPEC, AI_PASSIVE)), "EBADNAME");
}

TEST_F(ResolverTest, PassiveWithAHostnameChangesNothing) {
  host("a.test", {"192.0.2.1"});
  EXPECT_EQ(resolve("a.test", stream(AF_UNSPEC, AI_PASSIVE), "80"), "192.0.2.1");
  EXPECT_EQ(resolve("localhost", stream(AF_UNSPEC, AI_PASSIVE), "80"), "::1 127.0.0.1");
}

// --- Literals ---

TEST_F(ResolverTest, LiteralIsItsOwnAddress) {
  EXPECT_EQ(resolve("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(resolve("127.1"), "127.0.0.1");
  EXPECT_EQ(resolve("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(resolve("fe80::1%7"), "fe80::1%7");
  EXPECT_EQ(resolve("192.0.2.1", stream(AF_UNSPEC, AI_NUMERICHOST)), "192.0.2.1");
  EXPECT_EQ(asked(), Asked());
}

TEST_F(ResolverTest, LiteralGoesBeforeTheHostsFile) {
  hosts_file("192.0.2.9 192.0.2.1\n");
  EXPECT_EQ(resolve("192.0.2.1"), "192.0.2.1");
}

TEST_F(ResolverTest, LiteralOfTheOtherFamilyIsABadFamily) {
  EXPECT_EQ(resolve("192.0.2.1", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(resolve("192.0.2.1", stream(AF_INET6)), "EBADFAMILY");
  EXPECT_EQ(resolve("192.0.2.1", stream(AF_INET6, AI_ALL)), "EBADFAMILY");
  EXPECT_EQ(resolve("2001:db8::1", stream(AF_INET6)), "2001:db8::1");
  EXPECT_EQ(resolve("2001:db8::1", stream(AF_INET)), "EBADFAMILY");
  EXPECT_EQ(resolve("2001:db8::1", stream(AF_INET, AI_V4MAPPED | AI_ALL)), "EBADFAMILY");
  EXPECT_EQ(asked(), Asked());
}

TEST_F(ResolverTest, MappedLiteralIsAnAddressOfEitherFamily) {
  EXPECT_EQ(resolve("::ffff:192.0.2.1", stream(AF_UNSPEC)), "::ffff:192.0.2.1");
  EXPECT_EQ(resolve("::ffff:192.0.2.1", stream(AF_INET6)), "::ffff:192.0.2.1");
  EXPECT_EQ(resolve("::ffff:192.0.2.1", stream(AF_INET)), "192.0.2.1");
}

TEST_F(ResolverTest, Ipv4LiteralIsMappedWhenAskedFor) {
  EXPECT_EQ(resolve("192.0.2.1", stream(AF_INET6, AI_V4MAPPED)), "::ffff:192.0.2.1");
  EXPECT_EQ(resolve("192.0.2.1", stream(AF_INET6, AI_V4MAPPED | AI_ALL)), "::ffff:192.0.2.1");
  EXPECT_EQ(resolve("192.0.2.1", stream(AF_UNSPEC, AI_V4MAPPED | AI_ALL)), "192.0.2.1");
  EXPECT_EQ(resolve("192.0.2.1", stream(AF_INET, AI_V4MAPPED | AI_ALL)), "192.0.2.1");
}

TEST_F(ResolverTest, CanonicalNameOfALiteralIsItsText) {
  EXPECT_EQ(run("127.1", stream(AF_UNSPEC, AI_CANONNAME)).canonical_name, "127.1");
  EXPECT_EQ(run("2001:DB8::1", stream(AF_UNSPEC, AI_CANONNAME)).canonical_name, "2001:DB8::1");
}

// --- Names that the servers are not asked for ---

TEST_F(ResolverTest, NumericOnlyFindsNoName) {
  hosts_file("192.0.2.1 known.test\n");
  host("a.test", {"192.0.2.1"});
  for (const char *name : {"a.test", "known.test", "localhost", "a..test", "", "192.0.2.256"}) {
    EXPECT_EQ(resolve(name, stream(AF_UNSPEC, AI_NUMERICHOST)), "ENOTFOUND") << name;
  }
  EXPECT_EQ(asked(), Asked());
}

TEST_F(ResolverTest, MalformedNameIsABadName) {
  const std::string label(64, 'a');
  std::string name;
  for (int i = 0; i < 128; ++i) name += "a.";
  for (const char *bad : {"", ".", "..", "a..test", ".a", "a b", "a\\032b", "a\x7f", "\xe4.test", label.c_str(),
                          name.c_str(), "a..localhost", "fe80::1%no-such-interface "}) {
    EXPECT_EQ(resolve(bad), "EBADNAME") << '"' << bad << '"';
  }
  EXPECT_EQ(asked(), Asked());
}

TEST_F(ResolverTest, NameCheckGoesBeforeTheHostsFile) {
  hosts_file("192.0.2.1 a..test\n");
  EXPECT_EQ(resolve("a..test"), "EBADNAME");
}

TEST_F(ResolverTest, LocalhostIsTheLoopbackWhateverHostsFileAndServersSay) {
  hosts_file("192.0.2.1 localhost a.localhost\n");
  host("localhost", {"192.0.2.2"});
  for (const char *name : {"localhost", "LocalHost", "localhost.", "a.localhost", "b.a.localhost."}) {
    EXPECT_EQ(resolve(name), "::1 127.0.0.1") << name;
    EXPECT_EQ(resolve(name, stream(AF_INET)), "127.0.0.1") << name;
    EXPECT_EQ(resolve(name, stream(AF_INET6)), "::1") << name;
  }
  EXPECT_EQ(asked(), Asked());
}

TEST_F(ResolverTest, LocalhostIsMappedOnlyWithAll) {
  EXPECT_EQ(resolve("localhost", stream(AF_INET6, AI_V4MAPPED)), "::1");
  EXPECT_EQ(resolve("localhost", stream(AF_INET6, AI_V4MAPPED | AI_ALL)), "::1 ::ffff:127.0.0.1");
}

TEST_F(ResolverTest, CanonicalNameOfLocalhostIsTheNameWithoutItsLastDot) {
  EXPECT_EQ(run("a.localhost.", stream(AF_UNSPEC, AI_CANONNAME)).canonical_name, "a.localhost");
}

TEST_F(ResolverTest, HostsFileGoesBeforeTheServers) {
  hosts_file(
      "192.0.2.1 a.test\n"
      "2001:db8::1 a.test\n"
      "192.0.2.2 a.test\n");
  host("a.test", {"192.0.2.99"});
  EXPECT_EQ(resolve("a.test"), "2001:db8::1 192.0.2.1 192.0.2.2");
  EXPECT_EQ(resolve("A.Test."), "2001:db8::1 192.0.2.1 192.0.2.2");
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1 192.0.2.2");
  EXPECT_EQ(resolve("a.test", stream(AF_INET6)), "2001:db8::1");
  EXPECT_EQ(asked(), Asked());
}

TEST_F(ResolverTest, HostsFileIsAskedForTheNameAsItIsAndNotForItsCandidates) {
  hosts_file("192.0.2.1 a.one.test\n");
  search({"one.test"});
  host("a.one.test", {"192.0.2.2"});
  EXPECT_EQ(resolve("a"), "192.0.2.2");
}

TEST_F(ResolverTest, NameThatTheHostsFileHasForTheOtherFamilyOnlyIsAskedFor) {
  hosts_file("192.0.2.1 a.test\n");
  host("a.test", {"2001:db8::9", "192.0.2.9"});
  EXPECT_EQ(resolve("a.test", stream(AF_INET6)), "2001:db8::9");
  EXPECT_EQ(asked(), Asked({"AAAA a.test"}));
  EXPECT_EQ(resolve("a.test", stream(AF_UNSPEC)), "192.0.2.1");
}

TEST_F(ResolverTest, HostsAddressesAreMappedWhenAskedFor) {
  hosts_file(
      "192.0.2.1 four.test both.test\n"
      "2001:db8::1 both.test\n");
  EXPECT_EQ(resolve("four.test", stream(AF_INET6, AI_V4MAPPED)), "::ffff:192.0.2.1");
  EXPECT_EQ(resolve("both.test", stream(AF_INET6, AI_V4MAPPED)), "2001:db8::1");
  EXPECT_EQ(resolve("both.test", stream(AF_INET6, AI_V4MAPPED | AI_ALL)), "2001:db8::1 ::ffff:192.0.2.1");
}

TEST_F(ResolverTest, CanonicalNameFromTheHostsFileIsTheFirstOfTheLine) {
  hosts_file("192.0.2.1 main.test. alias\n");
  EXPECT_EQ(run("alias", stream(AF_UNSPEC, AI_CANONNAME)).canonical_name, "main.test");
  EXPECT_EQ(run("alias").canonical_name, "");
}

// --- Both families from the servers ---

TEST_F(ResolverTest, BothFamiliesAreAskedForAndIpv6ComesFirst) {
  host("a.test", {"192.0.2.1", "192.0.2.2", "2001:db8::2", "2001:db8::1"});
  EXPECT_EQ(resolve("a.test"), "2001:db8::2 2001:db8::1 192.0.2.1 192.0.2.2");
  EXPECT_EQ(asked(), Asked({"AAAA a.test", "A a.test"}));
}

TEST_F(ResolverTest, OrderOfTheAnswersDoesNotMatter) {
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  Outcome &outcome = start("a.test");
  settle();
  answer("A a.test");
  EXPECT_EQ(outcome.text(), "not finished");
  answer("AAAA a.test");
  EXPECT_EQ(outcome.text(), "2001:db8::1 192.0.2.1");
}

TEST_F(ResolverTest, FamilyIsTheOnlyOneAskedFor) {
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked(), Asked({"A a.test"}));
  EXPECT_EQ(resolve("a.test", stream(AF_INET6)), "2001:db8::1");
  EXPECT_EQ(asked(), Asked({"A a.test", "AAAA a.test"}));
}

TEST_F(ResolverTest, MappedAddressesAreForWantOfIpv6Ones) {
  host("both.test", {"192.0.2.1", "2001:db8::1"});
  host("four.test", {"192.0.2.1", "192.0.2.2"});
  host("six.test", {"2001:db8::1"});
  const Hints mapped = stream(AF_INET6, AI_V4MAPPED);
  EXPECT_EQ(resolve("both.test", mapped), "2001:db8::1");
  EXPECT_EQ(resolve("four.test", mapped), "::ffff:192.0.2.1 ::ffff:192.0.2.2");
  EXPECT_EQ(resolve("six.test", mapped), "2001:db8::1");
}

TEST_F(ResolverTest, MappedAddressesAreThereBesideIpv6OnesWithAll) {
  host("both.test", {"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(resolve("both.test", stream(AF_INET6, AI_V4MAPPED | AI_ALL)), "2001:db8::1 ::ffff:192.0.2.1");
}

TEST_F(ResolverTest, AllWithoutMappedAsksForIpv6Alone) {
  host("both.test", {"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(resolve("both.test", stream(AF_INET6, AI_ALL)), "2001:db8::1");
  EXPECT_EQ(asked(), Asked({"AAAA both.test"}));
}

TEST_F(ResolverTest, MappedForAnotherFamilyChangesNothing) {
  host("both.test", {"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(resolve("both.test", stream(AF_UNSPEC, AI_V4MAPPED | AI_ALL)), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(resolve("both.test", stream(AF_INET, AI_V4MAPPED | AI_ALL)), "192.0.2.1");
}

TEST_F(ResolverTest, OneFamilysAddressesAreEnoughWhateverBecameOfTheOther) {
  for (int status = DNS_ENOTFOUND; status <= DNS_ESYSTEM; ++status) {
    host("a.test", {"192.0.2.1"});
    upstream_.script("AAAA a.test", Answer::failure(status));
    EXPECT_EQ(resolve("a.test"), "192.0.2.1") << name_of(status);
    host("a.test", {"2001:db8::1"});
    upstream_.script("A a.test", Answer::failure(status));
    EXPECT_EQ(resolve("a.test"), "2001:db8::1") << name_of(status);
  }
}

TEST_F(ResolverTest, StatusOfBothFamiliesIsTheMoreTelling) {
  struct Case {
    int v6, v4, both;
  };
  for (const Case &c : {
           Case{DNS_ENODATA, DNS_ENODATA, DNS_ENODATA},
           Case{DNS_ENOTFOUND, DNS_ENOTFOUND, DNS_ENOTFOUND},
           // A name that does not exist has neither RRset (RFC 8020).
           Case{DNS_ENOTFOUND, DNS_ENODATA, DNS_ENOTFOUND},
           Case{DNS_ENODATA, DNS_ENOTFOUND, DNS_ENOTFOUND},
           Case{DNS_ENOTFOUND, DNS_ESERVFAIL, DNS_ENOTFOUND},
           Case{DNS_ETIMEOUT, DNS_ENOTFOUND, DNS_ENOTFOUND},
           // There may be addresses of the family that failed.
           Case{DNS_ENODATA, DNS_ESERVFAIL, DNS_ESERVFAIL},
           Case{DNS_ESERVFAIL, DNS_ENODATA, DNS_ESERVFAIL},
           Case{DNS_ETIMEOUT, DNS_ENODATA, DNS_ETIMEOUT},
           Case{DNS_ENODATA, DNS_ETIMEOUT, DNS_ETIMEOUT},
           Case{DNS_EREFUSED, DNS_EREFUSED, DNS_EREFUSED},
       }) {
    fail("a.test", c.v6, c.v4);
    EXPECT_EQ(resolve("a.test"), name_of(c.both)) << name_of(c.v6) << " and " << name_of(c.v4);
  }
}

TEST_F(ResolverTest, StatusOfTheOnlyFamilyAskedForIsTold) {
  for (int status = DNS_ENOTFOUND; status <= DNS_ESYSTEM; ++status) {
    fail("a.test", status);
    EXPECT_EQ(resolve("a.test", stream(AF_INET)), name_of(status));
    EXPECT_EQ(resolve("a.test", stream(AF_INET6)), name_of(status));
  }
}

TEST_F(ResolverTest, CanonicalNameIsTheEndOfTheChain) {
  alias("a.test", "end.test", {"192.0.2.1", "2001:db8::1"});
  const Outcome &outcome = run("a.test", stream(AF_UNSPEC, AI_CANONNAME));
  EXPECT_EQ(outcome.addresses, "2001:db8::1 192.0.2.1");
  EXPECT_EQ(outcome.canonical_name, "end.test");
}

TEST_F(ResolverTest, CanonicalNameIsThatOfTheFamilyThatHasAddresses) {
  for (const char *only : {"192.0.2.1", "2001:db8::1"}) {
    alias("a.test", "end.test", {only});
    EXPECT_EQ(run("a.test", stream(AF_UNSPEC, AI_CANONNAME)).canonical_name, "end.test") << only;
  }
}

TEST_F(ResolverTest, CanonicalNameIsGivenOnlyWhenAskedFor) {
  alias("a.test", "end.test", {"192.0.2.1"});
  EXPECT_EQ(run("a.test").canonical_name, "");
}

TEST_F(ResolverTest, QuestionHasNeitherTheLastDotNorEscapesThatItCanDoWithout) {
  host("a.test", {"192.0.2.1"});
  EXPECT_EQ(resolve("a.test.", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(resolve("\\097.te\\st", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked(), Asked({"A a.test", "A a.test"}));
}

TEST_F(ResolverTest, EscapedDotStaysEscapedInTheQuestion) {
  host("a\\.b.test", {"192.0.2.1"});
  EXPECT_EQ(resolve("a\\.b.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(resolve("a\\046b.test", stream(AF_INET)), "192.0.2.1");
}

// --- The search list ---

TEST_F(ResolverTest, NameWithFewDotsIsSearchedForAndAskedAsItIsLast) {
  search({"one.test", "two.test"});
  host("two.test", {"192.0.2.1"});
  EXPECT_EQ(resolve("a", stream(AF_INET)), "ENOTFOUND");
  EXPECT_EQ(asked(), Asked({"A a.one.test", "A a.two.test", "A a"}));
}

TEST_F(ResolverTest, NameWithEnoughDotsIsAskedAsItIsFirst) {
  search({"one.test", "two.test"}, 2);
  EXPECT_EQ(resolve("a.b.c", stream(AF_INET)), "ENOTFOUND");
  EXPECT_EQ(asked(), Asked({"A a.b.c", "A a.b.c.one.test", "A a.b.c.two.test"}));
}

TEST_F(ResolverTest, NameThatEndsInADotIsNotSearchedFor) {
  search({"one.test"});
  host("a.one.test", {"192.0.2.1"});
  EXPECT_EQ(resolve("a.", stream(AF_INET)), "ENOTFOUND");
  EXPECT_EQ(asked(), Asked({"A a"}));
}

TEST_F(ResolverTest, SearchEndsWithTheFirstCandidateThatHasAddresses) {
  search({"one.test", "two.test", "three.test"});
  host("a.two.test", {"192.0.2.2"});
  host("a.three.test", {"192.0.2.3"});
  EXPECT_EQ(resolve("a", stream(AF_INET)), "192.0.2.2");
  EXPECT_EQ(asked(), Asked({"A a.one.test", "A a.two.test"}));
}

TEST_F(ResolverTest, NodataAtOneCandidateGoesOnToTheNext) {
  search({"one.test", "two.test"});
  fail("a.one.test", DNS_ENODATA);
  host("a.two.test", {"192.0.2.2"});
  EXPECT_EQ(resolve("a"), "192.0.2.2");
}

TEST_F(ResolverTest, ServfailAtOneCandidateGoesOnToTheNext) {
  search({"one.test", "two.test"});
  fail("a.one.test", DNS_ESERVFAIL);
  host("a.two.test", {"192.0.2.2"});
  EXPECT_EQ(resolve("a"), "192.0.2.2");
}

TEST_F(ResolverTest, SearchStopsWhereTheServersCouldNotBeAsked) {
  search({"one.test", "two.test"});
  host("a.two.test", {"192.0.2.2"});
  for (const int status : {DNS_ETIMEOUT, DNS_EFORMERR, DNS_ENOTIMP, DNS_EBADRESP, DNS_ECONNREFUSED, DNS_EBADNAME,
                           DNS_ENOMEM, DNS_ESYSTEM}) {
    const std::size_t before = asked().size();
    fail("a.one.test", status);
    EXPECT_EQ(resolve("a", stream(AF_INET)), name_of(status));
    EXPECT_EQ(asked().size(), before + 1) << name_of(status);
  }
}

// glibc asks for the name as it is and for no further domain.
TEST_F(ResolverTest, DomainThatTheServersRefuseDoesNotEndTheSearch) {
  search({"one.test", "two.test"});
  fail("a.one.test", DNS_EREFUSED);
  host("a.two.test", {"192.0.2.2"});
  EXPECT_EQ(resolve("a", stream(AF_INET)), "192.0.2.2");
}

// The bare name was refused, and the NODATA of the name in the domain forgotten.
TEST_F(ResolverTest, FailureThatEndsTheSearchDoesNotHideNodata) {
  search({"one.test"});
  fail("a.one.test", DNS_ENODATA);
  fail("a", DNS_ETIMEOUT);
  EXPECT_EQ(resolve("a", stream(AF_INET)), "ENODATA");
}

TEST_F(ResolverTest, StatusOfTheWholeSearchIsTheMostTelling) {
  struct Case {
    int first, second, last, whole;
  };
  constexpr int kNot = DNS_ENOTFOUND;
  for (const Case &c : {
           Case{kNot, kNot, kNot, DNS_ENOTFOUND},
           Case{DNS_ENODATA, kNot, kNot, DNS_ENODATA},
           Case{kNot, DNS_ENODATA, kNot, DNS_ENODATA},
           Case{kNot, kNot, DNS_ENODATA, DNS_ENODATA},
           Case{DNS_ESERVFAIL, kNot, kNot, DNS_ESERVFAIL},
           Case{kNot, DNS_ESERVFAIL, kNot, DNS_ESERVFAIL},
           Case{kNot, kNot, DNS_ESERVFAIL, DNS_ESERVFAIL},
           Case{DNS_ENODATA, DNS_ESERVFAIL, kNot, DNS_ENODATA},
           Case{DNS_ESERVFAIL, DNS_ENODATA, kNot, DNS_ENODATA},
           Case{DNS_ESERVFAIL, kNot, DNS_ENODATA, DNS_ENODATA},
           Case{kNot, DNS_ETIMEOUT, kNot, DNS_ETIMEOUT},
           Case{DNS_ESERVFAIL, DNS_EREFUSED, kNot, DNS_EREFUSED},
       }) {
    destroy_resolver();
    search({"one.test", "two.test"});
    fail("a.one.test", c.first);
    fail("a.two.test", c.second);
    fail("a", c.last);
    for (const int family : {AF_UNSPEC, AF_INET, AF_INET6}) {
      EXPECT_EQ(resolve("a", stream(family)), name_of(c.whole))
          << name_of(c.first) << ", " << name_of(c.second) << ", " << name_of(c.last) << ", family " << family;
    }
  }
}

TEST_F(ResolverTest, CandidateThatIsTooLongIsSkipped) {
  const std::string label(60, 'd');
  const std::string long_domain = label + '.' + label + '.' + label + '.' + label;
  search({long_domain, "one.test"});
  host("a-name-of-some-length.one.test", {"192.0.2.1"});
  EXPECT_EQ(resolve("a-name-of-some-length", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked(), Asked({"A a-name-of-some-length.one.test"}));
}

TEST_F(ResolverTest, FamiliesOfOneLookupAreFromTheSameCandidate) {
  search({"one.test", "two.test"});
  host("a.one.test", {"192.0.2.1"});
  host("a.two.test", {"2001:db8::2", "192.0.2.2"});
  EXPECT_EQ(resolve("a"), "192.0.2.1");
  EXPECT_EQ(asked(), Asked({"AAAA a.one.test", "A a.one.test"}));
}

TEST_F(ResolverTest, NextCandidateIsAskedOnlyWhenBothFamiliesHaveFailed) {
  search({"one.test", "two.test"});
  host("a.two.test", {"192.0.2.2"});
  Outcome &outcome = start("a");
  settle();
  answer("AAAA a.one.test");
  EXPECT_EQ(upstream_.asked().size(), 2u);
  answer("A a.one.test");
  EXPECT_EQ(upstream_.asked().size(), 4u);
  answer("A a.two.test");
  answer("AAAA a.two.test");
  EXPECT_EQ(outcome.text(), "192.0.2.2");
}

TEST_F(ResolverTest, CanonicalNameIsThatOfTheCandidate) {
  search({"one.test", "two.test"});
  alias("a.two.test", "end.test", {"192.0.2.2"});
  EXPECT_EQ(run("a", stream(AF_UNSPEC, AI_CANONNAME)).canonical_name, "end.test");
}

// --- The window ---

TEST_F(ResolverTest, LookupsBehindAFullWindowWaitInTheirOrder) {
  window(2);
  for (const char *name : {"a.test", "b.test", "c.test"}) host(name, {"192.0.2.1"});
  std::string order;
  for (const char *name : {"a.test", "b.test", "c.test"}) {
    start(name).on_call = [&order, name] { order += name[0]; };
  }
  settle();
  EXPECT_EQ(asked(), Asked({"AAAA a.test", "A a.test"}));
  answer("A a.test");
  EXPECT_EQ(asked().back(), "AAAA b.test");
  answer("AAAA a.test");
  EXPECT_EQ(asked().back(), "A b.test");
  finish_all_there_is();
  EXPECT_EQ(asked(), Asked({"AAAA a.test", "A a.test", "AAAA b.test", "A b.test", "AAAA c.test", "A c.test"}));
  EXPECT_EQ(order, "abc");
}

TEST_F(ResolverTest, NeverMoreThanTheWindowIsWithTheServers) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}}) {
    destroy_resolver();
    FakeUpstream upstream;
    Resolver::Settings settings;
    settings.window = size;
    settings.search = Search({"one.test", "two.test"}, 1);
    FakeSources sources;
    Journal journal;
    Resolver resolver(std::move(settings), upstream, sources, journal);
    std::deque<Outcome> outcomes;
    for (int i = 0; i < 50; ++i) {
      const std::string name = "a" + std::to_string(i);
      upstream.script("A " + name + ".two.test", answer_with({"192.0.2.1"}, name));
      resolver.start(std::make_unique<Lookup>(name.c_str(), kStream, Callback(record, &outcomes.emplace_back())),
                     nullptr, 0, kDeadline);
    }
    for (int turns = 0; turns < 1000 && resolver.has_lookups(); ++turns) {
      resolver.advance(0);
      EXPECT_LE(upstream.waiting(), size);
      upstream.answer_all();
      resolver.begin_round();
      while (const auto lookup = take_finished(resolver)) call(*lookup);
    }
    EXPECT_EQ(upstream.most_at_once(), size);
    for (const Outcome &outcome : outcomes) EXPECT_EQ(outcome.text(), "192.0.2.1");
  }
}

TEST_F(ResolverTest, WindowOfOneServesBothFamilies) {
  window(1);
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(resolve("a.test"), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(upstream_.most_at_once(), 1u);
}

TEST_F(ResolverTest, SearchGoesOnBeforeLookupsThatWait) {
  window(2);
  search({"one.test"});
  start("a");
  start("b");
  settle();
  upstream_.answer_all();
  settle();
  EXPECT_EQ(asked(), Asked({"AAAA a.one.test", "A a.one.test", "AAAA a", "A a"}));
  finish_all_there_is();
}

TEST_F(ResolverTest, WhatNeedsNoServerIsNotHeldUpByAFullWindow) {
  window(1);
  hosts_file("192.0.2.7 known.test\n");
  const Outcome &held_up = start("a.test");
  settle();
  EXPECT_EQ(upstream_.waiting(), 1u);
  const Outcome &literal = start("192.0.2.1");
  const Outcome &known = start("known.test");
  const Outcome &localhost = start("localhost", stream(AF_INET));
  const Outcome &bad = start("a..test");
  settle();
  EXPECT_EQ(literal.text(), "192.0.2.1");
  EXPECT_EQ(known.text(), "192.0.2.7");
  EXPECT_EQ(localhost.text(), "127.0.0.1");
  EXPECT_EQ(bad.text(), "EBADNAME");
  EXPECT_EQ(held_up.calls, 0);
}

TEST_F(ResolverTest, StartingALookupAsksNothingByItself) {
  Outcome &outcome = start("a.test");
  EXPECT_EQ(asked(), Asked());
  EXPECT_EQ(outcome.lookup->state, Lookup::State::kWaiting);
  resolver().advance(now_);
  EXPECT_EQ(asked().size(), 2u);
  EXPECT_EQ(outcome.lookup->state, Lookup::State::kAsking);
}

// --- Cancelling ---

TEST_F(ResolverTest, LookupThatWaitsCanBeCancelledAndIsNeverAsked) {
  window(2);
  const Outcome &first = start("a.test");
  Outcome &waiting = start("b.test");
  const Outcome &last = start("c.test");
  settle();
  ASSERT_EQ(waiting.lookup->state, Lookup::State::kWaiting);
  cancel(waiting);
  finish_all_there_is();
  EXPECT_EQ(waiting.calls, 0);
  EXPECT_EQ(first.calls, 1);
  EXPECT_EQ(last.calls, 1);
  EXPECT_EQ(asked(), Asked({"AAAA a.test", "A a.test", "AAAA c.test", "A c.test"}));
}

TEST_F(ResolverTest, LookupThatIsAskingCanBeCancelled) {
  Outcome &outcome = start("a.test");
  settle();
  ASSERT_EQ(outcome.lookup->state, Lookup::State::kAsking);
  cancel(outcome);
  EXPECT_FALSE(resolver().has_lookups());
  EXPECT_FALSE(resolver().has_deadline());
  finish_all_there_is();
  EXPECT_EQ(outcome.calls, 0);
}

TEST_F(ResolverTest, LookupCanBeCancelledBetweenItsAnswers) {
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  Outcome &outcome = start("a.test");
  settle();
  answer("AAAA a.test");
  upstream_.answer("A a.test");
  cancel(outcome);
  finish_all_there_is();
  EXPECT_EQ(outcome.calls, 0);
}

TEST_F(ResolverTest, FinishedLookupCanBeCancelled) {
  Outcome &outcome = start("192.0.2.1");
  ASSERT_EQ(outcome.lookup->state, Lookup::State::kFinished);
  EXPECT_TRUE(resolver().has_work());
  cancel(outcome);
  EXPECT_FALSE(resolver().has_work());
  EXPECT_FALSE(resolver().has_lookups());
  finish_all_there_is();
  EXPECT_EQ(outcome.calls, 0);
}

TEST_F(ResolverTest, LookupOfAnOpenRoundCanBeCancelled) {
  Outcome &outcome = start("192.0.2.1");
  resolver().begin_round();
  cancel(outcome);
  EXPECT_EQ(take_finished(resolver()), nullptr);
  EXPECT_FALSE(resolver().has_lookups());
}

TEST_F(ResolverTest, CancellingALookupInItsOwnCallbackDoesNothing) {
  Outcome &outcome = start("192.0.2.1");
  Lookup *self = outcome.lookup;
  outcome.on_call = [&] { resolver().cancel(*self); };
  settle();
  EXPECT_EQ(outcome.text(), "192.0.2.1");
  EXPECT_FALSE(resolver().has_lookups());
}

TEST_F(ResolverTest, CallbackMayCancelAnotherOfItsRound) {
  std::vector<Outcome *> lookups;
  for (int i = 0; i < 4; ++i) lookups.push_back(&start("192.0.2.1"));
  lookups[1]->on_call = [&] {
    cancel(*lookups[2]);
    EXPECT_EQ(lookups[0]->calls, 1);
  };
  EXPECT_EQ(turn(), 3);
  EXPECT_EQ(lookups[2]->calls, 0);
  EXPECT_EQ(lookups[3]->calls, 1);
  EXPECT_FALSE(resolver().has_lookups());
}

TEST_F(ResolverTest, CallbackMayCancelALookupThatIsAsking) {
  Outcome &asking = start("a.test");
  settle();
  start("192.0.2.1").on_call = [&] { cancel(asking); };
  settle();
  finish_all_there_is();
  EXPECT_EQ(asking.calls, 0);
}

TEST_F(ResolverTest, CancellingOneOfSeveralForOneNameDisturbsNoOther) {
  host("a.test", {"192.0.2.1"});
  std::vector<Outcome *> lookups;
  for (int i = 0; i < 3; ++i) lookups.push_back(&start("a.test"));
  settle();
  cancel(*lookups[1]);
  finish_all_there_is();
  EXPECT_EQ(lookups[0]->text(), "192.0.2.1");
  EXPECT_EQ(lookups[1]->calls, 0);
  EXPECT_EQ(lookups[2]->text(), "192.0.2.1");
}

TEST_F(ResolverTest, QuestionOfACancelledLookupKeepsItsPlaceUntilItIsAnswered) {
  window(2);
  Outcome &cancelled = start("a.test");
  settle();
  cancel(cancelled);
  Outcome &next = start("b.test", stream(AF_INET));
  settle();
  EXPECT_EQ(asked(), Asked({"AAAA a.test", "A a.test"}));
  EXPECT_FALSE(resolver().has_work());
  answer("A a.test");
  EXPECT_EQ(asked().back(), "A b.test");
  finish_all_there_is();
  EXPECT_EQ(next.calls, 1);
}

TEST_F(ResolverTest, QueuedQuestionOfACancelledLookupIsNeverAsked) {
  window(1);
  Outcome &cancelled = start("a.test");
  settle();
  start("b.test");
  cancel(cancelled);
  finish_all_there_is();
  EXPECT_EQ(asked(), Asked({"AAAA a.test", "AAAA b.test", "A b.test"}));
}

// --- Deadlines ---

TEST_F(ResolverTest, LookupExpiresAtItsDeadlineAndNotBefore) {
  const Outcome &outcome = start("a.test");
  settle();
  ASSERT_TRUE(resolver().has_deadline());
  EXPECT_EQ(resolver().first_deadline(), kDeadline);
  resolver().expire(kDeadline - 0.01);
  settle();
  EXPECT_EQ(outcome.text(), "not finished");
  resolver().expire(kDeadline);
  EXPECT_FALSE(resolver().has_deadline());
  EXPECT_EQ(outcome.calls, 0) << "called back inside expire()";
  settle();
  EXPECT_EQ(outcome.text(), "ETIMEOUT");
}

TEST_F(ResolverTest, EarliestDeadlineIsFirstWhateverTheOrderOfTheLookups) {
  const Outcome &late = start("late.test", kStream, nullptr, 30);
  const Outcome &early = start("early.test", kStream, nullptr, 10);
  const Outcome &middle = start("middle.test", kStream, nullptr, 20);
  settle();
  EXPECT_EQ(resolver().first_deadline(), 10);
  resolver().expire(10);
  settle();
  EXPECT_EQ(early.text(), "ETIMEOUT");
  EXPECT_EQ(middle.calls, 0);
  EXPECT_EQ(resolver().first_deadline(), 20);
  resolver().expire(30);
  settle();
  EXPECT_EQ(middle.text(), "ETIMEOUT");
  EXPECT_EQ(late.text(), "ETIMEOUT");
}

TEST_F(ResolverTest, AddressesOfOneFamilyAreDeliveredAtTheDeadline) {
  alias("a.test", "end.test", {"192.0.2.1", "2001:db8::1"});
  for (const char *answered : {"A a.test", "AAAA a.test"}) {
    const Outcome &outcome = start("a.test", stream(AF_UNSPEC, AI_CANONNAME));
    settle();
    answer(answered);
    resolver().expire(kDeadline);
    settle();
    EXPECT_EQ(outcome.text(), answered[1] == 'A' ? "2001:db8::1" : "192.0.2.1");
    EXPECT_EQ(outcome.canonical_name, "end.test");
    upstream_.answer_all();
    settle();
  }
}

TEST_F(ResolverTest, Ipv4AddressesAreMappedAtTheDeadlineToo) {
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  const Outcome &outcome = start("a.test", stream(AF_INET6, AI_V4MAPPED));
  settle();
  answer("A a.test");
  resolver().expire(kDeadline);
  settle();
  EXPECT_EQ(outcome.text(), "::ffff:192.0.2.1");
}

TEST_F(ResolverTest, NodataOfOneFamilyIsNoResultAtTheDeadline) {
  host("a.test", {"192.0.2.1"});
  const Outcome &outcome = start("a.test");
  settle();
  answer("AAAA a.test");
  resolver().expire(kDeadline);
  settle();
  EXPECT_EQ(outcome.text(), "ETIMEOUT");
}

TEST_F(ResolverTest, DeadlineEndsASearchThatHasNotEnded) {
  search({"one.test", "two.test"});
  fail("a.one.test", DNS_ENODATA);
  const Outcome &outcome = start("a");
  settle();
  upstream_.answer_all();
  settle();
  resolver().expire(kDeadline);
  settle();
  EXPECT_EQ(outcome.text(), "ETIMEOUT");
}

TEST_F(ResolverTest, LookupsThatWaitForTheirTurnExpireToo) {
  window(1);
  const Outcome &asking = start("a.test");
  settle();
  const Outcome &waiting = start("b.test");
  resolver().expire(kDeadline);
  settle();
  EXPECT_EQ(asking.text(), "ETIMEOUT");
  EXPECT_EQ(waiting.text(), "ETIMEOUT");
  upstream_.answer_all();
  settle();
  EXPECT_EQ(asked(), Asked({"AAAA a.test"}));
}

TEST_F(ResolverTest, AnswerAfterTheDeadlineChangesNothing) {
  host("a.test", {"192.0.2.1"});
  const Outcome &outcome = start("a.test");
  settle();
  resolver().expire(kDeadline);
  finish_all_there_is();
  EXPECT_EQ(outcome.text(), "ETIMEOUT");
  EXPECT_EQ(outcome.calls, 1);
}

TEST_F(ResolverTest, AnswerThatWasUsedBeforeTheDeadlineCounts) {
  host("a.test", {"192.0.2.1"});
  const Outcome &outcome = start("a.test");
  settle();
  upstream_.answer_all();
  resolver().advance(now_);
  EXPECT_FALSE(resolver().has_deadline());
  resolver().expire(kDeadline);
  settle();
  EXPECT_EQ(outcome.text(), "192.0.2.1");
}

TEST_F(ResolverTest, WhatIsFinishedAtItsStartHasNoDeadline) {
  start("192.0.2.1", kStream, nullptr, 0);
  start("localhost", kStream, nullptr, 0);
  start("a..test", kStream, nullptr, 0);
  EXPECT_FALSE(resolver().has_deadline());
  resolver().expire(kDeadline);
  settle();
  EXPECT_EQ(outcomes_[0].text(), "192.0.2.1");
  EXPECT_EQ(outcomes_[1].text(), "::1 127.0.0.1");
  EXPECT_EQ(outcomes_[2].text(), "EBADNAME");
}

TEST_F(ResolverTest, CancelledLookupHasNoDeadlineAnyMore) {
  Outcome &outcome = start("a.test");
  cancel(outcome);
  EXPECT_FALSE(resolver().has_deadline());
  resolver().expire(kDeadline);
  settle();
  EXPECT_EQ(outcome.calls, 0);
}

// --- Servers that answer at once ---

TEST_F(ResolverTest, UpstreamMayAnswerBeforeAskReturns) {
  upstream_.answer_at_once();
  search({"one.test", "two.test"});
  host("a.two.test", {"192.0.2.1", "2001:db8::1"});
  fail("b", DNS_ESERVFAIL);
  EXPECT_EQ(resolve("a"), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(resolve("b"), "ESERVFAIL");
}

TEST_F(ResolverTest, UpstreamThatAnswersAtOnceServesAWindowOfOne) {
  upstream_.answer_at_once();
  window(1);
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  for (int i = 0; i < 10; ++i) start("a.test");
  settle();
  for (const Outcome &outcome : outcomes_) EXPECT_EQ(outcome.text(), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(upstream_.most_at_once(), 1u);
}

// --- Rounds ---

TEST_F(ResolverTest, FinishedLookupsAreDeliveredInTheirOrder) {
  std::string order;
  for (const char *name : {"192.0.2.1", "a..test", "localhost", "2001:db8::1"}) {
    start(name).on_call = [&order, name] { order += std::string(name) + ' '; };
  }
  settle();
  EXPECT_EQ(order, "192.0.2.1 a..test localhost 2001:db8::1 ");
}

TEST_F(ResolverTest, WhatFinishesDuringARoundIsInTheNext) {
  int started = 0;
  const std::function<void()> start_another = [&] {
    if (++started <= 3) start("192.0.2.1").on_call = start_another;
  };
  start("192.0.2.1").on_call = start_another;
  for (int round = 1; round <= 4; ++round) {
    EXPECT_EQ(turn(), 1) << round;
    EXPECT_EQ(started, round);
  }
  EXPECT_EQ(turn(), 0);
  EXPECT_FALSE(resolver().has_work());
}

TEST_F(ResolverTest, NothingIsDeliveredOutsideOfARound) {
  start("192.0.2.1");
  resolver().advance(now_);
  EXPECT_EQ(take_finished(resolver()), nullptr);
  resolver().begin_round();
  const auto lookup = take_finished(resolver());
  ASSERT_NE(lookup, nullptr);
  EXPECT_EQ(take_finished(resolver()), nullptr);
}

TEST_F(ResolverTest, RoundThatWasLeftOpenGoesOnBeforeWhatFinishedLater) {
  std::string order;
  for (const char *name : {"192.0.2.1", "192.0.2.2"}) {
    start(name).on_call = [&order, name] { order += name[8]; };
  }
  resolver().begin_round();
  call(*take_finished(resolver()));
  EXPECT_TRUE(resolver().has_work());
  start("192.0.2.3").on_call = [&order] { order += '3'; };
  settle();
  EXPECT_EQ(order, "123");
}

// --- The end ---

TEST_F(ResolverTest, FinishAllFinishesLookupsInEveryStateWithTheStatus) {
  window(1);
  host("a.test", {"192.0.2.1"});
  std::string order;
  const auto called_as = [&order](Outcome &outcome, char name) { outcome.on_call = [&order, name] { order += name; }; };
  called_as(start("a.test"), 'a');
  settle();
  called_as(start("w.test"), 'w');
  called_as(start("192.0.2.1"), 'r');
  resolver().begin_round();
  called_as(start("192.0.2.1"), 'f');
  resolver().finish_all(DNS_ESHUTDOWN);
  EXPECT_FALSE(resolver().has_deadline());
  EXPECT_EQ(deliver(), 4);
  EXPECT_EQ(order, "rfaw");
  for (const Outcome &outcome : outcomes_) EXPECT_EQ(outcome.text(), "ESHUTDOWN");
  EXPECT_FALSE(resolver().has_lookups());
}

TEST_F(ResolverTest, FinishAllKeepsTheOrderOfTheLookupsThatWait) {
  window(1);
  std::string order;
  for (const char *name : {"a", "b", "c", "d"}) {
    start(name).on_call = [&order, name] { order += name; };
  }
  settle();
  resolver().finish_all(DNS_ESHUTDOWN);
  deliver();
  EXPECT_EQ(order, "abcd");
}

TEST_F(ResolverTest, FinishAllOfNothingIsFine) {
  resolver().finish_all(DNS_ESHUTDOWN);
  EXPECT_FALSE(resolver().has_work());
  EXPECT_EQ(deliver(), 0);
}

TEST_F(ResolverTest, LookupOfWhichTheCallbackRunsIsNotFinishedAgain) {
  Outcome &outcome = start("192.0.2.1");
  outcome.on_call = [&] { resolver().finish_all(DNS_ESHUTDOWN); };
  EXPECT_EQ(turn(), 1);
  EXPECT_EQ(deliver(), 0);
  EXPECT_EQ(outcome.text(), "192.0.2.1");
}

TEST_F(ResolverTest, DestroyedResolverCallsNobody) {
  window(1);
  host("answered.test", {"192.0.2.1"});
  start("answered.test");
  settle();
  upstream_.answer_all();
  start("asking.test");
  start("waiting.test");
  start("192.0.2.1");
  resolver().begin_round();
  start("192.0.2.1");
  destroy_resolver();
  for (const Outcome &outcome : outcomes_) EXPECT_EQ(outcome.calls, 0);
}

// --- Work, and its bounds ---

TEST_F(ResolverTest, NewResolverHasNothingToDo) {
  EXPECT_FALSE(resolver().has_work());
  EXPECT_FALSE(resolver().has_lookups());
  EXPECT_FALSE(resolver().has_deadline());
}

TEST_F(ResolverTest, ThereIsWorkOnlyWhileAdvanceOrDeliveryWouldDoSomething) {
  host("a.test", {"192.0.2.1"});
  window(2);
  start("a.test");
  EXPECT_TRUE(resolver().has_work());
  resolver().advance(now_);
  EXPECT_FALSE(resolver().has_work()) << "its questions are with the servers";
  start("b.test");
  EXPECT_FALSE(resolver().has_work()) << "the window is full";
  upstream_.answer("A a.test");
  EXPECT_TRUE(resolver().has_work()) << "an answer is there";
  resolver().advance(now_);
  EXPECT_FALSE(resolver().has_work()) << "the window is full again";
  upstream_.answer("AAAA a.test");
  resolver().advance(now_);
  EXPECT_TRUE(resolver().has_work()) << "a lookup is finished";
  EXPECT_EQ(deliver(), 1);
  EXPECT_FALSE(resolver().has_work());
  EXPECT_TRUE(resolver().has_lookups());
  finish_all_there_is();
  EXPECT_FALSE(resolver().has_lookups());
}

// --- Coalescing, cache, early answers ---

TEST_F(ResolverTest, LookupsOfOneNamePutOneQueryOfATypeOnTheWire) {
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  for (int i = 0; i < 10; ++i) start("a.test");
  start("A.TEST");
  finish_all_there_is();
  EXPECT_EQ(asked(), (Asked{"AAAA a.test", "A a.test"}));
  for (const Outcome &outcome : outcomes_) EXPECT_EQ(outcome.text(), "2001:db8::1 192.0.2.1");
}

TEST_F(ResolverTest, CancelledOneOfManyWaitersLeavesTheOthersTheirAnswer) {
  host("a.test", {"192.0.2.1"});
  Outcome &cancelled = start("a.test");
  Outcome &other = start("a.test");
  turn();
  cancel(cancelled);
  finish_all_there_is();
  EXPECT_EQ(cancelled.calls, 0);
  EXPECT_EQ(other.text(), "192.0.2.1");
}

TEST_F(ResolverTest, LookupThatWaitsForItsTurnCostsAtMost256OctetsAndItsName) {
  const std::size_t lookups = 10000;
  const std::string name = "of-twenty-three-octets.";
  window(1);
  resolver();
  std::size_t octets = 0;
  {
    const dns_cares_test::CountingNew counting;
    for (std::size_t i = 0; i < lookups; ++i) {
      auto lookup = std::make_unique<Lookup>(name.c_str(), kStream, Callback(record, nullptr));
      resolver().start(std::move(lookup), nullptr, now_, kDeadline);
    }
    octets = counting.most_octets() / lookups;
  }
  // A request of the C API knows its context too.
  EXPECT_LE(octets + sizeof(void *), 256 + name.size());
  EXPECT_EQ(resolver().outstanding(), lookups);
}

// The list itself is of malloc(3), one block, and is not counted.
TEST_F(ResolverTest, CacheHitAllocatesTheLookupAndItsResultOnly) {
  settings_.cache = {1 << 20, 86400, 900, 0};
  search({"too-long-a-domain-for-a-short-string.test"});
  alias("www.too-long-a-domain-for-a-short-string.test", "too-long-an-alias-for-a-short-string.test",
        {"192.0.2.1", "2001:db8::1"});
  const Hints hints = stream(AF_UNSPEC, AI_CANONNAME);
  ASSERT_EQ(resolve("www", hints), "2001:db8::1 192.0.2.1");
  ASSERT_EQ(resolve("www", hints), "2001:db8::1 192.0.2.1") << "from the cache, whose buffers are there then";
  Outcome outcome;
  const dns_cares_test::CountingNew counting;
  resolver().start(std::make_unique<Lookup>("www", hints, Callback(record, &outcome)), "80", now_, kDeadline);
  resolver().advance(now_);
  resolver().begin_round();
  const auto lookup = take_finished(resolver());
  EXPECT_EQ(counting.allocations(), SpareMemory::kKeeps ? 1u : 3u)
      << "the lookup, and unless they are spared its name and its result";
  ASSERT_NE(lookup, nullptr);
  call(*lookup);
  EXPECT_EQ(outcome.text(), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(outcome.canonical_name, "too-long-an-alias-for-a-short-string.test");
  EXPECT_EQ(asked().size(), 2u);
}

TEST_F(ResolverTest, AnswerIsCachedAndNotAskedForAgain) {
  settings_.cache = {1 << 20, 86400, 900, 0};
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(resolve("a.test"), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(resolve("A.Test."), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked().size(), 2u);
  now_ = 301;
  EXPECT_EQ(resolve("a.test"), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(asked().size(), 4u);
}

TEST_F(ResolverTest, CacheOfOneFamilyIsCompletedByTheServers) {
  settings_.cache = {1 << 20, 86400, 900, 0};
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  resolve("a.test", stream(AF_INET));
  EXPECT_EQ(resolve("a.test"), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(asked(), (Asked{"A a.test", "AAAA a.test"}));
}

TEST_F(ResolverTest, AnswerToACancelledLookupReachesTheCache) {
  settings_.cache = {1 << 20, 86400, 900, 0};
  host("a.test", {"192.0.2.1"});
  Outcome &cancelled = start("a.test", stream(AF_INET));
  turn();
  cancel(cancelled);
  finish_all_there_is();
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked().size(), 1u);
}

TEST_F(ResolverTest, Rfc8305Section3AddressesOfOneFamilyWaitForTheOtherOnlyForTheResolutionDelay) {
  settings_.resolution_delay = 0.05;
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  Outcome &outcome = start("a.test");
  turn();
  now_ = 1;
  answer("A a.test");
  resolver().expire(1.04);
  EXPECT_EQ(turn(), 0);
  resolver().expire(1.05);
  turn();
  EXPECT_EQ(outcome.text(), "192.0.2.1");
}

TEST_F(ResolverTest, Rfc8305LateRRsetStillReachesTheCache) {
  settings_.resolution_delay = 0.05;
  settings_.cache = {1 << 20, 86400, 900, 0};
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  start("a.test");
  turn();
  answer("A a.test");
  resolver().expire(1);
  turn();
  answer("AAAA a.test");
  EXPECT_EQ(resolve("a.test"), "2001:db8::1 192.0.2.1");
  EXPECT_EQ(asked().size(), 2u);
}

TEST_F(ResolverTest, Rfc8305Section3AddressesOfTheCacheDoNotWaitForLongEither) {
  settings_.resolution_delay = 0.05;
  settings_.cache = {1 << 20, 86400, 900, 0};
  host("a.test", {"192.0.2.1"});
  const Outcome &first = start("a.test", stream(AF_INET));
  finish_all_there_is();
  EXPECT_EQ(first.text(), "192.0.2.1");
  const Outcome &both = start("a.test");
  settle();
  EXPECT_EQ(asked().back(), "AAAA a.test");
  now_ = 0.06;
  resolver().expire(now_);
  settle();
  EXPECT_EQ(both.text(), "192.0.2.1");
}

TEST_F(ResolverTest, SingleRequestAsksForAaaaWhenAIsAnswered) {
  settings_.single_request = true;
  host("a.test", {"2001:db8::1", "192.0.2.1"});
  const Outcome &outcome = start("a.test");
  settle();
  EXPECT_EQ(asked(), Asked({"A a.test"}));
  answer("A a.test");
  EXPECT_EQ(asked(), Asked({"A a.test", "AAAA a.test"}));
  EXPECT_EQ(outcome.calls, 0);
  answer("AAAA a.test");
  EXPECT_EQ(outcome.text(), "2001:db8::1 192.0.2.1");
}

TEST_F(ResolverTest, SingleRequestAsksForOneFamilyAtOnce) {
  settings_.single_request = true;
  host("a.test", {"2001:db8::1", "192.0.2.1"});
  EXPECT_EQ(resolve("a.test", stream(AF_INET6)), "2001:db8::1");
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
}

TEST_F(ResolverTest, SingleRequestAsksForBothOfEachCandidate) {
  settings_.single_request = true;
  search({"one.test"});
  host("a", {"2001:db8::1"});
  EXPECT_EQ(resolve("a"), "2001:db8::1");
  EXPECT_EQ(asked(), Asked({"A a.one.test", "AAAA a.one.test", "A a", "AAAA a"}));
}

TEST_F(ResolverTest, OneFamilysNodataDoesNotStartTheResolutionDelay) {
  settings_.resolution_delay = 0.05;
  host("a.test", {"2001:db8::1"});
  Outcome &outcome = start("a.test");
  turn();
  answer("A a.test");
  resolver().expire(5);
  EXPECT_EQ(turn(), 0);
  answer("AAAA a.test");
  EXPECT_EQ(outcome.text(), "2001:db8::1");
}

TEST_F(ResolverTest, Rfc8767StaleDataServeWhenTheServersFail) {
  settings_.cache = {1 << 20, 86400, 900, 3600};
  host("a.test", {"192.0.2.1"});
  resolve("a.test", stream(AF_INET));
  now_ = 400;
  fail("a.test", DNS_ESERVFAIL);
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked().size(), 2u) << "the servers are asked first";
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked().size(), 2u) << "and not again for half a minute";
}

TEST_F(ResolverTest, Rfc8767Section5StaleDataServeAfterTheClientTimer) {
  settings_.cache = {1 << 20, 86400, 900, 3600};
  host("a.test", {"192.0.2.1"});
  resolve("a.test", stream(AF_INET));
  now_ = 400;
  Outcome &outcome = start("a.test", stream(AF_INET), nullptr, 410);
  turn();
  resolver().expire(401.7);
  EXPECT_EQ(turn(), 0);
  resolver().expire(401.8);
  turn();
  EXPECT_EQ(outcome.text(), "192.0.2.1");
}

TEST_F(ResolverTest, PopularEntryIsAskedForBeforeItExpires) {
  settings_.cache = {1 << 20, 86400, 900, 0};
  host("a.test", {"192.0.2.1"});
  for (int i = 0; i < 5; ++i) resolve("a.test", stream(AF_INET));
  now_ = 280;
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked().size(), 2u) << "of its 300 seconds, the last tenth has begun";
  now_ = 500;
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(asked().size(), 2u);
}

TEST_F(ResolverTest, NamesThatNoServerIsToHearOfAreNotAskedFor) {
  for (const char *name : {"a.invalid", "invalid", "INVALID.", "abc.onion"}) {
    EXPECT_EQ(resolve(name), "ENOTFOUND") << name;
  }
  EXPECT_TRUE(asked().empty());
}

TEST_F(ResolverTest, AddrconfigAsksForTheFamiliesThatTheMachineHas) {
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  sources_.has_v6 = false;
  EXPECT_EQ(resolve("a.test", stream(AF_UNSPEC, AI_ADDRCONFIG)), "192.0.2.1");
  EXPECT_EQ(asked(), Asked{"A a.test"});
  EXPECT_EQ(resolve("a.test", stream(AF_INET6, AI_ADDRCONFIG)), "ENOTFOUND");
  EXPECT_EQ(resolve("a.test", stream(AF_INET6)), "2001:db8::1");
  sources_.has_v4 = false;
  EXPECT_EQ(resolve("a.test", stream(AF_UNSPEC, AI_ADDRCONFIG)), "2001:db8::1 192.0.2.1");
}

TEST_F(ResolverTest, CanonicalNameThatIsTheOneAskedForKeepsItsLetters) {
  host("www.test", {"192.0.2.1"});
  EXPECT_EQ(run("WWW.Test", stream(AF_INET, AI_CANONNAME)).canonical_name, "WWW.Test");
}

TEST_F(ResolverTest, NsswitchSaysWhetherTheHostsFileIsFirst) {
  nsswitch("hosts: dns files");
  hosts_file("192.0.2.7 a.test b.test");
  host("a.test", {"192.0.2.1"});
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.1");
  EXPECT_EQ(resolve("b.test", stream(AF_INET)), "192.0.2.7");
  EXPECT_EQ(resolve("c.test", stream(AF_INET)), "ENOTFOUND");
}

TEST_F(ResolverTest, NsswitchMayLeaveOneSourceOut) {
  nsswitch("hosts: files");
  hosts_file("192.0.2.7 a.test");
  EXPECT_EQ(resolve("a.test", stream(AF_INET)), "192.0.2.7");
  EXPECT_EQ(resolve("b.test"), "ENOTFOUND");
  EXPECT_TRUE(asked().empty());
  destroy_resolver();
  nsswitch("hosts: dns");
  hosts_file("192.0.2.7 a.test");
  EXPECT_EQ(resolve("a.test"), "ENOTFOUND");
  EXPECT_EQ(asked().size(), 2u);
}

TEST_F(ResolverTest, NsswitchMayEndTheLookupBehindTheHostsFile) {
  nsswitch("hosts: files [NOTFOUND=return] dns");
  EXPECT_EQ(resolve("a.test"), "ENOTFOUND");
  EXPECT_TRUE(asked().empty());
}

TEST_F(ResolverTest, NoAaaaKeepsAaaaFromTheServers) {
  settings_.no_aaaa = true;
  host("a.test", {"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(resolve("a.test"), "192.0.2.1");
  EXPECT_EQ(asked(), Asked{"A a.test"});
  EXPECT_EQ(resolve("a.test", stream(AF_INET6)), "ENODATA");
  EXPECT_EQ(asked().size(), 1u);
}

TEST_F(ResolverTest, LookupCountsUntilItIsTakenOut) {
  bool counted_inside = true;
  start("192.0.2.1").on_call = [&] { counted_inside = resolver().has_lookups(); };
  EXPECT_TRUE(resolver().has_lookups());
  settle();
  EXPECT_FALSE(counted_inside);
}

TEST_F(ResolverTest, OneAdvanceAdmitsABoundedNumberOfLookups) {
  upstream_.answer_at_once();
  constexpr int kLookups = 3000;
  for (int i = 0; i < kLookups; ++i) start(("n" + std::to_string(i) + ".test").c_str());
  std::size_t before = 0;
  int advances = 0;
  while (asked().size() < 2 * kLookups && advances < kLookups) {
    resolver().advance(now_);
    ++advances;
    EXPECT_GT(asked().size(), before);
    EXPECT_LE(asked().size() - before, 512u);
    EXPECT_TRUE(resolver().has_work());
    before = asked().size();
  }
  EXPECT_GT(advances, 1);
  settle();
  for (const Outcome &outcome : outcomes_) ASSERT_EQ(outcome.text(), "ENOTFOUND");
}

TEST_F(ResolverTest, OneExpireEndsABoundedNumberOfLookups) {
  constexpr std::size_t kLookups = 5000;
  for (std::size_t i = 0; i < kLookups; ++i) start("a.test");
  std::size_t ended = 0;
  int expires = 0;
  while (resolver().has_deadline()) {
    resolver().expire(kDeadline);
    ++expires;
    const auto now_ended = static_cast<std::size_t>(deliver());
    EXPECT_GT(now_ended, 0u);
    EXPECT_LT(now_ended, kLookups / 2);
    ended += now_ended;
    ASSERT_LE(expires, 100);
  }
  EXPECT_EQ(ended, kLookups);
  EXPECT_GT(expires, 1);
}

// --- No memory ---

// Plays the servers without allocating. Each RRset's answer can be given once.
class PreparedUpstream final : public Upstream {
 public:
  explicit PreparedUpstream(bool at_once) : at_once_(at_once) {
    waiting_.reserve(64);
    prepared_.push_back({"searched-for-at-some-length.second-domain.test", RRType::kA,
                         answer_with({"192.0.2.1", "192.0.2.2"}, "canonical-name-of-some-length.test")});
    prepared_.push_back({"searched-for-at-some-length.second-domain.test", RRType::kAAAA,
                         answer_with({"2001:db8::1"}, "canonical-name-of-some-length.test")});
  }

  void ask(Question &question) noexcept override {
    if (at_once_) return answer(question);
    waiting_.push_back(&question);
  }
  void flush() noexcept override {}
  void answer_all() {
    for (Question *question : waiting_) answer(*question);
    waiting_.clear();
  }
  bool has_questions() const { return !waiting_.empty(); }

 private:
  struct Prepared {
    std::string name;
    RRType type;
    Answer answer;
  };

  void answer(Question &question) {
    for (Prepared &prepared : prepared_) {
      if (prepared.type == question.type && prepared.name == question.name) {
        return question.on_answer(std::move(prepared.answer));
      }
    }
    question.on_answer(Answer::failure(DNS_ENOTFOUND));
  }

  std::vector<Prepared> prepared_;
  std::vector<Question *> waiting_;
  const bool at_once_;
};

constexpr const char *kSearchedFor = "searched-for-at-some-length";

Resolver::Settings settings_for_no_memory() {
  Resolver::Settings settings;
  settings.hosts = Hosts("192.0.2.3 known-name-of-some-length.test alias-of-some-length.test\n");
  settings.search = Search({"first-domain.test", "second-domain.test"}, 1);
  return settings;
}

struct NoMemoryCase {
  const char *what;
  const char *name;
  const char *service;
  std::string addresses;
};

class ResolverWithoutMemoryTest : public testing::TestWithParam<NoMemoryCase> {
 protected:
  // Runs the lookup with every allocation failing but for the first `spared`; false when none has failed.
  bool run(std::size_t spared, bool at_once, Outcome &outcome) {
    PreparedUpstream upstream(at_once);
    FakeSources sources;
    Journal journal;
    Resolver resolver(settings_for_no_memory(), upstream, sources, journal);
    auto lookup = std::make_unique<Lookup>(
        GetParam().name, Hints{GetParam().name != nullptr ? AI_CANONNAME : 0, AF_UNSPEC, SOCK_STREAM, 0},
        Callback(record, &outcome));
    bool failed = false;
    {
      const dns_cares_test::FailingNew no_memory(spared);
      resolver.start(std::move(lookup), GetParam().service, 0, kDeadline);
      for (int turns = 0; turns < 20; ++turns) {
        resolver.advance(0);
        upstream.answer_all();
      }
      failed = no_memory.failed();
    }
    resolver.begin_round();
    while (const auto finished = take_finished(resolver)) call(*finished);
    EXPECT_FALSE(resolver.has_work());
    EXPECT_FALSE(resolver.has_lookups());
    EXPECT_FALSE(resolver.has_deadline());
    return failed;
  }
};

TEST_P(ResolverWithoutMemoryTest, LookupFinishesOnceWhicheverAllocationFails) {
  for (const bool at_once : {true, false}) {
    bool out_of_memory = false;
    std::size_t spared = 0;
    for (bool failed = true; failed; ++spared) {
      Outcome outcome;
      failed = run(spared, at_once, outcome);
      EXPECT_EQ(outcome.calls, 1) << spared;
      if (outcome.status == DNS_ENOMEM) {
        EXPECT_TRUE(failed) << spared;
        out_of_memory = true;
      } else {
        EXPECT_EQ(outcome.text(), GetParam().addresses) << spared;
      }
      ASSERT_LT(spared, 1000u);
    }
    EXPECT_TRUE(out_of_memory);
  }
}

INSTANTIATE_TEST_SUITE_P(
    , ResolverWithoutMemoryTest,
    testing::Values(NoMemoryCase{"Literal", "2001:0db8:0000:0000:0000:0000:0000:0001", nullptr, "2001:db8::1"},
                    NoMemoryCase{"NoHostname", nullptr, "80", "::1 127.0.0.1"},
                    NoMemoryCase{"Localhost", "a-name-of-some-length.localhost", "80", "::1 127.0.0.1"},
                    NoMemoryCase{"Hosts", "alias-of-some-length.test", "80", "192.0.2.3"},
                    NoMemoryCase{"Escapes", "al\\105as-of-some-length.test", "80", "192.0.2.3"},
                    NoMemoryCase{"Servers", kSearchedFor, "80", "2001:db8::1 192.0.2.1 192.0.2.2"},
                    NoMemoryCase{"NotFound", "a-name-that-is-nowhere-to-be-found.test", "80", "ENOTFOUND"}),
    [](const auto &tested) { return tested.param.what; });

TEST(ResolverWithoutMemory, PartialResultIsDeliveredOrNoMemoryIsToldAtTheDeadline) {
  bool out_of_memory = false;
  bool failed = true;
  for (std::size_t spared = 0; failed; ++spared) {
    FakeUpstream upstream;
    upstream.script("A a.test", answer_with({"192.0.2.1"}, "canonical-name-of-some-length.test"));
    FakeSources sources;
    Journal journal;
    Resolver resolver({}, upstream, sources, journal);
    Outcome outcome;
    resolver.start(std::make_unique<Lookup>("a.test", stream(AF_UNSPEC, AI_CANONNAME), Callback(record, &outcome)),
                   nullptr, 0, kDeadline);
    resolver.advance(0);
    upstream.answer("A a.test");
    resolver.advance(0);
    {
      const dns_cares_test::FailingNew no_memory(spared);
      resolver.expire(kDeadline);
      failed = no_memory.failed();
    }
    resolver.begin_round();
    while (const auto finished = take_finished(resolver)) call(*finished);
    EXPECT_EQ(outcome.calls, 1);
    EXPECT_EQ(outcome.text(), failed ? "ENOMEM" : "192.0.2.1");
    out_of_memory |= outcome.status == DNS_ENOMEM;
  }
  EXPECT_TRUE(out_of_memory);
}

TEST(ResolverWithoutMemory, OtherLookupsAreNotDisturbed) {
  bool failed = true;
  for (std::size_t spared = 0; failed; ++spared) {
    ASSERT_LT(spared, 1000u);
    PreparedUpstream upstream(false);
    FakeSources sources;
    Journal journal;
    Resolver resolver(settings_for_no_memory(), upstream, sources, journal);
    Outcome unlucky;
    Outcome undisturbed;
    resolver.start(std::make_unique<Lookup>(kSearchedFor, kStream, Callback(record, &undisturbed)), nullptr, 0,
                   kDeadline);
    resolver.advance(0);
    auto lookup =
        std::make_unique<Lookup>("a-name-that-is-nowhere-to-be-found.test", kStream, Callback(record, &unlucky));
    {
      const dns_cares_test::FailingNew no_memory(spared);
      resolver.start(std::move(lookup), nullptr, 0, kDeadline);
      resolver.advance(0);
      failed = no_memory.failed();
    }
    for (int turns = 0; turns < 20; ++turns) {
      resolver.advance(0);
      upstream.answer_all();
    }
    resolver.begin_round();
    while (const auto finished = take_finished(resolver)) call(*finished);
    EXPECT_EQ(unlucky.text(), failed ? "ENOMEM" : "ENOTFOUND") << spared;
    EXPECT_EQ(undisturbed.text(), "2001:db8::1 192.0.2.1 192.0.2.2") << spared;
  }
}

}  // namespace
}  // namespace dns_cares
