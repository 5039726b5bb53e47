// Replies, past c-ares.
//
// c-ares checks that a reply is one: by its id, its question, the server it is from, its cookie. But what it then gives
// differs between releases: the octets, or records of its own, which it does not know for every type. So each reply is
// taken apart here, and c-ares gets to see a short form of it only, with the header, the question, the OPT record and a
// ticket: an A record whose address is the number under which the answer is kept here. When c-ares answers the question
// with the ticket, the answer is taken out.
//
// Thread rule: the channel's.
#pragma once

#include <ares.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "records/message.h"
#include "resolver/upstream.h"

// From 1.28 on, c-ares takes replies apart itself; before, it gives the message as it came.
#define DNS_CARES_HAS_DNSREC (ARES_VERSION >= 0x011c00)

namespace dns_cares {

class Replies {
 public:
#if DNS_CARES_HAS_DNSREC
  using ShortForm = const ares_dns_record_t &;
#else
  using ShortForm = Octets;
#endif

  // What becomes of a reply: the addresses in it, or itself. One that was asked for by TCP since it did not fit a
  // datagram says so (TC) to whoever gets it.
  enum class Form : std::uint8_t { kAddresses, kWhole, kWholeAfterTruncation };

  // Throws std::bad_alloc.
  explicit Replies(Form form);

  // Keeps what a reply says and returns its short form, which is valid until the next call; empty if it is malformed.
  // Without memory the ticket is for DNS_ENOMEM.
  Octets keep(Octets reply, const ServerAddress &from) noexcept;
  // The short form of a reply that is cut or may be, without a ticket, or of one that is malformed, whose ticket is for
  // DNS_EBADRESP; empty if not even the question is there.
  Octets pass_truncated(Octets reply) noexcept;
  Octets pass_malformed(Octets reply) noexcept;
  // What the last call has read; only if it gave a short form.
  const RecordMessage &message() const { return message_; }

  // Takes out what the ticket is for that is in a short form as c-ares gives it, with who sent it and its extended
  // error. DNS_EBADRESP if that is nothing.
  Answer take(ShortForm short_form);

  // Forgets what nobody took.
  void clear();

 private:
  Octets pass_question(Octets reply, unsigned flags, std::optional<std::uint32_t> ticket) noexcept;
  Answer decode();
  void write_short_form(unsigned flags, std::optional<std::uint32_t> ticket);
  const Form form_;
  RecordMessage message_;
  std::vector<Address> addresses_;
  std::vector<unsigned char> short_form_;
  std::vector<Answer> kept_;
  std::uint32_t first_ticket_ = 0;  // of kept_
};

// The first extended error among the options of an OPT record (RFC 8914 section 2). Throws std::bad_alloc.
std::shared_ptr<const ExtendedError> read_extended_error(Octets options);

}  // namespace dns_cares
