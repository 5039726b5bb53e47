// A reply as it is on the wire (RFC 1035 section 4.1), with where its records are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "records/wire_name.h"

namespace dns_cares {

enum class MessageSection : std::uint8_t { kAnswer, kAuthority, kAdditional };

class RecordMessage {
 public:
  // Whose data are looked at: those of each known type, or those that lead to addresses (A, AAAA and CNAME).
  enum class Check : std::uint8_t { kAll, kAddresses };

  struct Record {
    std::size_t owner;  // its place in the message
    std::uint16_t type;
    std::uint16_t rrclass;
    std::uint32_t ttl;  // seconds
    std::size_t data;   // its place in the message
    std::uint16_t data_size;
  };

  // Reads the whole message. False if it is malformed, has malformed data where they are looked at, has not just one
  // question, or a record of another class than IN where it says something of the name. The octets must outlive it. Its
  // memory is used again for the next. Throws std::bad_alloc.
  bool parse(Octets message, Check check = Check::kAll);
  // The same of its beginning alone, up to the end of the question, for a reply of which no more is to be relied on.
  bool parse_question(Octets message);

  Octets octets() const { return octets_; }
  std::uint16_t flags() const { return flags_; }
  // With the upper bits that the OPT record has (RFC 6891 section 6.1.3).
  std::uint16_t rcode() const { return rcode_; }
  // What is asked for; names are told by their place in the message.
  std::size_t name() const { return kHeader; }
  std::uint16_t type() const { return type_; }
  // Where the question ends.
  std::size_t end_of_question() const { return end_of_question_; }
  // The OPT record without its owner, the root: class, TTL and the rest; empty: there is none.
  Octets opt() const { return opt_; }
  // Its options (RFC 6891 section 6.1.2).
  Octets options() const { return opt_.empty() ? opt_ : opt_.subspan(kOptHeader); }

  std::span<const Record> section(MessageSection section) const;
  bool has_owner(const Record &record, std::size_t name) const { return same_name(octets_, record.owner, name); }
  WireName name_at(std::size_t place) const;
  Reader data(const Record &record) const { return {octets_, record.data, record.data + record.data_size}; }

 private:
  static constexpr std::size_t kHeader = 12;     // octets (RFC 1035 section 4.1.1)
  static constexpr std::size_t kOptHeader = 10;  // octets

  bool read_question(Reader &reader);
  bool read_record(Reader &reader, MessageSection section, Check check);

  Octets octets_;
  std::array<std::size_t, 3> counts_{};
  std::uint16_t flags_ = 0;
  std::uint16_t rcode_ = 0;
  std::uint16_t type_ = 0;
  std::size_t end_of_question_ = 0;
  Octets opt_;
  std::vector<Record> records_;
  std::array<std::size_t, 3> ends_{};  // of the sections, in records_
};

// What a reply says to its question.
struct ReplySummary {
  int status = 0;         // DNS_OK with records of the type asked for, DNS_ENODATA, or what the response code says
  std::uint32_t ttl = 0;  // seconds it may be kept: see Answer::ttl
  std::size_t canonical_name = 0;  // the end of the CNAME chain
};

// False if the CNAME records run in a circle.
bool summarize(const RecordMessage &message, ReplySummary &summary);

}  // namespace dns_cares
