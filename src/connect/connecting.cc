#include "connect/connecting.h"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "clock.h"
#include "sized_struct.h"

using namespace dns_cares;

namespace {

const dns_connect_options kDefaults = {
    .size = sizeof(dns_connect_options),
    .attempt_delay_ms = 250,
    .deadline_ms = 0,
    .family = AF_UNSPEC,
    .flags = 0,
    .first_family_count = 1,
    .on_socket = nullptr,
};

// RFC 8305 section 5: the next attempt must not start earlier.
constexpr unsigned kLeastDelayMs = 10;

Hints hints_for(const dns_connect_options &options) {
  return {options.flags & ~(AI_PASSIVE | AI_CANONNAME), options.family, SOCK_STREAM, IPPROTO_TCP};
}

double delay_of(const dns_connect_options &options) { return std::max(options.attempt_delay_ms, kLeastDelayMs) / 1e3; }

}  // namespace

int dns_cares::known_options(const dns_connect_options *options, dns_connect_options &known) {
  known = kDefaults;
  if (options == nullptr) return DNS_OK;
  return read_sized(*options, DNS_CARES_SIZE_TO(dns_connect_options, on_socket), known) ? DNS_OK : DNS_EBADFLAGS;
}

void dns_connect_options_init(struct dns_connect_options *options) {
  if (options != nullptr) *options = kDefaults;
}

dns_connecting::dns_connecting(Context &context, const char *host, const char *service,
                               const dns_connect_options &options, dns_connect_cb cb, void *arg)
    : context_(context),
      callback_(cb),
      arg_(arg),
      hook_{options.on_socket, arg},
      deadline_(context.deadline_in(steady_now(), options.deadline_ms)),
      race_(steady_now(), delay_of(options), options.first_family_count),
      hold_(context.loop()),
      timer_(context.loop(), on_timer, this, Liveness::kWeak) {
  // A port there must be, and "" is none.
  request_.reset(context.resolve(host, service != nullptr ? service : "", hints_for(options), options.deadline_ms,
                                 Callback(on_addresses, this)));
  context.attach(*this);
  hold_.set(true);
  set_timer();
}

void dns_connecting::cancel() {
  if (!calling_) delete this;
}

// In the child. The sockets are the parent's too. New ones are opened from the timer: here no foreign code is to run.
void dns_connecting::on_fork() noexcept {
  for (Trial &trial : trials_) {
    trial.watcher.reset();
    trial.socket.close();
  }
  timer_.start(0);
}

void dns_connecting::on_addresses(int status, const addrinfo *ai, int more, void *arg) {
  auto &self = *static_cast<dns_connecting *>(arg);
  if (more == 0) forget(self.request_);
  if (status == DNS_ESHUTDOWN) return self.finish(status);
  self.lookup_status_ = status;
  try {
    self.race_.add(ai);
  } catch (const std::bad_alloc &) {
    return self.finish(DNS_ENOMEM);
  }
  self.go_on();
}

void dns_connecting::on_decided(int, int, void *arg) {
  auto &trial = *static_cast<Trial *>(arg);
  dns_connecting &self = trial.connecting;
  if (!self.settle(trial, trial.socket.outcome())) self.go_on();
}

void dns_connecting::on_timer(void *arg) {
  auto &self = *static_cast<dns_connecting *>(arg);
  if (self.reopen()) return;
  if (steady_now() >= self.deadline_) return self.finish(DNS_ETIMEOUT);
  self.go_on();
}

void dns_connecting::go_on() {
  try {
    if (start_due()) return;
  } catch (const std::bad_alloc &) {
    return finish(DNS_ENOMEM);
  }
  const bool may_connect = !race_.none_under_way() || race_.has_next() || request_ != nullptr;
  if (may_connect) return set_timer();
  finish(race_.report() != nullptr ? DNS_ECONNECT : lookup_status_);
}

// Starts the attempts that are due: more than one only if all but the last fail at once. True: it has finished. Throws
// std::bad_alloc.
bool dns_connecting::start_due() {
  for (double now = steady_now(); race_.has_next() && race_.next_due() <= now; now = steady_now()) {
    Trial &trial = trials_.emplace_back(*this, race_.start_next(now));
    if (open(trial)) return true;
  }
  return false;
}

// After a fork.
bool dns_connecting::reopen() {
  for (auto next = trials_.begin(); next != trials_.end();) {
    Trial &trial = *next++;
    if (!trial.socket.is_open() && open(trial)) return true;
  }
  return false;
}

bool dns_connecting::open(Trial &trial) {
  const int error = trial.socket.connect(trial.attempt.endpoint, hook_);
  if (error != EINPROGRESS) return settle(trial, error);
  trial.watcher.emplace(context_.loop(), trial.socket.fd(), EVLOOP_WRITE, on_decided, &trial, Liveness::kWeak);
  return false;
}

// True: it is connected, and with that finished.
bool dns_connecting::settle(Trial &trial, int error) {
  if (error != 0) {
    race_.failed(trial.attempt, error, steady_now());
    drop(trial);
    return false;
  }
  race_.connected(trial.attempt, steady_now());
  trial.watcher.reset();
  finish(DNS_OK, trial.socket.release());
  return true;
}

void dns_connecting::drop(Trial &trial) {
  trials_.remove_if([&](const Trial &one) { return &one == &trial; });
}

void dns_connecting::set_timer() {
  const double moment = race_.has_next() ? std::min(race_.next_due(), deadline_) : deadline_;
  timer_.start(moment - steady_now());
}

void dns_connecting::finish(int status, int fd) {
  race_.give_up(steady_now());
  trials_.clear();
  timer_.stop();
  hold_.set(false);
  unlink();
  request_.reset();
  calling_ = true;
  callback_(status, fd, race_.report(), arg_);
  delete this;
}
