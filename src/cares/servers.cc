#include "cares/servers.h"

#include <new>
#include <utility>

#include "clock.h"
#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

Channel::Options by_tcp(Channel::Options options) {
  options.tcp = true;
  return options;
}

}  // namespace

Servers::Servers(struct ev_loop *loop, const Channel::Options &options, Journal &journal, Progress progress,
                 void *progress_arg, const Lifetime &lifetime)
    : loop_(loop),
      options_(options),
      journal_(journal),
      progress_(progress),
      progress_arg_(progress_arg),
      lifetime_(lifetime),
      first_(open(options)),
      opened_at_(steady_now()) {}

std::unique_ptr<Channel> Servers::open(const Channel::Options &options) {
  return std::make_unique<Channel>(loop_, options, journal_, static_cast<Channel::Owner &>(*this));
}

void Servers::ask(Question &question) noexcept {
  if (is_old()) replace_first();
  ++asked_;
  first_->ask(question);
}

bool Servers::is_old() const {
  return asked_ >= lifetime_.questions || first_->last_sent_at() - opened_at_ >= lifetime_.seconds;
}

// Where no other can be opened, the old one goes on.
void Servers::replace_first() noexcept {
  try {
    auto fresh = rested_ != nullptr ? std::move(rested_) : open(options_);
    (first_->idle() ? rested_ : old_.emplace_back()) = std::move(first_);
    first_ = std::move(fresh);
    asked_ = 0;
    opened_at_ = steady_now();
  } catch (const Channel::Failure &) {
  } catch (const std::bad_alloc &) {
  }
}

bool Servers::idle() const { return first_->idle() && old_.empty() && (tcp_ == nullptr || tcp_->idle()); }

void Servers::on_progress() {
  std::erase_if(old_, [this](auto &channel) {
    const bool idle = channel->idle();
    if (idle) rested_ = std::move(channel);
    return idle;
  });
  progress_(progress_arg_);
}

void Servers::on_truncated(Question &question) noexcept {
  int status = DNS_ENOMEM;
  try {
    if (tcp_ == nullptr) tcp_ = open(by_tcp(options_));
    return tcp_->ask(question);
  } catch (const Channel::Failure &failure) {
    status = failure.status;
  } catch (const std::bad_alloc &) {
  }
  question.on_answer(Answer::failure(status));
}

}  // namespace dns_cares
