// The servers, asked by UDP, and by TCP for what a datagram does not hold; or by TCP alone.
//
// Thread rule: the loop's thread. Lifetime: as for Upstream.
#pragma once

#include <optional>

#include "cares/channel.h"
#include "resolver/upstream.h"

namespace dns_cares {

class Servers final : public Upstream, private Channel::Owner {
 public:
  // Called after answers may have come, outside of any call of c-ares's. May destroy the Servers.
  using Progress = void (*)(void *arg);

  // Throws std::bad_alloc or Channel::Failure.
  Servers(struct ev_loop *loop, const Channel::Options &options, Journal &journal, Progress progress,
          void *progress_arg);

  void ask(Question &question) noexcept override { first_.ask(question); }
  bool idle() const { return first_.idle() && (!tcp_ || tcp_->idle()); }

 private:
  void on_progress() override { progress_(progress_arg_); }
  void on_truncated(Question &question) noexcept override;

  struct ev_loop *const loop_;
  const Channel::Options options_;
  Journal &journal_;
  const Progress progress_;
  void *const progress_arg_;
  Channel first_;               // by UDP, unless the options say TCP
  std::optional<Channel> tcp_;  // made when it is first needed
};

}  // namespace dns_cares
