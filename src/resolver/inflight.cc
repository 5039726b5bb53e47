#include "resolver/inflight.h"

#include <memory>
#include <utility>

namespace dns_cares {

class Query final : public Question, public ListNode<Query> {
 public:
  Query(Inflight &inflight, std::string of_name, RRType of_type)
      : Question(std::move(of_name), of_type), inflight_(inflight) {}

  void on_answer(Answer answer) noexcept override {
    answer_ = std::move(answer);
    inflight_.answered(*this);
  }

  void add(Waiter &waiter) { waiters_.push_back(waiter); }
  bool wanted() const { return !waiters_.empty(); }

  void tell_waiters() {
    while (!waiters_.empty()) {
      Waiter &waiter = waiters_.front();
      waiter.unlink();
      waiter.on_answer(answer_);
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
}

void Inflight::want(std::string name, RRType type, Waiter &waiter) {
  auto query = std::make_unique<Query>(*this, std::move(name), type);
  query->add(waiter);
  queued_.push_back(*query.release());
}

void Inflight::send_queued() noexcept {
  while (!queued_.empty() && on_wire_count_ < window_) {
    Query &query = queued_.front();
    if (!query.wanted()) {
      delete &query;
      continue;
    }
    on_wire_.push_back(query);
    ++on_wire_count_;
    upstream_.ask(query);
  }
}

void Inflight::answered(Query &query) {
  --on_wire_count_;
  answered_.push_back(query);
}

void Inflight::settle() noexcept {
  // Not what comes in meanwhile: an upstream that answers at once must not keep the loop here.
  Queries batch;
  batch.append(answered_);
  while (!batch.empty()) {
    const std::unique_ptr<Query> query(&batch.front());
    query->unlink();
    query->tell_waiters();
  }
}

}  // namespace dns_cares
