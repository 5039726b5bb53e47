// Lines of one file, pipe or terminal, in bounded memory and without ever waiting for one.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dns_cares_tool {

struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class LineReader {
 public:
  enum class Got { kLine, kNothingYet, kEnd };
  // Octets of a line; of a longer one the first are given.
  static constexpr std::size_t kLongest = std::size_t{64} << 10;

  // "-" is standard input. A pipe's writer may come later. Throws InputError, which names the file, as next() does.
  explicit LineReader(std::string path);
  LineReader(LineReader &&other) noexcept;
  LineReader &operator=(LineReader &&) = delete;
  ~LineReader();

  // A line without its end, valid until the next call. kNothingYet: there is more to read when fd() is readable.
  Got next(std::string_view &line);
  // Whether the line was longer than kLongest.
  bool was_cut() const { return was_cut_; }

  // Waits until there is more to read.
  void wait() const;

  int fd() const { return fd_; }
  const std::string &path() const { return path_; }
  // Octets that the lines given so far took, and of the whole file; the latter is 0 for what is no file.
  std::size_t offset() const { return offset_; }
  std::size_t size() const { return size_; }

 private:
  bool read_more();
  bool readable() const;
  std::string_view take(std::size_t end, std::size_t with_its_end);

  std::string path_;
  int fd_ = -1;
  bool never_waits_ = false;  // a regular file
  bool ended_ = false;
  bool was_cut_ = false;
  bool cutting_ = false;  // the line being read is too long: cut_ has its beginning
  std::string cut_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, scanned_ = 0, end_ = 0;  // in buffer_: the line, what has no newline, what was read
  std::size_t offset_ = 0, size_ = 0;
};

}  // namespace dns_cares_tool
