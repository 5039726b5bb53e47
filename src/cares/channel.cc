#include "cares/channel.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <new>
#include <utility>

#include "clock.h"
#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"
#include "records/text_out.h"

namespace dns_cares {
namespace {

constexpr std::uint16_t kEdnsSize = 1232;  // octets; fits an IPv6 packet of minimal size (RFC 9715 section 3)

// What is read before the loop's other watchers have their turn.
constexpr int kDatagramsAtOnce = 128;
constexpr int kBlocksOfStreamAtOnce = 1;

// TC, in the third octet of a message (RFC 1035 section 4.1.1).
constexpr unsigned kTruncated = 0x02;

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

Replies::Form form_of(const Channel::Options &options) {
  if (!options.whole_replies) return Replies::Form::kAddresses;
  return options.after_truncation ? Replies::Form::kWholeAfterTruncation : Replies::Form::kWhole;
}

struct QuestionText {
  std::string name;
  RRType type;
};

// What a query asks for.
QuestionText read_question(Octets query) {
  RecordMessage message;
  if (!message.parse_question(query)) return {};
  std::array<char, DNS_NAME_SIZE> text;
  TextOut out(text.data(), text.size());
  print_name(message.name_at(message.name()), out);
  const auto length = static_cast<std::size_t>(out.finish());
  return {std::string(without_last_dot({text.data(), length})), static_cast<RRType>(message.type())};
}

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
  native.ednspsz = kEdnsSize;
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
      replies_(form_of(options)),
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
  question.id.reset();  // Of a channel that is no more.
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
  // What c-ares asks again it asks by itself, in case one among many does not come through.
  sockets_.set_gathering(true);
  give_back_id(question);
  give_to_cares(question);
  sockets_.set_gathering(false);
  sending_ = nullptr;
}

// c-ares is told of an error in the next turn of the loop.
void Channel::flush() noexcept {
  sockets_.flush();
  is_gathering_ = false;
  if (sockets_.failed() != ARES_SOCKET_BAD) start_timer(0);
}

#if DNS_CARES_HAS_DNSREC

void Channel::give_to_cares(Question &question) {
  const auto type = static_cast<ares_dns_rec_type_t>(number_of(question.type));
  unsigned short id = 0;
  ares_query_dnsrec(channel_.get(), question.name.c_str(), ARES_CLASS_IN, type, on_reply, &question, &id);
  if (sending_ == nullptr) return;  // It has ended already.
  ids_.take(id);
  question.id = id;
}

#else

void Channel::give_to_cares(Question &question) {
  question.id = ids_.draw();
  if (!question.id) return finish(question, Answer::failure(DNS_ESYSTEM));
  const QueryMessage query(question, *question.id, edns_ ? kEdnsSize : 0);
  ares_send(channel_.get(), query.octets().data(), static_cast<int>(query.octets().size()), on_reply, &question);
}

#endif

void Channel::on_sent(Sockets::Octets message, const ServerAddress &to) noexcept {
  if (sending_ == nullptr) {
    last_sent_at_ = steady_now();
    return note_resent(message, to);
  }
  if (!is_gathering_) last_sent_at_ = steady_now();  // What is asked in one go has one time.
  is_gathering_ = true;
  sending_->sent_at = last_sent_at_;
  journal_.sent(sending_->name.c_str(), sending_->type, &to, ++sending_->queries);
}

// Without memory it is not counted.
void Channel::note_resent(Sockets::Octets message, const ServerAddress &to) noexcept {
  overrun_ |= sockets_.take_overrun();
  try {
    Resent &resent = resent_[id_of(message)];
    resent.last_at = last_sent_at_;
    const QuestionText question = journal_.traces() ? read_question(message) : QuestionText{};
    journal_.sent(question.name.c_str(), question.type, &to, ++resent.times + 1);
  } catch (const std::bad_alloc &) {
  }
}

void Channel::count_resent(Question &question) {
  const auto resent = resent_.find(*question.id);
  if (resent == resent_.end()) return;
  question.queries += resent->second.times;
  question.sent_at = resent->second.last_at;
  resent_.erase(resent);
}

// c-ares gives what on_message() has given it.
#if DNS_CARES_HAS_DNSREC

void Channel::on_reply(void *arg, ares_status_t ares_status, std::size_t, const ares_dns_record_t *message) {
  auto &question = *static_cast<Question *>(arg);
  auto &self = static_cast<Channel &>(*question.upstream);
  if (self.closing_) return;
  if (ares_status == ARES_EFORMERR && question.times_asked == 1) return self.send(question);
  if (message == nullptr) return self.finish(question, self.failure_of(question, ares_status));
  if (!self.tcp_ && (ares_dns_record_get_flags(message) & ARES_FLAG_TC) != 0) return self.finish_truncated(question);
  self.finish(question, self.replies_.take(*message));
}

#else

void Channel::on_reply(void *arg, int ares_status, int, unsigned char *message, int length) {
  auto &question = *static_cast<Question *>(arg);
  auto &self = static_cast<Channel &>(*question.upstream);
  if (self.closing_) return;
  if (message == nullptr) return self.finish(question, self.failure_of(question, ares_status));
  const Octets short_form = {message, static_cast<std::size_t>(length)};
  if (self.is_to_be_asked_again(question, short_form)) return self.send(question);
  if (!self.tcp_ && (short_form[2] & kTruncated) != 0) return self.finish_truncated(question);
  self.finish(question, self.replies_.take(short_form));
}

// What a server could not read is asked once more (RFC 6891 section 7), as above. At the first such reply without an
// OPT record, 1.18 switches EDNS off and does so itself; then those fail that were on the way with EDNS.
bool Channel::is_to_be_asked_again(const Question &question, Octets reply) {
  constexpr unsigned kFormerr = 1;
  constexpr unsigned kRcode = 0x0f;
  if ((reply[3] & kRcode) != kFormerr || question.times_asked != 1) return false;
  const bool has_opt = reply[11] != 0;  // The short form has no other record in its last section.
  if (!has_opt) edns_ = false;
  return true;
}

#endif

// Seconds from the last query. Nothing was read since then if a timeout has ended it.
double Channel::round_trip_of(const Question &question) const {
  return std::max(last_read_at_ - question.sent_at, 0.0);
}

// What a server said goes before what c-ares says of it.
Answer Channel::failure_of(const Question &question, int ares_status) {
  if (sockets_.no_memory()) return Answer::failure(DNS_ENOMEM);
  Answer answer = Answer::failure(status_of(ares_status));
  if (auto verdict = verdicts_.take(question)) {
    answer.status = verdict->status;
    answer.origin.server = verdict->server;
    answer.origin.error = std::move(verdict->error);
  }
  return answer;
}

void Channel::finish(Question &question, Answer answer) noexcept {
  end(question);
  answer.origin.queries = question.queries;
  answer.overrun = question.queries > 1 && std::exchange(overrun_, false);
  if (answer.origin.server) answer.origin.round_trip = round_trip_of(question);
  journal_.answered(question, answer);
  question.on_answer(std::move(answer));
}

void Channel::finish_truncated(Question &question) {
  end(question);
  journal_.truncated(question, last_from_);
  owner_.on_truncated(question);
}

// With what is known of its query.
void Channel::give_back_id(Question &question) {
  if (!question.id) return;
  count_resent(question);
  verdicts_.take(question);
  ids_.give_back(*std::exchange(question.id, std::nullopt));
}

void Channel::end(Question &question) {
  give_back_id(question);
  if (sending_ == &question) sending_ = nullptr;
  if (--on_the_way_ > 0) return;
  verdicts_.clear();
  resent_.clear();
  sockets_.clear_no_memory();
}

// A malformed datagram is left out, for whoever forges one must not end the question it forges an answer to. (c-ares
// 1.34 would even close the socket, and ask all other questions on it anew.) In a stream it is the server's own.
Sockets::Octets Channel::on_message(Sockets::Octets message, const ServerAddress &from) noexcept {
  last_from_ = from;
  const Octets short_form = is_cut(message) ? replies_.pass_truncated(message) : replies_.keep(message, from);
  if (message.size() >= NS_HFIXEDSZ && ids_.is_taken(id_of(message))) {
    verdicts_.note(message, short_form.empty() ? nullptr : &replies_.message(), from);
  }
  return short_form.empty() && tcp_ ? replies_.pass_malformed(message) : short_form;
}

// Whether it says of itself that it did not fit a datagram (TC, RFC 1035 section 4.1.1), or is of more octets than we
// said we take and may not have fit. It may end in the middle of a record, which matters to nobody (RFC 2181 section
// 9).
bool Channel::is_cut(Sockets::Octets message) const {
  return !tcp_ && message.size() >= NS_HFIXEDSZ && ((message[2] & kTruncated) != 0 || message.size() > kEdnsSize);
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
  self->process(self->sockets_.failed(), ARES_SOCKET_BAD);
}

// What there is to read beyond the bound is there in the next turn of the loop.
void Channel::process(ares_socket_t readable, ares_socket_t writable) {
  std::size_t held;
  sockets_.set_reads_left(kDatagramsAtOnce, kBlocksOfStreamAtOnce);
  if (readable != ARES_SOCKET_BAD) last_read_at_ = steady_now();
  do {
    held = sockets_.octets_held(readable);
    ares_process_fd(channel_.get(), readable, writable);
    // 1.18 takes a message in two steps, and would wait for an event between them.
  } while (sockets_.octets_held(readable) != held);
  replies_.clear();
  flush();
  if (kTimeoutIsCheap || timer_due_ == kNotArmed) rearm_timer();
  owner_.on_progress();
}

// A timer that goes off too early finds nothing to do and is set again, so it is only ever moved forward.
void Channel::rearm_timer() {
  timeval earliest;
  if (ares_timeout(channel_.get(), nullptr, &earliest) == nullptr) return;
  start_timer(static_cast<double>(earliest.tv_sec) + static_cast<double>(earliest.tv_usec) / 1e6);
}

void Channel::start_timer(double after) {
  after = std::max(after, kLeastTimeout);
  const double due = steady_now() + after;
  if (timer_due_ != kNotArmed && timer_due_ <= due) return;
  timer_due_ = due;
  timer_.start(after);
}

}  // namespace dns_cares
