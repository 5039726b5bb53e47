#include "context.h"

#include <utility>
#include <vector>

#include "clock.h"

namespace dns_cares {
namespace {

// Callbacks in one turn of the loop; between turns, the loop's other watchers have theirs.
constexpr int kCallbacksPerTurn = 128;

constexpr double kSecondsBetweenChecks = 1;

}  // namespace

Context::Context(struct ev_loop *loop, Configuration configuration, ContextSettings settings,
                 LoopEnd::Callback on_loop_end)
    : loop_(loop),
      configuration_(std::move(configuration)),
      checked_at_(steady_now()),
      server_options_(std::move(settings.channel)),
      deadline_ms_(settings.deadline_ms),
      sources_(kernel_),
      resolver_(std::move(settings.resolver), *this, sources_, journal_),
      loop_end_(loop, on_loop_end),
      loop_fork_(
          loop, [](void *self) { static_cast<Context *>(self)->on_fork(); }, this),
      hold_(loop),
      turn_(
          loop, [](void *self) { static_cast<Context *>(self)->turn(); }, this),
      deadline_timer_(
          loop, [](void *self) { static_cast<Context *>(self)->on_deadline(); }, this, Liveness::kWeak) {
  watch_network();
}

void Context::open_servers() {
  servers_ = std::make_unique<Servers>(
      loop_, server_options_, journal_, [](void *self) { static_cast<Context *>(self)->on_progress(); }, this);
}

void Context::watch_network() {
  network_changes_.emplace(
      loop_, [](bool watching, void *self) { static_cast<Context *>(self)->sources_.changed(watching); }, this);
  sources_.changed(network_changes_->watching());
}

// Looked for when a lookup starts, at most once a second: an idle program is not woken up, and one that asks is
// answered by the files of a moment ago. Files that cannot be used leave everything as it was.
void Context::reload_if_changed(double now) {
  if (now - checked_at_ < kSecondsBetweenChecks) return;
  checked_at_ = now;
  if (!configuration_.changed()) return;
  try {
    ContextSettings settings;
    if (configuration_.read(settings) != DNS_OK) return;
    if (servers_ != nullptr && settings.channel != server_options_) retired_.push_back(std::move(servers_));
    server_options_ = std::move(settings.channel);
    resolver_.reconfigure(std::move(settings.resolver));
  } catch (const std::bad_alloc &) {
  }
}

void Context::drop_retired() {
  std::erase_if(retired_, [](const auto &servers) { return servers->idle(); });
}

// In the child. The sockets are the parent's too: what they bring is for the parent.
void Context::on_fork() {
  servers_.reset();
  retired_.clear();
  network_changes_.reset();
  watch_network();
  resolver_.ask_again();
  for (List<Dependent> *list : {&due_, &ready_, &dependents_}) {
    List<Dependent> all;
    all.append(*list);
    while (!all.empty()) {
      Dependent &dependent = all.front();
      list->push_back(dependent);
      dependent.on_fork();
    }
  }
  update();
}

dns_request *Context::resolve(const char *hostname, const char *service, const Hints &hints, unsigned deadline_ms,
                              const Callback &callback) {
  auto owned = std::make_unique<dns_request>(*this, hostname, hints, callback);
  dns_request *request = owned.get();
  const double now = steady_now();
  reload_if_changed(now);
  resolver_.start(std::move(owned), service, now, deadline_in(now, deadline_ms));
  update();
  return request;
}

dns_request *Context::query(const char *name, std::uint16_t type, unsigned flags, unsigned deadline_ms,
                            const Callback &callback) {
  auto owned = std::make_unique<dns_request>(*this, name, type, callback);
  dns_request *request = owned.get();
  const double now = steady_now();
  reload_if_changed(now);
  resolver_.start_query(std::move(owned), flags, now, deadline_in(now, deadline_ms));
  update();
  return request;
}

void Context::cancel(dns_request &request) {
  resolver_.cancel(request);
  if (!ended_) update();
}

// What could not be opened is tried again with the next question: what was short may be there again.
void Context::ask(Question &question) noexcept {
  int status = DNS_ENOMEM;
  try {
    if (servers_ == nullptr) open_servers();
    return servers_->ask(question);
  } catch (const Channel::Failure &failure) {
    status = failure.status;
  } catch (const std::bad_alloc &) {
  }
  question.on_answer(Answer::failure(status));
}

void Context::flush() noexcept {
  if (servers_ != nullptr) servers_->flush();
}

void Context::ask_for_turn(Dependent &dependent) {
  ready_.push_back(dependent);
  update();
}

void Context::turn() {
  ++references_;
  resolver_.advance(steady_now());
  resolver_.begin_round();
  due_.append(ready_);
  for (int n = 0; n < kCallbacksPerTurn; ++n) {
    Lookup *const lookup = resolver_.first_of_round();
    if (lookup == nullptr) break;
    deliver(*lookup);
  }
  give_turns();
  if (!ended_) {
    resolver_.advance(steady_now());  // What was started meanwhile goes on its way.
    update();
  }
  release();
}

// What is ready only now has another turn.
void Context::give_turns() {
  for (int n = 0; n < kCallbacksPerTurn && !due_.empty(); ++n) {
    Dependent &dependent = due_.front();
    dependents_.push_back(dependent);
    dependent.on_turn();
  }
}

// The last thing done with the lookup is to call back: that may free it.
void Context::deliver(Lookup &lookup) {
  Calling calling = {&lookup, calling_};
  calling_ = &calling;
  if (lookup.state == Lookup::State::kPart) {
    try {
      calling.describe();
    } catch (const std::bad_alloc &) {
    }
    calling.lookup = nullptr;
    const Callback callback = lookup.callback;
    AddrinfoList part = resolver_.take_part(lookup);
    offer(part);
    callback(DNS_OK, part.get(), nullptr, true);
  } else {
    const auto owned = resolver_.take_finished(lookup);
    offer(lookup.result);
    lookup.callback(lookup.status, lookup.result.get(), lookup.answer.get(), false);
  }
  calling_ = calling.outer;
}

void Context::Calling::describe() {
  const Lookup &of = *lookup;
  info.source = of.source;
  info.status = of.result != nullptr ? DNS_OK : of.status;
  info.seconds = steady_now() - of.started;
  info.extended_error = -1;
  if (of.came_from_dns()) {
    info.ttl_s = of.ttl;
    name = of.search->candidate(of.name, of.candidate);
    if (!name.empty()) info.name = name.c_str();
  }
  if (of.asking == nullptr) return;
  const Origin &origin = of.asking->origin;
  info.queries = origin.queries;
  info.round_trip = origin.round_trip;
  error = origin.error;
  if (error) info.extended_error = error->code;
  if (error && !error->text.empty()) info.extended_text = error->text.c_str();
  if (origin.server) info.server = (server = to_text(*origin.server)).c_str();
}

bool Context::describe_result(dns_result_info &info) {
  if (calling_ == nullptr) return false;
  if (calling_->lookup != nullptr) calling_->describe();
  info = calling_->info;
  return true;
}

dns_stats Context::stats() const {
  dns_stats stats = journal_.counts();
  stats.outstanding = resolver_.outstanding();
  stats.in_flight = resolver_.in_flight();
  stats.cache_entries = resolver_.cache().entries();
  stats.cache_bytes = resolver_.cache().bytes();
  return stats;
}

void Context::on_deadline() {
  deadline_due_ = 0;
  resolver_.advance(steady_now());  // An answer that is here already is not late.
  resolver_.expire(steady_now());
  update();
}

// What the servers have answered need not wait for the next turn of the loop.
void Context::on_progress() {
  update();
  if (resolver_.has_work()) turn_.run_soon();
}

// Sets the watchers to what the resolver has to do.
void Context::update() {
  if (!retired_.empty()) drop_retired();
  if (resolver_.has_work() || !ready_.empty() || !due_.empty()) {
    turn_.start();
  } else {
    turn_.stop();
  }
  hold_.set(resolver_.has_lookups());
  // The timer is only ever moved forward; when it goes off too early it is set again.
  if (!resolver_.has_deadline()) return;
  const double first = resolver_.first_deadline();
  if (deadline_due_ != 0 && deadline_due_ <= first) return;
  deadline_due_ = first;
  deadline_timer_.start(first - steady_now());
}

void Context::end() {
  ended_ = true;
  servers_.reset();
  retired_.clear();
  network_changes_.reset();
  turn_.stop();
  deadline_timer_.stop();
  resolver_.finish_all(DNS_ESHUTDOWN);
  resolver_.begin_round();
  while (Lookup *const lookup = resolver_.first_of_round()) deliver(*lookup);
  for (List<Dependent> *list : {&due_, &ready_, &dependents_}) {
    while (!list->empty()) {
      Dependent &dependent = list->front();
      dependent.unlink();
      dependent.on_context_end();
    }
  }
  hold_.set(false);
  release();
}

void Context::release() {
  if (--references_ == 0) delete this;
}

}  // namespace dns_cares
