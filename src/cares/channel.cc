#include "cares/channel.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>

#include <algorithm>
#include <mutex>
#include <new>

#include "cares/message.h"
#include "cares/wire.h"
#include "clock.h"
#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

constexpr std::size_t kEdnsSize = 1232;  // octets; fits an IPv6 packet of minimal size (RFC 9715 section 3)

// libev stops a timer that repeats after 0 seconds, and c-ares gives 0 for what is overdue.
constexpr double kLeastTimeout = 0.001;

// Before 1.22, ares_timeout() walks all queries, and a new one never times out before the older ones: there
// the timer is set only when it is not running.
constexpr bool kTimeoutIsCheap = ARES_VERSION >= 0x011600;

void init_library() {
  static std::once_flag once;
  std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
}

// RFC 1035 section 4.1.1.
std::uint16_t id_of(Sockets::Octets message) { return static_cast<std::uint16_t>(message[0] << 8 | message[1]); }

int status_of(int ares_status) {
  switch (ares_status) {
    case ARES_ENODATA:
      return DNS_ENODATA;
    case ARES_EFORMERR:
      return DNS_EFORMERR;
    case ARES_ESERVFAIL:
      return DNS_ESERVFAIL;
    case ARES_ENOTFOUND:
      return DNS_ENOTFOUND;
    case ARES_ENOTIMP:
      return DNS_ENOTIMP;
    case ARES_EREFUSED:
      return DNS_EREFUSED;
    case ARES_EBADNAME:
      return DNS_EBADNAME;
    case ARES_EBADRESP:
      return DNS_EBADRESP;
    case ARES_ECONNREFUSED:
      return DNS_ECONNREFUSED;
    case ARES_ETIMEOUT:
      return DNS_ETIMEOUT;
    case ARES_ENOMEM:
      return DNS_ENOMEM;
    default:
      return DNS_ESYSTEM;
  }
}

// As ares_set_servers_ports_csv(3) reads it.
std::string to_csv(const std::vector<ServerAddress> &servers) {
  std::string csv;
  for (const ServerAddress &server : servers) {
    const bool v6 = server.address.family == AF_INET6;
    char text[INET6_ADDRSTRLEN];
    inet_ntop(server.address.family, server.address.octets.data(), text, sizeof text);
    if (!csv.empty()) csv += ',';
    csv += v6 ? '[' + std::string(text) + ']' : std::string(text);
    csv += ':' + std::to_string(server.port);
  }
  return csv;
}

// Whatever differs between releases, or would be read from a file, is set. The servers here are a placeholder.
ares_channel make_channel(const Channel::Options &options, ares_sock_state_cb sock_state_cb, void *arg) {
  in_addr placeholder{htonl(INADDR_LOOPBACK)};
  char lookups[] = "b";
  ares_options native{};
  native.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  native.flags |= options.tcp ? ARES_FLAG_USEVC : ARES_FLAG_IGNTC;
  native.ednspsz = static_cast<int>(kEdnsSize);
  native.timeout = static_cast<int>(std::min(options.timeout_ms, 1U << 30));
  native.tries = static_cast<int>(std::min(options.tries, 1000U));
  native.ndots = 1;
  native.udp_port = native.tcp_port = htons(NS_DEFAULTPORT);
  native.servers = &placeholder;
  native.nservers = 1;
  native.lookups = lookups;
  native.sock_state_cb = sock_state_cb;
  native.sock_state_cb_data = arg;
  int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
             ARES_OPT_UDP_PORT | ARES_OPT_TCP_PORT | ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS |
             ARES_OPT_SORTLIST | ARES_OPT_SOCK_STATE_CB;
  mask |= options.rotate ? ARES_OPT_ROTATE : ARES_OPT_NOROTATE;
#ifdef ARES_OPT_QUERY_CACHE
  native.qcache_max_ttl = 0;
  mask |= ARES_OPT_QUERY_CACHE;
#endif
  ares_channel channel = nullptr;
  const int status = ares_init_options(&channel, &native, mask);
  if (status == ARES_ENOMEM) throw std::bad_alloc();
  if (status != ARES_SUCCESS) throw Channel::Failure{DNS_ESYSTEM};
  return channel;
}

}  // namespace

Channel::Channel(struct ev_loop *loop, const Options &options, Journal &journal, Owner &owner)
    : loop_(loop),
      owner_(owner),
      journal_(journal),
      tcp_(options.tcp),
      after_truncation_(options.after_truncation),
      wants_whole_replies_(options.whole_replies),
      sockets_(loop, dns_sock_cb, this, *this),
      timer_(loop, dns_timer_cb, this, Liveness::kWeak) {
  init_library();
  channel_.reset(make_channel(options, dns_sock_state_cb, this));
  sockets_.attach(channel_.get());
  const int status = ares_set_servers_ports_csv(channel_.get(), to_csv(options.servers).c_str());
  if (status == ARES_ENOMEM) throw std::bad_alloc();
  if (status != ARES_SUCCESS) throw Failure{DNS_ESYSTEM};
}

Channel::~Channel() { closing_ = true; }

void Channel::ask(Question &question) noexcept {
  question.upstream = this;
  question.times_asked = 0;
  ++on_the_way_;
  send(question);
  if (kTimeoutIsCheap || timer_due_ == kNotArmed) rearm_timer();
}

void Channel::send(Question &question) {
  ++question.times_asked;
  sending_ = &question;
  if (tcp_) {
    question.sent_at = last_sent_at_ = steady_now();
    ++question.queries;
    journal_.sent(question.name.c_str(), question.type, nullptr, 0);
  }
#if DNS_CARES_HAS_DNSREC
  const auto type = static_cast<ares_dns_rec_type_t>(number_of(question.type));
  ares_query_dnsrec(channel_.get(), question.name.c_str(), ARES_CLASS_IN, type, on_reply, &question, nullptr);
#else
  ares_query(channel_.get(), question.name.c_str(), ns_c_in, number_of(question.type), on_reply, &question);
#endif
  sending_ = nullptr;
}

void Channel::on_sent(Sockets::Octets message, const ServerAddress &to) noexcept {
  last_sent_at_ = steady_now();
  if (sending_ == nullptr) return note_resent(message, to);
  sending_->id = id_of(message);
  sending_->sent_at = last_sent_at_;
  journal_.sent(sending_->name.c_str(), sending_->type, &to, ++sending_->queries);
}

// Without memory, or where something reads along, it is not counted.
void Channel::note_resent(Sockets::Octets message, const ServerAddress &to) noexcept {
  try {
    Resent &resent = resent_[id_of(message)];
    resent.last_at = last_sent_at_;
    const QuestionText question = journal_.traces() ? read_question(message) : QuestionText{};
    journal_.sent(question.name.c_str(), question.type, &to, ++resent.times + 1);
  } catch (const std::bad_alloc &) {
  }
}

void Channel::count_resent(Question &question) {
  const auto resent = resent_.find(question.id);
  if (resent == resent_.end()) return;
  question.queries += resent->second.times;
  question.sent_at = resent->second.last_at;
  resent_.erase(resent);
}

namespace {

// What the ticket in the short form of a reply says; nothing if it has none. See WholeReplies.
std::optional<std::uint32_t> ticket_in(Message message) {
  Record record;
  if (message.count(Section::kAnswer) != 1 || !message.read(Section::kAnswer, 0, record)) return std::nullopt;
  if (record.type != ns_t_a) return std::nullopt;
  return ns_get32(record.address.octets.data());
}

// A reply in the form in which c-ares gives it; there may be none.
#if DNS_CARES_HAS_DNSREC
struct Reply {
  const ares_dns_record_t *message;

  bool truncated() const { return (ares_dns_record_get_flags(message) & ARES_FLAG_TC) != 0; }
  Answer decoded(const Question &question) const { return decode(*message, question.name.c_str(), question.type); }
  ExtendedError error() const { return read_extended_error(*message); }
  std::optional<std::uint32_t> ticket() const { return ticket_in(Message(*message)); }
};
#else
struct Reply {
  const unsigned char *message;
  int length;
  const ns_msg *parsed;  // null if it could not be

  // c-ares cuts what is longer than we said we take.
  bool truncated() const { return (message[2] & 0x02) != 0 || length >= static_cast<int>(kEdnsSize); }
  Answer decoded(const Question &question) const {
    return parsed != nullptr ? decode(*parsed, question.name.c_str(), question.type) : Answer::failure(DNS_EBADRESP);
  }
  ExtendedError error() const { return parsed != nullptr ? read_extended_error(*parsed) : ExtendedError{}; }
  std::optional<std::uint32_t> ticket() const { return parsed != nullptr ? ticket_in(Message(*parsed)) : std::nullopt; }
};
#endif

}  // namespace

#if DNS_CARES_HAS_DNSREC

void Channel::on_reply(void *arg, ares_status_t ares_status, std::size_t, const ares_dns_record_t *message) {
  auto &question = *static_cast<Question *>(arg);
  static_cast<Channel &>(*question.upstream).finish(question, ares_status, Reply{message});
}

#else

void Channel::on_reply(void *arg, int ares_status, int, unsigned char *message, int length) {
  auto &question = *static_cast<Question *>(arg);
  auto &self = static_cast<Channel &>(*question.upstream);
  // At the first FORMERR, 1.18 switches EDNS off and asks that question again; the others that were on the
  // way with EDNS then fail, and are asked again here (RFC 6891 section 7).
  if (ares_status == ARES_EFORMERR && question.times_asked == 1 && !self.closing_) return self.send(question);
  // Over UDP it is in the memory into which it was read: whole, also where 1.18 counts 512 octets of it since it has
  // switched EDNS off while the query was on its way.
  ns_msg parsed;
  const ns_msg &last = self.last_message_;
  if (message != nullptr && ns_msg_base(last) != message) {
    const bool well_formed = ns_initparse(message, length, &parsed) == 0;
    return self.finish(question, ares_status, Reply{message, length, well_formed ? &parsed : nullptr});
  }
  self.finish(question, ares_status, Reply{message, length, &last});
}

#endif

// What a server said goes before what c-ares says of it.
template <class Reply>
Answer Channel::answer_of(const Question &question, int ares_status, const Reply &reply) {
  const auto verdict = verdicts_.take(question);
  // Nothing was read since the last query if a timeout has ended it.
  const double round_trip = std::max(last_read_at_ - question.sent_at, 0.0);
  if (reply.message != nullptr && wants_whole_replies_) {
    const auto ticket = reply.ticket();
    Answer answer = ticket ? whole_replies_.take(*ticket) : Answer::failure(DNS_EBADRESP);
    answer.origin.queries = question.queries;
    answer.origin.round_trip = round_trip;
    return answer;
  }
  if (reply.message != nullptr) {
    Answer answer = reply.decoded(question);
    answer.origin = {question.queries, last_from_, round_trip, reply.error()};
    return answer;
  }
  Answer answer = Answer::failure(status_of(ares_status));
  answer.origin.queries = question.queries;
  if (sockets_.no_memory()) {
    answer.status = DNS_ENOMEM;
  } else if (verdict) {
    answer.status = verdict->status;
    answer.origin = {question.queries, verdict->server, round_trip, verdict->error};
  }
  return answer;
}

template <class Reply>
void Channel::finish(Question &question, int ares_status, const Reply &reply) noexcept {
  if (closing_) return;
  Answer answer = Answer::failure(DNS_ENOMEM);
  count_resent(question);
  const bool truncated = !tcp_ && reply.message != nullptr && reply.truncated();
  try {
    answer = answer_of(question, ares_status, reply);
  } catch (const std::bad_alloc &) {
  }
  if (--on_the_way_ == 0) {
    verdicts_.clear();
    resent_.clear();
    sockets_.clear_no_memory();
  }
  if (truncated) {
    journal_.truncated(question, last_from_);
    return owner_.on_truncated(question);
  }
  journal_.answered(question, answer);
  question.on_answer(std::move(answer));
}

// A malformed datagram is left out, for whoever forges one must not end the question it forges an answer to. (c-ares
// 1.34 would even close the socket, and ask all other questions on it anew.)
Sockets::Octets Channel::on_message(Sockets::Octets message, const ServerAddress &from) noexcept {
  last_from_ = from;
  try {
    if (wants_whole_replies_) return on_whole_reply(message, from);
    if (parse_message(message, last_message_)) {
      verdicts_.note(message, &last_message_, from);
      return message;
    }
    last_message_ = {};
    if (is_cut(message)) return whole_replies_.pass_truncated(message);
  } catch (const std::bad_alloc &) {
    return {};
  }
  verdicts_.note(message, nullptr, from);
  return {};
}

// Whether it says of itself that it did not fit a datagram (TC, RFC 1035 section 4.1.1), or may not have fit. It may
// then end in the middle of a record, which matters to nobody (RFC 2181 section 9).
bool Channel::is_cut(Sockets::Octets message) const {
  return !tcp_ && message.size() >= NS_HFIXEDSZ && ((message[2] & 0x02) != 0 || message.size() > kEdnsSize);
}

// A datagram of more octets than we said we take may have been cut when it was read.
Sockets::Octets Channel::on_whole_reply(Sockets::Octets message, const ServerAddress &from) {
  if (is_cut(message)) return whole_replies_.pass_truncated(message);
  const Sockets::Octets short_form = whole_replies_.keep(message, from, after_truncation_);
  ns_msg parsed;
  const bool well_formed =
      !short_form.empty() && ns_initparse(message.data(), static_cast<int>(message.size()), &parsed) == 0;
  verdicts_.note(message, well_formed ? &parsed : nullptr, from);
  return short_form;
}

void Channel::dns_sock_state_cb(void *arg, ares_socket_t fd, int readable, int writable) {
  const int events = (readable != 0 ? EVLOOP_READ : 0) | (writable != 0 ? EVLOOP_WRITE : 0);
  static_cast<Channel *>(arg)->sockets_.watch(fd, events);
}

void Channel::dns_sock_cb(int fd, int revents, void *arg) {
  static_cast<Channel *>(arg)->process((revents & EVLOOP_READ) != 0 ? fd : ARES_SOCKET_BAD,
                                       (revents & EVLOOP_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
}

void Channel::dns_timer_cb(void *arg) {
  auto *self = static_cast<Channel *>(arg);
  self->timer_due_ = kNotArmed;
  self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void Channel::process(ares_socket_t readable, ares_socket_t writable) {
  std::size_t held;
  if (readable != ARES_SOCKET_BAD) last_read_at_ = steady_now();
  do {
    held = sockets_.octets_held(readable);
    ares_process_fd(channel_.get(), readable, writable);
    // 1.18 takes a message in two steps, and would wait for an event between them.
  } while (sockets_.octets_held(readable) != held);
  whole_replies_.clear();
  if (kTimeoutIsCheap || timer_due_ == kNotArmed) rearm_timer();
  owner_.on_progress();
}

// A timer that goes off too early finds nothing to do and is set again, so it is only ever moved forward.
void Channel::rearm_timer() {
  timeval earliest;
  if (ares_timeout(channel_.get(), nullptr, &earliest) == nullptr) return;
  const double after =
      std::max(static_cast<double>(earliest.tv_sec) + static_cast<double>(earliest.tv_usec) / 1e6, kLeastTimeout);
  const double due = steady_now() + after;
  if (timer_due_ != kNotArmed && timer_due_ <= due) return;
  timer_due_ = due;
  timer_.start(after);
}

}  // namespace dns_cares
