#include "resolver/text_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace dns_cares {
namespace {

using Words = std::vector<std::string_view>;
using State = TextFile::State;

class TextFileTest : public testing::Test {
 protected:
  TextFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "text_file_test.XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) directory_ = pattern;
  }
  ~TextFileTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  void SetUp() override { ASSERT_FALSE(directory_.empty()); }

  std::string path(const char *name) const { return directory_ + '/' + name; }
  std::string write_file(const char *name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  // Files here are read with a limit that only the test of the limit comes near.
  TextFile read(const std::string &file, std::size_t limit = 1 << 20) const {
    return read_text_file(file.c_str(), limit);
  }

  std::string directory_;
};

TEST_F(TextFileTest, FileIsReadWhole) {
  const TextFile file = read(write_file("file", "one\ntwo\r\n"));
  EXPECT_EQ(file.state, State::kRead);
  EXPECT_EQ(file.text, "one\ntwo\r\n");
}

TEST_F(TextFileTest, EveryOctetIsKept) {
  std::string text;
  for (int i = 0; i < 256; ++i) text += static_cast<char>(i);
  EXPECT_EQ(read(write_file("file", text)).text, text);
}

TEST_F(TextFileTest, FileOfManyBlocksIsReadWhole) {
  std::string text;
  while (text.size() < 200000) text += "line " + std::to_string(text.size()) + '\n';
  const TextFile file = read(write_file("file", text));
  EXPECT_EQ(file.state, State::kRead);
  EXPECT_EQ(file.text, text);
}

TEST_F(TextFileTest, EmptyFileIsRead) {
  const TextFile file = read(write_file("file", ""));
  EXPECT_EQ(file.state, State::kRead);
  EXPECT_EQ(file.text, "");
}

TEST_F(TextFileTest, FileThatIsNotThereIsMissing) {
  EXPECT_EQ(read(path("nothing")).state, State::kMissing);
  EXPECT_EQ(read(path("nothing/at/all")).state, State::kMissing);
  EXPECT_EQ(read(write_file("file", "x") + "/below").state, State::kMissing);
  EXPECT_EQ(read("").state, State::kMissing);
}

TEST_F(TextFileTest, LinkToNothingIsMissing) {
  std::filesystem::create_symlink(path("nothing"), path("link"));
  EXPECT_EQ(read(path("link")).state, State::kMissing);
}

// /etc/resolv.conf often is a link.
TEST_F(TextFileTest, LinkToAFileIsFollowed) {
  write_file("file", "text");
  std::filesystem::create_symlink(path("file"), path("link"));
  EXPECT_EQ(read(path("link")).text, "text");
}

TEST_F(TextFileTest, LinkToItselfIsUnreadable) {
  std::filesystem::create_symlink(path("link"), path("link"));
  EXPECT_EQ(read(path("link")).state, State::kUnreadable);
}

TEST_F(TextFileTest, DirectoryIsUnreadable) {
  const TextFile file = read(directory_);
  EXPECT_EQ(file.state, State::kUnreadable);
  EXPECT_EQ(file.text, "");
}

// Opening a named pipe waits for a writer, and reading one with a silent writer waits for text: either would stop
// the loop.
TEST_F(TextFileTest, NamedPipeIsUnreadableAndDoesNotBlock) {
  const std::string pipe = path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  alarm(30);  // Ends the test program if the read waits.
  EXPECT_EQ(read(pipe).state, State::kUnreadable);
  const int writer = open(pipe.c_str(), O_RDWR);
  ASSERT_GE(writer, 0);
  EXPECT_EQ(read(pipe).state, State::kUnreadable);
  close(writer);
  alarm(0);
}

TEST_F(TextFileTest, NullDeviceIsAnEmptyFile) {
  const TextFile file = read("/dev/null");
  EXPECT_EQ(file.state, State::kRead);
  EXPECT_EQ(file.text, "");
}

TEST_F(TextFileTest, DeviceWithoutAnEndIsUnreadable) {
  const TextFile file = read("/dev/zero", 100000);
  EXPECT_EQ(file.state, State::kUnreadable);
  EXPECT_EQ(file.text, "");
}

TEST_F(TextFileTest, FileOverTheLimitIsUnreadable) {
  for (const std::size_t limit :
       {std::size_t{0}, std::size_t{1}, std::size_t{10}, std::size_t{16384}, std::size_t{50000}}) {
    EXPECT_EQ(read(write_file("file", std::string(limit, 'x')), limit).state, State::kRead) << limit;
    const TextFile file = read(write_file("file", std::string(limit + 1, 'x')), limit);
    EXPECT_EQ(file.state, State::kUnreadable) << limit;
    EXPECT_EQ(file.text, "") << limit;
  }
}

TEST_F(TextFileTest, FileWithoutReadPermissionIsUnreadable) {
  const std::string file = write_file("file", "x");
  ASSERT_EQ(chmod(file.c_str(), 0), 0);
  ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
  const uid_t user = geteuid();
  constexpr uid_t kNobody = 65534;
  if (user == 0 && seteuid(kNobody) != 0) GTEST_SKIP() << "the superuser may read everything";
  const State state = read(file).state;
  ASSERT_EQ(seteuid(user), 0);
  EXPECT_EQ(state, State::kUnreadable);
}

TEST_F(TextFileTest, NothingStaysOpen) {
  const auto open_files = [] {
    const std::filesystem::directory_iterator listing("/proc/self/fd");
    return std::distance(begin(listing), end(listing));
  };
  const auto before = open_files();
  read(write_file("file", "x"));
  read(write_file("file", "xx"), 1);
  read(directory_);
  read(path("nothing"));
  EXPECT_EQ(open_files(), before);
}

TEST_F(TextFileTest, IdentityIsThatOfTheFileThatWasRead) {
  const std::string file = write_file("file", "text");
  struct stat info;
  ASSERT_EQ(stat(file.c_str(), &info), 0);
  const FileIdentity identity = read(file).identity;
  EXPECT_TRUE(identity.exists);
  EXPECT_EQ(identity.device, info.st_dev);
  EXPECT_EQ(identity.inode, info.st_ino);
  EXPECT_EQ(identity.size, 4);
  EXPECT_TRUE(identity.same_as(identify_file(file.c_str())));
}

TEST_F(TextFileTest, FileThatCannotBeReadHasItsIdentityToo) {
  const std::string file = write_file("file", "text");
  EXPECT_TRUE(read(file, 3).identity.same_as(identify_file(file.c_str())));
  EXPECT_TRUE(read(directory_).identity.same_as(identify_file(directory_.c_str())));
  EXPECT_TRUE(read(directory_).identity.exists);
}

TEST_F(TextFileTest, MissingFileDoesNotExist) {
  EXPECT_FALSE(read(path("nothing")).identity.exists);
  EXPECT_FALSE(identify_file(path("nothing").c_str()).exists);
}

TEST_F(TextFileTest, FileIsSettledOnceItWasWrittenAWhileAgo) {
  const std::string file = path("file");
  bool was_fresh = false;
  for (int i = 0; i < 1000 && !was_fresh; ++i) {
    write_file("file", "text");
    was_fresh = !identify_file(file.c_str()).settled;
  }
  EXPECT_TRUE(was_fresh);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!identify_file(file.c_str()).settled && std::chrono::steady_clock::now() < end) usleep(1000);
  EXPECT_TRUE(identify_file(file.c_str()).settled);
}

TEST(TakeWord, TakesOneWordAfterTheOther) {
  std::string_view line = " one\ttwo\v\f\rthree ";
  std::string_view word;
  for (const char *expected : {"one", "two", "three"}) {
    ASSERT_TRUE(take_word(line, word));
    EXPECT_EQ(word, expected);
  }
  EXPECT_FALSE(take_word(line, word));
  EXPECT_FALSE(take_word(line, word));
}

TEST(TakeWord, LeavesWhatFollowsTheWord) {
  std::string_view line = "  one  two";
  std::string_view word;
  ASSERT_TRUE(take_word(line, word));
  EXPECT_EQ(line, "  two");
}

TEST(TakeLine, TakesOneLineAfterTheOther) {
  std::string_view text = "one\ntwo\n\nfour";
  std::string_view line;
  for (const char *expected : {"one", "two", "", "four"}) {
    ASSERT_TRUE(take_line(text, line));
    EXPECT_EQ(line, expected);
  }
  EXPECT_FALSE(take_line(text, line));
  EXPECT_FALSE(take_line(text, line));
}

TEST(TakeLine, EmptyTextHasNoLine) {
  std::string_view text;
  std::string_view line;
  EXPECT_FALSE(take_line(text, line));
}

TEST(TakeLine, LastLineEndStartsNoFurtherLine) {
  std::string_view text = "one\n";
  std::string_view line;
  EXPECT_TRUE(take_line(text, line));
  EXPECT_FALSE(take_line(text, line));
}

TEST(TakeLine, OneCarriageReturnBelongsToTheLineEnd) {
  std::string_view text = "one\r\n\r\nthree\r\r\nfo\rur\r";
  std::string_view line;
  for (const char *expected : {"one", "", "three\r", "fo\rur"}) {
    ASSERT_TRUE(take_line(text, line));
    EXPECT_EQ(line, expected);
  }
  EXPECT_FALSE(take_line(text, line));
}

TEST(SplitWords, WordsAreSplitAtRunsOfBlanksAndTabs) {
  EXPECT_EQ(split_words("one", ""), (Words{"one"}));
  EXPECT_EQ(split_words("one two\tthree", ""), (Words{"one", "two", "three"}));
  EXPECT_EQ(split_words(" \t one \t two\t ", ""), (Words{"one", "two"}));
  EXPECT_EQ(split_words("a\vb\fc\rd", ""), (Words{"a", "b", "c", "d"}));
}

TEST(SplitWords, LineWithoutWordsHasNone) {
  EXPECT_EQ(split_words("", "#"), Words{});
  EXPECT_EQ(split_words(" \t ", "#"), Words{});
  EXPECT_EQ(split_words("# comment", "#"), Words{});
}

TEST(SplitWords, CommentIsLeftOut) {
  EXPECT_EQ(split_words("one two # three", "#"), (Words{"one", "two"}));
  EXPECT_EQ(split_words("one#two three", "#"), (Words{"one"}));
  EXPECT_EQ(split_words("one ; two # three", "#;"), (Words{"one"}));
  EXPECT_EQ(split_words("one # two ; three", "#;"), (Words{"one"}));
  EXPECT_EQ(split_words("one ; two", "#"), (Words{"one", ";", "two"}));
  EXPECT_EQ(split_words("# ;", ""), (Words{"#", ";"}));
}

}  // namespace
}  // namespace dns_cares
