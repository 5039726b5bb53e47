// Where a run that was stopped is to go on.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "format.h"

namespace dns_cares_tool {

class Resumption {
 public:
  // Nothing is resumed: all lines are new. `has_header`: none is to be written.
  explicit Resumption(bool has_header) : has_header_(has_header) {}
  // Of the file that a stopped run has written to. Throws OutputError, which names the file, as has() and end() do: if
  // what is there is not of this run, the file stays as it is.
  Resumption(int fd, std::string path, const Format &format, bool with_header);

  bool has_header() const { return has_header_; }
  // Results that were there.
  std::size_t results() const { return results_; }

  // Whether the line's result is there already. To be asked for each line of this run, in their order. At the first one
  // that has none, the part of it that may be there is cut off.
  bool has(const Line &line);
  // The input has ended.
  void end() const;

 private:
  // From where to where in the file.
  struct Part {
    off_t begin = 0, end = 0;
    off_t size() const { return end - begin; }
  };

  void check_header(const std::string &header, Part first);
  void check_last(const Line &line) const;
  void check_unfinished(const Line &line) const;
  void cut_off();
  std::string beginning_of(Part part, std::size_t length) const;
  std::string described(Part part) const;

  int fd_ = -1;
  std::string path_;
  const Format *format_ = nullptr;
  bool has_header_ = false;
  std::size_t results_ = 0;  // that are whole
  std::size_t seen_ = 0;     // lines that have one of these
  Part last_;                // of these
  Part unfinished_;          // what is behind it
};

}  // namespace dns_cares_tool
