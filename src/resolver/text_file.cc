#include "resolver/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace dns_cares {
namespace {

constexpr std::string_view kBlanks = " \t\v\f\r";

constexpr std::int64_t kSecond = 1'000'000'000;
// Kernels stamp files with a clock that ticks at least a hundred times a second.
constexpr std::int64_t kClockTick = kSecond / 50;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  Fd(const Fd &) = delete;
  Fd &operator=(const Fd &) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

std::int64_t nanoseconds(const timespec &time) { return std::int64_t{time.tv_sec} * kSecond + time.tv_nsec; }

std::int64_t wall_clock_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now);
}

// Whether the clock of the file's times has ticked since its inode changed. A time far ahead is that of a clock which
// was set back since, or of another machine's; nothing can be told from it, and waiting for it would not end.
bool has_settled(std::int64_t changed_ns, std::int64_t now_ns) {
  const bool whole_seconds = changed_ns % kSecond == 0;  // Some file systems store no more than that.
  const std::int64_t tick = whole_seconds ? kSecond + kClockTick : kClockTick;
  return now_ns - changed_ns >= tick || changed_ns - now_ns >= kSecond;
}

// `now_ns` is from before `info` was asked for.
FileIdentity identity_of(const struct stat &info, std::int64_t now_ns) {
  const std::int64_t changed_ns = nanoseconds(info.st_ctim);
  return {.exists = true,
          .device = info.st_dev,
          .inode = info.st_ino,
          .size = info.st_size,
          .modified_ns = nanoseconds(info.st_mtim),
          .changed_ns = changed_ns,
          .settled = has_settled(changed_ns, now_ns)};
}

bool read_all(int fd, std::size_t limit, std::string &text) {
  char block[16384];
  for (;;) {
    const ssize_t got = read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) return true;
    if (text.size() + static_cast<std::size_t>(got) > limit) return false;
    text.append(block, static_cast<std::size_t>(got));
  }
}

}  // namespace

bool FileIdentity::same_as(const FileIdentity &other) const {
  return exists == other.exists && device == other.device && inode == other.inode && size == other.size &&
         modified_ns == other.modified_ns && changed_ns == other.changed_ns;
}

FileIdentity identify_file(const char *path) {
  const std::int64_t now_ns = wall_clock_ns();
  struct stat info;
  return stat(path, &info) == 0 ? identity_of(info, now_ns) : FileIdentity{};
}

TextFile read_text_file(const char *path, std::size_t limit) {
  const FileIdentity before = identify_file(path);
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const Fd fd(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {TextFile::State::kMissing, {}, {}};
    return {TextFile::State::kUnreadable, {}, before};
  }
  const std::int64_t now_ns = wall_clock_ns();
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return {TextFile::State::kUnreadable, {}, before};
  TextFile file{TextFile::State::kUnreadable, {}, identity_of(info, now_ns)};
  if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode)) return file;
  if (S_ISREG(info.st_mode)) file.text.reserve(std::min(static_cast<std::size_t>(info.st_size), limit));
  if (read_all(fd.get(), limit, file.text)) {
    file.state = TextFile::State::kRead;
  } else {
    file.text = {};
  }
  return file;
}

bool take_line(std::string_view &text, std::string_view &line) {
  if (text.empty()) return false;
  const std::size_t end = text.find('\n');
  line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

bool take_word(std::string_view &line, std::string_view &word) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return !word.empty();
}

std::vector<std::string_view> split_words(std::string_view line, std::string_view comment_marks) {
  line = line.substr(0, line.find_first_of(comment_marks));
  std::vector<std::string_view> words;
  std::string_view word;
  while (take_word(line, word)) words.push_back(word);
  return words;
}

}  // namespace dns_cares
