#include "worker.h"

#include <dns_cares/inspect.h>

#include <chrono>
#include <memory>
#include <new>
#include <optional>

#include "range.h"

namespace dns_cares_tool {

Worker::Worker(struct ev_loop *loop, const Options &options, unsigned concurrency, const Wake &wake, Exchange &exchange,
               const Input &input, const Format &format)
    : loop_(loop),
      options_(options),
      concurrency_(concurrency),
      service_(options.service.empty() ? nullptr : options.service.c_str()),
      exchange_(exchange),
      input_(input),
      format_(format),
      wants_details_(format.wants_details()),
      wake_(wake),
      watcher_(evloop_io_start(loop, wake_.fd(), EVLOOP_READ, on_wake, this)) {
  if (watcher_ == nullptr) throw std::bad_alloc();
  hints_.ai_family = options.family;
  hints_.ai_socktype = options.socktype;
  hints_.ai_flags = wants_details_ && options.question == Question::kAddresses ? AI_CANONNAME : 0;
}

// Lookups that are still under way are called back here, and nothing of them is written.
Worker::~Worker() {
  dns_shutdown(loop_);
  evloop_io_stop(watcher_);
}

// What a callback does. The library has called it, so nothing may be thrown there.
template <class Finish>
void Worker::go_on(Finish finish) noexcept {
  try {
    finish();
    fill();
  } catch (const std::bad_alloc &) {
    exchange_.fail("out of memory");
  }
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
  if (slot.line.unreadable) return fail(slot, DNS_EBADNAME);
  switch (options_.question) {
    case Question::kAddresses:
      return ask_for_addresses(slot);
    case Question::kRecords:
      return ask_for_records(slot, slot.line.name);
    case Question::kEndpoints:
      return ask_for_endpoints(slot);
    case Question::kReverse:
      break;
  }
  const std::optional<std::string> name = reverse_name(slot.line.name);
  return name ? ask_for_records(slot, *name) : fail(slot, DNS_EBADNAME);
}

void Worker::ask_for_addresses(Slot &slot) {
  if (dns_resolve(loop_, slot.line.name.c_str(), service_, &hints_, 0, on_result, &slot) == nullptr) {
    fail(slot, DNS_ENOMEM);
  }
}

// One for each type, all at once. Nothing is called back in here, so only the last one can end the line.
void Worker::ask_for_records(Slot &slot, const std::string &name) {
  slot.answers = std::make_unique<Answers>(slot, options_.types);
  for (Answers::Part &part : slot.answers->parts()) {
    if (dns_query(loop_, name.c_str(), part.type, 0, 0, on_answer, &part) == nullptr) take(part, DNS_ENOMEM, nullptr);
  }
}

void Worker::ask_for_endpoints(Slot &slot) {
  if (dns_resolve_service(loop_, slot.line.name.c_str(), DNS_TYPE_SRV, 0, &hints_, 0, on_endpoints, &slot) == nullptr) {
    fail(slot, DNS_ENOMEM);
  }
}

void Worker::on_result(int status, const addrinfo *ai, void *arg) {
  auto &slot = *static_cast<Slot *>(arg);
  Worker &self = *slot.worker;
  self.go_on([&] {
    dns_result_info info{};
    const bool described = self.describe(info);
    self.finish(slot, {.line = slot.line, .status = status, .addresses = ai, .info = described ? &info : nullptr});
  });
}

void Worker::on_answer(int status, const dns_answer *answer, void *arg) {
  auto &part = *static_cast<Answers::Part *>(arg);
  Worker &self = *part.answers->slot().worker;
  self.go_on([&] { self.take(part, status, answer); });
}

// Several lookups have made the result, and what the library tells is of the last of them only.
void Worker::on_endpoints(int status, const dns_endpoint *endpoints, void *arg) {
  auto &slot = *static_cast<Slot *>(arg);
  Worker &self = *slot.worker;
  self.go_on([&] { self.finish(slot, {.line = slot.line, .status = status, .endpoints = endpoints}); });
}

void Worker::take(Answers::Part &part, int status, const dns_answer *answer) {
  Answers &answers = *part.answers;
  dns_result_info info{};
  if (!answers.take(part, status, answer, describe(info) ? &info : nullptr)) return;
  Slot &slot = answers.slot();
  finish(slot, {.line = slot.line, .status = answers.status(), .records = answers.records(), .info = answers.info()});
}

void Worker::on_wake(int, int, void *arg) {
  Worker &self = *static_cast<Worker *>(arg);
  self.wake_.clear();
  if (self.exchange_.is_over()) return evloop_break(self.loop_);
  self.begin();
}

void Worker::begin() noexcept {
  go_on([] {});
}

void Worker::fail(Slot &slot, int status) { finish(slot, {.line = slot.line, .status = status}); }

void Worker::finish(Slot &slot, Outcome outcome) {
  --under_way_;
  const std::chrono::duration<double> took = Tally::Clock::now() - slot.started;
  outcome.seconds = took.count();
  if (outcome.status == DNS_EBADNAME) outcome.place = input_.place_of(slot.line);
  if (exchange_.wanted(outcome.status)) format_.write(outcome, slot.result);
  slot.answers.reset();
  exchange_.finish(slot, outcome.status, took.count());
}

bool Worker::describe(dns_result_info &info) const {
  info.size = sizeof info;
  return wants_details_ && dns_get_result_info(loop_, &info) == DNS_OK;
}

}  // namespace dns_cares_tool
