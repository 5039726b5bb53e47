// What the command line says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace dns_cares_tool {

enum class FormatKind { kText, kJson, kCsv };
// What the lines of the input ask for.
enum class Question { kAddresses, kRecords, kReverse, kEndpoints };
enum class Only { kAll, kOk, kFailed };

// Some of the servers to ask.
struct Servers {
  std::string list;   // as for struct dns_options
  std::string place;  // where it was given: "--server", or a file and its line
};

// A number 0 is the library's own default, unless it is said otherwise.
struct Options {
  std::vector<std::string> names;
  std::vector<std::string> files;  // "-": standard input

  Question question = Question::kAddresses;
  std::vector<int> types;  // of the records, each once; those of -x are PTR; none for addresses
  int family = 0;          // AF_UNSPEC
  std::string service;
  int socktype = 0;  // SOCK_STREAM, or SOCK_DGRAM for a service NAME/udp
  bool no_hosts = false;
  bool no_search = false;

  std::vector<Servers> servers;  // none: those of resolv.conf
  bool tcp = false;
  unsigned timeout_ms = 0;
  unsigned tries = 0;
  unsigned deadline_ms = 0;
  unsigned concurrency = 200;  // lookups at once
  unsigned threads = 1;
  bool rotate = false;  // the servers share the lookups
  double rate = 0;      // lookups started in a second, at most; 0: no limit
  std::uint64_t shard = 0, shards = 1;

  FormatKind format = FormatKind::kText;
  bool only_addresses = false;
  Only only = Only::kAll;
  bool unordered = false;
  std::size_t look_ahead = 65536;  // lines that are read before the first of them is written
  bool header = true;              // of CSV
  bool quiet = false;
  std::string output;      // file; "" and "-": standard output
  bool append = false;     // to it, instead of replacing it
  bool resume = false;     // after what is there already
  std::string stats;       // file; "": none
  std::string prometheus;  // the same
  bool trace = false;

  std::string help;  // to be printed; "": it was not asked for
  bool wants_version = false;
};

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct OutputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws UsageError.
Options parse_options(int argc, char **argv);

}  // namespace dns_cares_tool
