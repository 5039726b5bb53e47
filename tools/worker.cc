#include "worker.h"

#include <dns_cares/inspect.h>

#include <chrono>
#include <new>

namespace dns_cares_tool {

Worker::Worker(struct ev_loop *loop, const Options &options, unsigned concurrency, Exchange &exchange,
               const Input &input, const Format &format)
    : loop_(loop),
      concurrency_(concurrency),
      service_(options.service.empty() ? nullptr : options.service.c_str()),
      exchange_(exchange),
      input_(input),
      format_(format),
      wants_details_(format.wants_details()),
      watcher_(evloop_io_start(loop, wake_.fd(), EVLOOP_READ, on_wake, this)) {
  if (watcher_ == nullptr) throw std::bad_alloc();
  hints_.ai_family = options.family;
  hints_.ai_socktype = options.socktype;
  hints_.ai_flags = wants_details_ ? AI_CANONNAME : 0;
}

// Lookups that are still under way are called back here, and nothing of them is written.
Worker::~Worker() {
  dns_shutdown(loop_);
  evloop_io_stop(watcher_);
}

void Worker::fill() {
  if (filling_) return;  // A line that needs no lookup is finished within the loop below.
  filling_ = true;
  while (under_way_ < concurrency_) {
    Slot *slot = exchange_.admit(wake_);
    if (slot == nullptr) break;
    start(*slot);
  }
  filling_ = false;
}

void Worker::start(Slot &slot) {
  ++under_way_;
  slot.worker = this;
  if (slot.line.unreadable) return finish(slot, DNS_EBADNAME, nullptr);
  if (dns_resolve(loop_, slot.line.name.c_str(), service_, &hints_, 0, on_result, &slot) == nullptr) {
    finish(slot, DNS_ENOMEM, nullptr);
  }
}

// Called by the library, so nothing may be thrown here.
void Worker::on_result(int status, const addrinfo *ai, void *arg) {
  auto &slot = *static_cast<Slot *>(arg);
  Worker &self = *slot.worker;
  try {
    self.finish(slot, status, ai);
    self.fill();
  } catch (const std::bad_alloc &) {
    self.exchange_.fail("out of memory");
  }
}

void Worker::on_wake(int, int, void *arg) {
  Worker &self = *static_cast<Worker *>(arg);
  self.wake_.clear();
  if (self.exchange_.is_over()) return evloop_break(self.loop_);
  self.begin();
}

void Worker::begin() noexcept {
  try {
    fill();
  } catch (const std::bad_alloc &) {
    exchange_.fail("out of memory");
  }
}

void Worker::finish(Slot &slot, int status, const addrinfo *ai) {
  --under_way_;
  const std::chrono::duration<double> took = Tally::Clock::now() - slot.started;
  if (exchange_.wanted(status)) write_result(slot, status, ai, took.count());
  exchange_.finish(slot, status, took.count());
}

void Worker::write_result(Slot &slot, int status, const addrinfo *ai, double seconds) {
  dns_result_info info{};
  info.size = sizeof info;
  const bool described = wants_details_ && dns_get_result_info(loop_, &info) == DNS_OK;
  format_.write({.line = slot.line,
                 .place = status == DNS_EBADNAME ? input_.place_of(slot.line) : std::string(),
                 .status = status,
                 .addresses = ai,
                 .info = described ? &info : nullptr,
                 .seconds = seconds},
                slot.result);
}

}  // namespace dns_cares_tool
