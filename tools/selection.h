// Which lines of the input are this run's: those of its shard, and of these the ones that no run before has done.
#pragma once

#include <cstddef>
#include <string_view>

#include "format.h"
#include "options.h"
#include "resume.h"

namespace dns_cares_tool {

// A hash of the name that is the same on every machine and in every version: FNV-1a, 64 bits, of its octets, ASCII
// capitals as small letters and without a dot at the end.
std::uint64_t stable_hash(std::string_view name);

class Selection {
 public:
  Selection(const Options &options, const Format &format, Resumption done)
      : options_(options), format_(format), done_(std::move(done)), to_skip_(done_.results) {}

  // Asked for each line in its order. Throws InputError if the results that are there are not of this input.
  bool takes(const Line &line);
  // Called at the end of the input. Throws in the same way.
  void end() const;

 private:
  bool is_of_shard(const Line &line) const;
  void check_last_skipped(const Line &line) const;

  const Options &options_;
  const Format &format_;
  const Resumption done_;
  std::size_t to_skip_;
};

}  // namespace dns_cares_tool
