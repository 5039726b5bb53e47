// What a Reply says, ready to be sent to whoever asks.
//
// Records are kept in wire format without compression, but for the owner "@", which is a pointer to the question.
// That makes them independent of where in a message they stand and of how long the name asked for is: a message is
// put together from a header, the question as it came, and these octets, and nothing is built per query.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "octets.h"

namespace dns_testkit {

struct Records {
  Octets octets;
  unsigned count = 0;
};

// The addresses hashed() chooses from: those that begin with the first `prefix` bits of `base`.
struct Network {
  std::uint16_t type = 0;  // of the records: A or AAAA
  std::array<std::uint8_t, 16> base{};
  std::size_t size = 0;  // octets of base in use: 4 or 16
  unsigned prefix = 0;
};

enum class TcpEnd { kKeepOpen, kClose, kReset, kHalfClose, kStall };
enum class Sender { kServer, kOtherPort, kOtherAddress };

struct Plan {
  enum class Kind { kMessage, kGarbage, kDrop };
  Kind kind = Kind::kMessage;

  unsigned rcode = 0;
  Records answer;                    // sent whatever the type asked for
  Records a, aaaa;                   // sent to those who ask for that type
  std::optional<Network> network;    // one address more, by the name asked for
  std::uint32_t ttl = 60;            // of that address, and of the SOA record
  std::optional<Records> authority;  // none: `soa` where RFC 2308 wants one
  Records soa;
  Records additional;
  Octets garbage;

  std::chrono::milliseconds delay{0};
  bool edns = true;
  Octets edns_options;
  bool truncated = false;
  std::optional<std::size_t> cut;
  bool wrong_id = false;
  bool right_id = false;
  bool wrong_question = false;
  bool wrong_case = false;
  std::size_t flipped_octet = 0;
  std::uint8_t flipped_bits = 0;
  bool twice = false;
  Sender sender = Sender::kServer;
  TcpEnd tcp_end = TcpEnd::kKeepOpen;
  std::size_t tcp_octets = 0;  // sent before tcp_end, the two of the length included
  std::chrono::milliseconds octet_pause{0};
  std::shared_ptr<const Plan> next;  // sent after it; may be null
};

}  // namespace dns_testkit
