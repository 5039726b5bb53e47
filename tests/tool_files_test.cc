// The files of the command dns-cares: where its results and reports go, and how a run that was stopped goes on.
#include <dns_cares/testkit.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "command.h"
#include "json_schema.h"
#include "loop.h"
#include "tool.h"

namespace dns_cares_test {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using namespace dns_testkit;
using namespace std::chrono_literals;

// A folder that goes away with what is in it.
class Folder {
 public:
  Folder() {
    if (mkdtemp(path_.data()) == nullptr) throw std::system_error(errno, std::generic_category(), path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string &name) const { return path_ + '/' + name; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename());
    return names;
  }

 private:
  std::string path_ = std::filesystem::temp_directory_path() / "dns-cares-XXXXXX";
};

class ToolFiles : public Tool {
 protected:
  std::string output() const { return folder_.file("output"); }

  Folder folder_;
};

TEST_F(ToolFiles, OutputIsThereOnceItIsWhole) {
  std::ofstream(output()) << "old\n";
  server_.on("slow.test", "ANY", drop());
  Command command(
      {"-s", server_.address(), "--deadline", "600", "--timeout", "600", "-o", output(), "b.test", "slow.test"}, {});
  ASSERT_TRUE(server_.wait_for_queries(4, 60s));
  EXPECT_EQ(text_of(output()), "old\n");
  command.send(SIGINT);
  ASSERT_TRUE(command.tells_at(SIGUSR1, "1 name, 0 failed"));
  command.send(SIGINT);
  EXPECT_EQ(command.finish().exit, 130);
  EXPECT_EQ(text_of(output()), "old\n") << "what is not whole must not be there";
  EXPECT_THAT(folder_.names(), ElementsAre("output")) << "nothing else is left";

  const Result result = run({"-o", output(), "b.test", "c.test"});
  EXPECT_EQ(result.exit, kAllResolved) << result.errors;
  EXPECT_THAT(result.output, IsEmpty());
  EXPECT_EQ(text_of(output()), "b.test\t192.0.2.2\nc.test\t192.0.2.3\n");
  EXPECT_THAT(folder_.names(), ElementsAre("output"));
}

// Through a shell, which closes and redirects what the test cannot.
class ToolAndShell : public ToolFiles {
 protected:
  // The exit status of the command with `tail` behind it, and `head` before it.
  int shell(const std::string &tail, const std::string &head = "") const {
    const std::string command = head + DNS_CARES_PROGRAM + " -s " + server_.address() + " -4 " + tail;
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

TEST_F(ToolAndShell, NeedsNoStandardError) {
  for (const char *errors : {" 2>/dev/full", " 2>&-"}) {
    EXPECT_EQ(shell("b.test gone.test >" + output() + errors), kSomeFailed) << errors;
    EXPECT_EQ(text_of(output()), "b.test\t192.0.2.2\ngone.test\tname not found\n") << errors;
    EXPECT_EQ(shell("b.test gone.test -o " + output() + errors), kSomeFailed) << errors;
    EXPECT_EQ(text_of(output()), "b.test\t192.0.2.2\ngone.test\tname not found\n") << "the results and nothing else";
    EXPECT_EQ(shell(std::string("--nosuch") + errors), kUsage) << errors;
    EXPECT_EQ(shell(std::string("--trace --quiet b.test >/dev/null") + errors), kAllResolved) << errors;
  }
}

TEST_F(ToolAndShell, StandardOutputThatIsClosedOrFullIsAnError) {
  for (const char *arguments : {"b.test", "--help", "--version"}) {
    EXPECT_EQ(shell(std::string(arguments) + " 2>/dev/null >&-"), kInputOutput) << arguments;
    EXPECT_EQ(shell(std::string(arguments) + " 2>/dev/null >/dev/full"), kInputOutput) << arguments;
  }
  EXPECT_EQ(shell("b.test -o " + output() + " 2>/dev/null >&-"), kAllResolved) << "it is not used";
  EXPECT_EQ(text_of(output()), "b.test\t192.0.2.2\n");
}

TEST_F(ToolAndShell, FileThatIsCalledAsStandardInputIsAnotherOne) {
  const std::string within = "cd " + folder_.file("") + " && touch ./- && echo b.test | ";
  EXPECT_EQ(shell("-f - --stats ./- >output 2>/dev/null", within), kAllResolved);
  EXPECT_EQ(text_of(output()), "b.test\t192.0.2.2\n");
  EXPECT_THAT(text_of(folder_.file("-")), HasSubstr("\"names\""));
}

TEST_F(ToolFiles, TellsHowManyResultsAnErrorHasLost) {
  for (const char *format : {"text", "json"}) {
    const Result result = run({"-o", "/dev/full", "--format", format, "b.test"});
    EXPECT_EQ(result.exit, kInputOutput) << format;
    EXPECT_THAT(result.errors, HasSubstr("\n  1 of the results not written\n")) << format;
  }
}

// The line of column names is no result. Nothing can be written here, so that all is still there at the end.
TEST_F(ToolFiles, TellsHowManyResultsAPipeThatIsFullHasNotTaken) {
  const std::string pipe = folder_.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const Fd reader(open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  while (write(reader.get(), "\n", 1) == 1) {
  }
  for (const char *format : {"text", "json", "csv"}) {
    const std::size_t before = server_.queries();
    Command command({"-s", server_.address(), "-4", "-o", pipe, "--format", format, "b.test", "c.test"}, {});
    ASSERT_TRUE(server_.wait_for_queries(before + 2, 60s)) << format;
    ASSERT_TRUE(command.tells_at(SIGUSR1, "2 names, 0 failed")) << format;
    command.send(SIGINT);
    command.send(SIGTERM);
    const Result result = command.finish();
    EXPECT_THAT(result.errors.substr(result.errors.rfind("2 names")), HasSubstr("\n  2 of the results not written\n"))
        << format;
  }
}

TEST_F(ToolFiles, ReportIntoAPipeLeavesThePipe) {
  const std::string pipe = folder_.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const char *report : {"--stats", "--prometheus"}) {
    const Fd reader(open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    EXPECT_EQ(run({"b.test", report, pipe}).exit, kAllResolved) << report;
    std::string text(65536, '\0');
    EXPECT_GT(read(reader.get(), text.data(), text.size()), 0) << report;
    EXPECT_THAT(text, HasSubstr("\"ok\"")) << report;
    struct stat status = {};
    ASSERT_EQ(stat(pipe.c_str(), &status), 0);
    EXPECT_TRUE(S_ISFIFO(status.st_mode)) << report;
  }
}

TEST_F(ToolFiles, ReportIntoAPipeThatNobodyReadsIsAnErrorAndNoWait) {
  const std::string pipe = folder_.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const char *report : {"--stats", "--prometheus"}) {
    const Result result = run({"b.test", report, pipe});
    EXPECT_EQ(result.exit, kInputOutput) << report;
    EXPECT_EQ(result.output, "b.test\t192.0.2.2\n") << report;
    EXPECT_THAT(result.errors, HasSubstr(pipe + ": No such device or address")) << report;
  }
}

TEST_F(ToolFiles, ReportIsNoneOfTheOtherFiles) {
  for (const char *report : {"--stats", "--prometheus"}) {
    expect_usage_error(run({"b.test", "-o", output(), report, folder_.file("./output")}), "the results go there");
    expect_usage_error(run({"b.test", report, "-"}), "'-' is no file");
  }
  EXPECT_THAT(folder_.names(), IsEmpty());
}

// To know before, not after hours of lookups; and if it is too late for that, the results are there all the same.
TEST_F(ToolFiles, ReportThatCannotBeWrittenIsToldBeforeTheFirstLookup) {
  for (const char *report : {"--stats", "--prometheus"}) {
    const Result result = run({"b.test", report, "/no/such/folder/report"});
    EXPECT_EQ(result.exit, kInputOutput) << report;
    EXPECT_THAT(result.output, IsEmpty()) << report;
    EXPECT_THAT(result.errors, HasSubstr("/no/such/folder/report: No such file or directory")) << report;
  }
  EXPECT_EQ(server_.queries(), 0u);
  EXPECT_EQ(run({"-o", output(), "--stats", "/dev/full", "b.test"}).exit, kInputOutput);
  EXPECT_EQ(text_of(output()), "b.test\t192.0.2.2\n");
}

TEST_F(ToolFiles, SaysThatAStoppedRunLeavesNoFile) {
  server_.on("slow.test", "ANY", drop());
  for (const int number : {SIGTERM, SIGHUP}) {
    Command command({"-s", server_.address(), "-o", output(), "b.test", "slow.test"}, {});
    const std::size_t asked = server_.queries("slow.test", "A");
    while (server_.queries("slow.test", "A") == asked) std::this_thread::sleep_for(10ms);
    command.send(number);
    ASSERT_TRUE(command.tells_at(SIGUSR1, "1 name, 0 failed"));
    // Two that are sent at once may be taken for one.
    for (; command.is_running(); std::this_thread::sleep_for(10ms)) command.send(number);
    const Result result = command.finish();
    EXPECT_EQ(result.exit, 128 + number);
    EXPECT_THAT(result.errors, HasSubstr(output() + ": not written, since it would not be whole"));
    EXPECT_THAT(folder_.names(), IsEmpty()) << "nothing is left";
  }
}

TEST_F(ToolFiles, OutputGoesWhereALinkLeads) {
  const std::string behind = folder_.file("behind");
  std::filesystem::create_symlink("behind", output());
  for (const char *name : {"b.test", "c.test"}) {  // It is not there yet, and then it is.
    EXPECT_EQ(run({"-4", "--short", "-o", output(), name}).exit, kAllResolved);
    EXPECT_TRUE(std::filesystem::is_symlink(output()));
    EXPECT_EQ(text_of(behind), name == std::string("b.test") ? "192.0.2.2\n" : "192.0.2.3\n");
  }
  std::filesystem::create_symlink("circle", folder_.file("circle"));
  EXPECT_THAT(run({"-o", folder_.file("circle"), "b.test"}).errors, HasSubstr("Too many levels of symbolic links"));
}

TEST_F(ToolFiles, OutputKeepsItsModeAndOwner) {
  std::ofstream(output()) << "old\n";
  ASSERT_EQ(chmod(output().c_str(), 0640), 0);
  const bool is_root = chown(output().c_str(), 12, 34) == 0;
  run({"-o", output(), "b.test"});
  struct stat status = {};
  ASSERT_EQ(stat(output().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  EXPECT_EQ(status.st_uid, is_root ? 12 : getuid());
  EXPECT_EQ(status.st_gid, is_root ? 34 : getgid());
}

TEST_F(ToolFiles, FileThatIsReadFromIsNotAddedTo) {
  std::ofstream(output()) << "b.test\n";
  for (const char *how : {"--append", "--resume"}) {
    const Result result = run({"-f", output(), "-o", folder_.file("./output"), how});
    EXPECT_EQ(result.exit, kInputOutput) << how;
    EXPECT_THAT(result.errors, HasSubstr("output: names are read from there")) << how;
  }
  for (const char *report : {"--stats", "--prometheus"}) {
    expect_usage_error(run({"-f", output(), report, output()}), "names are read from there");
  }
  EXPECT_EQ(text_of(output()), "b.test\n");
  EXPECT_EQ(run({"-f", output(), "-o", output()}).exit, kAllResolved) << "it is replaced at the end";
  EXPECT_EQ(text_of(output()), "b.test\t192.0.2.2\n");
}

TEST_F(ToolFiles, FileNameThatIsEmptyIsAUsageError) {
  for (const char *option : {"--output", "--stats", "--prometheus", "--file", "--servers"}) {
    expect_usage_error(run({"b.test", option, ""}), std::string(option) + ": '' is no file");
  }
}

// A shell that writes to one after the other waits until each is opened, and until there is room in it.
TEST_F(ToolFiles, ReadsPipesWhoseWritersComeOneAfterTheOther) {
  const std::vector<std::string> pipes = {folder_.file("first"), folder_.file("second")};
  for (const std::string &pipe : pipes) ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::vector<std::string> names = bulk_names(20'000);
  std::thread writer([&] {
    std::ofstream(pipes[0]) << as_lines(names);
    std::ofstream(pipes[1]) << "b.test\n";
  });
  const Result result = run({"-4", "-f", pipes[0], "-f", pipes[1]});
  writer.join();
  ASSERT_EQ(result.lines().size(), names.size() + 1);
  EXPECT_EQ(result.lines().back(), "b.test\t192.0.2.2");
}

TEST_F(ToolFiles, OutputThatCannotBeWrittenIsNamed) {
  const Result result = run({"-o", "/no/such/folder/output", "b.test"});
  EXPECT_EQ(result.exit, kInputOutput);
  EXPECT_THAT(result.errors, HasSubstr("/no/such/folder/output: No such file or directory"));
  EXPECT_EQ(run({"-o", "/dev/full", "b.test"}).exit, kInputOutput);
}

TEST_F(ToolFiles, AppendAddsToTheFile) {
  EXPECT_EQ(run({"-o", output(), "--append", "--format", "csv", "--short", "b.test"}).exit, kAllResolved);
  EXPECT_EQ(run({"-o", output(), "--append", "--format", "csv", "--short", "c.test"}).exit, kAllResolved);
  EXPECT_EQ(text_of(output()), "input,status,addresses,fields\nb.test,ok,192.0.2.2,\nc.test,ok,192.0.2.3,\n");
  expect_usage_error(run({"--append", "b.test"}), "-o FILE");
}

TEST_F(ToolFiles, AppendBeginsALineOfItsOwn) {
  std::ofstream(output()) << "broken";
  run({"-4", "-o", output(), "--append", "b.test"});
  EXPECT_EQ(text_of(output()), "broken\nb.test\t192.0.2.2\n");
}

TEST_F(ToolFiles, ResumeGoesOnAfterTheLastWholeLine) {
  for (const char *format : {"text", "json", "csv"}) {
    SCOPED_TRACE(format);
    const std::vector<std::string> arguments = {"-4",       "-o",   output(), "--resume",  "--short",
                                                "--format", format, "b.test", "gone.test", "c.test"};
    std::filesystem::remove(output());
    run(arguments);
    const std::string whole = text_of(output());
    ASSERT_FALSE(whole.empty());
    // Wherever it was broken off, the same comes out; every third place is enough, and takes a third of the time.
    for (std::size_t length = 0; length <= whole.size(); length += 3) {
      std::ofstream(output(), std::ios::binary) << whole.substr(0, length);
      run(arguments);
      ASSERT_EQ(text_of(output()), whole) << "broken off after " << length << " octets";
    }
  }
}

TEST_F(ToolFiles, ResumeGoesOnInTheMiddleOfARange) {
  server_.on("*.0.0.10.in-addr.arpa", "PTR", records({"@ 60 IN PTR ten.test."}));
  for (const char *format : {"text", "json", "csv"}) {
    SCOPED_TRACE(format);
    const std::vector<std::string> arguments = {"-x",       "-o",   output(),   "--resume",   "--short",
                                                "--format", format, "10.0.0.9", "10.0.0.0/30"};
    std::filesystem::remove(output());
    run(arguments);
    const std::string whole = text_of(output());
    ASSERT_EQ(std::count(whole.begin(), whole.end(), '\n'), std::string(format) == "csv" ? 6 : 5);
    for (std::size_t length = 0; length <= whole.size(); length += 11) {
      std::ofstream(output(), std::ios::binary) << whole.substr(0, length);
      run(arguments);
      ASSERT_EQ(text_of(output()), whole) << "broken off after " << length << " octets";
    }
  }
}

TEST_F(ToolFiles, ResumeOfWhatIsWholeAsksForNothing) {
  run({"-o", output(), "--resume", "b.test"});
  const auto queries = server_.queries();
  EXPECT_EQ(run({"-o", output(), "--resume", "b.test"}).exit, kAllResolved);
  EXPECT_EQ(server_.queries(), queries);
}

TEST_F(ToolFiles, ResumeOfOtherResultsIsRefused) {
  for (const char *format : {"text", "json", "csv"}) {
    std::ofstream(output(), std::ios::trunc);
    run({"-o", output(), "--resume", "--format", format, "b.test", "c.test"});
    const std::string before = text_of(output());
    const Result other = run({"-o", output(), "--resume", "--format", format, "b.test", "a.test", "c.test"});
    EXPECT_EQ(other.exit, kInputOutput);
    EXPECT_THAT(other.errors, HasSubstr("c.test"));
    const Result shorter = run({"-o", output(), "--resume", "--format", format, "b.test"});
    EXPECT_EQ(shorter.exit, kInputOutput);
    EXPECT_THAT(shorter.errors, HasSubstr("fewer"));
    EXPECT_EQ(text_of(output()), before);
  }
}

TEST_F(ToolFiles, ResumeOfWhatIsNoneOfItsResultsLeavesItAsItIs) {
  const std::vector<std::string> arguments = {"-o", output(), "--resume", "--format"};
  for (const char *format : {"text", "json", "csv"}) {
    for (const char *foreign : {"a text", "a text\n", "a text\nand more", "b.test", "\n", "{}"}) {
      SCOPED_TRACE(std::string(format) + ": " + foreign);
      std::ofstream(output()) << foreign;
      std::vector<std::string> all = arguments;
      all.insert(all.end(), {format, "b.test", "c.test"});
      if (std::string(format) == "text" && std::string(foreign) == "b.test") continue;  // is one
      const Result result = run(all);
      EXPECT_EQ(result.exit, kInputOutput);
      EXPECT_THAT(result.errors, HasSubstr("output: "));
      EXPECT_THAT(result.errors, HasSubstr("not of this run, nothing is written"));
      EXPECT_EQ(text_of(output()), foreign);
    }
  }
}

TEST_F(ToolFiles, ResumeInAnotherFormatIsRefused) {
  for (const char *format : {"text", "json", "csv"}) {
    for (const char *other : {"text", "json", "csv"}) {
      if (std::string(format) == other) continue;
      SCOPED_TRACE(std::string(format) + " then " + other);
      std::ofstream(output(), std::ios::trunc);
      run({"-o", output(), "--resume", "--format", format, "b.test"});
      const std::string before = text_of(output());
      EXPECT_EQ(run({"-o", output(), "--resume", "--format", other, "b.test", "c.test"}).exit, kInputOutput);
      EXPECT_EQ(text_of(output()), before);
    }
  }
}

TEST_F(ToolFiles, ProgressCountsWhatWasThereBeforeItResumed) {
  server_.on("slow.test", "ANY", answer({"192.0.2.9"}).after(1s));
  run({"-o", output(), "--resume", "b.test", "b.test"});
  const Result result =
      run({"-o", output(), "--resume", "b.test", "b.test", "b.test", "slow.test"}, {.terminal_errors = true});
  EXPECT_THAT(result.errors, ContainsRegex("3 of 4 \\(75 %\\), "));
  EXPECT_THAT(result.errors, HasSubstr("2 names, 0 failed")) << "the summary is about this run";
}

TEST_F(ToolFiles, ResumeNeedsAFileAndAResultForEachLine) {
  expect_usage_error(run({"--resume", "b.test"}), "-o FILE");
  expect_usage_error(run({"-o", output(), "--resume", "--only", "ok", "b.test"}), "--only");
  expect_usage_error(run({"-o", output(), "--resume", "--unordered", "b.test"}), "--unordered");
  EXPECT_EQ(run({"-o", "/dev/null", "--resume", "b.test"}).exit, kInputOutput);
}

TEST_F(ToolFiles, TwoRunsDoNotAddToOneFile) {
  server_.on("slow.test", "ANY", drop());
  Command command(
      {"-s", server_.address(), "--deadline", "600", "--timeout", "600", "-o", output(), "--resume", "slow.test"}, {});
  ASSERT_TRUE(server_.wait_for_queries(2, 60s));
  const Result second = run({"-o", output(), "--resume", "slow.test"});
  EXPECT_EQ(second.exit, kInputOutput);
  EXPECT_THAT(second.errors, HasSubstr("another run"));
}

// Killed again and again at moments of chance, it loses nothing and writes nothing twice.
TEST_F(ToolFiles, ResumesAfterBeingKilledAtAnyMoment) {
  const std::vector<std::string> names = bulk_names(100'000);
  const TempFile input(as_lines(names));
  const std::vector<std::string> arguments = {"-s", server_.address(), "-4",       "-f",        input.path(),
                                              "-o", output(),          "--resume", "--threads", "2"};
  std::minstd_rand random(20250601);
  int kills = 0;
  for (bool ended = false; !ended; ++kills) {
    Command command(arguments, {});
    const auto wanted = server_.queries() + std::uniform_int_distribution<std::uint64_t>(1, 15'000)(random);
    while (!server_.wait_for_queries(wanted, 10ms) && command.is_running()) {
    }
    command.send(SIGKILL);
    const Result result = command.finish();
    ended = result.signal != SIGKILL;
    EXPECT_TRUE(!ended || result.exit == kAllResolved) << result.errors;
  }
  EXPECT_GT(kills, 5);
  std::ifstream file(output());
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    ASSERT_LT(count, names.size());
    ASSERT_EQ(line, names[count] + '\t' + hashed_address(kBulk, names[count]));
  }
  EXPECT_EQ(count, names.size());
}

TEST_F(ToolFiles, StatsAreJson) {
  const std::string path = folder_.file("stats");
  run({"-4", "--stats", path, "b.test", "gone.test", "gone.test", "127.0.0.1"});
  const nlohmann::json stats = nlohmann::json::parse(text_of(path));
  const nlohmann::json schema = nlohmann::json::parse(text_of(DNS_CARES_DOCS_FOLDER "/stats-schema.json"));
  EXPECT_EQ(violation_of(schema, stats), "");
  EXPECT_EQ(stats["v"], 1);
  EXPECT_EQ(stats["names"], 4);
  EXPECT_EQ(stats["failed"], 2);
  EXPECT_EQ(stats["statuses"], (nlohmann::json{{"ok", 2}, {"not_found", 2}}));
  EXPECT_EQ(stats["sources"]["local"], 1);
  EXPECT_EQ(stats["queries"], 2);
  EXPECT_GT(stats["latency_ms"]["p50"], 0);
  EXPECT_EQ(run({"--stats", "/no/such/folder/stats", "b.test"}).exit, kInputOutput);
}

TEST_F(ToolFiles, MetricsAreInTheFormatOfPrometheus) {
  const std::string path = folder_.file("metrics.prom");
  run({"--prometheus", path, "b.test", "gone.test"});
  const std::string text = text_of(path);
  EXPECT_THAT(text, HasSubstr("# TYPE dns_cares_lookups_total counter\n"));
  EXPECT_THAT(text, HasSubstr("dns_cares_lookups_total{status=\"ok\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("dns_cares_lookups_total{status=\"not_found\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("dns_cares_lookup_seconds_bucket{le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("dns_cares_in_flight 0\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, MatchesRegex("# (HELP|TYPE) .*|[a-z_]+(\\{[a-z]+=\"[^\"]*\"\\})? [0-9.e+-]+"));
  }
}

}  // namespace
}  // namespace dns_cares_test
