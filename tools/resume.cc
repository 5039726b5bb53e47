#include "resume.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "words.h"

namespace dns_cares_tool {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::size_t kShown = 60;  // octets of a result, in a message

[[noreturn]] void fail(const std::string &path) {
  throw OutputError(fmt::format("{}: {}", path, std::strerror(errno)));
}

[[noreturn]] void refuse(const std::string &path, const std::string &why) {
  throw OutputError(fmt::format("{}: {}: not of this run, nothing is written", path, why));
}

struct Lines {
  std::size_t count = 0;
  off_t first_end = 0;  // where the first one has ended
  off_t last = 0;       // where the last whole one begins
  off_t end = 0;        // and where it has ended
  off_t size = 0;       // of the file
};

Lines count_lines(int fd, const std::string &path) {
  Lines lines;
  std::vector<char> block(kBlock);
  for (;;) {
    const ssize_t count = pread(fd, block.data(), block.size(), lines.size);
    if (count < 0) fail(path);
    if (count == 0) return lines;
    const char *const end = block.data() + count;
    for (const char *from = block.data();;) {
      const auto *newline = static_cast<const char *>(std::memchr(from, '\n', static_cast<std::size_t>(end - from)));
      if (newline == nullptr) break;
      from = newline + 1;
      lines.last = lines.end;
      lines.end = lines.size + (from - block.data());
      if (lines.count++ == 0) lines.first_end = lines.end;
    }
    lines.size += count;
  }
}

}  // namespace

Resumption::Resumption(int fd, std::string path, const Format &format, bool with_header)
    : fd_(fd), path_(std::move(path)), format_(&format) {
  const Lines lines = count_lines(fd_, path_);
  last_ = {lines.last, lines.end};
  unfinished_ = {lines.end, lines.size};
  results_ = lines.count;
  if (const std::string header = format.header(); with_header && !header.empty()) {
    check_header(header, {0, lines.count > 0 ? lines.first_end : lines.size});
  }
}

// It is the same for all input, so a part of one is at once cut off.
void Resumption::check_header(const std::string &header, Part first) {
  const bool is_whole = results_ > 0;
  const std::string there = beginning_of(first, header.size() + 1);
  if (is_whole ? there != header : !header.starts_with(there)) {
    refuse(path_, fmt::format("begins with '{}' and not with the column names '{}'", described(first),
                              header.substr(0, header.size() - 1)));
  }
  has_header_ = is_whole;
  if (is_whole) {
    --results_;
  } else {
    cut_off();
  }
}

bool Resumption::has(const Line &line) {
  if (seen_ < results_) {
    if (++seen_ == results_) check_last(line);
    return true;
  }
  if (unfinished_.size() > 0) {
    check_unfinished(line);
    cut_off();
  }
  return false;
}

void Resumption::end() const {
  if (seen_ < results_) {
    refuse(path_, fmt::format("has {} results, and the input {} names fewer", results_, results_ - seen_));
  }
  if (unfinished_.size() > 0) {
    refuse(path_, fmt::format("ends with '{}', and the input has no name for it", described(unfinished_)));
  }
}

void Resumption::check_last(const Line &line) const {
  std::string expected;
  format_->write_beginning(line, expected);
  if (beginning_of(last_, expected.size()) == expected) return;
  refuse(path_, fmt::format("result {} is '{}' where one of '{}' should be", results_, described(last_), line.name));
}

void Resumption::check_unfinished(const Line &line) const {
  std::string expected;
  format_->write_beginning(line, expected);
  if (expected.starts_with(beginning_of(unfinished_, expected.size()))) return;
  refuse(path_, fmt::format("ends with '{}' where a result of '{}' should be", described(unfinished_), line.name));
}

void Resumption::cut_off() {
  if (ftruncate(fd_, unfinished_.begin) != 0) fail(path_);
  unfinished_ = {};
}

std::string Resumption::beginning_of(Part part, std::size_t length) const {
  std::string text(std::min(length, static_cast<std::size_t>(part.size())), '\0');
  if (pread(fd_, text.data(), text.size(), part.begin) != static_cast<ssize_t>(text.size())) fail(path_);
  return text;
}

// For a message.
std::string Resumption::described(Part part) const {
  std::string text = beginning_of(part, kShown);
  const bool is_whole = static_cast<off_t>(text.size()) == part.size();
  if (text.ends_with('\n')) text.pop_back();
  std::string printable;
  append_printable(text, printable);
  return is_whole ? printable : printable + "...";
}

}  // namespace dns_cares_tool
