// The server's UDP side. On the server's thread only.
#pragma once

#include <vector>

#include "delayed.h"
#include "desk.h"
#include "sockets.h"

namespace dns_testkit {

class Udp {
 public:
  // `socket` is bound; others are opened for from_other_port() and from_other_address().
  // `desk` and `delayed` must outlive it.
  Udp(Fd socket, Desk &desk, Delayed &delayed);
  ~Udp();

  int fd() const { return socket_.get(); }
  // Reads one batch of queries and replies to them.
  void on_readable();

 private:
  struct Datagram {
    Octets octets;
    Endpoint to;
    Sender sender;
  };
  struct Batch;

  void reply(OctetView message, const Endpoint &client);
  void reply_by(const Plan &plan, const Endpoint &client);
  void send_later(const Plan &plan, const Endpoint &client);
  void send(std::vector<Datagram> &datagrams);
  void send_from(const Fd &socket, std::vector<Datagram> &datagrams, Sender sender);

  const Fd socket_;
  const Fd other_port_;
  const Fd other_address_;
  Desk &desk_;
  Delayed &delayed_;
  Query query_;  // kept for its storage
  std::vector<Datagram> ready_;
  const std::unique_ptr<Batch> batch_;
};

}  // namespace dns_testkit
