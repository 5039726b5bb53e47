#include "cares/servers.h"

#include <new>
#include <utility>

#include "clock.h"
#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

Channel::Options by_tcp(Channel::Options options) {
  options.tcp = options.after_truncation = true;
  return options;
}

Channel::Options for_whole_replies(Channel::Options options) {
  options.whole_replies = true;
  return options;
}

void flush_if_any(const std::unique_ptr<Channel> &channel) noexcept {
  if (channel != nullptr) channel->flush();
}

bool is_idle(const std::unique_ptr<Channel> &channel) { return channel == nullptr || channel->idle(); }

}  // namespace

Servers::Servers(struct ev_loop *loop, const Channel::Options &options, Journal &journal, Progress progress,
                 void *progress_arg, const Lifetime &lifetime)
    : loop_(loop),
      journal_(journal),
      progress_(progress),
      progress_arg_(progress_arg),
      lifetime_(lifetime),
      addresses_{options},
      whole_replies_{for_whole_replies(options)} {
  open_first(addresses_);
}

std::unique_ptr<Channel> Servers::open(const Channel::Options &options) {
  return std::make_unique<Channel>(loop_, options, journal_, static_cast<Channel::Owner &>(*this));
}

void Servers::open_first(Line &line) {
  auto fresh = line.rested != nullptr ? std::move(line.rested) : open(line.options);
  flush_if_any(line.first);
  (is_idle(line.first) ? line.rested : line.old.emplace_back()) = std::move(line.first);
  line.first = std::move(fresh);
  line.asked = 0;
  line.opened_at = steady_now();
}

// DNS_OK, or why none could be opened.
int Servers::renew_first(Line &line) noexcept {
  try {
    open_first(line);
    return DNS_OK;
  } catch (const Channel::Failure &failure) {
    return failure.status;
  } catch (const std::bad_alloc &) {
    return DNS_ENOMEM;
  }
}

// Where no new channel can be opened, the old one goes on.
void Servers::ask(Question &question) noexcept {
  Line &line = line_of(question);
  if (line.first == nullptr || is_old(line)) {
    const int status = renew_first(line);
    if (line.first == nullptr) return question.on_answer(Answer::failure(status));
  }
  ++line.asked;
  line.first->ask(question);
}

void Servers::flush() noexcept {
  flush_if_any(addresses_.first);
  flush_if_any(whole_replies_.first);
}

bool Servers::is_old(const Line &line) const {
  return line.asked >= lifetime_.questions || line.first->last_sent_at() - line.opened_at >= lifetime_.seconds;
}

bool Servers::Line::idle() const { return old.empty() && is_idle(first) && is_idle(tcp); }

void Servers::Line::rest() {
  std::erase_if(old, [this](auto &channel) {
    const bool done = channel->idle();
    if (done) rested = std::move(channel);
    return done;
  });
}

void Servers::on_progress() {
  addresses_.rest();
  whole_replies_.rest();
  progress_(progress_arg_);
}

void Servers::on_truncated(Question &question) noexcept {
  Line &line = line_of(question);
  int status = DNS_ENOMEM;
  try {
    if (line.tcp == nullptr) line.tcp = open(by_tcp(line.options));
    return line.tcp->ask(question);
  } catch (const Channel::Failure &failure) {
    status = failure.status;
  } catch (const std::bad_alloc &) {
  }
  question.on_answer(Answer::failure(status));
}

const char *cares_version() noexcept { return ares_version(nullptr); }

}  // namespace dns_cares
