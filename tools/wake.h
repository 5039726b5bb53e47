// Wakes a loop from another thread, or later in its own.
#pragma once

namespace dns_cares_tool {

class Wake {
 public:
  // Throws std::system_error.
  Wake();
  ~Wake();
  Wake(const Wake &) = delete;
  Wake &operator=(const Wake &) = delete;

  // Makes fd() readable until it is cleared. Any thread.
  void signal() const;
  void clear() const;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace dns_cares_tool
