// Which versions are in use, and what is known of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dns_cares_tool {

// What --version prints.
std::string version_text();

// The known security faults of a c-ares: "CVE-2025-31498".
std::vector<std::string> faults_of_cares(std::string_view version);

}  // namespace dns_cares_tool
