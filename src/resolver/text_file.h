// Reading a small configuration file whole, within a bound.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dns_cares {

// What tells one state of a file from another without reading it.
struct FileIdentity {
  bool exists = false;  // false also where stat(2) fails otherwise; all below is then 0
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0;  // since the epoch
  std::int64_t changed_ns = 0;   // the same, of the inode

  // Whether any later change must show in the above. A file may be written again within one tick of the clock that
  // its times are taken from, so one that was written a moment ago is not settled.
  bool settled = true;

  // Compares all but `settled`.
  bool same_as(const FileIdentity &other) const;
};

// Of what the path leads to, links followed: one stat(2).
FileIdentity identify_file(const char *path);

struct TextFile {
  enum class State { kRead, kMissing, kUnreadable };
  State state;
  std::string text;
  // Taken of the open file before it was read (before it was opened, if it could not be): what changes later than
  // that makes the file differ from it.
  FileIdentity identity = {};
};

// A file over `limit` octets counts as unreadable: nothing of unbounded size is read on the loop. Throws
// std::bad_alloc.
TextFile read_text_file(const char *path, std::size_t limit);

// Takes the next line, without its end (LF or CRLF), off the front of `text`. False at the end.
bool take_line(std::string_view &text, std::string_view &line);

// Takes the next word, and the blanks before it, off the front of `line`. Blanks are those of isspace(3) in the C
// locale but for the line feed. False at the end.
bool take_word(std::string_view &line, std::string_view &word);

// The words of a line; what follows one of `comment_marks` is left out.
std::vector<std::string_view> split_words(std::string_view line, std::string_view comment_marks);

}  // namespace dns_cares
