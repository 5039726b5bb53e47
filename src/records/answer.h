// A reply as programs get it: one block of memory with all records and texts in it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "dns_cares/records.h"
#include "records/wire_name.h"

namespace dns_cares {

struct FreeAnswer {
  void operator()(dns_answer *answer) const { std::free(answer); }
};
using AnswerBlock = std::unique_ptr<dns_answer, FreeAnswer>;

// From a message that RecordMessage::parse() takes. `ttl`: the seconds that are left of its time. Throws
// std::bad_alloc.
AnswerBlock make_answer(Octets message, std::uint32_t ttl);

// Of a name that does not exist, without any record. Throws std::bad_alloc.
AnswerBlock make_denial(std::string_view name, unsigned type, std::uint32_t ttl);

}  // namespace dns_cares
