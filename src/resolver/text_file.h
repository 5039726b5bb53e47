// Reading a small configuration file whole, within a bound.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dns_cares {

struct TextFile {
  enum class State { kRead, kMissing, kUnreadable };
  State state;
  std::string text;
};

// A file over `limit` octets counts as unreadable: nothing of unbounded size is read on the loop.
TextFile read_text_file(const char *path, std::size_t limit);

// Takes the next line, without its end (LF or CRLF), off the front of `text`. False at the end.
bool take_line(std::string_view &text, std::string_view &line);

// The words of a line, split at blanks and tabs; what follows one of `comment_marks` is left out.
std::vector<std::string_view> split_words(std::string_view line, std::string_view comment_marks);

}  // namespace dns_cares
