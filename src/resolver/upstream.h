// What the resolver needs of the servers, and nothing of how they are asked: its tests play the servers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns_cares/inspect.h"
#include "resolver/address.h"
#include "resolver/name.h"
#include "resolver/rrset.h"

namespace dns_cares {

// What is asked for of a name: the addresses of its A or AAAA RRset, or the whole reply for any type.
enum class RRType : std::uint32_t { kA = 1, kAAAA = 28 };
inline constexpr std::uint32_t kWholeReply = 0x10000;

constexpr RRType whole_reply_for(std::uint16_t type) { return static_cast<RRType>(kWholeReply | type); }
constexpr bool wants_whole_reply(RRType type) { return (static_cast<std::uint32_t>(type) & kWholeReply) != 0; }
// As on the wire.
constexpr std::uint16_t number_of(RRType type) { return static_cast<std::uint16_t>(type); }

// What a server said of its error beside the response code (RFC 8914 section 2).
struct ExtendedError {
  int code;          // INFO-CODE
  std::string text;  // EXTRA-TEXT, as it came
};

// How an answer came about.
struct Origin {
  unsigned queries = 0;                        // sent, further tries included
  std::optional<ServerAddress> server;         // who replied last; nobody
  double round_trip = 0;                       // seconds from the last query to that reply
  std::shared_ptr<const ExtendedError> error;  // none: a null pointer
};

// What the servers said of one RRset, or why they said nothing.
struct Answer {
  int status = 0;  // DNS_OK, or why there is no address, or no record of the type
  // Of addresses: those at the end of the CNAME chain; there, with one at least, if and only if DNS_OK. Of a whole
  // reply: that, also where it denies the name or the type.
  RRset::Ptr rrset;
  // Seconds the answer may be kept: the smallest TTL of the chain and the RRset, or that and the SOA's by RFC 2308
  // section 5 when there is none. 0: not to be kept.
  std::uint32_t ttl = 0;
  Origin origin{};
  // Whether replies were lost lately because so many came at once that the receive buffer had no room for them.
  bool overrun = false;

  static Answer failure(int status) { return {status, {}, 0, {}}; }
};

class Upstream;

// What a lookup takes of an answer, wherever that comes from.
struct Found {
  std::span<const Address> addresses() const { return rrset ? rrset->addresses() : std::span<const Address>(); }

  int status = 0;
  RRset::Ptr rrset;
  std::uint32_t ttl = 0;  // seconds left
  dns_source source = DNS_SOURCE_NONE;
};

// One question for the servers. `name` has no last dot and, but for "\.", no escapes.
class Question {
 public:
  Question() = default;
  Question(std::string_view of_name, RRType of_type) { set(of_name, of_type); }
  // Makes it a question that nobody has been asked.
  void set(std::string_view of_name, RRType of_type) {
    name = of_name;
    type = of_type;
    upstream = nullptr;
    times_asked = queries = 0;
  }
  Question(const Question &) = delete;
  Question &operator=(const Question &) = delete;

  // Takes the answer. Called once for each time the question was asked, possibly before ask() returns; must not
  // ask again by itself.
  virtual void on_answer(Answer answer) noexcept = 0;

  std::string name;
  RRType type = RRType::kA;
  // For the upstream that is asked: itself, how often it has put the question to c-ares, the id of the query on its
  // way, if one is (RFC 1035 section 4.1.1), when it went out (in seconds on the steady clock), and of how many it was
  // the last.
  Upstream *upstream = nullptr;
  unsigned times_asked = 0;
  std::optional<std::uint16_t> id;
  double sent_at = 0;
  unsigned queries = 0;

 protected:
  ~Question() = default;
};

class Upstream {
 public:
  // Asks the servers: the question is on the wire after the next flush(), if not before. It must live until it was
  // answered or the upstream is gone, whichever is first; an upstream that goes answers nothing any more.
  virtual void ask(Question &question) noexcept = 0;
  virtual void flush() noexcept = 0;

 protected:
  ~Upstream() = default;
};

}  // namespace dns_cares
