// One lookup under faults: what is played, and what came of it.
#pragma once

#include <string>
#include <vector>

#include "expectation.h"

namespace dns_cares_test {

struct Experiment {
  std::string name;
  std::vector<Script> servers;        // those that play to questions for A
  std::vector<Script> for_aaaa = {};  // and for AAAA; none: no AAAA is asked for
  bool by_tcp = false;
  bool behind_cname = false;  // the right reply has an alias
  enum class First { kServer, kClosedPort, kNoTcp } first = First::kServer;
  unsigned deadline_ms = 0;  // 0: none that matters
};

// What was wrong with it.
struct Findings {
  int calls = 0;  // of the lookup's callback
  int status = -1;
  bool status_is_wrong = false;
  bool took_forged = false;  // an address that only forged replies and records of other names have
  bool in_doubt = false;     // all that is wrong may come of replies that came after their time, on a busy machine
  bool late = false;
  bool spun = false;  // the loop turned without end
  bool leaked_descriptors = false;
  bool leaked_memory = false;
  bool next_failed = false;  // another lookup of the same context, with everything in order

  bool all_well() const {
    return calls == 1 && !status_is_wrong && !took_forged && !late && !spun && !leaked_descriptors && !leaked_memory &&
           !next_failed;
  }
};

Findings run(const Experiment &experiment);

}  // namespace dns_cares_test
