#include "resolver/watched_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace dns_cares {
namespace {

using State = TextFile::State;

class WatchedFileTest : public testing::Test {
 protected:
  WatchedFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "watched_file_test.XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) directory_ = pattern;
  }
  ~WatchedFileTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  void SetUp() override { ASSERT_FALSE(directory_.empty()); }

  std::string path(const char *name) const { return directory_ + '/' + name; }

  // Writes into the file that is there, if one is.
  void write(const char *name, std::string_view text) const { std::ofstream(path(name), std::ios::binary) << text; }

  // The same, and waits until the clock of the file's times has gone on.
  void write_settled(const char *name, std::string_view text) const {
    write(name, text);
    settle(path(name));
  }
  static void settle(const std::string &file) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!identify_file(file.c_str()).settled && std::chrono::steady_clock::now() < end) usleep(1000);
    ASSERT_TRUE(identify_file(file.c_str()).settled);
  }

  void rename(const char *from, const char *to) const { std::filesystem::rename(path(from), path(to)); }
  void remove(const char *name) const { std::filesystem::remove(path(name)); }
  void link(const char *target, const char *name) const { std::filesystem::create_symlink(path(target), path(name)); }

  void watch(const char *name) { file_ = WatchedFile(path(name)); }
  TextFile read() { return file_.read(100); }
  bool changed() const { return file_.changed(); }

 private:
  std::string directory_;
  WatchedFile file_;
};

TEST_F(WatchedFileTest, FileIsReadAndThenUnchanged) {
  write_settled("file", "text");
  watch("file");
  const TextFile file = read();
  EXPECT_EQ(file.state, State::kRead);
  EXPECT_EQ(file.text, "text");
  EXPECT_FALSE(changed());
  EXPECT_FALSE(changed());
}

TEST_F(WatchedFileTest, FileThatWasNotReadYetHasChangedIfItIsThere) {
  write_settled("file", "text");
  watch("file");
  EXPECT_TRUE(changed());
  watch("nothing");
  EXPECT_FALSE(changed());
}

TEST_F(WatchedFileTest, NoFileNeverChanges) {
  EXPECT_FALSE(changed());
  EXPECT_EQ(read().state, State::kMissing);
  EXPECT_FALSE(changed());
}

TEST_F(WatchedFileTest, ChangeIsToldUntilTheFileIsReadAgain) {
  write_settled("file", "text");
  watch("file");
  read();
  write_settled("file", "longer text");
  EXPECT_TRUE(changed());
  EXPECT_TRUE(changed());
  EXPECT_EQ(read().text, "longer text");
  EXPECT_FALSE(changed());
}

TEST_F(WatchedFileTest, FileRewrittenInPlaceWithTheSameSizeHasChanged) {
  write_settled("file", "text");
  watch("file");
  read();
  write("file", "TEXT");
  EXPECT_TRUE(changed());
}

// Within one tick of the clock, all that is compared may stay the same.
TEST_F(WatchedFileTest, FileReadRightAfterItWasWrittenIsToBeReadOnceMore) {
  write("file", "text");
  watch("file");
  read();
  write("file", "TEXT");
  settle(path("file"));
  EXPECT_TRUE(changed());
  EXPECT_EQ(read().text, "TEXT");
  EXPECT_FALSE(changed());
}

// Whoever puts the old times back cannot do so with that of the inode.
TEST_F(WatchedFileTest, FileWhoseTimeWasSetBackHasChanged) {
  write_settled("file", "text");
  const auto before = std::filesystem::last_write_time(path("file"));
  watch("file");
  read();
  write("file", "TEXT");
  std::filesystem::last_write_time(path("file"), before);
  EXPECT_TRUE(changed());
}

TEST_F(WatchedFileTest, FileRenamedOverHasChanged) {
  write("new", "TEXT");
  write_settled("file", "text");
  watch("file");
  read();
  rename("new", "file");
  EXPECT_TRUE(changed());
  settle(path("file"));
  EXPECT_EQ(read().text, "TEXT");
  EXPECT_FALSE(changed());
}

TEST_F(WatchedFileTest, LinkToAnotherFileHasChanged) {
  write("one", "text");
  write_settled("two", "TEXT");
  link("one", "file");
  watch("file");
  read();
  EXPECT_FALSE(changed());
  link("two", "new");
  rename("new", "file");
  EXPECT_TRUE(changed());
  EXPECT_EQ(read().text, "TEXT");
  EXPECT_FALSE(changed());
}

TEST_F(WatchedFileTest, FileAtTheEndOfALinkIsTheOneThatCounts) {
  write_settled("one", "text");
  link("one", "between");
  link("between", "file");
  watch("file");
  read();
  write("one", "TEXT");
  EXPECT_TRUE(changed());
}

TEST_F(WatchedFileTest, FileThatWasRemovedHasChangedAndSoHasOneThatIsBack) {
  write_settled("file", "text");
  watch("file");
  read();
  remove("file");
  EXPECT_TRUE(changed());
  EXPECT_EQ(read().state, State::kMissing);
  EXPECT_FALSE(changed());
  write_settled("file", "text");
  EXPECT_TRUE(changed());
  EXPECT_EQ(read().text, "text");
  EXPECT_FALSE(changed());
}

// Renamed away and back between two looks, it is the same file; only the inode's time tells.
TEST_F(WatchedFileTest, FileThatIsBackWithoutHavingBeenMissedReadsTheSame) {
  write_settled("file", "text");
  watch("file");
  read();
  rename("file", "away");
  EXPECT_TRUE(changed());
  rename("away", "file");
  settle(path("file"));
  EXPECT_EQ(read().text, "text");
  EXPECT_FALSE(changed());
}

TEST_F(WatchedFileTest, DanglingLinkIsMissingUntilItsFileIsThere) {
  link("nothing", "file");
  watch("file");
  EXPECT_EQ(read().state, State::kMissing);
  EXPECT_FALSE(changed());
  write("nothing", "text");
  EXPECT_TRUE(changed());
}

TEST_F(WatchedFileTest, UnreadableFileIsUnchangedUntilItMayBeRead) {
  constexpr uid_t kNobody = 65534;
  write("file", "text");
  ASSERT_EQ(chmod(path("").c_str(), 0755), 0);
  ASSERT_EQ(chmod(path("file").c_str(), 0), 0);
  settle(path("file"));
  watch("file");
  const uid_t user = geteuid();
  if (user == 0 && seteuid(kNobody) != 0) GTEST_SKIP() << "the superuser may read everything";
  const State state = read().state;
  const bool changed_then = changed();
  ASSERT_EQ(seteuid(user), 0);
  EXPECT_EQ(state, State::kUnreadable);
  EXPECT_FALSE(changed_then);
  ASSERT_EQ(chmod(path("file").c_str(), 0644), 0);
  EXPECT_TRUE(changed());
  EXPECT_EQ(read().text, "text");
}

TEST_F(WatchedFileTest, FileOverTheLimitIsUnchangedUntilItIsWritten) {
  write_settled("file", std::string(101, 'x'));
  watch("file");
  EXPECT_EQ(read().state, State::kUnreadable);
  EXPECT_FALSE(changed());
  write("file", std::string(100, 'x'));
  EXPECT_TRUE(changed());
  EXPECT_EQ(read().state, State::kRead);
}

TEST_F(WatchedFileTest, DirectoryIsUnreadableUntilAFileTakesItsPlace) {
  std::filesystem::create_directory(path("file"));
  settle(path("file"));
  watch("file");
  EXPECT_EQ(read().state, State::kUnreadable);
  EXPECT_FALSE(changed());
  remove("file");
  write("file", "text");
  EXPECT_TRUE(changed());
  EXPECT_EQ(read().text, "text");
}

TEST_F(WatchedFileTest, ChangeBetweenReadingAndRememberingIsNotMissed) {
  write_settled("file", "text");
  const TextFile file = read_text_file(path("file").c_str(), 100);
  write("file", "TEXT");
  WatchedFile watched(path("file"));
  watched.remember(file.identity);
  EXPECT_TRUE(watched.changed());
}

}  // namespace
}  // namespace dns_cares
