// dns-cares: resolves names, from one to millions, one line of output for each.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "options.h"
#include "run.h"
#include "version.h"

namespace {

using namespace dns_cares_tool;

int complain(Exit code, const char *what) {
  fmt::print(stderr, "dns-cares: {}\n", what);
  return code;
}

}  // namespace

int main(int argc, char **argv) {
  try {
    const std::optional<Options> options = parse_options(argc, argv);
    if (!options) return kAllResolved;
    if (options->wants_version) {
      fmt::print("{}", version_text());
      return kAllResolved;
    }
    return run(*options);
  } catch (const UsageError &error) {
    return complain(kUsage, error.what());
  } catch (const std::bad_alloc &) {
    return complain(kInputOutput, "out of memory");
  } catch (const std::exception &error) {
    return complain(kInputOutput, error.what());
  }
}
