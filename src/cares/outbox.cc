#include "cares/outbox.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>

namespace dns_cares {
namespace {

#ifndef UDP_SEGMENT
constexpr int UDP_SEGMENT = 103;  // include/uapi/linux/udp.h, since Linux 4.18
#endif

// A full buffer loses it, as datagrams are lost.
bool is_of_the_moment(int error) { return error == EAGAIN || error == ENOBUFS; }

}  // namespace

// A kernel that does not know the option would pass over it and send all as one datagram.
bool Outbox::can_send_together(int fd) noexcept {
  if (together_ == Together::kUnknown) {
    int size = 0;
    socklen_t length = sizeof size;
    together_ = getsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, &length) == 0 ? Together::kYes : Together::kNo;
  }
  return together_ == Together::kYes;
}

bool Outbox::put(Octets datagram) noexcept {
  if (count_ == kMost || datagram.empty()) return false;
  try {
    octets_.insert(octets_.end(), datagram.begin(), datagram.end());
  } catch (const std::bad_alloc &) {
    return false;
  }
  parts_[count_++] = {octets_.size() - datagram.size(), datagram.size()};
  return true;
}

// The port is closed, says the ICMP error of an earlier datagram. This one will have its own error, which is for the
// next read: so it is sent again.
int Outbox::send(int fd, Octets datagram) noexcept {
  for (int tries = 0; ::send(fd, datagram.data(), datagram.size(), MSG_NOSIGNAL) < 0; ++tries) {
    if (is_of_the_moment(errno)) return 0;
    if (errno != ECONNREFUSED || tries > 0) return errno;
  }
  return 0;
}

int Outbox::flush(int fd) noexcept {
  int error = 0;
  Group group;
  for (std::size_t first = 0; first < count_; ++first) {
    if (parts_[first].size == 0) continue;
    const std::size_t count = take_those_of_size(parts_[first].size, group);
    const int failed = send_group(fd, {group.data(), count});
    if (error == 0) error = failed;
  }
  octets_.clear();
  count_ = 0;
  return error;
}

std::size_t Outbox::take_those_of_size(std::size_t size, Group &group) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (parts_[i].size != size) continue;
    parts_[i].size = 0;
    group[count++] = {octets_.data() + parts_[i].place, size};
  }
  return count;
}

int Outbox::send_group(int fd, std::span<iovec> group) noexcept {
  if (group.size() > 1 && can_send_together(fd)) {
    if (send_together(fd, group)) return 0;
    if (!is_of_the_moment(errno) && errno != ECONNREFUSED) together_ = Together::kNo;
  }
  int error = 0;
  for (const iovec &part : group) {
    const int failed = send(fd, {static_cast<const unsigned char *>(part.iov_base), part.iov_len});
    if (error == 0) error = failed;
  }
  return error;
}

bool Outbox::send_together(int fd, std::span<iovec> group) noexcept {
  const auto size = static_cast<std::uint16_t>(group[0].iov_len);
  alignas(cmsghdr) unsigned char control[CMSG_SPACE(sizeof size)]{};
  msghdr message{};
  message.msg_iov = group.data();
  message.msg_iovlen = group.size();
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr *const segment = CMSG_FIRSTHDR(&message);
  segment->cmsg_level = IPPROTO_UDP;
  segment->cmsg_type = UDP_SEGMENT;
  segment->cmsg_len = CMSG_LEN(sizeof size);
  std::memcpy(CMSG_DATA(segment), &size, sizeof size);
  return sendmsg(fd, &message, MSG_NOSIGNAL) >= 0;
}

}  // namespace dns_cares
