#include "options.h"

#include <dns_cares/records.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "line_reader.h"

namespace dns_cares_tool {
namespace {

constexpr const char *kFooter = R"(Examples:
  dns-cares example.com                                   the addresses of one name
  dns-cares -f names.txt >results.txt                     of many, one line for each, in their order
  zcat names.gz | dns-cares --format json >results.json   as one JSON object a line
  dns-cares -s 192.0.2.1,192.0.2.2:5353 -4 -f names.txt   IPv4 addresses, from these servers
  dns-cares -t MX,TXT example.com                         records of these types
  dns-cares -x 192.0.2.0/24 2001:db8::1                   the names of addresses
  dns-cares --srv _imaps._tcp.example.com                 the hosts and ports of a service
  dns-cares --short --only ok -f names.txt | sort -u      nothing but addresses
  dns-cares -f names.txt -o results.txt --resume          again, after it was stopped: goes on where it was

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

const std::string &file_name(const std::string &path) {
  if (path.empty()) throw CLI::ValidationError("'' is no file");
  return path;
}

// One that is named twice is one server.
std::size_t count_servers(const std::vector<Servers> &all) {
  constexpr std::string_view kSeparators = ", \t";
  std::set<std::string_view> servers;
  for (const Servers &some : all) {
    std::string_view list = some.list;
    while (!(list = list.substr(std::min(list.find_first_not_of(kSeparators), list.size()))).empty()) {
      const std::string_view server = list.substr(0, list.find_first_of(kSeparators));
      servers.insert(server);
      list.remove_prefix(server.size());
    }
  }
  return servers.size();
}

// One server a line, '#' begins a comment.
void add_servers_of(const std::string &path, std::vector<Servers> &servers) {
  LineReader file(file_name(path));
  std::string_view line;
  std::size_t number = 0;
  const std::size_t before = servers.size();
  for (LineReader::Got got; (got = file.next(line)) != LineReader::Got::kEnd;) {
    if (got == LineReader::Got::kNothingYet) {
      file.wait();
      continue;
    }
    ++number;
    const std::string_view server = line.substr(0, line.find('#'));
    if (server.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    servers.push_back({.list = std::string(server.substr(0, server.find_last_not_of(" \t\r") + 1)),
                       .place = fmt::format("{}, line {}", path, number)});
  }
  if (servers.size() == before) throw CLI::ValidationError(fmt::format("{}: has no server", path));
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

// Whether there are records of this type: it is none of those that stand for something else (RFC 6895 section 3.1).
bool is_type_of_records(int type) {
  constexpr int kOpt = 41;
  const bool is_meta = type == 0 || type == kOpt || (type >= 128 && type < DNS_TYPE_ANY);
  return type >= 0 && !is_meta;
}

// "MX,TXT,TYPE65280".
void add_types(std::string_view list, std::vector<int> &types) {
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string name(list.substr(0, comma));
    const int type = dns_type_from_name(name.c_str());
    if (!is_type_of_records(type)) {
      throw CLI::ValidationError(fmt::format("'{}' is no type of records such as MX or TYPE65280", name));
    }
    if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// Options as they are written, without what CLI11 has to say of their types.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(26); }
  std::string make_usage(const CLI::App *, std::string name) const override {
    return "Usage: " + name + " [OPTION]... [NAME]...\n";
  }
  std::string make_option_opts(const CLI::Option *option) const override {
    const std::string &text = option->get_option_text();
    return text.empty() ? text : ' ' + text;
  }
};

// "100", "100/s", "6000/m".
double parse_rate(const std::string &text) {
  double value = 0;
  const char *const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const bool fine = error == std::errc() && (unit.empty() || unit == "/s" || unit == "/m") && value > 0 && value <= 1e9;
  if (!fine) throw CLI::ValidationError(fmt::format("'{}' is no rate such as 100, 100/s or 6000/m", text));
  return unit == "/m" ? value / 60 : value;
}

// "2/8": the second of eight.
void parse_shard(const std::string &text, Options &options) {
  const char *const end = text.data() + text.size();
  const auto index = std::from_chars(text.data(), end, options.shard);
  const bool has_slash = index.ptr != end && *index.ptr == '/';
  const auto number = std::from_chars(has_slash ? index.ptr + 1 : end, end, options.shards);
  if (!has_slash || number.ec != std::errc() || number.ptr != end || options.shard < 1 ||
      options.shard > options.shards) {
    throw CLI::ValidationError(fmt::format("'{}' is no part such as 2/8", text));
  }
  --options.shard;
}

// Also of files that are not there yet. "" and "-" are none, and what is no file, such as a terminal, may be used
// twice.
bool is_same_file(const std::string &a, const std::string &b) {
  const auto is_none = [](const std::string &name) { return name.empty() || name == "-"; };
  std::error_code error;
  if (is_none(a) || is_none(b) || std::filesystem::is_other(a, error)) return false;
  return std::filesystem::weakly_canonical(a, error) == std::filesystem::weakly_canonical(b, error) && !error;
}

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

  Options parse(int argc, char **argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp &) {
      options_.help = app_.help();
      return std::move(options_);
    } catch (const CLI::ParseError &error) {
      throw UsageError(fmt::format("{}\nSee dns-cares --help.", error.what()));
    }
    take_names();
    if (only_v4_) options_.family = AF_INET;
    if (only_v6_) options_.family = AF_INET6;
    check_together();
    if (rate_per_server_ > 0) share_the_rate();
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
    app_.allow_extras();  // the names: an option of several texts would take "[a,b]" apart
    add_text("-f,--file", "FILE",
             "file with one name a line, - is standard input, which is read too if no\n"
             "name is given and it is no terminal; what follows a tab is\n"
             "passed through, empty lines and those that begin with '#' are passed over;\n"
             "may be given more than once",
             kInput, [this](const std::string &path) { options_.files.push_back(file_name(path)); });
  }

  // What is neither an option nor the value of one. Behind "--" nothing is an option.
  void take_names() {
    bool may_be_option = true;
    for (std::string &text : app_.remaining()) {
      if (may_be_option && text == "--") {
        may_be_option = false;
      } else if (may_be_option && text.size() > 1 && text.starts_with('-')) {
        throw UsageError(fmt::format("'{}' is no option\nSee dns-cares --help.", text));
      } else {
        options_.names.push_back(std::move(text));
      }
    }
  }

  void add_question() {
    auto *v4 = app_.add_flag("-4", only_v4_, "IPv4 addresses only")->group(kQuestion);
    auto *v6 = app_.add_flag("-6", only_v6_, "IPv6 addresses only")->excludes(v4)->group(kQuestion);
    app_.add_flag("--no-hosts", options_.no_hosts, "not in the hosts file")->group(kQuestion);
    app_.add_flag("--no-search", options_.no_search, "names as they are, without the search list of resolv.conf")
        ->group(kQuestion);
    auto *service = add_text("--service", "NAME[/udp]", "with the port of this service", kQuestion,
                             [this](const std::string &text) { take_service(text, options_); });
    add_other_questions({v4, v6, service});
    add_text("--shard", "I/N", "only the I-th of N parts of the names, by a hash that is the same everywhere",
             kQuestion, [this](const std::string &text) { parse_shard(text, options_); });
  }

  // Options that say which addresses are wanted.
  struct OfAddresses {
    CLI::Option *v4, *v6, *service;
  };

  // What may be asked for instead of addresses, one at a time.
  void add_other_questions(const OfAddresses &of_addresses) {
    auto *records = add_text("-t,--type", "TYPE[,TYPE...]",
                             "records of these types instead of addresses: MX, TXT, TYPE65280, ANY;\n"
                             "from the DNS alone, and of names as they are",
                             kQuestion, [this](const std::string &list) { take_types(list); });
    auto *reverse = app_.add_flag_callback(
        "-x,--reverse", [this] { take_reverse(); },
        "the names of addresses: PTR records; a range as 192.0.2.0/24 is a line for\n"
        "each of its addresses");
    reverse->group(kQuestion);
    auto *srv = app_.add_flag_callback(
        "--srv", [this] { options_.question = Question::kEndpoints; },
        "where a service is offered, by the SRV records of names such as\n"
        "_imaps._tcp.example.com: hosts, ports and addresses, in the order to try them");
    srv->group(kQuestion)->excludes(records)->excludes(reverse)->excludes(of_addresses.service);
    for (CLI::Option *option : {records, reverse}) {
      option->excludes(of_addresses.v4)->excludes(of_addresses.v6)->excludes(of_addresses.service);
    }
    records->excludes(reverse);
  }

  void take_types(const std::string &list) {
    options_.question = Question::kRecords;
    add_types(list, options_.types);
  }

  void take_reverse() {
    options_.question = Question::kReverse;
    options_.types = {DNS_TYPE_PTR};
  }

  void add_servers_options() {
    add_text("-s,--server", "SERVERS", "whom to ask: ADDRESS[:PORT], comma separated; default: resolv.conf", kServers,
             [this](const std::string &list) { options_.servers.push_back({.list = list, .place = "--server"}); });
    add_text("--servers", "FILE", "the same from a file, one a line", kServers,
             [this](const std::string &path) { add_servers_of(path, options_.servers); });
    app_.add_flag("--rotate", options_.rotate,
                  "the servers share the lookups; without it, the first that answers has all")
        ->group(kServers);
    app_.add_flag("--tcp", options_.tcp, "ask by TCP only")->group(kServers);
    add_text("--timeout", "TIME", "of a server's first try: 500ms, 2s (default)", kServers,
             [this](const std::string &time) { options_.timeout_ms = parse_ms(time); });
    add_number("--tries", options_.tries, 1U, 100U, "tries per server; default: 3", kServers);
    add_text("--deadline", "TIME", "of each lookup, everything included; default: 10s", kServers,
             [this](const std::string &time) { options_.deadline_ms = parse_ms(time); });
    add_number("--concurrency", options_.concurrency, 1U, 1'000'000U, "lookups at once; default: 200", kServers);
    add_text("--rate", "N[/s|/m]", "lookups started in a second, or a minute, at most", kServers,
             [this](const std::string &text) { options_.rate = parse_rate(text); });
    add_text("--rate-per-server", "N[/s|/m]", "so many for each server of -s and --servers, which share them", kServers,
             [this](const std::string &text) { rate_per_server_ = parse_rate(text); });
    add_number("--threads", options_.threads, 1U, 256U, "threads, with a loop and sockets of its own each; default: 1",
               kServers);
  }

  void add_output() {
    add_file("-o,--output", options_.output, "file instead of standard output; it is there once it is whole");
    app_.add_flag("--append", options_.append, "add to that file instead of replacing it")->group(kOutput);
    app_.add_flag("--resume", options_.resume,
                  "go on after the results that are in that file already; the same command\n"
                  "again continues a run that was stopped in whatever way")
        ->group(kOutput);
    add_choice<FormatKind>("--format", options_.format, "FORMAT", "text (default), json (an object a line), csv",
                           {{"text", FormatKind::kText}, {"json", FormatKind::kJson}, {"csv", FormatKind::kCsv}});
    app_.add_flag("--short", options_.only_addresses,
                  "text: the addresses or records alone, an empty line for none;\njson, csv: name, status and these")
        ->group(kOutput);
    app_.add_flag_callback(
            "--no-header", [this] { options_.header = false; }, "csv without the line of column names")
        ->group(kOutput);
    add_choice<Only>("--only", options_.only, "ok|failed", "write only results of this kind",
                     {{"ok", Only::kOk}, {"failed", Only::kFailed}});
    app_.add_flag("--unordered", options_.unordered, "results as they come, not in the order of the input")
        ->group(kOutput);
    add_number("--look-ahead", options_.look_ahead, std::size_t{1}, std::size_t{100'000'000},
               "lines that are read at most before the first of them is written;\ndefault: 65536", kOutput);
    app_.add_flag("-q,--quiet", options_.quiet, "neither progress nor summary on standard error")->group(kOutput);
    add_file("--stats", options_.stats, "the numbers of the run as JSON, at its end");
    add_file("--prometheus", options_.prometheus, "the same for Prometheus, every 5 seconds and at its end");
    app_.add_flag("--trace", options_.trace, "tell each step on standard error, one lookup after the other")
        ->group(kOutput);
  }

  void add_file(const char *name, std::string &path, const char *description) {
    add_text(name, "FILE", description, kOutput, [&path](const std::string &text) { path = file_name(text); });
  }

  template <class Kind>
  void add_choice(const char *name, Kind &kind, const char *text, const char *description,
                  const std::vector<std::pair<std::string, Kind>> &kinds) {
    add_text(name, text, description, kOutput, [&kind, kinds](const std::string &word) {
      const auto is_meant = [&](const auto &known) { return known.first == word; };
      const auto found = std::find_if(kinds.begin(), kinds.end(), is_meant);
      if (found != kinds.end()) {
        kind = found->second;
        return;
      }
      std::string words;
      for (const auto &known : kinds) words += (words.empty() ? "" : ", ") + known.first;
      throw CLI::ValidationError(fmt::format("'{}' is none of {}", word, words));
    });
  }

  // What `take` throws of a text is told with the option's name.
  template <class Take>
  CLI::Option *add_text(const char *name, const char *type, const char *description, const char *group, Take take) {
    const std::string long_name = std::string(name).substr(std::string_view(name).find("--"));
    return app_
        .add_option_function<std::vector<std::string>>(
            name,
            [take, long_name](const std::vector<std::string> &texts) {
              try {
                for (const std::string &text : texts) take(text);
              } catch (const CLI::ValidationError &error) {
                throw CLI::ValidationError(fmt::format("{}: {}", long_name, error.what()));
              }
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

  void check_together() {
    const bool to_file = !options_.output.empty() && options_.output != "-";
    if ((options_.append || options_.resume) && !to_file) throw UsageError("--append and --resume need -o FILE");
    // A run goes on after as many lines as there are results, so each line must have one, in its place.
    if (options_.resume && (options_.unordered || options_.only != Only::kAll)) {
      throw UsageError("--resume needs a result for each line, in order: neither --unordered nor --only");
    }
    check_report("--stats", options_.stats);
    check_report("--prometheus", options_.prometheus);
    if (is_same_file(options_.stats, options_.prometheus)) throw UsageError("--stats and --prometheus: the same file");
    if (options_.trace) options_.concurrency = 1;
    options_.threads = std::min(options_.threads, options_.concurrency);
  }

  // It replaces its file, which must be none of the others.
  void check_report(const char *name, const std::string &path) const {
    const auto is_this = [&](const std::string &file) { return is_same_file(path, file); };
    if (path == "-") throw UsageError(fmt::format("{}: '-' is no file; /dev/stderr would do", name));
    if (is_this(options_.output)) throw UsageError(fmt::format("{} {}: the results go there", name, path));
    if (std::any_of(options_.files.begin(), options_.files.end(), is_this)) {
      throw UsageError(fmt::format("{} {}: names are read from there", name, path));
    }
  }

  void share_the_rate() {
    if (options_.servers.empty()) throw UsageError("--rate-per-server needs -s or --servers: it is for each of these");
    const double rate = rate_per_server_ * static_cast<double>(count_servers(options_.servers));
    options_.rate = options_.rate > 0 ? std::min(options_.rate, rate) : rate;
    options_.rotate = true;
  }

  // What is piped in is meant to be read, unless names say otherwise.
  void default_to_standard_input() {
    if (!options_.names.empty() || !options_.files.empty() || options_.wants_version) return;
    if (isatty(STDIN_FILENO)) throw UsageError("a NAME or -f FILE is required\nSee dns-cares --help.");
    options_.files.emplace_back("-");
  }

  CLI::App app_;
  Options options_;
  double rate_per_server_ = 0;
  bool only_v4_ = false;
  bool only_v6_ = false;
};

}  // namespace

Options parse_options(int argc, char **argv) { return CommandLine().parse(argc, argv); }

}  // namespace dns_cares_tool
