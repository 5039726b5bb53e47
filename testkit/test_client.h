// A small DNS client over raw sockets, for the tests of the server. It reads messages with ldns.
// Every wait ends after some seconds, with std::runtime_error.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns_cares/testkit.h"
#include "ldns_c.h"
#include "octets.h"
#include "sockets.h"

namespace dns_testkit {

struct Question {
  std::string name;
  std::string type = "A";
  std::uint16_t id = 1;
  std::optional<std::uint16_t> edns_udp_size = std::nullopt;
  std::string edns_options = {};
};
Octets to_octets(const Question &question);

struct FreePacket {
  void operator()(ldns_pkt *packet) const { ldns_pkt_free(packet); }
};

struct Response {
  explicit Response(Octets octets);  // std::runtime_error: not a message

  Octets octets;
  std::unique_ptr<ldns_pkt, FreePacket> packet;

  unsigned id() const { return ldns_pkt_id(packet.get()); }
  // With the upper bits that are in the OPT record.
  int rcode() const { return ldns_pkt_edns_extended_rcode(packet.get()) << 4 | ldns_pkt_get_rcode(packet.get()); }
  bool tc() const { return ldns_pkt_tc(packet.get()); }
  bool edns() const { return ldns_pkt_edns(packet.get()); }
  // In presentation format, with single blanks: "a.test. 60 IN A 192.0.2.1".
  std::vector<std::string> question() const { return texts(ldns_pkt_question(packet.get())); }
  std::vector<std::string> answer() const { return texts(ldns_pkt_answer(packet.get())); }
  std::vector<std::string> authority() const { return texts(ldns_pkt_authority(packet.get())); }
  std::vector<std::string> additional() const { return texts(ldns_pkt_additional(packet.get())); }

 private:
  static std::vector<std::string> texts(const ldns_rr_list *records);
};

class UdpClient {
 public:
  explicit UdpClient(const Server &server, const std::string &address = "127.0.0.1");
  void send_octets(const Octets &octets);
  void send(const Question &question) { send_octets(to_octets(question)); }
  Octets receive_octets();  // std::system_error: what came is an ICMP error
  Response receive() { return Response(receive_octets()); }
  Response ask(const Question &question);
  std::uint16_t port() const { return local_endpoint(socket_).port(); }
  std::uint16_t sender_port() const { return sender_.port(); }  // of what was received last

  std::string sender_text() const { return sender_.text(); }

  // Takes datagrams from everywhere; without it only those of the server's own port arrive.
  void unconnected();

 private:
  Fd socket_;
  Endpoint server_;
  Endpoint sender_;
  bool connected_ = true;
};

enum class Ending { kClosed, kReset };

class TcpClient {
 public:
  explicit TcpClient(const Server &server);  // std::system_error: not connected
  void send_octets(const Octets &stream);
  void send(const Question &question);
  Response receive();
  Response ask(const Question &question);
  // What comes until the connection ends, and how it ends.
  std::pair<Octets, Ending> receive_all();

 private:
  Octets receive_octets(std::size_t size);
  Fd socket_;
};

}  // namespace dns_testkit
