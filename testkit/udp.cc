#include "udp.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "ldns_c.h"
#include "render.h"

namespace dns_testkit {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kMaxQuery = 4096;
constexpr int kSendPatienceMs = 100;

Fd bind_other_port(const Fd &socket) {
  Endpoint endpoint = local_endpoint(socket);
  endpoint.set_port(0);
  return bind_udp(endpoint);
}

// Not 127.0.0.2 and the like, which other servers may have.
Fd bind_other_address(const Fd &socket) {
  const Endpoint own = local_endpoint(socket);
  if (own.storage.ss_family != AF_INET) return bind_other_port(socket);
  try {
    return bind_udp(parse_endpoint("127.255.255.254", own.port()));
  } catch (const std::system_error &) {
    return bind_udp(parse_endpoint("127.255.255.254", 0));
  }
}

bool wait_for_room(const Fd &socket) {
  pollfd room{socket.get(), POLLOUT, 0};
  return poll(&room, 1, kSendPatienceMs) > 0;
}

// What cannot be sent is lost, as datagrams are; but a full buffer is worth a moment's wait, and one datagram that
// the kernel refuses does not take the rest with it.
void send_all(const Fd &socket, std::span<mmsghdr> messages) {
  while (!messages.empty()) {
    const int sent = sendmmsg(socket.get(), messages.data(), static_cast<unsigned>(messages.size()), MSG_NOSIGNAL);
    if (sent > 0) {
      messages = messages.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EINTR || (errno == EAGAIN && wait_for_room(socket))) {
      continue;
    } else {
      messages = messages.subspan(1);
    }
  }
}

}  // namespace

// Where recvmmsg() puts what it reads.
struct Udp::Batch {
  std::array<std::array<std::uint8_t, kMaxQuery>, kBatch> octets;
  std::array<Endpoint, kBatch> clients;
  std::array<iovec, kBatch> vectors;
  std::array<mmsghdr, kBatch> headers;

  std::size_t receive(const Fd &socket) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      vectors[i] = {octets[i].data(), kMaxQuery};
      headers[i] = {};
      headers[i].msg_hdr.msg_name = &clients[i].storage;
      headers[i].msg_hdr.msg_namelen = sizeof clients[i].storage;
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int received = recvmmsg(socket.get(), headers.data(), kBatch, MSG_DONTWAIT, nullptr);
    return received > 0 ? static_cast<std::size_t>(received) : 0;
  }
};

Udp::Udp(Fd socket, Desk &desk, Delayed &delayed)
    : socket_(std::move(socket)),
      other_port_(bind_other_port(socket_)),
      other_address_(bind_other_address(socket_)),
      desk_(desk),
      delayed_(delayed),
      batch_(std::make_unique<Batch>()) {}

Udp::~Udp() = default;

void Udp::on_readable() {
  const std::size_t received = batch_->receive(socket_);
  for (std::size_t i = 0; i < received; ++i) {
    batch_->clients[i].length = batch_->headers[i].msg_hdr.msg_namelen;
    reply(OctetView(batch_->octets[i]).first(batch_->headers[i].msg_len), batch_->clients[i]);
  }
  send(ready_);
  ready_.clear();
}

void Udp::reply(OctetView message, const Endpoint &client) {
  switch (read_query(message, query_)) {
    case Reading::kNotAQuery:
      return;
    case Reading::kMalformed:
      return ready_.push_back({render_error(query_, LDNS_RCODE_FORMERR), client, Sender::kServer});
    case Reading::kUnknownOpcode:
      return ready_.push_back({render_error(query_, LDNS_RCODE_NOTIMPL), client, Sender::kServer});
    case Reading::kQuery:
      if (const auto plan = desk_.take(query_, Transport::kUdp, client.port())) reply_by(*plan, client);
  }
}

void Udp::reply_by(const Plan &plan, const Endpoint &client) {
  for (const Plan *one = &plan; one != nullptr; one = one->next.get()) send_later(*one, client);
}

void Udp::send_later(const Plan &plan, const Endpoint &client) {
  if (plan.kind == Plan::Kind::kDrop) return;
  std::vector<Datagram> datagrams(plan.twice ? 2 : 1, {render(plan, query_, Transport::kUdp), client, plan.sender});
  if (plan.delay.count() > 0) {
    delayed_.add(Delayed::Clock::now() + plan.delay, [this, datagrams]() mutable { send(datagrams); });
  } else {
    for (Datagram &datagram : datagrams) ready_.push_back(std::move(datagram));
  }
}

void Udp::send(std::vector<Datagram> &datagrams) {
  if (desk_.silent()) return;
  send_from(socket_, datagrams, Sender::kServer);
  send_from(other_port_, datagrams, Sender::kOtherPort);
  send_from(other_address_, datagrams, Sender::kOtherAddress);
}

void Udp::send_from(const Fd &socket, std::vector<Datagram> &datagrams, Sender sender) {
  std::vector<iovec> vectors(datagrams.size());
  std::vector<mmsghdr> headers(datagrams.size());
  std::size_t count = 0;
  for (Datagram &datagram : datagrams) {
    if (datagram.sender != sender) continue;
    vectors[count] = {datagram.octets.data(), datagram.octets.size()};
    headers[count] = {};
    headers[count].msg_hdr.msg_name = &datagram.to.storage;
    headers[count].msg_hdr.msg_namelen = datagram.to.length;
    headers[count].msg_hdr.msg_iov = &vectors[count];
    headers[count].msg_hdr.msg_iovlen = 1;
    ++count;
  }
  send_all(socket, std::span(headers).first(count));
}

}  // namespace dns_testkit
