#include "test_client.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "text.h"

namespace dns_testkit {
namespace {

constexpr int kPatienceMs = 10'000;

[[noreturn]] void fail(const char *what) { throw std::system_error(errno, std::generic_category(), what); }

void wait_readable(const Fd &socket) {
  pollfd readable{socket.get(), POLLIN, 0};
  if (poll(&readable, 1, kPatienceMs) <= 0) throw std::runtime_error("nothing came");
}

Fd connected(int type, const Endpoint &to) {
  Fd fd(socket(to.storage.ss_family, type | SOCK_CLOEXEC, 0));
  if (connect(fd.get(), to.get(), to.length) != 0) fail("connect");
  return fd;
}

}  // namespace

Octets to_octets(const Question &question) {
  Octets octets;
  append16(octets, question.id);
  append16(octets, 0x0100);  // RD
  append16(octets, 1);
  append16(octets, 0);
  append16(octets, 0);
  append16(octets, question.edns_udp_size ? 1 : 0);
  ldns_rdf *name = ldns_dname_new_frm_str(question.name.c_str());  // keeps the case, which name_key() does not
  append(octets, {ldns_rdf_data(name), ldns_rdf_size(name)});
  ldns_rdf_deep_free(name);
  append16(octets, type_number(question.type));
  append16(octets, 1);
  if (question.edns_udp_size) {
    octets.push_back(0);
    append16(octets, LDNS_RR_TYPE_OPT);
    append16(octets, *question.edns_udp_size);
    append32(octets, 0);
    append16(octets, static_cast<std::uint16_t>(question.edns_options.size()));
    octets.insert(octets.end(), question.edns_options.begin(), question.edns_options.end());
  }
  return octets;
}

Response::Response(Octets from) : octets(std::move(from)) {
  ldns_pkt *read = nullptr;
  const ldns_status status = ldns_wire2pkt(&read, octets.data(), octets.size());
  if (status != LDNS_STATUS_OK) throw std::runtime_error(ldns_get_errorstr_by_id(status));
  packet.reset(read);
}

std::vector<std::string> Response::texts(const ldns_rr_list *records) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(records); ++i) {
    char *text = ldns_rr2str(ldns_rr_list_rr(records, i));
    all.emplace_back(text);
    std::free(text);
    std::replace(all.back().begin(), all.back().end(), '\t', ' ');
    while (!all.back().empty() && (all.back().back() == '\n' || all.back().back() == ' ')) all.back().pop_back();
  }
  return all;
}

UdpClient::UdpClient(const Server &server, const std::string &address)
    : server_(parse_endpoint(address, server.port())) {
  socket_ = connected(SOCK_DGRAM, server_);
}

void UdpClient::unconnected() {
  socket_ = Fd(socket(server_.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  connected_ = false;
}

void UdpClient::send_octets(const Octets &octets) {
  const sockaddr *to = connected_ ? nullptr : server_.get();
  if (sendto(socket_.get(), octets.data(), octets.size(), 0, to, connected_ ? 0 : server_.length) < 0) fail("send");
}

Octets UdpClient::receive_octets() {
  wait_readable(socket_);
  Octets octets(65536);
  sender_.length = sizeof sender_.storage;
  const ssize_t size = recvfrom(socket_.get(), octets.data(), octets.size(), 0, sender_.get(), &sender_.length);
  if (size < 0) fail("recv");
  octets.resize(static_cast<std::size_t>(size));
  return octets;
}

Response UdpClient::ask(const Question &question) {
  send(question);
  return receive();
}

TcpClient::TcpClient(const Server &server)
    : socket_(connected(SOCK_STREAM, parse_endpoint("127.0.0.1", server.port()))) {}

void TcpClient::send_octets(const Octets &stream) {
  if (::send(socket_.get(), stream.data(), stream.size(), MSG_NOSIGNAL) < 0) fail("send");
}

void TcpClient::send(const Question &question) {
  const Octets message = to_octets(question);
  Octets stream;
  append16(stream, static_cast<unsigned>(message.size()));
  append(stream, message);
  send_octets(stream);
}

Octets TcpClient::receive_octets(std::size_t size) {
  Octets octets(size);
  for (std::size_t at = 0; at < size;) {
    wait_readable(socket_);
    const ssize_t received = recv(socket_.get(), &octets[at], size - at, 0);
    if (received < 0) fail("recv");
    if (received == 0) throw std::runtime_error("closed");
    at += static_cast<std::size_t>(received);
  }
  return octets;
}

Response TcpClient::receive() {
  const Octets length = receive_octets(2);
  return Response(receive_octets(read16(length.data())));
}

Response TcpClient::ask(const Question &question) {
  send(question);
  return receive();
}

std::pair<Octets, Ending> TcpClient::receive_all() {
  Octets all;
  std::array<std::uint8_t, 65536> octets;
  while (true) {
    wait_readable(socket_);
    const ssize_t received = recv(socket_.get(), octets.data(), octets.size(), 0);
    if (received == 0) return {all, Ending::kClosed};
    if (received < 0 && errno == ECONNRESET) return {all, Ending::kReset};
    if (received < 0) fail("recv");
    append(all, OctetView(octets).first(static_cast<std::size_t>(received)));
  }
}

}  // namespace dns_testkit
