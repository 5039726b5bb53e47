// The servers, asked by UDP, and by TCP for what a datagram does not hold; or by TCP alone.
//
// Who would forge a reply has to guess the port it goes to. So that nobody has long for it (RFC 5452 section 9.2), the
// channel that is asked, with its sockets, is replaced after so many questions or seconds. The old one is kept until
// what it was asked is answered, and then, since c-ares has closed its sockets, to replace the other one day. (c-ares
// by itself keeps a socket for as long as any question is on its way.)
//
// Thread rule: the loop's thread. Lifetime: as for Upstream.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cares/channel.h"
#include "resolver/upstream.h"

namespace dns_cares {

class Servers final : public Upstream, private Channel::Owner {
 public:
  // Called after answers may have come, outside of any call of c-ares's. May destroy the Servers.
  using Progress = void (*)(void *arg);

  // How long a channel is asked.
  struct Lifetime {
    std::size_t questions = 2000;
    double seconds = 60;
  };

  // Throws std::bad_alloc or Channel::Failure.
  Servers(struct ev_loop *loop, const Channel::Options &options, Journal &journal, Progress progress,
          void *progress_arg)
      : Servers(loop, options, journal, progress, progress_arg, Lifetime()) {}
  Servers(struct ev_loop *loop, const Channel::Options &options, Journal &journal, Progress progress,
          void *progress_arg, const Lifetime &lifetime);

  void ask(Question &question) noexcept override;
  bool idle() const;

 private:
  void on_progress() override;
  void on_truncated(Question &question) noexcept override;
  std::unique_ptr<Channel> open(const Channel::Options &options);
  bool is_old() const;
  void replace_first() noexcept;

  struct ev_loop *const loop_;
  const Channel::Options options_;
  Journal &journal_;
  const Progress progress_;
  void *const progress_arg_;
  const Lifetime lifetime_;
  std::unique_ptr<Channel> first_;             // by UDP, unless the options say TCP
  std::size_t asked_ = 0;                      // of first_
  double opened_at_;                           // first_, seconds on the steady clock
  std::vector<std::unique_ptr<Channel>> old_;  // with questions on their way
  std::unique_ptr<Channel> rested_;            // one that was old
  std::unique_ptr<Channel> tcp_;               // made when it is first needed
};

}  // namespace dns_cares
