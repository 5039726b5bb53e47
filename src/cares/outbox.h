// Datagrams that wait to go out of one socket, so that one system call takes many of them at once (UDP segmentation
// offload, UDP_SEGMENT in udp(7)): what a small datagram costs is mostly its way through the kernel.
//
// Those of one size go together, in the order of the first of each size. Where the kernel cannot do it, or the way to
// the server does not allow it, each goes by itself.
//
// Thread rule: none of its own. Lifetime: what is put in is copied.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace dns_cares {

class Outbox {
 public:
  using Octets = std::span<const unsigned char>;

  bool empty() const { return count_ == 0; }

  // False if it is full, or if there is no memory.
  bool put(Octets datagram) noexcept;

  // Sends all that is in it to whom the socket, always the same one, is connected. 0, or the first error that is not of
  // the moment: what did not go out is lost then, as datagrams are when a buffer is full.
  int flush(int fd) noexcept;

  // Sends one at once: 0, or the error.
  static int send(int fd, Octets datagram) noexcept;

 private:
  static constexpr std::size_t kMost = 64;  // The kernel takes no more at once.
  struct Part {
    std::size_t place;  // in octets_
    std::size_t size;   // 0: it has gone out
  };
  using Group = std::array<iovec, kMost>;

  bool can_send_together(int fd) noexcept;
  std::size_t take_those_of_size(std::size_t size, Group &group) noexcept;
  int send_group(int fd, std::span<iovec> group) noexcept;
  static bool send_together(int fd, std::span<iovec> group) noexcept;

  std::vector<unsigned char> octets_{};  // of all, one behind the other
  std::array<Part, kMost> parts_{};
  std::size_t count_ = 0;
  enum class Together : unsigned char { kUnknown, kYes, kNo } together_ = Together::kUnknown;
};

}  // namespace dns_cares
