#include "options.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>

#include "line_reader.h"

namespace dns_cares_tool {
namespace {

constexpr const char *kFooter = R"(Examples:
  dns-cares example.com                                   the addresses of one name
  dns-cares -f names.txt >results.txt                     of many, one line for each, in their order
  zcat names.gz | dns-cares --format json >results.json   as one JSON object a line
  dns-cares -s 192.0.2.1,192.0.2.2:5353 -4 -f names.txt   IPv4 addresses, from these servers
  dns-cares --short --only ok -f names.txt | sort -u      nothing but addresses

Exit status: 0 all resolved, 1 some did not, 2 usage, 3 input or output error, 128+N ended by signal N.)";

// "2s", "500ms", "1.5": seconds unless it is said otherwise.
unsigned parse_ms(const std::string &text) {
  double value = 0;
  const char *const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (unit != "ms") value *= 1000;
  const bool fine =
      error == std::errc() && (unit.empty() || unit == "s" || unit == "ms") && value >= 1 && value <= 86'400'000;
  if (!fine) throw CLI::ValidationError(fmt::format("'{}' is no time such as 500ms, 2s or 1.5", text));
  return static_cast<unsigned>(value);
}

void add_servers(const std::string &list, std::optional<std::string> &servers) {
  if (servers) {
    *servers += ',' + list;
  } else {
    servers = list;
  }
}

// One server a line, '#' begins a comment.
void add_servers_of(const std::string &path, std::optional<std::string> &servers) {
  LineReader file(path);
  std::string_view line;
  if (!servers) servers = "";
  for (LineReader::Got got; (got = file.next(line)) != LineReader::Got::kEnd;) {
    if (got == LineReader::Got::kNothingYet) file.wait();
    const std::string_view server = line.substr(0, line.find('#'));
    if (got == LineReader::Got::kLine && server.find_first_not_of(" \t\r") != std::string_view::npos) {
      add_servers(std::string(server.substr(0, server.find_last_not_of(" \t\r") + 1)), servers);
    }
  }
}

// NAME, NAME/tcp or NAME/udp, as in services(5).
void take_service(const std::string &text, Options &options) {
  const std::size_t slash = text.find('/');
  options.service = text.substr(0, slash);
  const std::string protocol = slash == std::string::npos ? "tcp" : text.substr(slash + 1);
  if (options.service.empty() || (protocol != "tcp" && protocol != "udp")) {
    throw CLI::ValidationError(fmt::format("'{}' is no service such as https, 443 or domain/udp", text));
  }
  options.socktype = protocol == "udp" ? SOCK_DGRAM : SOCK_STREAM;
}

// Options as they are written, without what CLI11 has to say of their types.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(26); }
  std::string make_option_opts(const CLI::Option *option) const override {
    const std::string text = option->get_option_text();
    return text.empty() ? text : ' ' + text;
  }
};

// The parts that the command line is made of. CLI11 keeps references to what it fills in.
class CommandLine {
 public:
  CommandLine()
      : app_(
            "Resolves host names, from one to millions, and prints one line for each, in their order:\n"
            "the name, a tab, and its addresses or why there are none.",
            "dns-cares") {
    options_.socktype = SOCK_STREAM;
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.footer(kFooter);
    add_input();
    add_question();
    add_servers_options();
    add_output();
    app_.set_help_flag("-h,--help", "this help")->group(kOther);
    app_.add_flag("--version", options_.wants_version, "the versions in use")->group(kOther);
  }

  std::optional<Options> parse(int argc, char **argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp &) {
      fmt::print("{}", app_.help());
      return std::nullopt;
    } catch (const CLI::ParseError &error) {
      throw UsageError(fmt::format("{}\nSee dns-cares --help.", error.what()));
    }
    if (only_v4_) options_.family = AF_INET;
    if (only_v6_) options_.family = AF_INET6;
    default_to_standard_input();
    return std::move(options_);
  }

 private:
  static constexpr const char *kInput = "Input";
  static constexpr const char *kQuestion = "What is looked up";
  static constexpr const char *kServers = "Where, and how fast";
  static constexpr const char *kOutput = "Output";
  static constexpr const char *kOther = "Other";

  void add_input() {
    app_.add_option("NAME", options_.names, "names to look up")->option_text(" ")->group(kInput);
    app_.add_option("-f,--file", options_.files,
                    "file with one name a line, - is standard input; what follows a tab is\n"
                    "passed through, empty lines and those that begin with '#' are passed over;\n"
                    "may be given more than once")
        ->option_text("FILE")
        ->allow_extra_args(false)
        ->group(kInput);
  }

  void add_question() {
    auto *v4 = app_.add_flag("-4", only_v4_, "IPv4 addresses only")->group(kQuestion);
    app_.add_flag("-6", only_v6_, "IPv6 addresses only")->excludes(v4)->group(kQuestion);
    app_.add_flag("--no-hosts", options_.no_hosts, "not in the hosts file")->group(kQuestion);
    app_.add_flag("--no-search", options_.no_search, "names as they are, without the search list of resolv.conf")
        ->group(kQuestion);
    add_text("--service", "NAME[/udp]", "with the port of this service", kQuestion,
             [this](const std::string &text) { take_service(text, options_); });
  }

  void add_servers_options() {
    add_text("-s,--server", "SERVERS", "whom to ask: ADDRESS[:PORT], comma separated; default: resolv.conf", kServers,
             [this](const std::string &list) { add_servers(list, options_.servers); });
    add_text("--servers", "FILE", "the same from a file, one a line", kServers,
             [this](const std::string &path) { add_servers_of(path, options_.servers); });
    app_.add_flag("--tcp", options_.tcp, "ask by TCP only")->group(kServers);
    add_text("--timeout", "TIME", "of a server's first try: 500ms, 2s (default)", kServers,
             [this](const std::string &time) { options_.timeout_ms = parse_ms(time); });
    add_number("--tries", options_.tries, 1U, 100U, "tries per server; default: 3", kServers);
    add_text("--deadline", "TIME", "of each lookup, everything included; default: 10s", kServers,
             [this](const std::string &time) { options_.deadline_ms = parse_ms(time); });
    add_number("--concurrency", options_.concurrency, 1U, 1'000'000U, "lookups at once; default: 200", kServers);
  }

  void add_output() {
    add_choice("--format", options_.format, "FORMAT", "text (default), json (an object a line), csv",
               {{"text", FormatKind::kText}, {"json", FormatKind::kJson}, {"csv", FormatKind::kCsv}});
    app_.add_flag("--short", options_.only_addresses,
                  "text: the addresses alone, an empty line for none;\njson, csv: name, status and addresses")
        ->group(kOutput);
    app_.add_flag_callback(
            "--no-header", [this] { options_.header = false; }, "csv without the line of column names")
        ->group(kOutput);
    add_choice("--only", options_.only, "ok|failed", "write only results of this kind",
               {{"ok", Only::kOk}, {"failed", Only::kFailed}});
    app_.add_flag("--unordered", options_.unordered, "results as they come, not in the order of the input")
        ->group(kOutput);
    add_number("--look-ahead", options_.look_ahead, std::size_t{1}, std::size_t{100'000'000},
               "lines that are read at most before the first of them is written;\ndefault: 65536", kOutput);
    app_.add_flag("-q,--quiet", options_.quiet, "no summary on standard error")->group(kOutput);
  }

  template <class Kind>
  void add_choice(const char *name, Kind &kind, const char *text, const char *description,
                  const std::map<std::string, Kind> &kinds) {
    app_.add_option(name, kind, description)
        ->transform(CLI::CheckedTransformer(kinds))
        ->option_text(text)
        ->group(kOutput);
  }

  template <class Take>
  void add_text(const char *name, const char *type, const char *description, const char *group, Take take) {
    app_.add_option_function<std::vector<std::string>>(
            name,
            [take](const std::vector<std::string> &texts) {
              for (const std::string &text : texts) take(text);
            },
            description)
        ->option_text(type)
        ->allow_extra_args(false)
        ->group(group);
  }

  template <class Number>
  void add_number(const char *name, Number &number, Number least, Number most, const char *description,
                  const char *group) {
    app_.add_option(name, number, description)->check(CLI::Range(least, most))->option_text("N")->group(group);
  }

  // What is piped in is meant to be read, unless names say otherwise.
  void default_to_standard_input() {
    if (!options_.names.empty() || !options_.files.empty() || options_.wants_version) return;
    if (isatty(STDIN_FILENO)) throw UsageError("a NAME or -f FILE is required\nSee dns-cares --help.");
    options_.files.emplace_back("-");
  }

  CLI::App app_;
  Options options_;
  bool only_v4_ = false;
  bool only_v6_ = false;
};

}  // namespace

std::optional<Options> parse_options(int argc, char **argv) { return CommandLine().parse(argc, argv); }

}  // namespace dns_cares_tool
