// Where the results go: a buffer before a file descriptor that is never waited for.
//
// A reader that is slow must not stop the loop, whose sockets would overflow. Pipes, sockets and terminals are
// therefore written to only as far as they take without blocking, whichever mode they are in: it is their other users'
// too.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dns_cares_tool {

class Sink {
 public:
  static constexpr std::size_t kWorthWriting = std::size_t{64} << 10;  // octets
  static constexpr std::size_t kFull = std::size_t{1} << 20;

  // `name`: of the file, for messages.
  Sink(int fd, std::string name);

  void append(std::string_view text) { buffer_ += text; }
  // The same of what goes before the first result and is none.
  void append_heading(std::string_view text);
  std::size_t pending() const { return buffer_.size() - written_; }
  // Results, a line each, in that and in what an error has lost.
  std::size_t results_pending() const;
  bool full() const { return pending() >= kFull; }

  // Writes what can be written now.
  void write_some();
  // Whether the rest has to wait until fd() is writable.
  bool blocked() const { return blocked_; }
  // errno of a write that failed, after which nothing more is written; EPIPE: nobody reads on.
  int error() const { return error_; }
  int fd() const { return fd_; }
  const std::string &name() const { return name_; }

 private:
  bool writable() const;

  const int fd_;
  const std::string name_;
  bool never_waits_ = false;
  bool blocked_ = false;
  int error_ = 0;
  std::string buffer_;
  std::size_t written_ = 0;
  std::size_t heading_ = 0;  // octets at the front of buffer_
  std::size_t lost_ = 0;     // results
};

}  // namespace dns_cares_tool
