// The command dns-cares, run as its users run it, against the scripted server.
#include <dns_cares/testkit.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "command.h"
#include "json_schema.h"
#include "loop.h"
#include "tool.h"

namespace dns_cares_test {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;
using namespace dns_testkit;
using namespace std::chrono_literals;

// --- what it prints ---

TEST_F(Tool, PrintsANameATabAndItsAddresses) {
  const Result result = run({"a.test"});
  // Which family is first follows the machine's own addresses (RFC 6724).
  EXPECT_THAT(result.output, AnyOf("a.test\t2001:db8::1 192.0.2.1\n", "a.test\t192.0.2.1 2001:db8::1\n"));
  EXPECT_EQ(result.exit, kAllResolved) << result.errors;
}

TEST_F(Tool, PrintsOneLineForEachNameInTheirOrder) {
  EXPECT_THAT(run({"c.test", "a6.test", "b.test", "c.test"}).lines(),
              ElementsAre("c.test\t192.0.2.3", "a6.test\t2001:db8::1", "b.test\t192.0.2.2", "c.test\t192.0.2.3"));
}

TEST_F(Tool, KeepsTheOrderWhenLaterNamesAnswerFirst) {
  server_.on("slow.test", "ANY", answer({"192.0.2.9"}).after(300ms));
  const Result result = run({"slow.test", "b.test", "gone.test"});
  EXPECT_THAT(result.lines(), ElementsAre("slow.test\t192.0.2.9", "b.test\t192.0.2.2", "gone.test\tname not found"));
}

TEST_F(Tool, AsksForAllNamesAtOnce) {
  server_.on("slow.test", "ANY", answer({"192.0.2.9"}).after(400ms));
  server_.on("slow2.test", "ANY", answer({"192.0.2.9"}).after(400ms));
  server_.on("slow3.test", "ANY", answer({"192.0.2.9"}).after(400ms));
  const Stopwatch stopwatch;
  EXPECT_EQ(run({"slow.test", "slow2.test", "slow3.test"}).exit, kAllResolved);
  EXPECT_LT(stopwatch.ms(), 1100) << "one after the other they take 1200 ms";
}

TEST_F(Tool, PrintsTheNameAsItWasGiven) { EXPECT_EQ(run({"B.Test."}).output, "B.Test.\t192.0.2.2\n"); }

TEST_F(Tool, PrintsWhyANameDidNotResolve) {
  const Result result = run({"gone.test", "empty.test", "refused.test", "broken.test", "a..test", ""});
  EXPECT_THAT(result.lines(), ElementsAre("gone.test\tname not found", "empty.test\tname has no address of this family",
                                          "refused.test\trefused by the server", "broken.test\tserver failure",
                                          "a..test\tmalformed name", "\tmalformed name"));
  EXPECT_EQ(result.exit, kSomeFailed);
}

TEST_F(Tool, SaysWhenNoServerCanBeReached) {
  const ClosedPort closed;
  const Result result = run_without_server({"-s", closed.address(), "a.test"});
  EXPECT_EQ(result.output, "a.test\tno server could be reached\n");
  EXPECT_EQ(result.exit, kSomeFailed);
}

TEST_F(Tool, TakesLiteralsInEveryForm) {
  const Result result = run({"192.0.2.1", "127.1", "0x7f000001", "2001:DB8::1", "::ffff:192.0.2.1", "fe80::1%1"});
  EXPECT_THAT(result.lines(),
              ElementsAre("192.0.2.1\t192.0.2.1", "127.1\t127.0.0.1", "0x7f000001\t127.0.0.1",
                          "2001:DB8::1\t2001:db8::1", "::ffff:192.0.2.1\t::ffff:192.0.2.1", "fe80::1%1\tfe80::1%1"));
  EXPECT_EQ(result.exit, kAllResolved);
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Tool, KnowsLocalhost) {
  EXPECT_EQ(run({"localhost"}).output, "localhost\t::1 127.0.0.1\n");
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Tool, PrintsTheSummaryOnStandardErrorOnly) {
  const Result result = run({"b.test", "gone.test", "a.test", "also-gone.test", "broken.test"});
  EXPECT_EQ(result.lines().size(), 5u);
  EXPECT_THAT(result.errors, StartsWith("5 names, 3 failed, "));
  EXPECT_THAT(result.errors, HasSubstr("  2 name not found\n"));
  EXPECT_THAT(result.errors, HasSubstr("  1 server failure\n"));
  EXPECT_THAT(result.output, Not(HasSubstr("failed")));
}

TEST_F(Tool, SpeaksOfOneNameInTheSingular) { EXPECT_THAT(run({"b.test"}).errors, StartsWith("1 name, 0 failed, ")); }

// --- families ---

TEST_F(Tool, Option4PrintsIpv4AddressesOnly) {
  const Result result = run({"-4", "a.test", "v6.test", "2001:db8::1", "127.1", "localhost"});
  EXPECT_THAT(result.lines(), ElementsAre("a.test\t192.0.2.1", "v6.test\tname has no address of this family",
                                          "2001:db8::1\taddress family not supported for this name", "127.1\t127.0.0.1",
                                          "localhost\t127.0.0.1"));
  EXPECT_EQ(result.exit, kSomeFailed);
  EXPECT_EQ(server_.queries("a.test", "AAAA"), 0u);
}

TEST_F(Tool, Option6PrintsIpv6AddressesOnly) {
  const Result result = run({"a.test", "-6", "b.test", "127.1", "localhost"});
  EXPECT_THAT(result.lines(), ElementsAre("a.test\t2001:db8::1", "b.test\tname has no address of this family",
                                          "127.1\taddress family not supported for this name", "localhost\t::1"));
  EXPECT_EQ(server_.queries("a.test", "A"), 0u);
}

TEST_F(Tool, Options4And6TogetherAreAUsageError) { expect_usage_error(run({"-4", "-6", "a.test"}), "-6"); }

TEST_F(Tool, PrintsSeveralAddressesOnOneLine) {
  EXPECT_THAT(run({"two.test"}).output,
              AnyOf("two.test\t192.0.2.21 192.0.2.22\n", "two.test\t192.0.2.22 192.0.2.21\n"));
}

// --- where the names come from ---

TEST_F(Tool, ReadsNamesFromAFile) {
  const TempFile file("b.test\nc.test\n");
  EXPECT_THAT(run({"-f", file.path()}).lines(), ElementsAre("b.test\t192.0.2.2", "c.test\t192.0.2.3"));
  EXPECT_THAT(run({"--file", file.path()}).lines(), ElementsAre("b.test\t192.0.2.2", "c.test\t192.0.2.3"));
  EXPECT_THAT(run({"-f", file.path(), "-f", file.path()}).lines().size(), 4u);
}

TEST_F(Tool, ReadsNamesFromStandardInput) {
  EXPECT_THAT(run({"-f", "-"}, {.input = "b.test\nc.test\n"}).lines(),
              ElementsAre("b.test\t192.0.2.2", "c.test\t192.0.2.3"));
}

TEST_F(Tool, ReadsSeveralFilesInTheirOrderAfterTheNamesOfTheCommandLine) {
  const TempFile first("b.test\n");
  const TempFile second("c.test\n");
  const Result result =
      run({"-f", second.path(), "-f", "-", "127.1", "-f", first.path(), "127.2"}, {.input = "192.0.2.9\n"});
  EXPECT_THAT(result.lines(), ElementsAre("127.1\t127.0.0.1", "127.2\t127.0.0.2", "c.test\t192.0.2.3",
                                          "192.0.2.9\t192.0.2.9", "b.test\t192.0.2.2"));
}

TEST_F(Tool, SkipsCommentsAndEmptyLinesAndDropsBlanks) {
  const Result result = run({"-f", "-"}, {.input = "# names\n\n  b.test  \n \t\n\t# more\n\tc.test\n#d.test\n"});
  EXPECT_THAT(result.lines(), ElementsAre("b.test\t192.0.2.2", "c.test\t192.0.2.3"));
}

TEST_F(Tool, ReadsFilesOfOtherSystems) {
  const Result result = run({"-f", "-"}, {.input = "b.test\r\n\r\n# names\r\nc.test\r\n"});
  EXPECT_THAT(result.lines(), ElementsAre("b.test\t192.0.2.2", "c.test\t192.0.2.3"));
}

TEST_F(Tool, ReadsALastLineWithoutAnEnd) {
  EXPECT_THAT(run({"-f", "-"}, {.input = "b.test\nc.test"}).lines(),
              ElementsAre("b.test\t192.0.2.2", "c.test\t192.0.2.3"));
}

TEST_F(Tool, HasNothingToDoForAFileWithoutNames) {
  const Result result = run({"-f", "-"}, {.input = "# nothing\n"});
  EXPECT_EQ(result.exit, kAllResolved);
  EXPECT_THAT(result.output, IsEmpty());
  EXPECT_THAT(result.errors, StartsWith("0 names, 0 failed"));
}

TEST_F(Tool, Resolves10000NamesInTheirOrder) {
  const std::vector<std::string> names = bulk_names(10'000);
  const Result result = run({"-4", "-f", "-"}, {.input = as_lines(names)});
  const std::vector<std::string> lines = result.lines();
  ASSERT_EQ(lines.size(), names.size()) << result.errors;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(lines[i], names[i] + '\t' + hashed_address(kBulk, names[i])) << "line " << i + 1;
  }
  EXPECT_EQ(result.exit, kAllResolved) << result.errors;
}

TEST_F(Tool, TakesAnOrdinaryMistakeForAFailedNameAndGoesOn) {
  const std::string longest(300, 'x');
  const Result result = run({"-f", "-"}, {.input = longest + "\nb.test\n-x\ntwo words\nc.test\n"});
  ASSERT_EQ(result.lines().size(), 5u);
  EXPECT_EQ(result.lines()[0], longest + "\tmalformed name (line 1)");
  EXPECT_EQ(result.lines()[1], "b.test\t192.0.2.2");
  EXPECT_EQ(result.lines()[2], "-x\tname not found");
  EXPECT_EQ(result.lines()[3], "two words\tmalformed name (line 4)");
  EXPECT_EQ(result.lines()[4], "c.test\t192.0.2.3");
}

// --- usage ---

TEST_F(Tool, OnATerminalWithoutNamesIsAUsageError) {
  expect_usage_error(run({}, {.terminal_input = true}), "NAME");
  expect_usage_error(run_without_server({}, {.terminal_input = true}), "NAME");
}

TEST_F(Tool, ReadsStandardInputWithoutNamesWhereItIsNoTerminal) {
  EXPECT_THAT(run({}, {.input = "b.test\nc.test\n"}).lines(), ElementsAre("b.test\t192.0.2.2", "c.test\t192.0.2.3"));
  EXPECT_THAT(run({"b.test"}, {.input = "c.test\n"}).lines(), ElementsAre("b.test\t192.0.2.2"));
}

TEST_F(Tool, NamesAnUnknownOption) {
  expect_usage_error(run({"--no-such-option", "a.test"}), "--no-such-option");
  expect_usage_error(run({"-z", "a.test"}), "-z");
}

TEST_F(Tool, AnOptionWithoutItsValueIsAUsageError) {
  expect_usage_error(run({"a.test", "-f"}), "--file");
  expect_usage_error(run_without_server({"a.test", "-s"}), "--server");
}

TEST_F(Tool, NamesABadListOfServers) {
  for (const char *list : {"nonsense", "127.0.0.1:99999", "127.0.0.1:x", "127.0.0.1,nonsense", "[::1", "", ","}) {
    SCOPED_TRACE(list);
    expect_usage_error(run_without_server({"-s", list, "a.test"}), list);
  }
}

TEST_F(Tool, AsksTheServersThatAreNamed) {
  const ClosedPort closed;
  const Result result = run_without_server({"-s", closed.address() + "," + server_.address(), "b.test"});
  EXPECT_EQ(result.output, "b.test\t192.0.2.2\n");
  EXPECT_EQ(run_without_server({"--server", server_.address(), "b.test"}).output, "b.test\t192.0.2.2\n");
}

TEST_F(Tool, HelpGoesToStandardOutput) {
  for (const char *option : {"--help", "-h"}) {
    const Result result = run_without_server({option});
    EXPECT_EQ(result.exit, kAllResolved);
    EXPECT_THAT(result.errors, IsEmpty());
    for (const char *told : {"-s", "-4", "-6", "-f", "NAME", "Exit status"})
      EXPECT_THAT(result.output, HasSubstr(told));
  }
}

constexpr const char *kOptionLetters = "abcdefghijklmnopqrstuvwxyz-";

// Whether the option is there, and not just one that begins with it.
bool has_option(const std::string &text, const std::string &option) {
  for (std::size_t at = 0; (at = text.find(option, at)) != std::string::npos; ++at) {
    if (text.find_first_of(kOptionLetters, at + option.size()) != at + option.size()) return true;
  }
  return false;
}

std::vector<std::string> long_options_of(const std::string &help) {
  std::vector<std::string> options;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find("--");
    if (at > 5) continue;  // "  -f,--file" or "  --short", and not in a description
    options.push_back(line.substr(at, line.find_first_not_of(kOptionLetters, at) - at));
  }
  return options;
}

std::string without_backslashes(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\\'), text.end());
  return text;
}

// An option that is added is to be in all of these.
TEST_F(Tool, ManPageAndCompletionsKnowEveryOption) {
  const std::string folder = DNS_CARES_TOOLS_FOLDER;
  const std::string man = without_backslashes(text_of(folder + "/dns-cares.1"));
  const std::string bash = text_of(folder + "/completions/dns-cares.bash");
  const std::string zsh = text_of(folder + "/completions/_dns-cares");
  const std::string fish = text_of(folder + "/completions/dns-cares.fish");
  const auto options = long_options_of(run_without_server({"--help"}).output);
  EXPECT_GT(options.size(), 20u);
  for (const std::string &option : options) {
    for (const std::string *text : {&man, &bash, &zsh}) EXPECT_TRUE(has_option(*text, option)) << option;
    EXPECT_TRUE(has_option(fish, "-l " + option.substr(2))) << option;
  }
}

// What bash would propose for the last of the words.
std::string completions_of(const std::string &words) {
  const std::string script = "source " DNS_CARES_TOOLS_FOLDER "/completions/dns-cares.bash; COMP_WORDS=(dns-cares " +
                             words + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _dns_cares; echo \"${COMPREPLY[@]}\"";
  const std::string command = "bash -c '" + script + "'";
  std::FILE *const shell = popen(command.c_str(), "r");
  if (shell == nullptr) return "no shell";
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), shell));
  return pclose(shell) == 0 ? text : "the shell failed";
}

TEST_F(Tool, BashCompletesOptionsAndTheirValues) {
  EXPECT_EQ(completions_of("--form"), "--format\n");
  EXPECT_EQ(completions_of("-f /etc/hosts --rate-"), "--rate-per-server\n");
  EXPECT_EQ(completions_of("--format j"), "json\n");
  EXPECT_EQ(completions_of("--format = j"), "json\n");
  EXPECT_EQ(completions_of("--format ="), "text json csv\n");
  EXPECT_EQ(completions_of("-t SV"), "SVCB\n");
  EXPECT_EQ(completions_of("-o " DNS_CARES_TOOLS_FOLDER "/dns-cares."), DNS_CARES_TOOLS_FOLDER "/dns-cares.1\n");
  EXPECT_EQ(completions_of("--timeout 1"), "\n");
}

// --- input and output that fail ---

TEST_F(Tool, NamesAFileThatIsNotThere) {
  const Result result = run({"-f", "/no/such/file", "a.test"});
  EXPECT_EQ(result.exit, kInputOutput);
  EXPECT_THAT(result.output, IsEmpty());
  EXPECT_THAT(result.errors, HasSubstr("/no/such/file: No such file or directory"));
}

TEST_F(Tool, NamesAFolderThatIsGivenAsAFile) {
  const std::string folder = std::filesystem::temp_directory_path();
  const Result result = run({"-f", folder});
  EXPECT_EQ(result.exit, kInputOutput);
  EXPECT_THAT(result.output, IsEmpty());
  EXPECT_THAT(result.errors, HasSubstr(folder + ": Is a directory"));
}

TEST_F(Tool, SaysThatStandardOutputIsFull) {
  const Result result = run({"a.test"}, {.output_path = "/dev/full"});
  EXPECT_EQ(result.exit, kInputOutput);
  EXPECT_THAT(result.errors, HasSubstr("No space left on device"));
}

// More than a buffer's worth, so that it fails in the middle.
TEST_F(Tool, SaysThatStandardOutputIsFullInTheMiddleOfARun) {
  const Result result = run({"-f", "-"}, {.input = as_lines(bulk_names(2000)), .output_path = "/dev/full"});
  EXPECT_EQ(result.exit, kInputOutput) << "signal " << result.signal << '\n' << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("No space left on device"));
}

TEST_F(Tool, EndsQuietlyWhenNobodyReadsOn) {
  const std::vector<std::string> names = bulk_names(10'000);
  const Result result = run({"-4", "-f", "-"}, {.input = as_lines(names), .closed_after_line = true});
  EXPECT_EQ(result.lines().at(0), names[0] + '\t' + hashed_address(kBulk, names[0]));
  EXPECT_EQ(result.exit, kInputOutput) << "signal " << result.signal;
  EXPECT_THAT(result.errors, IsEmpty());
}

// --- lines and their fields ---

TEST_F(Tool, PassesOnWhatFollowsATab) {
  const Result result = run({"-f", "-"}, {.input = "b.test\tone\t two \ngone.test\t\n b.test \tx\r\n"});
  EXPECT_THAT(result.lines(),
              ElementsAre("b.test\t192.0.2.2\tone\t two ", "gone.test\tname not found\t", "b.test\t192.0.2.2\tx"));
}

TEST_F(Tool, NamesTheLineOfAMalformedName) {
  const TempFile first("b.test\n# a comment\n\na..test\tx\n");
  const TempFile second(std::string("b.test\0c\n", 9));
  EXPECT_THAT(run({"-f", first.path()}).lines(),
              ElementsAre("b.test\t192.0.2.2", "a..test\tmalformed name (line 4)\tx"));
  const Result result = run({"-f", first.path(), "-f", second.path(), "c..test"});
  ASSERT_EQ(result.lines().size(), 4u);
  EXPECT_EQ(result.lines()[0], "c..test\tmalformed name");
  EXPECT_EQ(result.lines()[2], std::string("a..test\tmalformed name (") + first.path() + ", line 4)\tx");
  EXPECT_EQ(result.lines()[3], std::string("b.test\\000c\tmalformed name (") + second.path() + ", line 1)");
  EXPECT_EQ(server_.queries("b.test", "A"), 2u) << "a name must not end at a NUL";
}

TEST_F(Tool, SaysWhereToPutWhatIsNoName) {
  EXPECT_THAT(run({"https://a.test/", "a.test:443", "@127.0.0.1", "a.test:x"}).lines(),
              ElementsAre("https://a.test/\tmalformed name: of a URL give the host alone",
                          "a.test:443\tmalformed name: ports are given by --service",
                          "@127.0.0.1\tmalformed name: servers are given by -s", "a.test:x\tmalformed name"));
  EXPECT_EQ(run({"-t", "MX", "a.test:25"}).output, "a.test:25\tmalformed name\n");
  EXPECT_THAT(run({"--format", "json", "https://a.test/"}).output,
              HasSubstr(R"("error":"malformed name: of a URL give the host alone")"));
}

TEST_F(Tool, KeepsANameWithALineEndOnItsLine) {
  EXPECT_EQ(run({"a\nb.test"}).output, "a\\010b.test\tmalformed name\n");
}

TEST_F(Tool, TakesNamesInBracketsAsTheyAre) {
  EXPECT_EQ(run({"[]", "[b.test,c.test]", "[b.test]"}).output,
            "[]\tmalformed name\n[b.test,c.test]\tmalformed name\n[b.test]\tmalformed name\n");
}

TEST_F(Tool, BehindTwoDashesNothingIsAnOption) {
  EXPECT_EQ(run({"b.test", "--", "-4", "--help"}).lines(),
            (std::vector<std::string>{"b.test\t192.0.2.2", "-4\tname not found", "--help\tname not found"}));
}

TEST_F(Tool, GivesALineWithoutAnEndOneResult) {
  const std::string endless(200'000, 'x');
  const Result result = run({"-f", "-"}, {.input = endless + "\nb.test\n" + endless});
  ASSERT_EQ(result.lines().size(), 3u) << result.errors;
  EXPECT_THAT(result.lines()[0], EndsWith("x\tmalformed name: the line has more than 65536 octets (line 1)"));
  EXPECT_EQ(result.lines()[1], "b.test\t192.0.2.2");
  EXPECT_THAT(result.lines()[2], EndsWith("octets (line 3)"));
  EXPECT_THAT(run({"-f", "-"}, {.input = std::string(200'000, ' ') + "c.test\nb.test\n"}).lines(),
              ElementsAre("\tmalformed name: the line has more than 65536 octets (line 1)", "b.test\t192.0.2.2"));
}

TEST_F(Tool, TakesNoByteOrderMarkForAName) {
  EXPECT_EQ(run({"-f", "-"}, {.input = "\xef\xbb\xbf"
                                       "b.test\n"})
                .output,
            "b.test\t192.0.2.2\n");
}

// A program that asks, and waits for the answer before it asks for more.
TEST_F(Tool, AnswersEachLineOfAPipeAsItComes) {
  Command command({"-s", server_.address(), "-f", "-"}, {.input_stays_open = true});
  command.write("b.test\n");
  ASSERT_TRUE(command.output_has("b.test\t192.0.2.2\n"));
  command.write("c.test\n");
  ASSERT_TRUE(command.output_has("c.test\t192.0.2.3\n"));
  command.close_input();
  EXPECT_EQ(command.finish().exit, kAllResolved);
}

TEST_F(Tool, WritesResultsAsTheyComeWhereOrderIsNotWanted) {
  server_.on("slow.test", "ANY", answer({"192.0.2.9"}).after(500ms));
  EXPECT_THAT(run({"--unordered", "slow.test", "b.test"}).lines(),
              ElementsAre("b.test\t192.0.2.2", "slow.test\t192.0.2.9"));
}

// Its first line is never answered while the reader waits: what can be read ahead is bounded.
TEST_F(Tool, ReadsNoFurtherAheadThanItMay) {
  server_.on("never.bulk.test", "ANY", drop());
  Command command(
      {"-s", server_.address(), "-4", "--deadline", "60s", "--timeout", "60s", "--look-ahead", "100", "-f", "-"},
      {.input = "never.bulk.test\n" + as_lines(bulk_names(1000))});
  // One is on its way for ever, the 99 behind it were asked for.
  expect_to_wait_with_100_asked_for(command);
}

TEST_F(Tool, LosesNothingWhenItsReaderIsSlow) {
  const std::vector<std::string> names = bulk_names(60'000);
  const TempFile file(as_lines(names));
  Command command({"-s", server_.address(), "-4", "-f", file.path()}, {});
  // More cannot be written than the pipe and the buffer hold: then it stops asking.
  ASSERT_TRUE(server_.wait_for_queries(10'000, 60s));
  std::uint64_t asked = 0;
  while (std::exchange(asked, server_.queries()) != server_.queries() || asked < 10'000)
    std::this_thread::sleep_for(300ms);
  EXPECT_LT(asked, names.size());
  const Result result = command.finish();
  ASSERT_EQ(result.lines().size(), names.size());
  EXPECT_EQ(result.lines().back(), names.back() + '\t' + hashed_address(kBulk, names.back()));
  EXPECT_EQ(result.exit, kAllResolved) << result.errors;
}

// So many lines, or as many as TOOL_LINES says.
TEST_F(Tool, NeedsNoMoreMemoryForMoreLines) {
  if (*DNS_CARES_SANITIZERS != '\0') GTEST_SKIP() << "a sanitizer keeps what is freed";
  const auto peak_of = [](int count) {
    std::string input;
    for (int i = 0; i < count; ++i) {
      input +=
          "10." + std::to_string(i >> 16) + '.' + std::to_string(i >> 8 & 255) + '.' + std::to_string(i & 255) + '\n';
    }
    Command command({"-f", "-", "--look-ahead", "2000"}, {.input = input + "127.0.0.1\n", .input_stays_open = true});
    EXPECT_TRUE(command.output_has("\n127.0.0.1\t127.0.0.1\n"));
    const long peak = command.peak_kib();
    command.close_input();
    const Result result = command.finish();
    EXPECT_EQ(result.exit, kAllResolved);
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), count + 1);
    return peak;
  };
  const char *const wanted = std::getenv("TOOL_LINES");
  const int many = wanted != nullptr ? std::atoi(wanted) : 400'000;
  const long few = peak_of(60'000);
  const long peak = peak_of(many);
  std::printf("60,000 lines: %ld KiB at most, %d lines: %ld KiB\n", few, many, peak);
  EXPECT_LT(peak, few + 2048);
}

// Behind a name that takes long, long lines are not read without end.
TEST_F(Tool, NeedsNoMoreMemoryForLongLines) {
  if (*DNS_CARES_SANITIZERS != '\0') GTEST_SKIP() << "a sanitizer keeps what is freed";
  constexpr int kLines = 4000;
  constexpr long kMostKib = 160 << 10;  // a third of what all lines and their results have
  server_.on("slow.test", "ANY", answer({"192.0.2.9"}).after(3s));
  std::string input = "slow.test\n";
  for (int i = 0; i < kLines; ++i) input += "192.0.2.1\t" + std::string(60000, 'x') + '\n';
  Command command({"-s", server_.address(), "-4", "--deadline", "60", "--timeout", "60", "-f", "-"},
                  {.input = input, .input_stays_open = true});
  EXPECT_TRUE(command.output_has("slow.test\t192.0.2.9\n"));
  EXPECT_LT(command.peak_kib(), kMostKib);
  command.close_input();
  const Result result = command.finish();
  EXPECT_EQ(result.exit, kAllResolved);
  EXPECT_EQ(result.lines().size(), kLines + 1U);
}

// --- what and where it asks ---

TEST_F(Tool, LooksIntoTheHostsFileUnlessToldNotTo) {
  EXPECT_EQ(run({"ip6-allnodes-of-no-hosts-file.test"}).exit, kSomeFailed);
  const Result result = run({"--no-hosts", "localhost"});
  EXPECT_EQ(result.output, "localhost\t::1 127.0.0.1\n") << "localhost is no matter of the hosts file (RFC 6761)";
}

TEST_F(Tool, AsksForANameAsItIsWithoutSearch) {
  EXPECT_EQ(run({"--no-search", "single"}).exit, kSomeFailed);
  EXPECT_EQ(server_.queries(), 2u) << "A and AAAA of one name";
  EXPECT_EQ(server_.queries("single", "A"), 1u);
}

TEST_F(Tool, ServiceThatNobodyKnowsIsAUsageError) {
  expect_usage_error(run({"--service", "no-such-service", "b.test"}),
                     "--service: 'no-such-service' is no service by tcp");
  expect_usage_error(run({"--service", "70000/udp", "b.test"}), "--service: '70000' is no service by udp");
  expect_usage_error(run({"--service", "https/sctp", "b.test"}), "--service: 'https/sctp' is no service such as");
}

TEST_F(Tool, PrintsThePortOfAService) {
  EXPECT_EQ(run({"--service", "https", "b.test"}).output, "b.test\t192.0.2.2:443\n");
  EXPECT_EQ(run({"--service", "8080", "a6.test"}).output, "a6.test\t[2001:db8::1]:8080\n");
  EXPECT_EQ(run({"--service", "tftp/udp", "b.test"}).output, "b.test\t192.0.2.2:69\n");
}

TEST_F(Tool, AsksByTcpOnlyWhereToldSo) {
  EXPECT_EQ(run({"--tcp", "b.test"}).output, "b.test\t192.0.2.2\n");
  EXPECT_EQ(server_.tcp_queries(), server_.queries());
}

TEST_F(Tool, ReadsServersFromAFile) {
  const TempFile file("# ours\n\n" + server_.address() + "  # the first\r\n");
  EXPECT_EQ(run_without_server({"--servers", file.path(), "b.test"}).output, "b.test\t192.0.2.2\n");
  expect_usage_error(run_without_server({"--servers", TempFile("# none\n").path(), "b.test"}), "has no server");
  const TempFile wrong("127.0.0.1\n\n192.0.2.300 # no such\n");
  expect_usage_error(run_without_server({"--servers", wrong.path(), "b.test"}),
                     std::string(wrong.path()) + ", line 3: '192.0.2.300' is no list of ADDRESS[:PORT]");
  EXPECT_EQ(run_without_server({"--servers", "/no/such/file", "b.test"}).exit, kInputOutput);
}

TEST_F(Tool, GivesUpAtTheDeadlineAndAfterTheTries) {
  server_.on("never.test", "ANY", drop());
  EXPECT_EQ(run({"-4", "--deadline", "300ms", "never.test"}).output, "never.test\ttimed out\n");
  EXPECT_EQ(run({"-4", "--timeout", "100ms", "--tries", "2", "--deadline", "30", "never.test"}).output,
            "never.test\ttimed out\n");
  EXPECT_EQ(server_.queries("never.test", "A"), 1u + 2u);
}

TEST_F(Tool, NamesABadTimeOrNumber) {
  expect_usage_error(run({"--timeout", "soon", "a.test"}), "--timeout: 'soon' is no time");
  expect_usage_error(run({"--deadline", "0", "a.test"}), "--deadline: '0' is no time");
  expect_usage_error(run({"--tries", "0", "a.test"}), "--tries");
  expect_usage_error(run({"--concurrency", "none", "a.test"}), "--concurrency");
  expect_usage_error(run({"--format", "xml", "a.test"}), "--format: 'xml' is none of text, json, csv");
  expect_usage_error(run({"--format", "2", "a.test"}), "--format: '2' is none of text, json, csv");
  expect_usage_error(run({"--only", "some", "a.test"}), "--only");
}

TEST_F(Tool, HasNoMoreLookupsUnderWayThanItMay) {
  server_.on("*.slow.test", "ANY", answer({"192.0.2.9"}).after(300ms));
  Command command({"-s", server_.address(), "-4", "--concurrency", "3", "-f", "-"},
                  {.input = "a.slow.test\nb.slow.test\nc.slow.test\nd.slow.test\n"});
  ASSERT_TRUE(server_.wait_for_queries(3, 60s));
  EXPECT_EQ(server_.queries("d.slow.test", "A"), 0u);
  EXPECT_EQ(command.finish().lines().size(), 4u);
}

// --- formats ---

nlohmann::json as_json(const std::string &line) {
  static const nlohmann::json schema = nlohmann::json::parse(text_of(DNS_CARES_DOCS_FOLDER "/output-schema.json"));
  const nlohmann::json value = nlohmann::json::parse(line);
  EXPECT_EQ(violation_of(schema, value), "") << line;
  return value;
}

TEST_F(Tool, WritesJsonAsItsSchemaSays) {
  server_.on("ede.test", "ANY", servfail().extended_error(6, "bogus \"x\""));
  server_.on("alias.test", "ANY", records({"@ 60 IN CNAME b.test.", "b.test. 30 IN A 192.0.2.2"}));
  const Result result = run({"--format", "json", "-f", "-"},
                            {.input = "b.test\nalias.test\ngone.test\tone\ttwo\nede.test\na..test\n192.0.2.7\n"
                                      "say \"hi\"\\\x01\xff\xc3\xbc.test\n"});
  const auto lines = result.lines();
  ASSERT_EQ(lines.size(), 7u);
  const nlohmann::json plain = as_json(lines[0]);
  EXPECT_EQ(plain["input"], "b.test");
  EXPECT_EQ(plain["status"], "ok");
  EXPECT_EQ(plain["addresses"], nlohmann::json::array({"192.0.2.2"}));
  EXPECT_EQ(plain["canonical"], "b.test");
  EXPECT_EQ(plain["source"], "server");
  EXPECT_EQ(plain["server"], server_.address());
  EXPECT_EQ(plain["queries"], 2);
  EXPECT_EQ(plain["line"], 1);
  EXPECT_FALSE(plain.contains("fields"));
  EXPECT_EQ(as_json(lines[1])["canonical"], "b.test");
  const nlohmann::json gone = as_json(lines[2]);
  EXPECT_EQ(gone["status"], "not_found");
  EXPECT_EQ(gone["error"], "name not found");
  EXPECT_EQ(gone["fields"], nlohmann::json::array({"one", "two"}));
  const nlohmann::json failed = as_json(lines[3]);
  EXPECT_EQ(failed["extended_error"]["code"], 6);
  EXPECT_EQ(failed["extended_error"]["text"], "bogus \"x\"");
  EXPECT_EQ(as_json(lines[4])["status"], "bad_name");
  EXPECT_EQ(as_json(lines[5])["source"], "local");
  EXPECT_EQ(as_json(lines[6])["input"], "say \"hi\"\\\x01\xef\xbf\xbd\xc3\xbc.test");
}

TEST_F(Tool, WritesJsonOfNamesOfTheCommandLineAndWithPorts) {
  const nlohmann::json value = as_json(run({"--format", "json", "--service", "https", "b.test"}).output);
  EXPECT_EQ(value["port"], 443);
  EXPECT_FALSE(value.contains("line"));
}

TEST_F(Tool, WritesCsvWithAHeader) {
  const Result result = run({"--format", "csv", "-4", "-f", "-"}, {.input = "b.test\tx\ngone.test\n\"q\",.test\n"});
  ASSERT_EQ(result.lines().size(), 4u);
  EXPECT_EQ(result.lines()[0],
            "input,status,addresses,canonical,ttl,source,server,queries,ms,extended_error,line,fields");
  EXPECT_THAT(result.lines()[1],
              MatchesRegex("b\\.test,ok,192\\.0\\.2\\.2,b\\.test,60,server,127\\.0\\.0\\.1:[0-9]+,1,[0-9.]+,,1,\"x\""));
  EXPECT_THAT(result.lines()[2], StartsWith("gone.test,not_found,,,"));
  EXPECT_THAT(result.lines()[3], StartsWith("\"\"\"q\"\",.test\",bad_name,,,"));
  EXPECT_EQ(run({"--format", "csv", "--no-header", "b.test"}).lines().size(), 1u);
}

TEST_F(Tool, WritesTheAddressesAloneWhereTheyAreEnough) {
  EXPECT_EQ(run({"--short", "b.test", "gone.test", "c.test"}).output, "192.0.2.2\n\n192.0.2.3\n");
  EXPECT_EQ(run({"--short", "--format", "json", "b.test"}).output,
            "{\"v\":1,\"input\":\"b.test\",\"status\":\"ok\",\"addresses\":[\"192.0.2.2\"]}\n");
  for (const char *name : {"b.test", "gone.test"}) as_json(run({"--short", "--format", "json", name}).output);
  EXPECT_EQ(run({"--short", "--format", "csv", "b.test"}).output,
            "input,status,addresses,fields\nb.test,ok,192.0.2.2,\n");
}

TEST_F(Tool, WritesOnlyTheResultsThatAreWanted) {
  const Result ok = run({"--only", "ok", "b.test", "gone.test", "c.test"});
  EXPECT_THAT(ok.lines(), ElementsAre("b.test\t192.0.2.2", "c.test\t192.0.2.3"));
  EXPECT_EQ(ok.exit, kSomeFailed);
  EXPECT_THAT(ok.errors, StartsWith("3 names, 1 failed"));
  EXPECT_THAT(run({"--only", "failed", "b.test", "gone.test"}).lines(), ElementsAre("gone.test\tname not found"));
}

// --- records, and the names of addresses ---

class ToolRecords : public Tool {
 protected:
  ToolRecords() {
    server_.on("mail.test", "MX", records({"@ 300 IN MX 10 mx1.mail.test.", "@ 300 IN MX 20 mx2.mail.test."}));
    server_.on("mail.test", "TXT", records({"@ 60 IN TXT \"v=spf1, \\\"x\\\"\" \"-all\""}));
    server_.on("mail.test", "A", answer({"192.0.2.25"}));
    server_.on("mail.test", "ANY", nodata());
    server_.on("alias.test", "ANY", records({"@ 60 IN CNAME mail.test.", "mail.test. 30 IN MX 10 mx1.mail.test."}));
    server_.on("1.2.0.192.in-addr.arpa", "PTR", records({"@ 60 IN PTR one.test.", "@ 60 IN PTR uno.test."}));
    server_.on("*.0.0.10.in-addr.arpa", "PTR", records({"@ 60 IN PTR ten.test."}));
  }
};

TEST_F(ToolRecords, TypePrintsRecordsInPresentationFormat) {
  const Result result = run({"-t", "mx", "mail.test", "gone.test", "a.test"});
  EXPECT_THAT(result.lines(), ElementsAre("mail.test\t10 mx1.mail.test., 20 mx2.mail.test.",
                                          "gone.test\tname not found", "a.test\tname has no record of this type"));
  EXPECT_EQ(result.exit, kSomeFailed);
  EXPECT_THAT(result.errors, HasSubstr("  1 name has no record of this type\n"));
  EXPECT_EQ(run({"-t", "TYPE15", "--short", "mail.test"}).output, "10 mx1.mail.test., 20 mx2.mail.test.\n");
  EXPECT_EQ(run({"--type", "TXT", "mail.test"}).output, "mail.test\t\"v=spf1, \\\"x\\\"\" \"-all\"\n");
  EXPECT_EQ(run({"-t", "TXT", "a..test"}).output, "a..test\tmalformed name\n");
}

TEST_F(ToolRecords, RecordsOfSeveralTypesAreOnOneLineInTheOrderOfTheTypes) {
  server_.on("mail.test", "MX", records({"@ 300 IN MX 10 mx1.mail.test."}).after(300ms));
  EXPECT_THAT(run({"-t", "MX,A,A", "-t", "AAAA", "b.test", "mail.test"}).lines(),
              ElementsAre("b.test\tA 192.0.2.2", "mail.test\tMX 10 mx1.mail.test., A 192.0.2.25"));
  EXPECT_EQ(server_.queries("mail.test", "A"), 1u);
}

TEST_F(ToolRecords, ALineOfWhichOneTypeIsNotAnsweredHasFailed) {
  server_.on("mail.test", "TXT", servfail());
  const Result result = run({"-t", "MX,TXT", "--format", "json", "mail.test"});
  EXPECT_EQ(result.exit, kSomeFailed);
  const nlohmann::json value = as_json(result.output);
  EXPECT_EQ(value["status"], "servfail");
  EXPECT_EQ(value["records"].size(), 2u) << "what was answered is there";
  EXPECT_EQ(run({"-t", "MX,TXT", "mail.test"}).output, "mail.test\tserver failure\n");
}

TEST_F(ToolRecords, WritesRecordsAsJson) {
  const auto lines =
      run({"-t", "MX,TXT", "--format", "json", "-f", "-"}, {.input = "mail.test\tx\nalias.test\ngone.test\n"}).lines();
  ASSERT_EQ(lines.size(), 3u);
  const nlohmann::json mail = as_json(lines[0]);
  EXPECT_EQ(mail["status"], "ok");
  EXPECT_FALSE(mail.contains("addresses"));
  ASSERT_EQ(mail["records"].size(), 3u);
  EXPECT_EQ(mail["records"][0],
            (nlohmann::json{{"owner", "mail.test."}, {"type", "MX"}, {"ttl", 300}, {"data", "10 mx1.mail.test."}}));
  EXPECT_EQ(mail["records"][2]["type"], "TXT");
  EXPECT_EQ(mail["ttl"], 60) << "the shortest";
  EXPECT_EQ(mail["queries"], 2) << "of all types";
  EXPECT_EQ(mail["server"], server_.address());
  EXPECT_EQ(mail["fields"], nlohmann::json::array({"x"}));
  const nlohmann::json alias = as_json(lines[1]);
  ASSERT_EQ(alias["records"].size(), 1u) << "the alias is none of the types asked for";
  EXPECT_EQ(alias["records"][0]["owner"], "mail.test.");
  EXPECT_EQ(as_json(lines[2])["records"], nlohmann::json::array());
  EXPECT_EQ(
      run({"-t", "A", "--short", "--format", "json", "b.test"}).output,
      "{\"v\":1,\"input\":\"b.test\",\"status\":\"ok\",\"records\":[{\"owner\":\"b.test.\",\"type\":\"A\",\"ttl\":60,"
      "\"data\":\"192.0.2.2\"}]}\n");
}

TEST_F(ToolRecords, WritesRecordsAsCsv) {
  const Result result = run({"-t", "MX", "--format", "csv", "mail.test", "gone.test"});
  ASSERT_EQ(result.lines().size(), 3u);
  EXPECT_EQ(result.lines()[0], "input,status,records,ttl,source,server,queries,ms,extended_error,line,fields");
  EXPECT_THAT(result.lines()[1], StartsWith("mail.test,ok,\"10 mx1.mail.test., 20 mx2.mail.test.\",300,server,"));
  EXPECT_THAT(result.lines()[2], StartsWith("gone.test,not_found,,"));
  EXPECT_EQ(run({"-t", "A,MX", "--short", "--format", "csv", "b.test"}).output,
            "input,status,records,fields\nb.test,ok,A 192.0.2.2,\n");
}

TEST_F(ToolRecords, LosesNoLineOfMany) {
  const std::vector<std::string> names = bulk_names(2000);
  const Result result = run({"-t", "A,AAAA", "--threads", "2", "-f", "-"}, {.input = as_lines(names)});
  ASSERT_EQ(result.lines().size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(result.lines()[i], names[i] + "\tA " + hashed_address(kBulk, names[i]));
  }
  EXPECT_EQ(result.exit, kAllResolved);
}

TEST_F(ToolRecords, StopsAtOnceWhileSomeTypesAreAnswered) {
  server_.on("never.test", "MX", drop());
  server_.on("never.test", "A", answer({"192.0.2.9"}));
  Command command({"-s", server_.address(), "-t", "A,MX", "--deadline", "600", "--timeout", "600s", "-f", "-"},
                  {.input = "b.test\nnever.test\n"});
  ASSERT_TRUE(server_.wait_for_queries(4, 60s));
  ASSERT_TRUE(command.output_has("b.test"));
  command.send(SIGINT);
  ASSERT_TRUE(command.tells_at(SIGUSR1, "1 name, 0 failed"));
  command.send(SIGINT);
  const Result result = command.finish();
  EXPECT_EQ(result.exit, 130);
  EXPECT_THAT(result.lines(), ElementsAre("b.test\tA 192.0.2.2"));
}

TEST_F(ToolRecords, NamesWhatIsNoTypeOfRecords) {
  for (const char *type : {"NOSUCH", "", "0", "AXFR", "OPT", "TYPE70000"}) {
    expect_usage_error(run({"-t", std::string("A,") + type, "b.test"}), std::string("'") + type + "'");
  }
  expect_usage_error(run({"-t", "A", "-4", "b.test"}), "--type");
  expect_usage_error(run({"-t", "A", "-x", "192.0.2.1"}), "--reverse");
  expect_usage_error(run({"-x", "--service", "https", "192.0.2.1"}), "--reverse");
}

TEST_F(ToolRecords, ReversePrintsTheNamesOfAddresses) {
  server_.on("6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "PTR",
             records({"@ 60 IN PTR six.test."}));
  EXPECT_THAT(
      run({"-x", "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::6", "192.0.2.99", "b.test", "127.1"}).lines(),
      ElementsAre("192.0.2.1\tone.test., uno.test.", "::ffff:192.0.2.1\tone.test., uno.test.", "2001:db8::6\tsix.test.",
                  "192.0.2.99\taddress has no name", "b.test\tmalformed address", "127.1\tmalformed address"));
  const nlohmann::json value = as_json(run({"--reverse", "--format", "json", "192.0.2.1"}).output);
  EXPECT_EQ(value["input"], "192.0.2.1");
  EXPECT_EQ(
      value["records"][1],
      (nlohmann::json{{"owner", "1.2.0.192.in-addr.arpa."}, {"type", "PTR"}, {"ttl", 60}, {"data", "uno.test."}}));
}

TEST_F(ToolRecords, ARangeIsALineForEachOfItsAddresses) {
  const Result result =
      run({"-x", "-f", "-"},
          {.input = "10.0.0.6/30\tx\n192.0.2.1\ty\n192.0.2.1/32\n2001:db8::fffe/127\n10.0.0.0/33\n10.0.0.0/\n"});
  EXPECT_THAT(
      result.lines(),
      ElementsAre("10.0.0.4\tten.test.\tx", "10.0.0.5\tten.test.\tx", "10.0.0.6\tten.test.\tx",
                  "10.0.0.7\tten.test.\tx", "192.0.2.1\tone.test., uno.test.\ty", "192.0.2.1\tone.test., uno.test.",
                  "2001:db8::fffe\taddress has no name", "2001:db8::ffff\taddress has no name",
                  "10.0.0.0/33\tmalformed address (line 5)", "10.0.0.0/\tmalformed address (line 6)"));
  EXPECT_EQ(run({"10.0.0.0/30"}).lines().size(), 1u) << "without -x it is a name";
}

// More addresses than could be held: what is on its way is as many as may be read ahead.
TEST_F(ToolRecords, ALargeRangeIsReadNoFurtherAheadThanItMay) {
  server_.on("0.0.0.10.in-addr.arpa", "PTR", drop());
  Command command(
      {"-s", server_.address(), "-x", "--deadline", "60s", "--timeout", "60s", "--look-ahead", "100", "10.0.0.0/8"},
      {});
  expect_to_wait_with_100_asked_for(command);
}

TEST_F(ToolRecords, ShardsOfARangeAreEachAddressOnce) {
  std::vector<std::string> all;
  for (const char *shard : {"1/2", "2/2"}) {
    const Result result = run({"-x", "--shard", shard, "10.0.0.0/26"});
    EXPECT_GT(result.lines().size(), 10u);
    for (const std::string &line : result.lines()) all.push_back(line.substr(0, line.find('\t')));
  }
  std::vector<std::string> addresses;
  for (int i = 0; i < 64; ++i) addresses.push_back("10.0.0." + std::to_string(i));
  EXPECT_THAT(all, testing::UnorderedElementsAreArray(addresses));
}

// --- services ---

class ToolServices : public Tool {
 protected:
  ToolServices() {
    server_.on("_x._tcp.test", "SRV",
               records({"@ 60 IN SRV 30 0 3000 gone.test.", "@ 60 IN SRV 20 7 2000 b.test.",
                        "@ 60 IN SRV 10 0 1000 both.test."}));
    server_.on("both.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
    server_.on("_none._tcp.test", "SRV", records({"@ 60 IN SRV 0 0 0 ."}));
    server_.on("_dead._tcp.test", "SRV", records({"@ 60 IN SRV 0 0 1 broken.test."}));
  }
};

TEST_F(ToolServices, SrvPrintsHostsPortsAndAddressesInTheirOrder) {
  const Result result =
      run({"--srv", "-4", "_x._tcp.test", "_none._tcp.test", "_gone._tcp.test", "_dead._tcp.test", "a..test"});
  EXPECT_THAT(result.lines(),
              ElementsAre("_x._tcp.test\tboth.test:1000=192.0.2.1 b.test:2000=192.0.2.2 gone.test:3000=",
                          "_none._tcp.test\tservice is not offered", "_gone._tcp.test\tname not found",
                          "_dead._tcp.test\tserver failure", "a..test\tmalformed name"));
  EXPECT_EQ(result.exit, kSomeFailed);
  EXPECT_EQ(server_.queries("both.test", "AAAA"), 0u);
  EXPECT_EQ(run({"--srv", "-6", "--short", "_x._tcp.test"}).output, "[2001:db8::1]:1000\n");
  EXPECT_EQ(run({"--srv", "-4", "--short", "_x._tcp.test"}).output, "192.0.2.1:1000 192.0.2.2:2000\n");
  expect_usage_error(run({"--srv", "-t", "SRV", "_x._tcp.test"}), "--srv");
}

TEST_F(ToolServices, WritesEndpointsAsJsonAndCsv) {
  const auto lines = run({"--srv", "-4", "--format", "json", "_x._tcp.test", "_none._tcp.test"}).lines();
  ASSERT_EQ(lines.size(), 2u);
  const nlohmann::json value = as_json(lines[0]);
  EXPECT_EQ(value["status"], "ok");
  ASSERT_EQ(value["endpoints"].size(), 3u);
  EXPECT_EQ(value["endpoints"][1], (nlohmann::json{{"host", "b.test"},
                                                   {"port", 2000},
                                                   {"priority", 20},
                                                   {"weight", 7},
                                                   {"status", "ok"},
                                                   {"addresses", {"192.0.2.2"}}}));
  EXPECT_EQ(value["endpoints"][2]["status"], "not_found");
  const nlohmann::json none = as_json(lines[1]);
  EXPECT_EQ(none["error"], "service is not offered");
  EXPECT_EQ(none["endpoints"], nlohmann::json::array());
  const auto rows = run({"--srv", "-4", "--format", "csv", "_x._tcp.test"}).lines();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0], StartsWith("input,status,endpoints,ttl,"));
  EXPECT_THAT(rows[1],
              StartsWith("_x._tcp.test,ok,both.test:1000=192.0.2.1 b.test:2000=192.0.2.2 gone.test:3000=,,,,,"));
}

TEST_F(ToolServices, StopsAtOnceInTheMiddleOfASearch) {
  server_.on("both.test", "ANY", drop());
  Command command({"-s", server_.address(), "--srv", "-4", "--deadline", "600", "--timeout", "600s", "_x._tcp.test"},
                  {});
  ASSERT_TRUE(server_.wait_for_queries(4, 60s));
  command.send(SIGINT);
  ASSERT_TRUE(command.tells_at(SIGUSR1, "0 names, 0 failed"));
  command.send(SIGINT);
  const Result result = command.finish();
  EXPECT_EQ(result.exit, 130);
  EXPECT_THAT(result.output, IsEmpty());
}

// --- versions, summaries, signals ---

TEST_F(Tool, TellsTheVersionsInUse) {
  const Result result = run_without_server({"--version"});
  EXPECT_EQ(result.exit, kAllResolved);
  EXPECT_THAT(result.output, ContainsRegex("^dns-cares [0-9.]+ with c-ares [0-9.]+ and libev [0-9.]+\n"));
}

TEST_F(Tool, IsQuietWhereToldSo) { EXPECT_THAT(run({"--quiet", "b.test", "gone.test"}).errors, IsEmpty()); }

TEST_F(Tool, SummaryHasLatenciesWhereThereAreEnough) {
  const Result result = run({"-4", "-f", "-"}, {.input = as_lines(bulk_names(100))});
  EXPECT_THAT(result.errors,
              ContainsRegex("latency: 50 % [0-9.]+ ms, 90 % [0-9.]+ ms, 99 % [0-9.]+ ms, longest [0-9.]+ ms"));
  EXPECT_THAT(result.errors, HasSubstr("#"));
}

TEST_F(Tool, FinishesWhatIsUnderWayAtTheFirstInterrupt) {
  server_.on("slow.test", "ANY", answer({"192.0.2.9"}).after(500ms));
  Command command({"-s", server_.address(), "-f", "-"}, {.input = "b.test\nslow.test\n", .input_stays_open = true});
  ASSERT_TRUE(command.output_has("b.test"));
  command.send(SIGINT);
  const Result result = command.finish();
  EXPECT_EQ(result.exit, 130);
  EXPECT_THAT(result.lines(), ElementsAre("b.test\t192.0.2.2", "slow.test\t192.0.2.9"));
  EXPECT_THAT(result.errors, StartsWith("2 names, 0 failed"));
}

TEST_F(Tool, StopsAtOnceAtTheSecondInterrupt) {
  server_.on("never.test", "ANY", drop());
  Command command({"-s", server_.address(), "--deadline", "600", "--timeout", "600s", "-f", "-"},
                  {.input = "b.test\nnever.test\n"});
  ASSERT_TRUE(command.output_has("b.test"));
  command.send(SIGINT);
  ASSERT_TRUE(command.tells_at(SIGUSR1, "1 name, 0 failed"));
  command.send(SIGINT);
  const Result result = command.finish();
  EXPECT_EQ(result.exit, 130);
  EXPECT_THAT(result.lines(), ElementsAre("b.test\t192.0.2.2"));
}

// They are behind one that never comes.
TEST_F(Tool, TellsHowManyResultsItHasNotWritten) {
  server_.on("never.test", "ANY", drop());
  Command command({"-s", server_.address(), "-4", "--deadline", "600", "--timeout", "600s", "-f", "-"},
                  {.input = "b.test\nnever.test\nb.test\nc.test\n"});
  ASSERT_TRUE(command.output_has("b.test"));
  command.send(SIGINT);
  ASSERT_TRUE(command.tells_at(SIGUSR1, "3 names, 0 failed"));
  command.send(SIGINT);
  const Result result = command.finish();
  EXPECT_THAT(result.lines(), ElementsAre("b.test\t192.0.2.2"));
  EXPECT_THAT(result.errors.substr(result.errors.rfind("3 names")), HasSubstr("  2 of the results not written\n"));
}

// --- how fast, and by whom ---

TEST_F(Tool, ResultsOfManyThreadsAreInOrder) {
  const std::vector<std::string> names = bulk_names(20'000);
  const Result result = run({"-4", "--threads", "4", "-f", "-"}, {.input = as_lines(names)});
  const std::vector<std::string> lines = result.lines();
  ASSERT_EQ(lines.size(), names.size()) << result.errors;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(lines[i], names[i] + '\t' + hashed_address(kBulk, names[i]));
  }
  EXPECT_EQ(result.exit, kAllResolved);
  EXPECT_EQ(run({"--threads", "8", "b.test"}).output, "b.test\t192.0.2.2\n") << "more threads than names";
}

TEST_F(Tool, ThreadsHaveNoMoreLookupsUnderWayThanItMay) {
  server_.on("*.never.test", "ANY", drop());
  Command command({"-s", server_.address(), "-4", "--threads", "4", "--concurrency", "2", "--deadline", "600",
                   "--timeout", "600", "-f", "-"},
                  {.input = "a.never.test\nb.never.test\nc.never.test\nd.never.test\n"});
  ASSERT_TRUE(server_.wait_for_queries(2, 60s));
  EXPECT_FALSE(server_.wait_for_queries(3, 300ms));
  EXPECT_EQ(server_.queries(), 2u);
  command.send(SIGKILL);
}

TEST_F(Tool, ThreadsStopAtTheSecondInterruptToo) {
  server_.on("*.never.test", "ANY", drop());
  Command command({"-s", server_.address(), "-4", "--threads", "3", "--concurrency", "3", "--deadline", "600",
                   "--timeout", "600", "-f", "-"},
                  {.input = "a.never.test\nb.never.test\nc.never.test\nd.never.test\n"});
  ASSERT_TRUE(server_.wait_for_queries(3, 60s));
  command.send(SIGINT);
  ASSERT_TRUE(command.tells_at(SIGUSR1, "0 names, "));
  command.send(SIGINT);
  EXPECT_EQ(command.finish().exit, 130);
}

TEST_F(Tool, StartsNoMoreLookupsThanItsRateAllows) {
  const Stopwatch stopwatch;
  const Result result = run({"-4", "--rate", "200/s", "-f", "-"}, {.input = as_lines(bulk_names(100))});
  EXPECT_EQ(result.lines().size(), 100u);
  EXPECT_GT(stopwatch.ms(), 450) << "100 lookups, of which 4 may start at once, at 200 in a second";
  expect_usage_error(run({"--rate", "fast", "b.test"}), "--rate: 'fast'");
}

TEST_F(Tool, ServersShareTheLookupsOnlyWhereTheyAreToldTo) {
  Server second;
  second.otherwise(hashed(kBulk));
  const std::string names = as_lines(bulk_names(100));
  EXPECT_EQ(run({"-s", second.address(), "-4", "-f", "-"}, {.input = names}).exit, kAllResolved);
  EXPECT_EQ(second.queries(), 0u);
  EXPECT_EQ(run({"-s", second.address(), "-4", "--rotate", "-f", "-"}, {.input = names}).exit, kAllResolved);
  EXPECT_GE(second.queries(), 10u);
  EXPECT_GE(server_.queries(), 110u);
}

TEST_F(Tool, RatePerServerIsForEachOfThemAndTheyShareTheLookups) {
  Server second;
  second.otherwise(hashed(kBulk));
  const Stopwatch stopwatch;
  const Result result =
      run({"-s", second.address(), "-4", "--rate-per-server", "100", "-f", "-"}, {.input = as_lines(bulk_names(100))});
  EXPECT_EQ(result.lines().size(), 100u);
  EXPECT_GT(stopwatch.ms(), 450) << "100 lookups, of which 4 may start at once, at 200 in a second";
  EXPECT_GE(server_.queries(), 10u);
  EXPECT_GE(second.queries(), 10u);
}

TEST_F(Tool, ServerThatIsNamedTwiceHasTheRateOfOne) {
  const Stopwatch stopwatch;
  EXPECT_EQ(run({"-s", server_.address() + ", " + server_.address(), "-4", "--rate-per-server", "200", "-f", "-"},
                {.input = as_lines(bulk_names(100))})
                .exit,
            kAllResolved);
  EXPECT_GT(stopwatch.ms(), 450);
}

TEST_F(Tool, RatePerServerNeedsServersThatAreNamed) {
  expect_usage_error(run({"--rate-per-server", "fast", "b.test"}), "'fast'");
  expect_usage_error(run_without_server({"--rate-per-server", "100", "b.test"}), "-s or --servers");
}

TEST_F(Tool, ShardsAreEachNameOnce) {
  const std::vector<std::string> names = bulk_names(1000);
  std::vector<std::string> all;
  for (const char *shard : {"1/3", "2/3", "3/3"}) {
    const Result result = run({"-4", "--shard", shard, "-f", "-"}, {.input = as_lines(names)});
    EXPECT_GT(result.lines().size(), 250u);
    for (const std::string &line : result.lines()) all.push_back(line.substr(0, line.find('\t')));
  }
  EXPECT_THAT(all, testing::UnorderedElementsAreArray(names));
  for (const char *nonsense : {"0/3", "4/3", "1", "1/", "/3", "1/3/5", "-1/3"}) {
    expect_usage_error(run({"--shard", nonsense, "b.test"}), std::string("--shard: '") + nonsense + "'");
  }
}

// --- the terminal ---

TEST_F(Tool, ShowsItsProgressOnATerminal) {
  server_.on("slow.test", "ANY", answer({"192.0.2.9"}).after(1s));
  const Result result = run({"b.test", "gone.test", "slow.test"}, {.terminal_errors = true});
  EXPECT_THAT(result.errors, HasSubstr("\r\033[K"));
  EXPECT_THAT(result.errors, ContainsRegex("2 of 3 \\(67 %\\), [0-9]+/s, 1 failed \\(1 not_found\\), 1 in flight"));
  EXPECT_THAT(result.errors, HasSubstr("\033[33m")) << "in colour";
  const std::size_t wiped = result.errors.rfind("\r\033[K");
  EXPECT_THAT(result.errors.substr(wiped), HasSubstr("3 names, 1 failed")) << "wiped off before the summary";
}

TEST_F(Tool, ShowsNoProgressWhereItIsNotWanted) {
  server_.on("slow.test", "ANY", answer({"192.0.2.9"}).after(500ms));
  EXPECT_THAT(run({"slow.test"}).errors, Not(HasSubstr("in flight"))) << "piped";
  EXPECT_THAT(run({"--quiet", "slow.test"}, {.terminal_errors = true}).errors, IsEmpty());
  EXPECT_THAT(run({"slow.test"}, {.terminal_errors = true, .environment = {"NO_COLOR=1"}}).errors,
              AllOf(HasSubstr("in flight"), Not(HasSubstr("\033[3"))));
}

TEST_F(Tool, TraceNamesNoSourceWhereNobodyAnswers) {
  const ClosedPort closed;
  const Result result = run_without_server({"-s", closed.address(), "-4", "--trace", "b.test"});
  EXPECT_THAT(result.errors, ContainsRegex("\n; b.test: no server could be reached, [0-9.]+ ms\n"));
  EXPECT_THAT(result.errors, Not(HasSubstr("search list")));
}

TEST_F(Tool, TraceTellsEachStep) {
  server_.on("ede.test", "ANY", servfail().extended_error(6, "bogus\033[31m"));
  const Result result = run({"-4", "--trace", "b.test", "ede.test"});
  EXPECT_THAT(result.errors, StartsWith("; b.test: looked up\n;   b.test A: asks " + server_.address() + "\n"));
  EXPECT_THAT(result.errors, HasSubstr("A: " + server_.address() + " answers after "));
  EXPECT_THAT(result.errors, HasSubstr("; b.test: success, from server, "));
  EXPECT_THAT(result.errors, HasSubstr("extended error 6: bogus\\027[31m"));
  EXPECT_EQ(result.lines().size(), 2u);
}

}  // namespace
}  // namespace dns_cares_test
