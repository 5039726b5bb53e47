// One c-ares channel, driven by the loop: the heart of what dns_ev_ctx was in the original design.
//
// It speaks either UDP or TCP. (Left to itself, c-ares falls back to TCP within one channel, but in 1.18 a connection
// that breaks then takes down the server's UDP socket too, and with it every other question on its way.)
//
// Invariants: every socket that c-ares has open is watched for just what c-ares asks for (see Sockets); while a
// question is on its way, the timer is armed for the earliest timeout or for a moment before it. None of it keeps
// the loop alive. No code of the library's user runs inside.
//
// Thread rule: the loop's thread. Lifetime: while it lives, the questions asked live (see Upstream).
#pragma once

#include <ares.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "cares/query.h"
#include "cares/replies.h"
#include "cares/sockets.h"
#include "cares/verdicts.h"
#include "evloop/watchers.h"
#include "journal.h"
#include "resolver/resolv_conf.h"
#include "resolver/upstream.h"

namespace dns_cares {

class Channel final : public Upstream, private Sockets::Observer {
 public:
  struct Options {
    std::vector<ServerAddress> servers;  // in the order they are asked
    bool tcp = false;
    unsigned timeout_ms = 2000;     // of a server's first try
    unsigned tries = 3;             // per server
    bool rotate = false;            // spread first tries over the servers
    bool whole_replies = false;     // for questions that want them, and no others
    bool after_truncation = false;  // by TCP, since the answers did not fit a datagram

    bool operator==(const Options &) const = default;
  };
  // What the channel tells its owner, outside of c-ares's own calls but for on_truncated().
  struct Owner {
    // c-ares has read or timed out: answers may have come.
    virtual void on_progress() = 0;
    // The answer did not fit a datagram (RFC 1035 section 4.2.1): the question is the owner's to ask by TCP.
    virtual void on_truncated(Question &question) noexcept = 0;

   protected:
    ~Owner() = default;
  };

  // Throws std::bad_alloc, or Failure if c-ares cannot start.
  Channel(struct ev_loop *loop, const Options &options, Journal &journal, Owner &owner);
  ~Channel();
  Channel(const Channel &) = delete;
  Channel &operator=(const Channel &) = delete;

  struct Failure {
    int status;
  };

  void ask(Question &question) noexcept override;
  void flush() noexcept override;
  // When the last query went out, in seconds on the steady clock; 0: none has.
  double last_sent_at() const { return last_sent_at_; }
  // Whether no question is on its way.
  bool idle() const { return on_the_way_ == 0; }

 private:
  static constexpr double kNotArmed = -1;

  struct DestroyChannel {
    void operator()(ares_channel channel) const { ares_destroy(channel); }
  };

  static void dns_sock_state_cb(void *self, ares_socket_t fd, int readable, int writable);
  static void dns_sock_cb(int fd, int revents, void *self);
  static void dns_timer_cb(void *self);

  Sockets::Octets on_message(Sockets::Octets message, const ServerAddress &from) noexcept override;
  bool is_cut(Sockets::Octets message) const;
  void on_sent(Sockets::Octets message, const ServerAddress &to) noexcept override;
  void process(ares_socket_t readable, ares_socket_t writable);
  void rearm_timer();
  void start_timer(double after);  // seconds
  void send(Question &question);
  void give_to_cares(Question &question);
  void give_back_id(Question &question);

#if DNS_CARES_HAS_DNSREC
  static void on_reply(void *question, ares_status_t ares_status, std::size_t timeouts,
                       const ares_dns_record_t *message);
#else
  static void on_reply(void *question, int ares_status, int timeouts, unsigned char *message, int length);
  bool is_to_be_asked_again(const Question &question, Octets reply);
#endif
  void finish_truncated(Question &question);
  void finish(Question &question, Answer answer) noexcept;
  void end(Question &question);
  Answer failure_of(const Question &question, int ares_status);
  double round_trip_of(const Question &question) const;
  void note_resent(Sockets::Octets message, const ServerAddress &to) noexcept;
  void count_resent(Question &question);

  struct ev_loop *const loop_;
  Owner &owner_;
  // What c-ares has sent again by itself, by the query's id.
  struct Resent {
    unsigned times = 0;
    double last_at = 0;
  };

  Journal &journal_;
  const bool tcp_;
  Replies replies_;
  double last_sent_at_ = 0;
  Question *sending_ = nullptr;  // while c-ares is given a question
  bool is_gathering_ = false;    // whether any has been sent since the last flush()
  QueryIds ids_;
#if !DNS_CARES_HAS_DNSREC
  bool edns_ = true;  // until a server is found not to know it
#endif
  std::unordered_map<std::uint16_t, Resent> resent_;
  bool overrun_ = false;       // since then, the kernel has dropped replies
  ServerAddress last_from_{};  // who sent the message that c-ares reads now
  double last_read_at_ = 0;    // and when
  Verdicts verdicts_;
  Sockets sockets_;
  evloop_timer timer_;
  double timer_due_ = kNotArmed;  // seconds, steady clock
  std::size_t on_the_way_ = 0;
  bool closing_ = false;
  std::unique_ptr<std::remove_pointer_t<ares_channel>, DestroyChannel> channel_;  // destroyed first
};

}  // namespace dns_cares
