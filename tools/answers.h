// The answers to what is asked about one name: one for each type of records, in the order of the types, and what they
// are together.
//
// Thread rule: the worker's that asks.
#pragma once

#include <dns_cares/inspect.h>
#include <dns_cares/records.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dns_cares_tool {

struct Slot;

class Answers {
 public:
  // What one query is called back with.
  struct Part {
    Answers *answers;
    int type;
    int status = DNS_OK;
    const dns_answer *answer = nullptr;
  };

  Answers(Slot &slot, const std::vector<int> &types);
  Answers(const Answers &) = delete;
  Answers &operator=(const Answers &) = delete;

  Slot &slot() const { return slot_; }
  std::vector<Part> &parts() { return parts_; }

  // Takes one answer, with what the library tells of it or null. True: it was the last. The answer to a single question
  // is not kept longer than its callback runs, so the line is to be written within that.
  bool take(Part &part, int status, const dns_answer *answer, const dns_result_info *info);

  // Once all are there. DNS_OK only if there are records, and no query went wrong: what does not exist has been found
  // out, but what was not answered may exist.
  int status() const;
  // Those of the types that were asked for.
  std::vector<const dns_record *> records() const;
  // Of all together: the shortest TTL, the sum of the queries, the last server; null if nothing was told.
  const dns_result_info *info();

 private:
  struct Free {
    void operator()(dns_answer *answer) const { dns_answer_free(answer); }
  };
  struct Origin {
    dns_result_info numbers;
    std::string server, extended_text;
  };

  void add(const dns_result_info &info);

  Slot &slot_;
  std::size_t missing_;
  std::vector<Part> parts_;  // not moved: queries have their addresses
  std::vector<std::unique_ptr<dns_answer, Free>> kept_;
  std::optional<Origin> origin_;
};

}  // namespace dns_cares_tool
