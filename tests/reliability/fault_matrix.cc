// Plays every fault at every stage, or every two faults with each other, and counts what went wrong.
//
//   fault_matrix [--pairs] [--only TEXT] [--jobs N] [--list]
#include <dns_cares/dns_cares.h>
#include <getopt.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiment.h"
#include "shared_memory.h"

namespace dns_cares_test {
namespace {

using Experiments = std::vector<Experiment>;

struct Options {
  bool pairs = false;
  bool list = false;
  std::string only;  // experiments whose names hold it
  int jobs = 24;
};

// Each fault for ever, once and then no more, for one family alone, at one server of three and at all of them, and
// until a deadline.
void add_single_faults(Experiments &all) {
  constexpr const Fault *kNone = nullptr;
  for (const Fault &fault : faults()) {
    const Fault *f = &fault;
    const std::string name = fault.name;
    all.push_back({.name = "udp " + name, .servers = {{f}}});
    all.push_back({.name = "udp-once " + name, .servers = {{f, kNone}}});
    all.push_back({.name = "tcp " + name, .servers = {{f}}, .by_tcp = true});
    all.push_back({.name = "tcp-once " + name, .servers = {{f, kNone}}, .by_tcp = true});
    all.push_back({.name = "behind-cname " + name, .servers = {{f}}, .behind_cname = true});
    all.push_back({.name = "a-only " + name, .servers = {{f}}, .for_aaaa = {{kNone}}});
    all.push_back({.name = "aaaa-only " + name, .servers = {{kNone}}, .for_aaaa = {{f}}});
    all.push_back({.name = "server-1-of-3 " + name, .servers = {{f}, {kNone}, {kNone}}});
    all.push_back({.name = "all-3-servers " + name, .servers = {{f}, {f}, {f}}});
    all.push_back({.name = "deadline " + name, .servers = {{f}}, .deadline_ms = 30});
    all.push_back({.name = "behind-closed-port " + name, .servers = {{f}}, .first = Experiment::First::kClosedPort});
  }
}

void add_missing_tcp(Experiments &all) {
  const auto names_tcp = [](const Fault &fault) { return fault.udp.effect == Effect::kTruncates; };
  for (const Fault &fault : faults()) {
    if (!names_tcp(fault)) continue;
    const std::string name = fault.name;
    all.push_back({.name = "no-tcp " + name, .servers = {{&fault}}, .first = Experiment::First::kNoTcp});
    all.push_back(
        {.name = "no-tcp-at-1-of-2 " + name, .servers = {{&fault}, {nullptr}}, .first = Experiment::First::kNoTcp});
  }
}

// Whether an octet of the right reply says which query it is the reply to: the id, and in the question (fault.test IN
// A, RFC 1035 section 4.1.2) all but the lengths of the labels.
bool identifies(std::size_t octet) {
  constexpr std::size_t kQuestion = 12;
  constexpr std::size_t kQuestionEnd = kQuestion + 16;
  const bool is_length = octet == kQuestion || octet == kQuestion + 6 || octet == kQuestion + 11;
  return octet < 2 || (octet >= kQuestion && octet < kQuestionEnd && !is_length);
}

// Every octet of the right reply with bits flipped, and the reply cut at every length. A reply that is then to another
// query is none. What else that makes of it is no rule of ours: any status that servers can bring about will do.
void add_flips_and_cuts(Experiments &all, std::deque<Fault> &made) {
  constexpr Verdict kAnything{Effect::kAnything};
  constexpr Verdict kLost{Effect::kLost};
  constexpr std::size_t kOctets = 12 + 16 + 16 + 11;  // header, question, record, OPT
  constexpr std::size_t kClass = 12 + 14;
  const auto add = [&](const std::string &name, const Verdict &udp, const Verdict &tcp, decltype(Fault::play) play) {
    const Fault *fault = &made.emplace_back(Fault{"", std::move(play), udp, tcp});
    all.push_back({.name = "udp " + name, .servers = {{fault}}});
    all.push_back({.name = "tcp " + name, .servers = {{fault}}, .by_tcp = true});
  };
  for (std::size_t at = 0; at < kOctets; ++at) {
    for (const std::uint8_t mask : std::initializer_list<std::uint8_t>{0x01, 0x80, 0xff}) {
      const Verdict verdict = identifies(at) ? kLost : kAnything;
      // By TCP, a message of another class is malformed to c-ares 1.28 and later.
      const bool is_of_class = at == kClass || at == kClass + 1;
      add("flip-" + std::to_string(at) + "-" + std::to_string(mask), verdict,
          is_of_class && is_new_cares() ? kAnything : verdict,
          [at, mask](const dns_testkit::Reply &good) { return good.flipped(at, mask); });
    }
    add("cut-" + std::to_string(at), kAnything, kAnything,
        [at](const dns_testkit::Reply &good) { return good.cut(at); });
  }
}

// Two faults: one after the other, each at a server of its own, and each for a family of its own.
void add_pairs(Experiments &all) {
  for (const Fault &first : faults()) {
    for (const Fault &second : faults()) {
      const std::string name = std::string(first.name) + ' ' + second.name;
      if (first.udp.effect == Effect::kNoEdns && name.ends_with("badvers")) continue;  // It needs EDNS.
      // With c-ares 1.28 and later, how many tries a stalled connection takes along depends on what was asked before.
      if (first.tcp.effect == Effect::kBreaks && name.ends_with("tcp-stalled")) continue;
      all.push_back({.name = "udp " + name, .servers = {{&first, &second}}});
      all.push_back({.name = "tcp " + name, .servers = {{&first, &second}}, .by_tcp = true});
      all.push_back({.name = "servers " + name, .servers = {{&first}, {&second}, {nullptr}}});
      all.push_back({.name = "families " + name, .servers = {{&first}}, .for_aaaa = {{&second}}});
    }
  }
}

// What a worker tells of one experiment.
struct Report {
  std::size_t index;
  Findings findings;
  int runs;
};

// What is in doubt must be found three times; what is certain is found once. How often that was needed is told.
Report run_again_if_in_doubt(const Experiment &experiment, std::size_t index) {
  Report report{index, {}, 0};
  do {
    report.findings = run(experiment);
    ++report.runs;
  } while (report.findings.in_doubt && report.runs < 3);
  return report;
}

// Runs every `jobs`-th experiment in a process of its own, which may crash.
pid_t start_worker(const Experiments &all, int worker, int jobs, int to) {
  const pid_t child = fork();
  if (child != 0) return child;
  for (std::size_t i = static_cast<std::size_t>(worker); i < all.size(); i += static_cast<std::size_t>(jobs)) {
    const Report report = run_again_if_in_doubt(all[i], i);
    if (write(to, &report, sizeof report) != sizeof report) _exit(1);
  }
  // exit(), so that a leak checker has its turn.
  std::exit(0);
}

struct Totals {
  std::map<std::string, unsigned> failures;
  unsigned run_again = 0;
};

Totals run_all(const Experiments &all, int jobs) {
  int ends[2];
  if (pipe(ends) != 0) std::perror("pipe"), std::exit(2);
  for (int worker = 0; worker < jobs; ++worker) start_worker(all, worker, jobs, ends[1]);
  close(ends[1]);

  Totals totals;
  auto &counts = totals.failures;
  std::vector<std::optional<Findings>> results(all.size());
  Report report;
  while (read(ends[0], &report, sizeof report) == sizeof report) {
    results[report.index] = report.findings;
    totals.run_again += report.runs > 1 ? 1 : 0;
  }
  int status = 0;
  while (wait(&status) > 0) counts["workers broken"] += status != 0 ? 1 : 0;

  for (std::size_t i = 0; i < all.size(); ++i) {
    const Findings findings = results[i].value_or(Findings{});
    counts["callbacks lost"] += findings.calls == 0 ? 1 : 0;
    counts["callbacks doubled"] += findings.calls > 1 ? 1 : 0;
    counts["late"] += findings.late ? 1 : 0;
    counts["loops spun"] += findings.spun ? 1 : 0;
    counts["leaks"] += findings.leaked_descriptors || findings.leaked_memory ? 1 : 0;
    counts["forged addresses taken"] += findings.took_forged ? 1 : 0;
    counts["wrong statuses"] += findings.status_is_wrong ? 1 : 0;
    counts["next lookups failed"] += findings.next_failed ? 1 : 0;
    if (findings.all_well()) continue;
    std::printf("%s: %d calls, \"%s\"%s%s%s%s%s%s%s\n", all[i].name.c_str(), findings.calls,
                findings.calls > 0 ? dns_strerror(findings.status) : "none", findings.status_is_wrong ? ", wrong" : "",
                findings.took_forged ? ", forged" : "", findings.late ? ", late" : "", findings.spun ? ", spun" : "",
                findings.leaked_descriptors ? ", leaked descriptors" : "",
                findings.leaked_memory ? ", leaked memory" : "", findings.next_failed ? ", next failed" : "");
  }
  return totals;
}

Options read_options(int argc, char **argv) {
  const option known[] = {{"pairs", no_argument, nullptr, 'p'},
                          {"list", no_argument, nullptr, 'l'},
                          {"only", required_argument, nullptr, 'o'},
                          {"jobs", required_argument, nullptr, 'j'},
                          {}};
  Options options;
  for (int c; (c = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (c == 'p') options.pairs = true;
    if (c == 'l') options.list = true;
    if (c == 'o') options.only = optarg;
    if (c == 'j') options.jobs = std::atoi(optarg);
    if (c == '?') std::exit(2);
  }
  if (options.jobs < 1) std::fprintf(stderr, "--jobs: not a number above 0\n"), std::exit(2);
  return options;
}

int main(int argc, char **argv) {
  const Options options = read_options(argc, argv);
  share_memory_with_cares_and_libev();
  Experiments all;
  std::deque<Fault> made;
  if (options.pairs) {
    add_pairs(all);
  } else {
    add_single_faults(all);
    add_missing_tcp(all);
    add_flips_and_cuts(all, made);
  }
  std::erase_if(all, [&](const Experiment &one) { return one.name.find(options.only) == std::string::npos; });
  if (options.list) {
    for (const Experiment &one : all) std::puts(one.name.c_str());
    return 0;
  }

  const Totals totals = run_all(all, options.jobs);
  bool all_well = true;
  std::printf("faults tried %zu, run again %u", all.size(), totals.run_again);
  for (const auto &[what, count] : totals.failures) {
    std::printf(", %s %u", what.c_str(), count);
    all_well = all_well && count == 0;
  }
  std::printf("\n");
  return all_well ? 0 : 1;
}

}  // namespace
}  // namespace dns_cares_test

int main(int argc, char **argv) { return dns_cares_test::main(argc, argv); }
