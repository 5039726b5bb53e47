// dns-cares: resolves names, from one to millions, one line of output for each.
#include <cstdio>
#include <exception>

#include "message.h"
#include "options.h"
#include "run.h"
#include "version.h"

namespace {

using namespace dns_cares_tool;

int fail(Exit code, const char *why) {
  complain(why);
  return code;
}

int print(const std::string &text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? kAllResolved : fail(kInputOutput, "standard output cannot be written");
}

}  // namespace

int main(int argc, char **argv) {
  open_standard_descriptors();
  try {
    const Options options = parse_options(argc, argv);
    if (!options.help.empty()) return print(options.help);
    if (options.wants_version) return print(version_text());
    return run(options);
  } catch (const UsageError &error) {
    return fail(kUsage, error.what());
  } catch (const std::bad_alloc &) {
    return fail(kInputOutput, "out of memory");
  } catch (const std::exception &error) {
    return fail(kInputOutput, error.what());
  }
}
