#include "rules.h"

#include <stdexcept>

#include "ldns_c.h"
#include "text.h"

namespace dns_testkit {
namespace {

template <typename ByType>
auto find_type(ByType &rules, std::uint16_t type) -> decltype(&rules.begin()->second) {
  auto found = rules.find(type);
  if (found == rules.end()) found = rules.find(LDNS_RR_TYPE_ANY);
  return found != rules.end() ? &found->second : nullptr;
}

std::string_view parent(std::string_view key) { return key.substr(static_cast<unsigned char>(key[0]) + 1u); }

}  // namespace

const Reply &Rules::Sequence::take() {
  const Reply &reply = replies[next];
  if (next + 1 < replies.size()) ++next;
  return reply;
}

void Rules::set(std::string_view name, std::string_view type, const std::vector<Reply> &replies) {
  if (replies.empty()) throw std::invalid_argument("no replies for \"" + std::string(name) + "\"");
  Sequence sequence{replies};
  const std::uint16_t number = type_number(type);
  if (name == "*") {
    any_name_[number] = std::move(sequence);
  } else if (name.starts_with("*.")) {
    below_[name_key(name.substr(2))][number] = std::move(sequence);
  } else {
    exact_[name_key(name)][number] = std::move(sequence);
  }
}

std::shared_ptr<const Plan> Rules::take(const Query &query) {
  Sequence *sequence = find(query);
  return (sequence != nullptr ? sequence->take() : default_).plan();
}

Rules::Sequence *Rules::find(ByName &rules, std::string_view key, std::uint16_t type) {
  if (rules.empty()) return nullptr;
  const auto found = rules.find(key);
  return found != rules.end() ? find_type(found->second, type) : nullptr;
}

Rules::Sequence *Rules::find(const Query &query) {
  std::string_view key = query.key;
  if (Sequence *found = find(exact_, key, query.type)) return found;
  while (key.size() > 1) {
    key = parent(key);
    if (Sequence *found = find(below_, key, query.type)) return found;
  }
  return find_type(any_name_, query.type);
}

}  // namespace dns_testkit
