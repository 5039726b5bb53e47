// Replies that are wanted whole, past c-ares.
//
// c-ares checks that a reply is one: by its id, its question, the server it is from, its cookie. But what it then gives
// differs between releases: the octets, or records of its own, which it does not know for every type. So it gets to see
// a short form of the reply only, with the header, the question, the OPT record and a ticket: an A record whose address
// is the number under which the whole reply is kept here. When c-ares answers the question with the ticket, the reply
// is taken out.
//
// Thread rule: the channel's.
#pragma once

#include <cstdint>
#include <vector>

#include "records/message.h"
#include "resolver/upstream.h"

namespace dns_cares {

class WholeReplies {
 public:
  // Keeps a reply and returns its short form, which is valid until the next call; empty if it is malformed.
  // `after_truncation`: it is asked for by TCP since it did not fit a datagram, and says so (TC) to whoever gets it.
  // Throws std::bad_alloc.
  Octets keep(Octets reply, const ServerAddress &from, bool after_truncation);
  // The short form of a reply that is cut or may be, without a ticket; empty if not even the question is there.
  Octets pass_truncated(Octets reply);

  // Takes out what a ticket is for, with who sent it and its extended error. DNS_EBADRESP if that is nothing.
  Answer take(std::uint32_t ticket);

  // Forgets what nobody took.
  void clear();

 private:
  void begin_short_form(std::uint16_t flags, bool has_ticket);
  void append_ticket(std::uint32_t ticket);
  void append_opt();
  void append_number(std::uint32_t number, int octets);

  RecordMessage message_;
  std::vector<unsigned char> short_form_;
  std::vector<Answer> kept_;
  std::uint32_t first_ticket_ = 0;  // of kept_
};

}  // namespace dns_cares
