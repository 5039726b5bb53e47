// As much of JSON Schema (draft 2020-12) as the schemas in docs/ use. A keyword that is not known here is a
// violation too, lest it be ignored.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dns_cares_test {

// Where and how the value is not as the schema says; "" if it is.
std::string violation_of(const nlohmann::json &schema, const nlohmann::json &value);

}  // namespace dns_cares_test
