// A socket and nothing else: queries written by hand, replies matched by their id. What it costs is the floor for
// everybody: the kernel's UDP path, and the counting.
//
// Variants: "" sendto and recv; "batches" sendmmsg and recvmmsg, 64 at once.
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <poll.h>

#include <array>
#include <utility>

#include "workload.h"

using dns_cares_bench::Pair;
using dns_cares_bench::Workload;

namespace {

constexpr std::size_t kBatch = 64;
constexpr int kTimeoutMs = 1000;
constexpr unsigned kRecursionDesired = 0x0100;

struct Message {
  unsigned size = 0;
  std::array<unsigned char, 512> octets;
};

unsigned char *put16(unsigned char *at, unsigned value) {
  ns_put16(value, at);
  return at + NS_INT16SZ;
}

class Bare {
 public:
  explicit Bare(Workload &work) : work_(work), per_call_(work.variant("batches") ? kBatch : 1), asked_(0x10000) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<std::uint16_t>(work.port_number()));
    inet_pton(AF_INET, work.address().c_str(), &server.sin_addr);
    if (connect(fd_, reinterpret_cast<const sockaddr *>(&server), sizeof server) != 0) std::abort();
    dns_cares_bench::raise_receive_buffers(work.receive_buffer());
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts_[i] = {messages_[i].octets.data(), messages_[i].octets.size()};
      headers_[i].msg_hdr.msg_iov = &parts_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  void run() {
    pollfd readable = {fd_, POLLIN, 0};
    while (!work_.finished()) {
      while (const char *name = work_.next()) ask(name);
      flush();
      if (poll(&readable, 1, kTimeoutMs) == 0) give_up();
      receive();
    }
  }

 private:
  void ask(const char *name) {
    auto *pair = new Pair(work_);
    if (work_.both()) put(name, ns_t_aaaa, pair);
    put(name, ns_t_a, pair);
  }

  void put(const char *name, unsigned type, Pair *pair) {
    while (asked_[id_] != nullptr) ++id_;
    asked_[id_] = pair;
    write_query(messages_[filled_++], name, type, id_++);
    if (filled_ == per_call_) flush();
  }

  static void write_query(Message &message, const char *name, unsigned type, std::uint16_t id) {
    unsigned char *at = message.octets.data();
    for (const unsigned field : {unsigned{id}, kRecursionDesired, 1U, 0U, 0U, 0U}) at = put16(at, field);
    for (const char *label = name; *label != '\0';) {
      const std::size_t length = std::strcspn(label, ".");
      *at++ = static_cast<unsigned char>(length);
      std::memcpy(at, label, length);
      at += length;
      label += length + (label[length] == '.' ? 1 : 0);
    }
    *at++ = 0;
    at = put16(at, type);
    at = put16(at, ns_c_in);
    message.size = static_cast<unsigned>(at - message.octets.data());
  }

  void flush() {
    if (filled_ == 1) {
      send(fd_, messages_[0].octets.data(), messages_[0].size, 0);
    } else if (filled_ > 1) {
      for (std::size_t i = 0; i < filled_; ++i) parts_[i].iov_len = messages_[i].size;
      sendmmsg(fd_, headers_.data(), static_cast<unsigned>(filled_), 0);
    }
    filled_ = 0;
  }

  void receive() {
    for (;;) {
      if (per_call_ == 1) {
        const ssize_t got = recv(fd_, messages_[0].octets.data(), messages_[0].octets.size(), MSG_DONTWAIT);
        if (got < 0) return;
        messages_[0].size = static_cast<unsigned>(got);
        take(messages_[0]);
      } else {
        for (std::size_t i = 0; i < kBatch; ++i) parts_[i].iov_len = messages_[i].octets.size();
        const int got = recvmmsg(fd_, headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
        if (got <= 0) return;
        for (int i = 0; i < got; ++i) take(messages_[static_cast<std::size_t>(i)]);
      }
    }
  }

  void take(const Message &message) {
    Pair *pair = std::exchange(asked_[ns_get16(&message.octets[0])], nullptr);
    if (pair != nullptr) pair->answered(static_cast<int>(ns_get16(&message.octets[6])));
  }

  void give_up() {
    for (Pair *&pair : asked_) {
      if (pair != nullptr) std::exchange(pair, nullptr)->timed_out();
    }
  }

  Workload &work_;
  const std::size_t per_call_;
  const int fd_ = socket(AF_INET, SOCK_DGRAM, 0);
  std::vector<Pair *> asked_;  // by id
  std::uint16_t id_ = 0;
  std::size_t filled_ = 0;  // messages that wait to be sent
  std::array<Message, kBatch> messages_;
  std::array<iovec, kBatch> parts_;
  std::array<mmsghdr, kBatch> headers_{};
};

}  // namespace

int main(int argc, char **argv) {
  Workload work(argc, argv);
  Bare(work).run();
  return work.report();
}
