#include "resolver/inflight.h"

#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "dns_cares/dns_cares.h"

namespace dns_cares {

class Query final : public Question, public ListNode<Query> {
 public:
  explicit Query(Inflight &inflight) : inflight_(inflight) {}

  void on_answer(Answer answer) noexcept override {
    answer_ = std::move(answer);
    inflight_.answered(*this);
  }

  // `flushes`: of the upstream, so far.
  void add(Waiter &waiter, std::uint64_t flushes) { (flush < flushes ? late_ : waiters_).push_back(waiter); }
  bool has_waiters() const { return !waiters_.empty() || !late_.empty(); }
  // It is to be sent anew: whoever waits has waited from the start.
  void make_unsent() {
    flush = kQueued;
    waiters_.append(late_);
  }
  bool has_latecomers() const { return !late_.empty(); }
  void give_latecomers_to(Query &query) { query.waiters_.append(late_); }
  const Answer &answer() const { return answer_; }
  void forget_answer() { answer_ = Answer::failure(0); }
  NameKey key() const { return {name, hash}; }

  static constexpr std::uint64_t kQueued = std::numeric_limits<std::uint64_t>::max();

  std::size_t hash = 0;           // of the name
  bool ahead = false;             // asked for before anybody waits
  std::uint64_t flush = kQueued;  // the number of the one that sends it

  void tell_waiters() {
    waiters_.append(late_);
    while (!waiters_.empty()) {
      Waiter &waiter = waiters_.front();
      waiter.unlink();
      waiter.on_answer(key(), answer_);
    }
  }

 private:
  Inflight &inflight_;
  List<Waiter> waiters_;  // since before it went out
  List<Waiter> late_;
  Answer answer_ = Answer::failure(0);
};

namespace {

bool is_without_reply(const Answer &answer) {
  return answer.status == DNS_ETIMEOUT || answer.status == DNS_ECONNREFUSED;
}

template <class Queries>
void delete_all(Queries &queries) {
  while (!queries.empty()) delete &queries.front();
}

}  // namespace

Inflight::~Inflight() {
  delete_all(queued_);
  delete_all(on_wire_);
  delete_all(answered_);
  delete_all(spare_);
}

Query *Inflight::find(const NameKey &key, RRType type) const {
  return by_name_.find(key.hash, [&](const Query &query) { return query.type == type && query.name == key.name; });
}

Query &Inflight::make(const NameKey &key, RRType type) {
  std::unique_ptr<Query> query = spare_.empty() ? std::make_unique<Query>(*this) : take_spare();
  query->set(key.name, type);
  query->ahead = false;
  query->flush = Query::kQueued;
  query->hash = key.hash;
  by_name_.insert(*query, key.hash);
  queued_.push_back(*query);
  return *query.release();
}

std::unique_ptr<Query> Inflight::take_spare() {
  std::unique_ptr<Query> query(&spare_.front());
  query->unlink();
  --spare_count_;
  return query;
}

void Inflight::keep_spare(std::unique_ptr<Query> query) {
  if (spare_count_ >= kMostSpare) return;
  query->forget_answer();
  spare_.push_back(*query.release());
  ++spare_count_;
}

bool Inflight::want(const NameKey &key, RRType type, Waiter &waiter) {
  Query *const on_its_way = find(key, type);
  (on_its_way != nullptr ? *on_its_way : make(key, type)).add(waiter, flushes_);
  return on_its_way != nullptr;
}

bool Inflight::ask_ahead(const NameKey &key, RRType type) noexcept {
  if (!has_room() || find(key, type) != nullptr) return false;
  try {
    make(key, type).ahead = true;
  } catch (const std::bad_alloc &) {
    return false;
  }
  return true;
}

void Inflight::drop(Query &query) {
  by_name_.erase(query, query.hash);
  delete &query;
}

void Inflight::send_queued() noexcept {
  while (!queued_.empty() && on_wire_count_ < window_.size()) {
    Query &query = queued_.front();
    if (!query.has_waiters() && !query.ahead) {
      drop(query);
      continue;
    }
    query.flush = flushes_;
    on_wire_.push_back(query);
    ++on_wire_count_;
    upstream_.ask(query);
  }
}

void Inflight::flush() noexcept {
  upstream_.flush();
  ++flushes_;
}

void Inflight::ask_again() noexcept {
  Queries again;
  while (!on_wire_.empty()) {
    on_wire_.front().make_unsent();
    again.push_back(on_wire_.front());
  }
  again.append(queued_);
  queued_.append(again);
  on_wire_count_ = 0;
}

void Inflight::answered(Query &query) {
  query.answer().overrun ? window_.on_overrun() : window_.on_answer();
  --on_wire_count_;
  answered_.push_back(query);
}

// Without memory they are told what the others are.
void Inflight::ask_for_latecomers(Query &query) noexcept {
  try {
    query.give_latecomers_to(make(query.key(), query.type));
  } catch (const std::bad_alloc &) {
  }
}

void Inflight::settle() noexcept {
  // Not what comes in meanwhile: an upstream that answers at once must not keep the loop here.
  Queries batch;
  batch.append(answered_);
  while (!batch.empty()) {
    std::unique_ptr<Query> query(&batch.front());
    query->unlink();
    by_name_.erase(*query, query->hash);
    listener_.on_answered(query->key(), query->type, query->answer());
    if (query->has_latecomers() && is_without_reply(query->answer())) ask_for_latecomers(*query);
    query->tell_waiters();
    keep_spare(std::move(query));
  }
}

}  // namespace dns_cares
