// The command dns-cares, run as its users run it, against the scripted server.
#include <dns_cares/testkit.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "loop.h"

extern char **environ;

namespace dns_cares_test {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using namespace dns_testkit;
using namespace std::chrono_literals;

constexpr int kPatienceMs = 60'000;

enum Exit { kAllResolved = 0, kSomeFailed = 1, kUsage = 2, kInputOutput = 3 };

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "file descriptor");
  }
  Fd(Fd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd &operator=(Fd &&other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    out = Fd(ends[0]);
    in = Fd(ends[1]);
  }
  Fd out, in;
};

struct Streams {
  std::string input = {};             // its standard input
  const char *output_path = nullptr;  // where its standard output goes; NULL: into the result
  bool closed_after_line = false;     // its reader reads one line and goes away, as `head -1`
};

struct Result {
  std::string output;
  std::string errors;
  int exit = -1;   // -1: it was ended by a signal
  int signal = 0;  // which one

  std::vector<std::string> lines() const {
    std::istringstream text(output);
    std::vector<std::string> all;
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
};

class Process {
 public:
  Process(const std::vector<std::string> &arguments, const Streams &streams) : input_(streams.input) {
    std::vector<std::string> words = {"dns-cares"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char *> pointers;
    for (std::string &word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);

    Pipe in, out, err;
    const Fd output = streams.output_path != nullptr ? Fd(open(streams.output_path, O_WRONLY | O_CLOEXEC)) : Fd();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.out.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.get() >= 0 ? output.get() : out.in.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.in.get(), STDERR_FILENO);
    // A test runner may ignore SIGPIPE, a shell does not.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    const int error = posix_spawn(&pid_, DNS_CARES_PROGRAM, &actions, &attributes, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) throw std::system_error(error, std::generic_category(), DNS_CARES_PROGRAM);
    to_input_ = std::move(in.in);
    fcntl(to_input_.get(), F_SETFL, O_NONBLOCK);
    from_output_ = std::move(out.out);
    from_errors_ = std::move(err.out);
  }
  Process(const Process &) = delete;
  Process &operator=(const Process &) = delete;
  ~Process() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  Result run(bool closed_after_line) {
    Result result;
    const Stopwatch stopwatch;
    while (from_output_.get() >= 0 || from_errors_.get() >= 0) {
      if (written_ == input_.size()) to_input_.reset();
      // poll(2) leaves out what is negative.
      std::array<pollfd, 3> fds = {
          {{to_input_.get(), POLLOUT, 0}, {from_output_.get(), POLLIN, 0}, {from_errors_.get(), POLLIN, 0}}};
      const int patience = kPatienceMs - static_cast<int>(stopwatch.ms());
      if (patience <= 0 || poll(fds.data(), fds.size(), patience) == 0) {
        ADD_FAILURE() << "dns-cares does not end";
        return result;
      }
      if (fds[0].revents != 0) write_input();
      if (fds[1].revents != 0) read_into(result.output, from_output_);
      if (fds[2].revents != 0) read_into(result.errors, from_errors_);
      if (closed_after_line && result.output.find('\n') != std::string::npos) from_output_.reset();
    }
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    if (WIFEXITED(status)) result.exit = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    return result;
  }

 private:
  void write_input() {
    const ssize_t count = write(to_input_.get(), input_.data() + written_, input_.size() - written_);
    if (count > 0) written_ += static_cast<std::size_t>(count);
    if (count < 0 && errno != EAGAIN) written_ = input_.size();  // It reads no more.
  }
  static void read_into(std::string &text, Fd &fd) {
    std::array<char, 65536> part;
    const ssize_t count = read(fd.get(), part.data(), part.size());
    if (count <= 0) return fd.reset();
    text.append(part.data(), static_cast<std::size_t>(count));
  }

  const std::string input_;
  std::size_t written_ = 0;
  Fd to_input_, from_output_, from_errors_;
  pid_t pid_ = -1;
};

class Tool : public testing::Test {
 protected:
  static void SetUpTestSuite() { signal(SIGPIPE, SIG_IGN); }  // Its input may be left unread.

  Tool() {
    server_.on("a.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
    server_.on("a6.test", "ANY", answer({"2001:db8::1"}));
    server_.on("b.test", "ANY", answer({"192.0.2.2"}));
    server_.on("c.test", "ANY", answer({"192.0.2.3"}));
    server_.on("v6.test", "ANY", answer({"2001:db8::6"}));
    server_.on("two.test", "ANY", answer({"192.0.2.21", "192.0.2.22"}));
    server_.on("gone.test", "ANY", nxdomain());
    server_.on("empty.test", "ANY", nodata());
    server_.on("refused.test", "ANY", refused());
    server_.on("broken.test", "ANY", servfail());
    server_.on("*.bulk.test", "ANY", hashed(kBulk));
    server_.otherwise(nxdomain());
  }

  // With -s and the address of the scripted server before the arguments.
  Result run(std::vector<std::string> arguments, const Streams &streams = {}) {
    arguments.insert(arguments.begin(), {"-s", server_.address()});
    return run_without_server(arguments, streams);
  }
  Result run_without_server(const std::vector<std::string> &arguments, const Streams &streams = {}) {
    return Process(arguments, streams).run(streams.closed_after_line);
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

void expect_usage_error(const Result &result, const std::string &named) {
  EXPECT_EQ(result.exit, kUsage) << result.errors;
  EXPECT_THAT(result.output, IsEmpty());
  EXPECT_THAT(result.errors, HasSubstr(named));
}

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
  const Result result = run({"-f", "-"}, {.input = "# names\n\n  b.test  \n \t\n\t# more\n\tc.test\t\n#d.test\n"});
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
  EXPECT_EQ(result.lines()[0], longest + "\tmalformed name");
  EXPECT_EQ(result.lines()[1], "b.test\t192.0.2.2");
  EXPECT_EQ(result.lines()[2], "-x\tname not found");
  EXPECT_EQ(result.lines()[3], "two words\tmalformed name");
  EXPECT_EQ(result.lines()[4], "c.test\t192.0.2.3");
}

// --- usage ---

TEST_F(Tool, WithoutNamesIsAUsageError) {
  expect_usage_error(run({}), "NAME");
  expect_usage_error(run_without_server({}), "NAME");
}

TEST_F(Tool, NamesAnUnknownOption) {
  expect_usage_error(run({"--no-such-option", "a.test"}), "--no-such-option");
  expect_usage_error(run({"-z", "a.test"}), "-z");
}

TEST_F(Tool, AnOptionWithoutItsValueIsAUsageError) {
  expect_usage_error(run({"a.test", "-f"}), "--file");
  expect_usage_error(run_without_server({"a.test", "-s"}), "--servers");
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
  EXPECT_EQ(run_without_server({"--servers", server_.address(), "b.test"}).output, "b.test\t192.0.2.2\n");
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

TEST_F(Tool, EndsWhenNobodyReadsOn) {
  const std::vector<std::string> names = bulk_names(10'000);
  const Result result = run({"-4", "-f", "-"}, {.input = as_lines(names), .closed_after_line = true});
  EXPECT_EQ(result.lines().at(0), names[0] + '\t' + hashed_address(kBulk, names[0]));
  EXPECT_TRUE(result.signal == SIGPIPE || result.exit == kInputOutput)
      << "exit " << result.exit << ", signal " << result.signal;
}

}  // namespace
}  // namespace dns_cares_test
