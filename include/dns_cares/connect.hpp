// connect.hpp: from a host name to a connected TCP socket for coroutines, over connect.h.
//
//   dns_cares::Result<dns_cares::Socket> socket = co_await resolver.connect("example.com", "https", {.deadline = 5s});
//
// Connections are raced as Happy Eyeballs has it (RFC 8305). What coro.hpp says of lookups holds for connects: when the
// coroutine is resumed, what cancels, and who owns what.
#ifndef DNS_CARES_CONNECT_HPP
#define DNS_CARES_CONNECT_HPP

#include <unistd.h>

#include "dns_cares/connect.h"
#include "dns_cares/coro.hpp"

namespace dns_cares {
inline namespace v0 {

// A socket, closed when destroyed. Move-only.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) noexcept : fd_(fd) {}
  Socket(Socket &&other) noexcept : fd_(other.release()) {}
  Socket &operator=(Socket &&other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  ~Socket() { reset(); }

  int get() const noexcept { return fd_; }  // -1: none
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept {
    if (fd_ >= 0) ::close(release());
  }

 private:
  int fd_ = -1;
};

// A connect that was started by Resolver::connect(). co_await gives a Result<Socket>, non-blocking and close-on-exec,
// or an error of dns_connect_cb; but where addresses were found and every attempt failed, instead of DNS_ECONNECT the
// error of the last attempt, an errno value such as std::errc::connection_refused in std::system_category(). Neither
// copied nor moved; destroying it cancels.
class [[nodiscard]] Connecting : public detail::AwaitedResult<Socket, dns_connecting, dns_connect_cancel> {
 private:
  friend class Resolver;
  Connecting(struct ev_loop *loop, Text host, Text service, const ConnectHints &hints) noexcept {
    dns_connect_options options;
    dns_connect_options_init(&options);
    options.family = hints.family;
    options.flags = hints.flags;
    options.attempt_delay_ms = detail::to_count(hints.attempt_delay);
    options.deadline_ms = detail::deadline_ms(hints.deadline);
    started(dns_connect(loop, host.get(), service.get(), &options, on_connected, this));
  }
#if defined(__cpp_lib_jthread)
  Connecting(struct ev_loop *loop, Text host, Text service, const ConnectHints &hints, std::stop_token &&stop) noexcept
      : Connecting(loop, host, service, hints) {
    stop_with(loop, std::move(stop));
  }
#endif

  static void on_connected(int status, int fd, const dns_connect_attempt *attempts, void *arg) noexcept {
    auto *self = static_cast<Connecting *>(arg);
    if (status == DNS_OK) return self->end(Socket(fd));
    self->end(status == DNS_ECONNECT ? last_error(attempts) : std::error_code(static_cast<dns_status>(status)));
  }
  static std::error_code last_error(const dns_connect_attempt *attempts) noexcept {
    std::error_code error = DNS_ECONNECT;
    for (; attempts != nullptr; attempts = attempts->next) error.assign(attempts->error, std::system_category());
    return error;
  }
};

inline Connecting Resolver::connect(Text host, Text service, const ConnectHints &hints) noexcept {
  return Connecting(loop_, host, service, hints);
}
#if defined(__cpp_lib_jthread)
inline Connecting Resolver::connect(Text host, Text service, const ConnectHints &hints, std::stop_token stop) noexcept {
  return Connecting(loop_, host, service, hints, std::move(stop));
}
#endif

}  // namespace v0
}  // namespace dns_cares

#endif  // DNS_CARES_CONNECT_HPP
