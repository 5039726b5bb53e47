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
  void flush() noexcept override;
  bool idle() const { return addresses_.idle() && whole_replies_.idle(); }

 private:
  // The channels of one kind of questions.
  struct Line {
    bool idle() const;
    // Takes out of `old` what is done with.
    void rest();

    Channel::Options options;
    std::unique_ptr<Channel> first{};             // by UDP, unless the options say TCP
    std::size_t asked = 0;                        // of first
    double opened_at = 0;                         // first, seconds on the steady clock
    std::vector<std::unique_ptr<Channel>> old{};  // with questions on their way
    std::unique_ptr<Channel> rested{};            // one that was old
    std::unique_ptr<Channel> tcp{};               // made when it is first needed
  };

  void on_progress() override;
  void on_truncated(Question &question) noexcept override;
  std::unique_ptr<Channel> open(const Channel::Options &options);
  Line &line_of(const Question &question) { return wants_whole_reply(question.type) ? whole_replies_ : addresses_; }
  bool is_old(const Line &line) const;
  void open_first(Line &line);
  int renew_first(Line &line) noexcept;

  struct ev_loop *const loop_;
  Journal &journal_;
  const Progress progress_;
  void *const progress_arg_;
  const Lifetime lifetime_;
  Line addresses_;
  Line whole_replies_;  // opened when it is first needed
};

// Of the c-ares that is loaded: "1.18.1".
const char *cares_version() noexcept;

}  // namespace dns_cares
