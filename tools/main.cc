// dns-cares: resolves names, from one to millions, one line of output for each.
#include <cstdio>
#include <exception>

#include "message.h"
#include "options.h"
#include "run.h"
#include "version.h"

namespace {

using namespace dns_cares_tool;

int complain(Exit code, const char *what) {
  dns_cares_tool::complain(what);
  return code;
}

int print(const std::string &text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? kAllResolved : complain(kInputOutput, "standard output cannot be written");
}

}  // namespace

int main(int argc, char **argv) {
  open_standard_descriptors();
  try {
    const Options options = parse_options(argc, argv);
    if (!options.text.empty()) return print(options.text);
    if (options.wants_version) return print(version_text());
    return run(options);
  } catch (const UsageError &error) {
    return complain(kUsage, error.what());
  } catch (const std::bad_alloc &) {
    return complain(kInputOutput, "out of memory");
  } catch (const std::exception &error) {
    return complain(kInputOutput, error.what());
  }
}
