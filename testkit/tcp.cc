#include "tcp.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "ldns_c.h"
#include "render.h"

namespace dns_testkit {
namespace {

// RFC 1035, section 4.2.2.
Octets framed(const Octets &message) {
  Octets stream(2 + message.size());
  write16(stream.data(), static_cast<unsigned>(message.size()));
  std::copy(message.begin(), message.end(), stream.begin() + 2);
  return stream;
}

// With a linger time of 0, closing sends RST.
void reset_on_close(const Fd &socket) {
  const linger now{1, 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

Tcp::Tcp(Fd listener, Watch watch, Desk &desk, Delayed &delayed)
    : listener_(std::move(listener)), watch_(std::move(watch)), desk_(desk), delayed_(delayed) {}

void Tcp::on_connection() {
  Endpoint client;
  Fd socket(accept4(listener_.get(), client.get(), &client.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.get() < 0) return;
  const int on = 1;  // so that octets go as they are sent
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  desk_.count_tcp_connection();
  Connection &connection = connections_[next_tag_];
  connection.socket = std::move(socket);
  connection.tag = next_tag_++;
  connection.client_port = client.port();
  watch_(connection.socket.get(), EPOLLIN, connection.tag);
}

void Tcp::on_event(std::uint64_t tag, std::uint32_t events) {
  const auto found = connections_.find(tag);
  if (found == connections_.end()) return;
  Connection &connection = found->second;
  if (events & (EPOLLERR | EPOLLHUP)) connection.broken = true;
  if (events & EPOLLIN) receive(connection);
  if (events & EPOLLOUT) send(connection);
  settle(connection);
}

void Tcp::receive(Connection &connection) {
  std::array<std::uint8_t, 16384> octets;
  const ssize_t received = recv(connection.socket.get(), octets.data(), octets.size(), 0);
  if (received > 0) {
    append(connection.in, OctetView(octets).first(static_cast<std::size_t>(received)));
    reply_to_whole_messages(connection);
  } else if (received == 0) {
    connection.client_done = true;
  } else if (errno != EAGAIN && errno != EINTR) {
    connection.broken = true;
  }
}

void Tcp::reply_to_whole_messages(Connection &connection) {
  OctetView rest = connection.in;
  while (connection.end == TcpEnd::kKeepOpen && rest.size() >= 2 && rest.size() >= 2u + read16(rest.data())) {
    const std::size_t length = read16(rest.data());
    reply(connection, rest.subspan(2, length));
    rest = rest.subspan(2 + length);
  }
  connection.in = Octets(rest.begin(), rest.end());
}

void Tcp::reply(Connection &connection, OctetView message) {
  switch (read_query(message, query_)) {
    case Reading::kNotAQuery:
      return;
    case Reading::kMalformed:
      return queue(connection, framed(render_error(query_, LDNS_RCODE_FORMERR)), TcpEnd::kKeepOpen);
    case Reading::kUnknownOpcode:
      return queue(connection, framed(render_error(query_, LDNS_RCODE_NOTIMPL)), TcpEnd::kKeepOpen);
    case Reading::kQuery:
      if (const auto plan = desk_.take(query_, Transport::kTcp, connection.client_port)) reply_by(connection, *plan);
  }
}

void Tcp::reply_by(Connection &connection, const Plan &plan) {
  for (const Plan *one = &plan; one != nullptr; one = one->next.get()) reply_by_one(connection, *one);
}

void Tcp::reply_by_one(Connection &connection, const Plan &plan) {
  if (plan.kind == Plan::Kind::kDrop) return;
  Octets stream = framed(render(plan, query_, Transport::kTcp));
  if (plan.twice) stream.insert(stream.end(), stream.begin(), stream.end());
  if (plan.tcp_end != TcpEnd::kKeepOpen) stream.resize(std::min(stream.size(), plan.tcp_octets));
  std::chrono::milliseconds delay = plan.delay;
  if (plan.octet_pause.count() > 0) {
    for (; stream.size() > 1; stream.erase(stream.begin()), delay += plan.octet_pause) {
      queue_after(delay, connection, {stream.front()}, TcpEnd::kKeepOpen);
    }
  }
  queue_after(delay, connection, stream, plan.tcp_end);
}

// By its tag, for the connection may be gone by then.
void Tcp::queue_after(std::chrono::milliseconds delay, Connection &connection, const Octets &stream, TcpEnd end) {
  if (delay.count() <= 0) return queue(connection, stream, end);
  ++connection.delayed;
  delayed_.add(Delayed::Clock::now() + delay, [this, tag = connection.tag, stream, end] {
    const auto found = connections_.find(tag);
    if (found == connections_.end()) return;
    --found->second.delayed;
    queue(found->second, stream, end);
    settle(found->second);
  });
}

void Tcp::queue(Connection &connection, const Octets &stream, TcpEnd end) {
  if (desk_.silent() || connection.end != TcpEnd::kKeepOpen) return;
  append(connection.out, stream);
  connection.end = end;
  send(connection);
}

void Tcp::send(Connection &connection) {
  const OctetView rest = OctetView(connection.out).subspan(connection.sent);
  if (rest.empty()) return;
  const ssize_t sent = ::send(connection.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    connection.broken = errno != EAGAIN && errno != EINTR;
    return;
  }
  connection.sent += static_cast<std::size_t>(sent);
  if (connection.sent < connection.out.size()) return;
  connection.out.clear();
  connection.sent = 0;
}

// Closes the connection, or its own direction, if it is at its end, else asks epoll for what it still waits for.
void Tcp::settle(Connection &connection) {
  const bool all_sent = connection.out.empty();
  const bool closes = connection.end == TcpEnd::kClose || connection.end == TcpEnd::kReset;
  const bool ended = closes || (connection.client_done && connection.delayed == 0);
  if (connection.broken || (all_sent && ended)) {
    if (connection.end == TcpEnd::kReset) reset_on_close(connection.socket);
    connections_.erase(connection.tag);
    return;
  }
  if (all_sent && connection.end == TcpEnd::kHalfClose) shutdown(connection.socket.get(), SHUT_WR);
  const bool reading = !connection.client_done && !closes;
  watch_(connection.socket.get(), (reading ? EPOLLIN : 0u) | (all_sent ? 0u : EPOLLOUT), connection.tag);
}

}  // namespace dns_testkit
