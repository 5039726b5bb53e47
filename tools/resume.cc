#include "resume.h"

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace dns_cares_tool {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string &path) {
  throw OutputError(fmt::format("{}: {}", path, std::strerror(errno)));
}

struct Lines {
  std::size_t count = 0;
  off_t last = 0;  // where the last whole one begins
  off_t end = 0;   // and where it has ended
};

Lines count_lines(int fd, const std::string &path) {
  Lines lines;
  std::vector<char> block(kBlock);
  for (off_t at = 0;;) {
    const ssize_t count = pread(fd, block.data(), block.size(), at);
    if (count < 0) fail(path);
    if (count == 0) return lines;
    const char *const end = block.data() + count;
    for (const char *from = block.data();;) {
      const auto *newline = static_cast<const char *>(std::memchr(from, '\n', static_cast<std::size_t>(end - from)));
      if (newline == nullptr) break;
      from = newline + 1;
      ++lines.count;
      lines.last = lines.end;
      lines.end = at + (from - block.data());
    }
    at += count;
  }
}

}  // namespace

Resumption resume_after(int fd, const std::string &path, const Format &format, bool with_header) {
  const Lines lines = count_lines(fd, path);
  if (ftruncate(fd, lines.end) != 0) fail(path);
  const std::size_t headers = with_header && !format.header().empty() ? 1 : 0;
  if (lines.count <= headers) return {.has_header = lines.count == headers, .results = 0, .name = {}};
  std::string last(static_cast<std::size_t>(lines.end - lines.last), '\0');
  if (pread(fd, last.data(), last.size(), lines.last) != static_cast<ssize_t>(last.size())) fail(path);
  last.pop_back();
  return {.has_header = true, .results = lines.count - headers, .name = format.name_of(last)};
}

}  // namespace dns_cares_tool
