#include "resolver/inflight.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "../../tests/failing_new.h"
#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

// Answers each question with a status, at once or when the test says so.
class FakeUpstream final : public Upstream {
 public:
  void ask(Question &question) noexcept override {
    asked += question.name + ' ';
    waiting.push_back(&question);
    most_at_once = std::max(most_at_once, waiting.size());
    if (at_once) answer(0);
  }
  void flush() noexcept override {}
  void answer(std::size_t index, int status = DNS_ENODATA) {
    Question &question = *waiting.at(index);
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(index));
    question.on_answer(Answer::failure(status));
  }
  void answer_after_overrun(std::size_t index) {
    Question &question = *waiting.at(index);
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(index));
    Answer answer = Answer::failure(DNS_ENODATA);
    answer.overrun = true;
    question.on_answer(std::move(answer));
  }

  bool at_once = false;
  std::string asked;
  std::vector<Question *> waiting;
  std::size_t most_at_once = 0;
};

class RecordingListener final : public Inflight::Listener {
 public:
  void on_answered(const NameKey &key, RRType, const Answer &) noexcept override {
    heard += std::string(key.name) + ' ';
  }
  std::string heard;
};

class RecordingWaiter final : public Waiter {
 public:
  void on_answer(const NameKey &, const Answer &answer) noexcept override {
    ++answers;
    status = answer.status;
    if (then) then();
  }
  int answers = 0;
  int status = DNS_OK;
  std::function<void()> then;
};

class InflightTest : public testing::Test {
 protected:
  explicit InflightTest(std::size_t window = 2) : inflight_(upstream_, listener_, window) {}

  RecordingWaiter &want(const char *name, RRType type = RRType::kA) {
    RecordingWaiter &waiter = waiters_.emplace_back();
    inflight_.want(NameKey(name), type, waiter);
    return waiter;
  }
  void send() {
    inflight_.send_queued();
    inflight_.flush();
  }
  // Wants it when somebody else's query for it is out.
  RecordingWaiter &want_late(const char *name) {
    want(name);
    send();
    return want(name);
  }
  void end_query(int status) {
    upstream_.answer(0, status);
    inflight_.settle();
  }

  FakeUpstream upstream_;
  RecordingListener listener_;
  std::deque<RecordingWaiter> waiters_;
  Inflight inflight_;
};

class InflightOfOneTest : public InflightTest {
 protected:
  InflightOfOneTest() : InflightTest(1) {}
};

TEST_F(InflightTest, NothingIsThereAtFirst) {
  EXPECT_TRUE(inflight_.has_room());
  EXPECT_FALSE(inflight_.has_work());
  EXPECT_EQ(inflight_.on_wire(), 0u);
}

TEST_F(InflightTest, QueryIsAskedOnlyWhenTheQueueIsSent) {
  const RecordingWaiter &a = want("a");
  EXPECT_TRUE(a.waiting());
  EXPECT_EQ(upstream_.asked, "");
  EXPECT_TRUE(inflight_.has_work());
  EXPECT_FALSE(inflight_.has_room());
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a ");
  EXPECT_FALSE(inflight_.has_work());
  EXPECT_TRUE(inflight_.has_room());
  EXPECT_EQ(inflight_.on_wire(), 1u);
}

TEST_F(InflightTest, QuestionHasNameAndTypeOfTheQuery) {
  want("a.test", RRType::kAAAA);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.waiting.at(0)->name, "a.test");
  EXPECT_EQ(upstream_.waiting.at(0)->type, RRType::kAAAA);
}

TEST_F(InflightTest, AnswerIsGivenOnceAndOnlyWhenSettled) {
  const RecordingWaiter &a = want("a");
  inflight_.send_queued();
  upstream_.answer(0, DNS_EREFUSED);
  EXPECT_EQ(a.answers, 0);
  EXPECT_TRUE(a.waiting());
  EXPECT_TRUE(inflight_.has_work());
  inflight_.settle();
  EXPECT_EQ(a.answers, 1);
  EXPECT_EQ(a.status, DNS_EREFUSED);
  EXPECT_FALSE(a.waiting());
  EXPECT_FALSE(inflight_.has_work());
  inflight_.settle();
  EXPECT_EQ(a.answers, 1);
}

TEST_F(InflightTest, AtMostTheWindowIsOnTheWireAndTheRestWaitsInOrder) {
  for (const char *name : {"a", "b", "c", "d", "e"}) want(name);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a b ");
  EXPECT_EQ(inflight_.on_wire(), 2u);
  EXPECT_FALSE(inflight_.has_room());
  EXPECT_FALSE(inflight_.has_work());
  upstream_.answer(1);
  EXPECT_EQ(inflight_.on_wire(), 1u);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a b c ");
  upstream_.answer(0);
  upstream_.answer(0);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a b c d e ");
  EXPECT_EQ(upstream_.most_at_once, 2u);
}

TEST_F(InflightTest, ThereIsNoRoomBesideAQueue) {
  for (const char *name : {"a", "b", "c"}) want(name);
  inflight_.send_queued();
  upstream_.answer(0);
  // One place is free, but it is c's.
  EXPECT_FALSE(inflight_.has_room());
  EXPECT_TRUE(inflight_.has_work());
}

class InflightOfManyTest : public InflightTest {
 protected:
  InflightOfManyTest() : InflightTest(40) {}
};

TEST_F(InflightOfManyTest, AfterRepliesWereLostForWantOfRoomFewerAreOnTheWireAndThenMoreAgain) {
  for (int i = 0; i < 2000; ++i) want(("a" + std::to_string(i)).c_str());
  const auto go_on = [&] {
    inflight_.settle();
    inflight_.send_queued();
  };
  go_on();
  EXPECT_EQ(inflight_.on_wire(), 40u);
  upstream_.answer_after_overrun(0);
  go_on();
  EXPECT_EQ(inflight_.on_wire(), 39u) << "those that are on the wire stay there";
  for (int i = 0; i < 19; ++i) upstream_.answer(0);
  go_on();
  EXPECT_EQ(inflight_.on_wire(), 20u);
  for (int i = 0; i < 1000; ++i) {
    upstream_.answer(0);
    go_on();
  }
  EXPECT_EQ(inflight_.on_wire(), 40u);
}

TEST_F(InflightOfOneTest, WindowOfOneAsksOneAfterTheOther) {
  for (const char *name : {"a", "b"}) want(name);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a ");
  upstream_.answer(0);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a b ");
  upstream_.answer(0);
  inflight_.settle();
  for (const RecordingWaiter &waiter : waiters_) EXPECT_EQ(waiter.answers, 1);
}

TEST_F(InflightTest, AnswersAreGivenInTheOrderInWhichTheyCame) {
  std::string order;
  want("a").then = [&] { order += 'a'; };
  want("b").then = [&] { order += 'b'; };
  inflight_.send_queued();
  upstream_.answer(1);
  upstream_.answer(0);
  inflight_.settle();
  EXPECT_EQ(order, "ba");
}

TEST_F(InflightTest, UpstreamThatAnswersAtOnceIsFine) {
  upstream_.at_once = true;
  for (const char *name : {"a", "b", "c", "d"}) want(name);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a b c d ");
  EXPECT_EQ(inflight_.on_wire(), 0u);
  for (const RecordingWaiter &waiter : waiters_) EXPECT_EQ(waiter.answers, 0);
  inflight_.settle();
  for (const RecordingWaiter &waiter : waiters_) EXPECT_EQ(waiter.answers, 1);
}

TEST_F(InflightTest, ForgottenWaiterIsNotTold) {
  RecordingWaiter &a = want("a");
  const RecordingWaiter &b = want("b");
  inflight_.send_queued();
  a.unlink();
  EXPECT_FALSE(a.waiting());
  upstream_.answer(0);
  upstream_.answer(0);
  inflight_.settle();
  EXPECT_EQ(a.answers, 0);
  EXPECT_EQ(b.answers, 1);
}

TEST_F(InflightTest, WaiterForgottenBetweenItsAnswerAndTheSettlingIsNotTold) {
  RecordingWaiter &a = want("a");
  inflight_.send_queued();
  upstream_.answer(0);
  a.unlink();
  inflight_.settle();
  EXPECT_EQ(a.answers, 0);
  EXPECT_FALSE(inflight_.has_work());
}

TEST_F(InflightTest, LatecomerHasWhatNoServerRepliedToAskedAgain) {
  for (const int status : {DNS_ETIMEOUT, DNS_ECONNREFUSED}) {
    const RecordingWaiter &first = want("a");
    send();
    const RecordingWaiter &late = want("a");
    end_query(status);
    EXPECT_EQ(first.status, status);
    EXPECT_EQ(late.answers, 0);
    EXPECT_TRUE(inflight_.has_work());
    send();
    end_query(DNS_ENODATA);
    EXPECT_EQ(late.answers, 1);
    EXPECT_EQ(late.status, DNS_ENODATA);
  }
  EXPECT_EQ(upstream_.asked, "a a a a ");
  EXPECT_EQ(upstream_.most_at_once, 1u);
  EXPECT_EQ(listener_.heard, "a a a a ");
}

TEST_F(InflightTest, LatecomerHasItAskedAgainOnceOnly) {
  const RecordingWaiter &late = want_late("a");
  for (int i = 0; i < 2; ++i) {
    end_query(DNS_ETIMEOUT);
    send();
  }
  EXPECT_EQ(late.status, DNS_ETIMEOUT);
  EXPECT_EQ(upstream_.asked, "a a ");
}

TEST_F(InflightTest, ReplyIsForLatecomersTooWhateverItSays) {
  const RecordingWaiter &late = want_late("a");
  end_query(DNS_ESERVFAIL);
  EXPECT_EQ(late.status, DNS_ESERVFAIL);
  EXPECT_FALSE(inflight_.has_work());
}

TEST_F(InflightTest, WhoeverWantsItBeforeItGoesOutIsNoLatecomer) {
  want("a");
  const RecordingWaiter &second = want("a");
  inflight_.send_queued();
  const RecordingWaiter &third = want("a");
  inflight_.flush();
  end_query(DNS_ETIMEOUT);
  EXPECT_EQ(second.status, DNS_ETIMEOUT);
  EXPECT_EQ(third.status, DNS_ETIMEOUT);
  EXPECT_FALSE(inflight_.has_work());
}

TEST_F(InflightTest, AskedAgainWithAllTriesNobodyIsALatecomer) {
  const RecordingWaiter &late = want_late("a");
  upstream_.waiting.clear();
  inflight_.ask_again();
  send();
  end_query(DNS_ETIMEOUT);
  EXPECT_EQ(late.status, DNS_ETIMEOUT);
  EXPECT_FALSE(inflight_.has_work());
}

TEST_F(InflightTest, LatecomerThatHasGoneAsksNothing) {
  want_late("a").unlink();
  end_query(DNS_ETIMEOUT);
  EXPECT_FALSE(inflight_.has_work());
}

TEST_F(InflightTest, LatecomerIsToldIfThereIsNoMemoryToAskAgain) {
  const RecordingWaiter &late = want_late("a");
  upstream_.answer(0, DNS_ETIMEOUT);
  {
    const dns_cares_test::FailingNew failing(0);
    inflight_.settle();
  }
  EXPECT_EQ(late.status, DNS_ETIMEOUT);
}

TEST_F(InflightTest, DestroyedWaiterIsNotTold) {
  {
    RecordingWaiter gone;
    inflight_.want(NameKey("a"), RRType::kA, gone);
    inflight_.send_queued();
  }
  upstream_.answer(0);
  inflight_.settle();
  EXPECT_EQ(inflight_.on_wire(), 0u);
}

TEST_F(InflightTest, QueryThatNobodyWaitsForKeepsItsPlaceUntilItIsAnswered) {
  RecordingWaiter &a = want("a");
  want("b");
  want("c");
  inflight_.send_queued();
  a.unlink();
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a b ");
  EXPECT_FALSE(inflight_.has_room());
  EXPECT_FALSE(inflight_.has_work());
  upstream_.answer(0);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a b c ");
}

TEST_F(InflightTest, QueuedQueryThatNobodyWaitsForIsNeverAsked) {
  for (const char *name : {"a", "b", "c", "d"}) want(name);
  inflight_.send_queued();
  waiters_[2].unlink();
  upstream_.answer(0);
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a b d ");
}

TEST_F(InflightTest, QueueOfUnwantedQueriesAloneIsCleared) {
  want("a").unlink();
  want("b").unlink();
  EXPECT_TRUE(inflight_.has_work());
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "");
  EXPECT_FALSE(inflight_.has_work());
  EXPECT_TRUE(inflight_.has_room());
}

TEST_F(InflightTest, WaiterMayWantMoreWhenItIsTold) {
  RecordingWaiter &a = want("a");
  a.then = [&] {
    if (a.answers == 1) inflight_.want(NameKey("again"), RRType::kA, a);
  };
  inflight_.send_queued();
  upstream_.answer(0);
  inflight_.settle();
  EXPECT_TRUE(a.waiting());
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, "a again ");
  upstream_.answer(0);
  inflight_.settle();
  EXPECT_EQ(a.answers, 2);
}

TEST_F(InflightTest, WaiterMayForgetAnotherWhenItIsTold) {
  RecordingWaiter &a = want("a");
  RecordingWaiter &b = want("b");
  a.then = [&] { b.unlink(); };
  inflight_.send_queued();
  upstream_.answer(0);
  upstream_.answer(0);
  inflight_.settle();
  EXPECT_EQ(a.answers, 1);
  EXPECT_EQ(b.answers, 0);
}

// However fast the servers are, one settle() gives out only what was there when it began.
TEST_F(InflightTest, SettlingEndsThoughEveryWaiterWantsMore) {
  upstream_.at_once = true;
  RecordingWaiter &a = want("a");
  a.then = [&] {
    inflight_.want(NameKey("a"), RRType::kA, a);
    inflight_.send_queued();
  };
  inflight_.send_queued();
  for (int settled = 1; settled <= 3; ++settled) {
    inflight_.settle();
    EXPECT_EQ(a.answers, settled);
  }
}

TEST_F(InflightTest, DestructionFreesQueriesInEveryStateAndTellsNobody) {
  RecordingWaiter answered, on_wire, queued;
  {
    Inflight inflight(upstream_, listener_, 1);
    inflight.want(NameKey("answered"), RRType::kA, answered);
    inflight.send_queued();
    upstream_.answer(0);
    inflight.want(NameKey("on-wire"), RRType::kA, on_wire);
    inflight.send_queued();
    inflight.want(NameKey("queued"), RRType::kA, queued);
    inflight.send_queued();
    EXPECT_EQ(upstream_.asked, "answered on-wire ");
  }
  for (const RecordingWaiter *waiter : {&answered, &on_wire, &queued}) {
    EXPECT_FALSE(waiter->waiting());
    EXPECT_EQ(waiter->answers, 0);
  }
}

TEST_F(InflightTest, WithoutMemoryNothingIsQueuedAndNobodyWaits) {
  const std::string name(100, 'a');
  RecordingWaiter waiter;
  std::size_t failures = 0;
  for (;; ++failures) {
    const dns_cares_test::FailingNew no_memory(failures);
    try {
      inflight_.want(NameKey(name), RRType::kA, waiter);
      break;
    } catch (const std::bad_alloc &) {
    }
    if (waiter.waiting() || inflight_.has_work()) break;
  }
  EXPECT_GT(failures, 0u);
  EXPECT_TRUE(waiter.waiting());
  inflight_.send_queued();
  EXPECT_EQ(upstream_.asked, name + ' ');
}

}  // namespace
}  // namespace dns_cares
