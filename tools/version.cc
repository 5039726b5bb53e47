#include "version.h"

#include <dns_cares/inspect.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string>

namespace dns_cares_tool {
namespace {

using Version = std::array<int, 3>;

// Faults of releases that are in use, and the releases that have them, the last one included.
struct Fault {
  const char *name;
  Version first, last;
};
constexpr Fault kFaults[] = {
    {"CVE-2025-31498", {1, 32, 3}, {1, 34, 4}},  // use after free when a query is put in the queue again
    {"CVE-2025-62408", {1, 32, 3}, {1, 34, 5}},  // use after free when a query ends its connection
};

Version parse(std::string_view text) {
  Version version{};
  const char *at = text.data();
  const char *const end = at + text.size();
  for (int &part : version) {
    at = std::from_chars(at, end, part).ptr;
    if (at != end) ++at;
  }
  return version;
}

}  // namespace

std::vector<std::string> faults_of_cares(std::string_view version) {
  const Version parsed = parse(version);
  std::vector<std::string> faults;
  for (const Fault &fault : kFaults) {
    if (fault.first <= parsed && parsed <= fault.last) faults.emplace_back(fault.name);
  }
  return faults;
}

std::string version_text() {
  dns_versions versions{};
  versions.size = sizeof versions;
  dns_get_versions(&versions);
  std::string text =
      fmt::format("dns-cares {} with c-ares {} and libev {}\n", versions.dns_cares, versions.cares, versions.libev);
  const auto faults = faults_of_cares(versions.cares);
  if (!faults.empty()) {
    text += fmt::format(
        "warning: c-ares {} has known security faults: {}. Use 1.34.6 or later, or a distribution's "
        "release that has them mended.\n",
        versions.cares, fmt::join(faults, ", "));
  }
  return text;
}

}  // namespace dns_cares_tool
