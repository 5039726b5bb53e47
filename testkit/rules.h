// Which reply a query gets. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dns_cares/testkit.h"
#include "plan.h"
#include "query.h"

namespace dns_testkit {

class Rules {
 public:
  // As Server::on() and Server::otherwise().
  void set(std::string_view name, std::string_view type, const std::vector<Reply> &replies);
  void set_default(const Reply &reply) { default_ = reply; }

  // The reply whose turn it is, which is thereby used up.
  std::shared_ptr<const Plan> take(const Query &query);

 private:
  struct Sequence {
    std::vector<Reply> replies;  // never empty
    std::size_t next = 0;
    const Reply &take();
  };
  using ByType = std::unordered_map<std::uint16_t, Sequence>;

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  // By wire name in small letters: every name below another has it as its end, at the start of a label.
  using ByName = std::unordered_map<std::string, ByType, Hash, std::equal_to<>>;

  static Sequence *find(ByName &rules, std::string_view key, std::uint16_t type);
  Sequence *find(const Query &query);

  ByName exact_;
  ByName below_;  // wildcards, under the name that follows "*."
  ByType any_name_;
  Reply default_ = refused();
};

}  // namespace dns_testkit
