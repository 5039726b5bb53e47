// A scripted DNS server on loopback, for tests of whatever asks DNS.
//
//   dns_testkit::Server server;
//   server.on("a.test", "A", {dns_testkit::drop(), dns_testkit::answer({"192.0.2.1"})});
//   // ... point the resolver at server.address(), look a.test up ...
//   EXPECT_EQ(server.queries("a.test", "A"), 2u);
//
// Thread rule: a Server answers on a thread of its own, which it starts and joins itself. Its member functions may be
// called from any thread, stop() by one at a time, and the destructor when no other thread uses it any more. Replies
// and the free functions share no state.
//
// Lifetime: a Server owns its sockets, its thread and copies of all it was given. A query is counted before its
// reply is sent, so whoever has the reply finds the query in the counters.
//
// Errors: text that is malformed (a name, a type, an address, a record) gives std::invalid_argument with the text
// in its message; what the system refuses gives std::system_error. Nothing is thrown on the server's thread.
//
// Names are absolute, with or without the last dot, and case does not matter. Types are names ("A", "TYPE65280").
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dns_testkit {

struct Plan;

// What the server does about one query: a value, made by the functions below. Each modifier returns a changed
// copy, so they can be chained: answer({"192.0.2.1"}).after(20ms).twice().
//
// A reply carries the question and the id of its query, the flags QR and RA, and an OPT record if the query had
// one. Over UDP, a reply of more octets than the client takes (512, or what its OPT record says) is sent as if it
// were truncated().
class Reply {
 public:
  // Sends it that much later, at least. Other replies are not held up.
  Reply after(std::chrono::milliseconds delay) const;

  // Replaces the authority or the additional section; records as for records().
  Reply authority(const std::vector<std::string> &records) const;
  Reply additional(const std::vector<std::string> &records) const;
  // Leaves out the SOA record that NXDOMAIN and NODATA otherwise carry.
  Reply without_soa() const;
  // As rcode() below, with the sections kept: for example an alias to a name that does not exist.
  Reply with_rcode(unsigned rcode) const;
  // Leaves out the OPT record, as a server does that has never heard of EDNS.
  Reply without_edns() const;
  // Has an extended error in the OPT record (RFC 8914), if there is one; a further one comes behind it.
  Reply extended_error(std::uint16_t code, std::string_view text = "") const;

  // Over UDP, sets TC and sends no records; over TCP the reply is whole. The query over TCP is a query of its own:
  // in a sequence of replies it gets the next one.
  Reply truncated() const;
  // Sends the first `octets` octets of the message only.
  Reply cut(std::size_t octets) const;
  // Changes the id to one the client did not send with this query.
  Reply wrong_id() const;
  // For garbage(): puts the id of the query into the first two octets.
  Reply right_id() const;
  // Answers the question for another name, "wrong-question.invalid".
  Reply wrong_question() const;
  // Repeats the question with its capital and small letters exchanged.
  Reply wrong_case() const;
  // Flips the bits of `mask` in the octet at this place of the message, if it is that long.
  Reply flipped(std::size_t octet, std::uint8_t mask = 0xff) const;
  // Adds these octets behind the records of the answer section, and counts them as so many records.
  Reply raw_records(const std::vector<std::uint8_t> &octets, unsigned count = 1) const;
  // Sends it two times.
  Reply twice() const;
  // Sends `next` to the same query, after it: what a forger does, and then the server.
  Reply followed_by(const Reply &next) const;
  // Sends it from another UDP port of the same address, or from the same port of another address (over IPv6, where
  // loopback has but one, from another port). Over TCP they change nothing.
  Reply from_other_port() const;
  Reply from_other_address() const;
  // Over TCP, sends the first `octets` octets, counting the two of the length, and closes the connection.
  Reply close_tcp_after(std::size_t octets) const;
  // The same, but closes its own direction alone, or closes nothing and sends no more.
  Reply half_close_tcp_after(std::size_t octets) const;
  Reply stall_tcp_after(std::size_t octets) const;
  // Over TCP, sends it octet by octet with this time between.
  Reply octet_by_octet(std::chrono::milliseconds pause) const;

  explicit Reply(std::shared_ptr<const Plan> plan);
  const std::shared_ptr<const Plan> &plan() const { return plan_; }

 private:
  std::shared_ptr<const Plan> plan_;  // never null, never changed once made
};

inline constexpr std::uint32_t kDefaultTtl = 60;  // seconds

// Addresses: each as an A or an AAAA record of the name asked for, by its form. A query for A gets the IPv4 ones,
// for AAAA the IPv6 ones, for ANY both; where that leaves none, the reply is NODATA.
Reply answer(const std::vector<std::string> &addresses, std::uint32_t ttl = kDefaultTtl);
// Records in presentation format for the answer section: "a.test. 60 IN CNAME b.test.". The owner "@" means the
// name asked for. They are sent whatever the type asked for.
Reply records(const std::vector<std::string> &records);
// One address for each name, derived from the name: hashed("10.0.0.0/8") or hashed("2001:db8::/32"). NODATA for
// the types that `network` has no addresses of.
Reply hashed(std::string_view network, std::uint32_t ttl = kDefaultTtl);
// The address that hashed(network) gives for `name`, in its usual text form.
std::string hashed_address(std::string_view network, std::string_view name);

// Negative answers, with a SOA record of the root whose TTL and MINIMUM are `ttl` seconds (RFC 2308).
Reply nodata(std::uint32_t ttl = kDefaultTtl);
Reply nxdomain(std::uint32_t ttl = kDefaultTtl);

// No records and this code. From 16 to 4095 its upper bits are in the OPT record, if there is one.
Reply rcode(unsigned rcode);
Reply servfail();
Reply refused();
Reply formerr();
Reply notimp();

// Nothing at all.
Reply drop();
// These octets instead of a message, whatever they are.
Reply garbage(std::vector<std::uint8_t> octets);
// Over TCP, closes the connection, or resets it (RST). Over UDP both are truncated(), so that the client comes by
// TCP.
Reply close_tcp();
Reply reset_tcp();

enum class Transport { kUdp, kTcp };

// One query as the server saw it.
struct Seen {
  std::string name;  // in the letters it was asked with, without the last dot; the root is "."
  std::string type;
  Transport transport = Transport::kUdp;
  std::uint16_t client_port = 0;
  std::uint16_t id = 0;
  std::optional<std::uint16_t> edns_udp_size;  // of the OPT record; none: the query had no OPT record
  std::string edns_options = {};  // in it: of each the code, the length and the data (RFC 6891 section 6.1.2)
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // numeric, of this machine: "127.0.0.2", "::1"
  std::uint16_t port = 0;             // 0: the kernel chooses one that is free over both UDP and TCP
  bool tcp = true;                    // false: connections are refused; the port stays reserved
};

class Server {
 public:
  // Listens when the constructor returns. std::system_error names the address and the port.
  Server();
  explicit Server(const ServerOptions &options);
  ~Server();  // stops
  Server(const Server &) = delete;
  Server &operator=(const Server &) = delete;

  // "127.0.0.1:5353" or "[::1]:5353".
  std::string address() const;
  std::uint16_t port() const;

  // Answers queries for the name and type with these replies, one after the other; the last one repeats for ever.
  // Replaces what was said for the same name and type before, and starts from the first reply.
  // `name` may be "*.bulk.test", for every name below bulk.test, or "*", for every name. `type` may be "ANY", for
  // every type without replies of its own at that name. An exact name goes before a wildcard, and a longer wildcard
  // before a shorter one. No replies at all are std::invalid_argument.
  void on(std::string_view name, std::string_view type, const std::vector<Reply> &replies);
  void on(std::string_view name, std::string_view type, const Reply &reply);
  // Answers every query that no rule is for. Initially refused().
  void otherwise(const Reply &reply);

  // From now on counts queries and sends nothing, not even what is already on its way with a delay. Queries
  // during the silence use up no replies.
  void silence();
  void speak();
  // Closes the sockets and joins the thread. The counters stay readable. There is no way back.
  void stop();

  // Counts of well-formed queries so far, over UDP and TCP, whether answered or not.
  std::uint64_t queries() const;
  // For this name and type alone. Only the first 1,000,000 different pairs of name and type are told apart; a pair
  // that came later counts as 0 here.
  std::uint64_t queries(std::string_view name, std::string_view type) const;
  std::uint64_t tcp_queries() const;
  std::uint64_t tcp_connections() const;  // accepted, still open or not

  // The last 10,000 queries, oldest first.
  std::vector<Seen> seen() const;
  // Waits until queries() is `count` or more. False: it was not within `timeout`.
  bool wait_for_queries(std::uint64_t count, std::chrono::milliseconds timeout) const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

// A port of a loopback address at which nobody listens, neither over UDP nor over TCP: datagrams to it give ICMP
// port unreachable, connections are refused. It is reserved for as long as the object lives, so no other
// program can come to listen there.
class ClosedPort {
 public:
  // std::system_error names the address.
  explicit ClosedPort(const std::string &address = "127.0.0.1");
  ~ClosedPort();
  ClosedPort(const ClosedPort &) = delete;
  ClosedPort &operator=(const ClosedPort &) = delete;

  std::string address() const;  // as Server::address()
  std::uint16_t port() const;

 private:
  struct Sockets;
  const std::unique_ptr<const Sockets> sockets_;
};

}  // namespace dns_testkit
