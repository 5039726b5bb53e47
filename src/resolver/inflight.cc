#include "resolver/inflight.h"

#include <memory>
#include <new>
#include <string>
#include <utility>

namespace dns_cares {

class Query final : public Question, public ListNode<Query> {
 public:
  explicit Query(Inflight &inflight) : inflight_(inflight) {}

  void on_answer(Answer answer) noexcept override {
    answer_ = std::move(answer);
    inflight_.answered(*this);
  }

  void add(Waiter &waiter) { waiters_.push_back(waiter); }
  bool has_waiters() const { return !waiters_.empty(); }
  const Answer &answer() const { return answer_; }
  void forget_answer() { answer_ = Answer::failure(0); }
  NameKey key() const { return {name, hash}; }

  std::size_t hash = 0;  // of the name
  bool ahead = false;    // asked for before anybody waits

  void tell_waiters() {
    while (!waiters_.empty()) {
      Waiter &waiter = waiters_.front();
      waiter.unlink();
      waiter.on_answer(key(), answer_);
    }
  }

 private:
  Inflight &inflight_;
  List<Waiter> waiters_;
  Answer answer_ = Answer::failure(0);
};

namespace {

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
  (on_its_way != nullptr ? *on_its_way : make(key, type)).add(waiter);
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
    on_wire_.push_back(query);
    ++on_wire_count_;
    upstream_.ask(query);
  }
}

void Inflight::ask_again() noexcept {
  on_wire_.append(queued_);
  queued_.append(on_wire_);
  on_wire_count_ = 0;
}

void Inflight::answered(Query &query) {
  query.answer().overrun ? window_.on_overrun() : window_.on_answer();
  --on_wire_count_;
  answered_.push_back(query);
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
    query->tell_waiters();
    keep_spare(std::move(query));
  }
}

}  // namespace dns_cares
