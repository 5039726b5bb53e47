// Server: the sockets, and the thread that waits for them.
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <system_error>
#include <thread>

#include "dns_cares/testkit.h"
#include "tcp.h"
#include "udp.h"

namespace dns_testkit {
namespace {

constexpr int kBacklog = 4096;

// The program's signals are the program's business: a thread started in this scope gets none.
class BlockSignals {
 public:
  BlockSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

Fd checked(int fd, const Endpoint &endpoint) {
  if (fd >= 0) return Fd(fd);
  throw std::system_error(errno, std::generic_category(), "cannot serve " + endpoint.text());
}

}  // namespace

class Server::Impl {
 public:
  explicit Impl(const ServerOptions &options)
      : Impl(bind_pair(parse_endpoint(options.address, options.port)), options) {}
  ~Impl() { stop(); }

  void stop();
  const Endpoint &endpoint() const { return endpoint_; }
  Desk &desk() { return desk_; }

 private:
  enum Tag : std::uint64_t { kWake, kUdp, kListener };

  Impl(PortPair sockets, const ServerOptions &options);
  void watch(int fd, std::uint32_t interest, std::uint64_t tag);
  void run();
  void on_event(const epoll_event &event);

  const Endpoint endpoint_;
  Desk desk_;
  Delayed delayed_;
  const Fd epoll_;
  const Fd wake_;
  std::optional<Udp> udp_;
  std::optional<Tcp> tcp_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

Server::Impl::Impl(PortPair sockets, const ServerOptions &options)
    : endpoint_(sockets.endpoint),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC), endpoint_)),
      wake_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), endpoint_)) {
  if (options.tcp && listen(sockets.tcp.get(), kBacklog) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot listen at TCP " + endpoint_.text());
  }
  udp_.emplace(std::move(sockets.udp), desk_, delayed_);
  tcp_.emplace(
      std::move(sockets.tcp), [this](int fd, std::uint32_t interest, std::uint64_t tag) { watch(fd, interest, tag); },
      desk_, delayed_);
  watch(wake_.get(), EPOLLIN, kWake);
  watch(udp_->fd(), EPOLLIN, kUdp);
  if (options.tcp) watch(tcp_->fd(), EPOLLIN, kListener);
  const BlockSignals blocked;
  thread_ = std::thread([this] { run(); });
}

void Server::Impl::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
  thread_.join();
  tcp_.reset();
  udp_.reset();
}

void Server::Impl::watch(int fd, std::uint32_t interest, std::uint64_t tag) {
  epoll_event event{};
  event.events = interest;
  event.data.u64 = tag;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void Server::Impl::run() {
  std::array<epoll_event, 64> events;
  while (!stopping_) {
    const int timeout = delayed_.timeout(Delayed::Clock::now());
    const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
    for (int i = 0; i < ready; ++i) on_event(events[static_cast<std::size_t>(i)]);
    delayed_.run_due(Delayed::Clock::now());
  }
}

void Server::Impl::on_event(const epoll_event &event) {
  switch (event.data.u64) {
    case kWake:
      return;
    case kUdp:
      return udp_->on_readable();
    case kListener:
      return tcp_->on_connection();
    default:
      return tcp_->on_event(event.data.u64, event.events);
  }
}

Server::Server() : Server(ServerOptions()) {}
Server::Server(const ServerOptions &options) : impl_(std::make_unique<Impl>(options)) {}
Server::~Server() = default;

std::string Server::address() const { return impl_->endpoint().text(); }
std::uint16_t Server::port() const { return impl_->endpoint().port(); }

void Server::on(std::string_view name, std::string_view type, const std::vector<Reply> &replies) {
  impl_->desk().with_rules([&](Rules &rules) { rules.set(name, type, replies); });
}
void Server::on(std::string_view name, std::string_view type, const Reply &reply) {
  on(name, type, std::vector<Reply>{reply});
}
void Server::otherwise(const Reply &reply) {
  impl_->desk().with_rules([&](Rules &rules) { rules.set_default(reply); });
}

void Server::silence() { impl_->desk().set_silent(true); }
void Server::speak() { impl_->desk().set_silent(false); }
void Server::stop() { impl_->stop(); }

std::uint64_t Server::queries() const {
  return impl_->desk().with_ledger([](const Ledger &ledger) { return ledger.queries(); });
}
std::uint64_t Server::queries(std::string_view name, std::string_view type) const {
  return impl_->desk().with_ledger([&](const Ledger &ledger) { return ledger.queries(name, type); });
}
std::uint64_t Server::tcp_queries() const {
  return impl_->desk().with_ledger([](const Ledger &ledger) { return ledger.tcp_queries(); });
}
std::uint64_t Server::tcp_connections() const {
  return impl_->desk().with_ledger([](const Ledger &ledger) { return ledger.tcp_connections(); });
}
std::vector<Seen> Server::seen() const {
  return impl_->desk().with_ledger([](const Ledger &ledger) { return ledger.seen(); });
}
bool Server::wait_for_queries(std::uint64_t count, std::chrono::milliseconds timeout) const {
  return impl_->desk().wait_for_queries(count, timeout);
}

}  // namespace dns_testkit
