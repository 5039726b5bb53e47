// dns-cares: resolves names, from one to millions, one line of output for each.
#include <dns_cares/dns_cares.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "batch.h"
#include "input.h"

namespace {

using namespace dns_cares_tool;

enum Exit { kAllResolved = 0, kSomeFailed = 1, kUsage = 2, kInputOutput = 3 };

int complain(Exit code, const std::string &what) {
  fmt::print(stderr, "dns-cares: {}\n", what);
  return code;
}

void print_summary(const Summary &summary) {
  const double seconds = summary.time.count();
  fmt::print(stderr, "{} name{}, {} failed, {:.3f} s, {:.0f} lookups/s\n", summary.names, summary.names == 1 ? "" : "s",
             summary.failed(), seconds, seconds > 0 ? static_cast<double>(summary.names) / seconds : 0.0);
  for (const auto &[status, count] : summary.failures) {
    fmt::print(stderr, "  {} {}\n", count, dns_strerror(status));
  }
}

int run(const std::vector<std::string> &files, std::vector<std::string> names, const char *servers, int family) {
  for (const std::string &file : files) read_names(file, names);
  dns_options options;
  dns_options_init(&options);
  options.servers = servers;
  const int status = dns_init(nullptr, &options);
  if (status == DNS_EBADNAME) return complain(kUsage, fmt::format("-s '{}': not a list of ADDRESS[:PORT]", servers));
  if (status != DNS_OK) return complain(kInputOutput, dns_strerror(status));

  const Summary summary = resolve_all(names, family);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return complain(kInputOutput, fmt::format("standard output: {}", std::strerror(errno)));
  }
  print_summary(summary);
  return summary.failed() == 0 ? kAllResolved : kSomeFailed;
}

}  // namespace

int main(int argc, char **argv) {
  CLI::App app{"Resolves host names, all at once, and prints for each its name, a tab, and its addresses or an error."};
  std::vector<std::string> names;
  std::vector<std::string> files;
  std::string servers;
  bool only_v4 = false;
  bool only_v6 = false;
  app.add_option("NAME", names, "names to resolve");
  app.add_option("-f,--file", files, "file of names, one a line; - is standard input; '#' lines are skipped")
      ->type_name("FILE")
      ->allow_extra_args(false);
  auto *servers_given =
      app.add_option("-s,--servers", servers, "servers to ask: ADDRESS[:PORT], comma separated; default: resolv.conf")
          ->type_name("SERVERS");
  auto *v4 = app.add_flag("-4", only_v4, "IPv4 addresses only");
  app.add_flag("-6", only_v6, "IPv6 addresses only")->excludes(v4);
  app.footer("Exit status: 0 all resolved, 1 some did not, 2 usage, 3 input or output error.");
  try {
    app.parse(argc, argv);
    if (names.empty() && files.empty()) throw CLI::RequiredError("a NAME or -f FILE");
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? kAllResolved : kUsage;
  }
  try {
    return run(files, std::move(names), *servers_given ? servers.c_str() : nullptr,
               only_v4   ? AF_INET
               : only_v6 ? AF_INET6
                         : AF_UNSPEC);
  } catch (const InputError &error) {
    return complain(kInputOutput, error.what());
  } catch (const std::bad_alloc &) {
    return complain(kInputOutput, "out of memory");
  }
}
