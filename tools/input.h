// What is to be looked up: the names of the command line, then the lines of the files.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "line.h"
#include "line_reader.h"
#include "range.h"

namespace dns_cares_tool {

class Input {
 public:
  using Got = LineReader::Got;

  // Opens all files. Throws InputError, as next() does. `has_ranges`: a name such as 192.0.2.0/24 stands for a line for
  // each of its addresses, with the fields of its own.
  Input(std::vector<std::string> names, const std::vector<std::string> &files, bool has_ranges);

  // The next line that has a name. Empty lines and those that begin with '#' are passed over. kNothingYet: there may be
  // one when waits_for() is readable.
  Got next(Line &line);
  int waits_for() const { return files_[file_].fd(); }

  // Whether it is read from the file that is open there, which is no pipe or device.
  bool is_from(int fd) const;

  // Which part of the input has been given; nothing if it is not known how much there will be.
  std::optional<double> fraction() const;
  // "line 3", with the file's name if there are several; "" for a name of the command line.
  std::string place_of(const Line &line) const;

 private:
  Got next_line(Line &line);
  bool take_apart(std::string_view text, Line &line);

  const bool has_ranges_;
  std::optional<Range> range_;  // of the line last read, if it has further addresses
  Line range_line_;
  std::vector<std::string> names_;
  std::size_t name_ = 0;
  std::vector<LineReader> files_;
  std::size_t file_ = 0;
  std::size_t number_ = 0;  // of the line last read in that file
};

}  // namespace dns_cares_tool
