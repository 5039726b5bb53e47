#include "cares/servers.h"

#include <new>

#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

Channel::Options by_tcp(Channel::Options options) {
  options.tcp = true;
  return options;
}

}  // namespace

Servers::Servers(struct ev_loop *loop, const Channel::Options &options, Journal &journal, Progress progress,
                 void *progress_arg)
    : loop_(loop),
      options_(options),
      journal_(journal),
      progress_(progress),
      progress_arg_(progress_arg),
      first_(loop, options, journal, *this) {}

void Servers::on_truncated(Question &question) noexcept {
  int status = DNS_ENOMEM;
  try {
    if (!tcp_) tcp_.emplace(loop_, by_tcp(options_), journal_, static_cast<Channel::Owner &>(*this));
    return tcp_->ask(question);
  } catch (const Channel::Failure &failure) {
    status = failure.status;
  } catch (const std::bad_alloc &) {
  }
  question.on_answer(Answer::failure(status));
}

}  // namespace dns_cares
