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

void make_context(struct ev_loop *loop, const Options &options) {
  dns_options wanted;
  dns_options_init(&wanted);
  if (options.servers) wanted.servers = options.servers->c_str();
  if (options.no_hosts) wanted.hosts_file = "";
  if (options.timeout_ms != 0) wanted.timeout_ms = options.timeout_ms;
  if (options.tries != 0) wanted.tries = options.tries;
  if (options.deadline_ms != 0) wanted.deadline_ms = options.deadline_ms;
  wanted.tcp = options.tcp;
  wanted.no_search = options.no_search;
  wanted.rotate = options.rotate;
  const int status = dns_init(loop, &wanted);
  if (status == DNS_EBADNAME) throw UsageError(fmt::format("-s '{}': not a list of ADDRESS[:PORT]", wanted.servers));
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
