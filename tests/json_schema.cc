#include "json_schema.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace dns_cares_test {
namespace {

using nlohmann::json;
using Check = std::function<std::string(const json &schema, const json &rule, const json &value)>;

bool has_type(const json &value, const std::string &type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return false;
}

std::string check_properties(const json &, const json &rule, const json &value) {
  for (const auto &[name, member] : value.items()) {
    if (!rule.contains(name)) continue;
    const std::string violation = violation_of(rule[name], member);
    if (!violation.empty()) return name + ": " + violation;
  }
  return "";
}

std::string check_items(const json &, const json &rule, const json &value) {
  for (const json &item : value) {
    const std::string violation = violation_of(rule, item);
    if (!violation.empty()) return "item: " + violation;
  }
  return "";
}

std::string check_required(const json &, const json &rule, const json &value) {
  for (const json &name : rule) {
    if (!value.contains(name.get<std::string>())) return "without " + name.get<std::string>();
  }
  return "";
}

std::string check_additional(const json &schema, const json &rule, const json &value) {
  if (rule != false) return "additionalProperties is understood as false only";
  for (const auto &[name, member] : value.items()) {
    if (!schema.at("properties").contains(name)) return "unknown member " + name;
  }
  return "";
}

std::string check_any_of(const json &, const json &rule, const json &value) {
  std::string violation = "anyOf has nothing";
  for (const json &choice : rule) {
    violation = violation_of(choice, value);
    if (violation.empty()) break;
  }
  return violation;
}

std::string unless(bool fine, const char *what, const json &rule) { return fine ? "" : what + rule.dump(); }

const std::map<std::string, Check> kChecks = {
    {"type", [](const json &, const json &rule,
                const json &value) { return unless(has_type(value, rule), "not of type ", rule); }},
    {"const", [](const json &, const json &rule, const json &value) { return unless(value == rule, "not ", rule); }},
    {"enum",
     [](const json &, const json &rule, const json &value) {
       return unless(std::find(rule.begin(), rule.end(), value) != rule.end(), "none of ", rule);
     }},
    {"minimum",
     [](const json &, const json &rule, const json &value) { return unless(value >= rule, "less than ", rule); }},
    {"maximum",
     [](const json &, const json &rule, const json &value) { return unless(value <= rule, "more than ", rule); }},
    {"properties", check_properties},
    {"items", check_items},
    {"anyOf", check_any_of},
    {"required", check_required},
    {"additionalProperties", check_additional},
};
const std::set<std::string> kNotes = {"$schema", "$id", "title", "description"};

}  // namespace

std::string violation_of(const json &schema, const json &value) {
  // What the other keywords say is of a value of the right type.
  if (schema.contains("type") && !has_type(value, schema["type"])) return "not of type " + schema["type"].dump();
  for (const auto &[keyword, rule] : schema.items()) {
    if (kNotes.count(keyword) != 0) continue;
    const auto check = kChecks.find(keyword);
    if (check == kChecks.end()) return "unknown keyword " + keyword;
    const std::string violation = check->second(schema, rule, value);
    if (!violation.empty()) return violation;
  }
  return "";
}

}  // namespace dns_cares_test
