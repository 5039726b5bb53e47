// What servers said to questions that c-ares then reports as failed in its own words.
//
// When every server has refused or failed, some releases of c-ares say "connection refused" or "timeout"; of malformed
// replies it says nothing. So such replies are noted as they come in, one for each query on its way, and looked up when
// a question fails. Nothing is noted, looked up or hashed for replies that c-ares passes on.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "records/message.h"
#include "resolver/upstream.h"

namespace dns_cares {

class Verdicts {
 public:
  struct Verdict {
    int status;
    ServerAddress server;
    std::shared_ptr<const ExtendedError> error;
  };

  // Notes the reply if its response code is one that makes c-ares try elsewhere, or as DNS_EBADRESP if it could not be
  // parsed (nullptr). Its id is that of a query on its way, or whoever sends it could make us keep as much as he likes.
  void note(std::span<const unsigned char> reply, const RecordMessage *parsed, const ServerAddress &from) noexcept;

  // Takes out what was last said to a question's query, by its id, name and type (RFC 5452 section 9.1). Without memory
  // that is nothing.
  std::optional<Verdict> take(const Question &question) noexcept;

  bool empty() const { return verdicts_.empty(); }
  void clear() { verdicts_.clear(); }

 private:
  struct Noted {
    std::string question;  // as on the wire, in lower case
    Verdict verdict;
  };

  std::unordered_map<std::uint16_t, Noted> verdicts_;  // by the query's id
};

}  // namespace dns_cares
