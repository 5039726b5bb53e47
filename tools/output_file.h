// Where the results are written to: standard output, or a file that is there only once it is whole, or one that grows.
#pragma once

#include <string>

#include "options.h"

namespace dns_cares_tool {

class OutputFile {
 public:
  // Throws OutputError, which names the file, as commit() and write_whole() do.
  explicit OutputFile(const Options &options);
  // What was written and not committed goes away again, if nobody was to see it before it is whole.
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;

  int fd() const { return fd_; }
  const std::string &name() const { return name_; }
  // Whether nothing was in it before.
  bool is_new() const { return is_new_; }
  // Whether what was in it ends without a line end.
  bool ends_within_line() const { return ends_within_line_; }
  // Puts the file in its place.
  void commit();
  // Whether what was written goes away with this, unless it is committed.
  bool is_dropped() const { return !temporary_.empty(); }

  // Writes a file that is replaced at once, or what is no file, such as a pipe, as it is.
  static void write_whole(const std::string &path, const std::string &text);
  // Whether that can be done, as far as can be known before; "" is fine.
  static void check(const std::string &path);

 private:
  explicit OutputFile(const std::string &path);
  void open_to_replace(const std::string &path);
  void open_in_place(bool is_file);

  std::string name_ = "standard output";
  std::string path_;       // of the file in its place
  std::string temporary_;  // of what becomes the file; "": it is in its place
  int fd_;
  bool is_new_ = true;
  bool ends_within_line_ = false;
};

}  // namespace dns_cares_tool
