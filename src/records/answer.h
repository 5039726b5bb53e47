// A reply as programs get it: one block of memory with all records and texts in it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "dns_cares/records.h"
#include "records/wire_name.h"

namespace dns_cares {

struct FreeAnswer {
  void operator()(dns_answer *answer) const { dns_answer_free(answer); }
};
using AnswerBlock = std::unique_ptr<dns_answer, FreeAnswer>;

// To a question for `type`, from a message that RecordMessage::parse() takes. `ttl`: the seconds that are left of its
// time. nullptr if it does not take it. Throws std::bad_alloc.
AnswerBlock make_answer(Octets message, std::uint16_t type, std::uint32_t ttl);

// Without asking, and not to be kept: with this code, and one record of the type that has these data, unless there are
// none. `name` is as for to_wire_name(). Throws std::bad_alloc.
AnswerBlock make_own_answer(std::string_view name, std::uint16_t type, std::uint16_t rcode, Octets data);

}  // namespace dns_cares
