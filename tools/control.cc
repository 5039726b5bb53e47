#include "control.h"

#include <signal.h>

#include "message.h"
#include "summary.h"

namespace dns_cares_tool {
namespace {

// How long results may wait for others that can be written with them, while others are under way.
constexpr double kFlushSeconds = 0.02;

Control &control_of(void *arg) { return *static_cast<Control *>(arg); }

}  // namespace

Control::Control(const Options &options, Exchange &exchange, const Wake &wake, bool shows_progress)
    : question_(options.question),
      exchange_(exchange),
      wake_(wake),
      signals_([](int number, void *self) { control_of(self).on_signal(number); }, this),
      woken_(
          EVLOOP_READ,
          [](int, int, void *self) {
            control_of(self).wake_.clear();
            control_of(self).update();
          },
          this),
      input_(
          EVLOOP_READ,
          [](int, int, void *self) {
            control_of(self).exchange_.input_is_ready();
            control_of(self).update();
          },
          this),
      output_(
          EVLOOP_WRITE,
          [](int, int, void *self) {
            control_of(self).exchange_.write_output();
            control_of(self).update();
          },
          this),
      flush_(
          [](void *self) {
            control_of(self).flush_is_due_ = false;
            control_of(self).exchange_.write_output();
            control_of(self).update();
          },
          this),
      rate_(
          [](void *self) {
            control_of(self).rate_is_due_ = false;
            control_of(self).exchange_.time_has_passed();
          },
          this) {
  woken_.set(wake.fd());
  if (!options.prometheus.empty()) metrics_.emplace(options.prometheus, exchange);
  if (shows_progress) progress_.emplace(exchange);
}

void Control::run() {
  update();
  if (!exchange_.state().finished) evloop_run(nullptr);
  progress_.reset();
}

void Control::update() {
  Exchange::State state = exchange_.state();
  if (state.output_pending && state.output_to_wait_for < 0 && state.idle) {
    exchange_.write_output();
    state = exchange_.state();
  }
  if (state.finished) return evloop_break(nullptr);
  input_.set(state.input_to_wait_for);
  output_.set(state.output_to_wait_for);
  if (state.output_pending && state.output_to_wait_for < 0 && !flush_is_due_) {
    flush_is_due_ = true;
    flush_.start(kFlushSeconds);
  }
  if (state.seconds_to_wait > 0 && !rate_is_due_) {
    rate_is_due_ = true;
    rate_.start(state.seconds_to_wait);
  }
}

// The first one lets what is under way come to its end, the second one does not.
void Control::on_signal(int number) {
  if (number == SIGUSR1) {
    if (progress_) progress_->clear();
    say(summary_of(exchange_.tally(), question_));
    return;
  }
  if (signal_ == 0) {
    exchange_.stop_reading();
  } else {
    exchange_.abandon();
  }
  signal_ = number;
  update();
}

}  // namespace dns_cares_tool
