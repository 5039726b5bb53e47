// Which lines of the input are this run's: those of its shard, and of these the ones that no run before has done.
#pragma once

#include <cstdint>
#include <string_view>

#include "options.h"
#include "resume.h"

namespace dns_cares_tool {

// A hash of the name that is the same on every machine and in every version: FNV-1a, 64 bits, of its octets, ASCII
// capitals as small letters and without a dot at the end.
std::uint64_t stable_hash(std::string_view name);

class Selection {
 public:
  Selection(const Options &options, Resumption &done) : options_(options), done_(done) {}

  // Asked for each line in its order. Throws OutputError if the results that are there are not of this input.
  bool takes(const Line &line) { return is_of_shard(line) && !done_.has(line); }
  // Called at the end of the input. Throws in the same way.
  void end() const { done_.end(); }
  // Lines that were done by a run before.
  std::size_t done_before() const { return done_.results(); }

 private:
  bool is_of_shard(const Line &line) const;

  const Options &options_;
  Resumption &done_;
};

}  // namespace dns_cares_tool
