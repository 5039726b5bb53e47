#include "crew.h"

#include <algorithm>
#include <new>

#include "context.h"
#include "reports.h"
#include "trace.h"

namespace dns_cares_tool {
namespace {

unsigned part_of(unsigned all, unsigned parts, unsigned index) {
  return std::max(all / parts + (index < all % parts ? 1 : 0), 1u);
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
  check_service(options);
  for (unsigned i = 0; i < options.threads; ++i) {
    Member &member = members_[i];
    if (i > 0) member.loop = new_loop();
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
