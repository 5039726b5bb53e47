#include "crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "reports.h"
#include "trace.h"

namespace dns_cares_tool {
namespace {

unsigned part_of(unsigned all, unsigned parts, unsigned index) {
  return std::max(all / parts + (index < all % parts ? 1 : 0), 1u);
}

std::string joined(const std::vector<Servers> &all) {
  std::string text;
  for (const Servers &servers : all) text.append(text.empty() ? "" : ",").append(servers.list);
  return text;
}

bool is_list_of_servers(const std::string &list) {
  const std::unique_ptr<struct ev_loop, DestroyLoop> loop(evloop_new());
  dns_options wanted;
  dns_options_init(&wanted);
  wanted.servers = list.c_str();
  const int status = dns_init(loop.get(), &wanted);
  dns_shutdown(loop.get());
  return status != DNS_EBADNAME;
}

// Which of them the library has refused.
std::string fault_of(const std::vector<Servers> &all) {
  for (const auto &[list, place] : all) {
    if (!is_list_of_servers(list)) return fmt::format("{}: '{}' is no list of ADDRESS[:PORT]", place, list);
  }
  return fmt::format("'{}' is no list of ADDRESS[:PORT]", joined(all));
}

void make_context(struct ev_loop *loop, const Options &options) {
  dns_options wanted;
  dns_options_init(&wanted);
  const std::string servers = joined(options.servers);
  if (!options.servers.empty()) wanted.servers = servers.c_str();
  if (options.no_hosts) wanted.hosts_file = "";
  if (options.timeout_ms != 0) wanted.timeout_ms = options.timeout_ms;
  if (options.tries != 0) wanted.tries = options.tries;
  if (options.deadline_ms != 0) wanted.deadline_ms = options.deadline_ms;
  wanted.tcp = options.tcp;
  wanted.no_search = options.no_search;
  wanted.rotate = options.rotate;
  const int status = dns_init(loop, &wanted);
  if (status == DNS_EBADNAME) throw UsageError(fault_of(options.servers));
  if (status != DNS_OK) throw SetupError(dns_strerror(status));
}

dns_stats stats_of(struct ev_loop *loop) {
  dns_stats stats{};
  stats.size = sizeof stats;
  dns_get_stats(loop, &stats);
  return stats;
}

}  // namespace

Crew::Crew(const Options &options, Exchange &exchange, const Input &input, const Format &format)
    : exchange_(exchange), members_(options.threads) {
  for (unsigned i = 0; i < options.threads; ++i) {
    Member &member = members_[i];
    if (i > 0) member.loop.reset(evloop_new());
    struct ev_loop *loop = i > 0 ? member.loop.get() : evloop_get_default();
    if (loop == nullptr) throw SetupError("no event loop can be made");
    make_context(loop, options);
    if (options.trace && !trace_to_standard_error(loop)) throw std::bad_alloc();
    member.worker = std::make_unique<Worker>(loop, options, part_of(options.concurrency, options.threads, i),
                                             member.wake, exchange, input, format);
  }
}

Crew::~Crew() {
  exchange_.abandon();
  end();
}

void Crew::start() {
  for (Member &member : members_) {
    if (member.loop == nullptr) continue;
    member.thread = std::thread([&member] {
      member.worker->begin();
      evloop_run(member.loop.get());
      member.stats = stats_of(member.loop.get());
      member.worker.reset();
      member.loop.reset();
    });
  }
  members_.front().worker->begin();
}

dns_stats Crew::end() {
  dns_stats sum = stats_of(nullptr);
  for (Member &member : members_) {
    if (!member.thread.joinable()) continue;
    member.wake.signal();
    member.thread.join();
    add_stats(sum, member.stats);
  }
  return sum;
}

}  // namespace dns_cares_tool
