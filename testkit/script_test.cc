#include "script.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "test_client.h"
#include "words.h"

namespace dns_testkit {
namespace {

using Texts = std::vector<std::string>;

struct Script : testing::Test {
  Server server;
  UdpClient client{server};

  void read(const std::string &text) { read_script(text, "script", server); }
  std::string error(const std::string &text) {
    try {
      read(text);
    } catch (const std::invalid_argument &wrong) {
      return wrong.what();
    }
    return "no error";
  }
};

TEST_F(Script, ALineIsANameATypeAndAReply) {
  read("a.test A answer 192.0.2.1 192.0.2.2 ttl=30\n");
  EXPECT_EQ(client.ask({"a.test"}).answer(), Texts({"a.test. 30 IN A 192.0.2.1", "a.test. 30 IN A 192.0.2.2"}));
}

TEST_F(Script, BarsSeparateTheRepliesOfASequence) {
  read("a.test A servfail | nxdomain | answer 192.0.2.1");
  EXPECT_EQ(client.ask({"a.test"}).rcode(), 2);
  EXPECT_EQ(client.ask({"a.test"}).rcode(), 3);
  EXPECT_EQ(client.ask({"a.test"}).answer().size(), 1u);
}

TEST_F(Script, CommentsAndEmptyLinesMeanNothing) {
  read("# first\n\n  \t\r\na.test A servfail # last\r\n");
  EXPECT_EQ(client.ask({"a.test"}).rcode(), 2);
}

TEST_F(Script, OtherwiseIsForTheRest) {
  read("otherwise nxdomain ttl=5");
  const Response response = client.ask({"a.test"});
  EXPECT_EQ(response.rcode(), 3);
  EXPECT_EQ(response.authority()[0].substr(0, 4), ". 5 ");
}

TEST_F(Script, RecordsAreQuoted) {
  read(R"(a.test TXT records "@ 60 IN TXT \"one # two | k=v\"" authority="test. 1 IN NS a.test." )"
       R"(authority="test. 1 IN NS b.test." additional="a.test. 1 IN A 192.0.2.1")");
  const Response response = client.ask({"a.test", "TXT"});
  EXPECT_EQ(response.answer(), Texts({"a.test. 60 IN TXT \"one # two | k=v\""}));
  EXPECT_EQ(response.authority(), Texts({"test. 1 IN NS a.test.", "test. 1 IN NS b.test."}));
  EXPECT_EQ(response.additional(), Texts({"a.test. 1 IN A 192.0.2.1"}));
}

TEST_F(Script, ANetworkGivesEachNameItsAddress) {
  read("*.names.example A hashed 10.0.0.0/8");
  EXPECT_EQ(client.ask({"x.names.example"}).answer(),
            Texts({"x.names.example. 60 IN A " + hashed_address("10.0.0.0/8", "x.names.example")}));
}

TEST_F(Script, FlagsAndSettingsChangeAReply) {
  read(
      "a.test A answer 192.0.2.1 wrong-id after=1ms cut=20 | garbage 0102ff right-id | garbage \"\" | nodata no-soa\n"
      "b.test A close-tcp | records \"@ 1 IN CNAME c.test.\" rcode=3 | answer 192.0.2.1 truncated close-after=3");
  client.send({"a.test"});
  EXPECT_EQ(client.receive_octets().size(), 20u);
  client.send({"a.test", "A", 0x0a0b});
  EXPECT_EQ(client.receive_octets(), Octets({0x0a, 0x0b, 0xff}));
  client.send({"a.test"});
  EXPECT_EQ(client.receive_octets(), Octets());
  EXPECT_TRUE(client.ask({"a.test"}).authority().empty());
  EXPECT_TRUE(client.ask({"b.test"}).tc());
  EXPECT_EQ(client.ask({"b.test"}).rcode(), 3);
  TcpClient tcp(server);
  tcp.send({"b.test"});
  EXPECT_EQ(tcp.receive_all().first.size(), 3u);
}

TEST_F(Script, AndPutsRepliesBehindEachOtherForOneQuery) {
  read("a.test A answer 192.0.2.1 flip=3:5 & answer 192.0.2.2 | nxdomain");
  EXPECT_EQ(client.ask({"a.test"}).rcode(), 5);
  EXPECT_EQ(client.receive().answer(), Texts({"a.test. 60 IN A 192.0.2.2"}));
  EXPECT_EQ(client.ask({"a.test"}).rcode(), 3);
}

TEST_F(Script, EveryReplyHasItsWord) {
  EXPECT_EQ(error("a.test A refused | formerr | notimp | rcode 9 | drop | reset-tcp | nodata twice other-port\n"
                  "a.test A answer 192.0.2.1 wrong-question no-edns after=2s\n"
                  "a.test A answer 192.0.2.1 wrong-case other-address flip=0 raw=00 octet-by-octet=1ms\n"
                  "a.test A answer 192.0.2.1 half-close-after=3 | answer 192.0.2.1 stall-after=3\n"
                  "b.test A servfail extended-error=\"22:no server\" | servfail extended-error=9"),
            "no error");
}

TEST_F(Script, ErrorsNameTheLineAndTheWord) {
  EXPECT_EQ(error("\na.test A anwser 192.0.2.1"), "script:2: unknown reply \"anwser\"");
  EXPECT_EQ(error("a.test A answer 192.0.2"), "script:1: address \"192.0.2\": neither IPv4 nor IPv6");
  EXPECT_EQ(error("a.test A answer"), "script:1: nothing follows \"answer\"");
  EXPECT_EQ(error("a.test A servfail 3"), "script:1: unexpected \"3\"");
  EXPECT_EQ(error("a.test A servfail ttl=3"), "script:1: no ttl= for \"servfail\"");
  EXPECT_EQ(error("a.test A drop after=soon"), "script:1: not a time such as 20ms or 2s \"soon\"");
  EXPECT_EQ(error("a.test A servfail extended-error=65536"), "script:1: not an extended error's code \"65536\"");
  EXPECT_EQ(error("a.test A servfail flip=1:256"), "script:1: not the bits of an octet \"1:256\"");
  EXPECT_EQ(error("a.test A drop &"), "script:1: a reply is missing");
  EXPECT_EQ(error("a.test A drop after=xs"), "script:1: not a number \"x\"");
  EXPECT_EQ(error("a.test A drop wait=1"), "script:1: unknown setting \"wait=1\"");
  EXPECT_EQ(error("a.test A drop cut=1 cut=2"), "script:1: given twice \"cut=2\"");
  EXPECT_EQ(error("a.test A drop |"), "script:1: a reply is missing");
  EXPECT_EQ(error("a.test A"), "script:1: not \"NAME TYPE REPLY\" \"A\"");
  EXPECT_EQ(error("a.test B drop"), "script:1: type \"B\": not a record type");
  EXPECT_EQ(error("a..test A drop"), "script:1: name \"a..test\": not a domain name");
  EXPECT_EQ(error("a.test A garbage 0x"), "script:1: not hexadecimal \"0x\"");
  EXPECT_EQ(error("a.test A records \"@ 60"), "script:1: quote not closed \"@ 60\"");
}

TEST_F(Script, AFileThatCannotBeReadIsNamed) {
  EXPECT_THROW(read_script_file("/nonexistent/script", server), std::system_error);
  EXPECT_THROW(read_script_file("/", server), std::system_error);
}

// The program, run by a shell with a script of one rule in the working directory.
struct Program : testing::Test {
  struct Run {
    std::string output;
    int status;
  };
  const std::string script = testing::TempDir() + "testkit_program_" + std::to_string(getpid());

  Program() { std::ofstream(script) << "a.test A answer 192.0.2.1\n"; }
  ~Program() override { std::filesystem::remove(script); }

  // `arguments` is for the shell; the output is that of the program and its command together.
  Run run(const std::string &arguments) {
    std::FILE *const pipe = popen(("exec 2>&1; " TESTKIT_PROGRAM " " + arguments).c_str(), "r");
    std::string output;
    std::array<char, 4096> part;
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) output.append(part.data(), size);
    const int status = pclose(pipe);
    return {output, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
  }
};

TEST_F(Program, RunsACommandAndEndsWithItsStatus) {
  const Run run = this->run("--port-file " + script + ".port " + script + " -- sh -c 'echo x{server}; exit 7'");
  std::string port;
  std::ifstream(script + ".port") >> port;
  std::filesystem::remove(script + ".port");
  EXPECT_EQ(run.output, "x127.0.0.1:" + port + "\nqueries 0, over TCP 0, TCP connections 0\n");
  EXPECT_EQ(run.status, 7);
}

TEST_F(Program, TellsACommandThatASignalEnded) { EXPECT_EQ(run(script + " -- sh -c 'kill -9 $$'").status, 137); }

TEST_F(Program, ServesUntilItsTimeIsOver) {
  const Run run = this->run("--seconds 0.01 - < " + script);
  EXPECT_EQ(run.output.substr(0, 23), "listening on 127.0.0.1:");
  EXPECT_EQ(run.status, 0);
}

TEST_F(Program, ServesUntilASignal) {
  const std::string fifo = script + ".fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const Run run = this->run(script + " > " + fifo + " & read line < " + fifo + "; kill -TERM $!; wait $!");
  std::filesystem::remove(fifo);
  EXPECT_EQ(run.output, "queries 0, over TCP 0, TCP connections 0\n");
  EXPECT_EQ(run.status, 0);
}

TEST_F(Program, PassesASignalOnToItsCommand) {
  const Run run = this->run(script + " -- sh -c 'kill -TERM $PPID; exec sleep 60'");
  EXPECT_EQ(run.status, 128 + SIGTERM);
}

TEST_F(Program, NamesTheInputThatIsWrong) {
  std::ofstream(script) << "a.test A anwser\n";
  EXPECT_EQ(run(script).output, "dns-cares-testkit: " + script + ":1: unknown reply \"anwser\"\n");
  EXPECT_EQ(run(script).status, 1);
  EXPECT_EQ(run(script + ".none").output, "dns-cares-testkit: " + script + ".none: No such file or directory\n");
}

TEST_F(Program, TellsUsageErrorsByTheirStatus) {
  EXPECT_EQ(run("").status, 2);
  EXPECT_EQ(run("--port 65536 " + script).status, 2);
  EXPECT_EQ(run("--seconds 1 " + script + " -- true").status, 2);
  EXPECT_EQ(run("--help").status, 0);
}

TEST_F(Program, NamesACommandThatIsNotThere) {
  const Run run = this->run(script + " -- /nonexistent/command");
  EXPECT_EQ(run.output, "dns-cares-testkit: cannot run /nonexistent/command: No such file or directory\n");
  EXPECT_EQ(run.status, 1);
}

}  // namespace
}  // namespace dns_testkit
