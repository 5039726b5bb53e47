// records.hpp: DNS records of every type for coroutines, over records.h.
//
//   dns_cares::Result<dns_cares::Records<dns_cares::Mx>> result =
//       co_await resolver.query<dns_cares::Mx>("example.com");
//   if (result)
//     for (dns_cares::Mx mx : *result) deliver_to(mx.preference, mx.exchange);
//
//   dns_cares::Result<dns_cares::Answer> any = co_await resolver.query("example.com", 65280);
//
// What coro.hpp says of lookups holds for queries: when the coroutine is resumed, what cancels, and who owns what.
// Errors are those of dns_query(). A denial, DNS_ENOTFOUND or DNS_ENODATA, is an error here too, and its SOA record is
// not given.
#ifndef DNS_CARES_RECORDS_HPP
#define DNS_CARES_RECORDS_HPP

#include "dns_cares/coro.hpp"
#include "dns_cares/records.h"

namespace dns_cares {
inline namespace v0 {

// A reply to a query, with its records; see struct dns_answer. Move-only.
class Answer {
 public:
  // Takes over what came from dns_answer_dup(), which is not NULL.
  explicit Answer(dns_answer *owned) noexcept : answer_(owned) {}

  const dns_answer *operator->() const noexcept { return answer_.get(); }
  const dns_answer &operator*() const noexcept { return *answer_; }

 private:
  struct Free {
    void operator()(dns_answer *answer) const noexcept { dns_answer_free(answer); }
  };
  std::unique_ptr<dns_answer, Free> answer_;
};

// What a record of one type says: the struct of records.h, with the type.
template <class Data, int kTypeOfRecord>
struct RecordOf : Data {
  static constexpr int kType = kTypeOfRecord;
};
using A = RecordOf<dns_a, DNS_TYPE_A>;
using Aaaa = RecordOf<dns_aaaa, DNS_TYPE_AAAA>;
using Caa = RecordOf<dns_caa, DNS_TYPE_CAA>;
using Cname = RecordOf<dns_target, DNS_TYPE_CNAME>;
using Dname = RecordOf<dns_target, DNS_TYPE_DNAME>;
using Dnskey = RecordOf<dns_dnskey, DNS_TYPE_DNSKEY>;
using Ds = RecordOf<dns_ds, DNS_TYPE_DS>;
using Hinfo = RecordOf<dns_hinfo, DNS_TYPE_HINFO>;
using Https = RecordOf<dns_svcb, DNS_TYPE_HTTPS>;
using Loc = RecordOf<dns_loc, DNS_TYPE_LOC>;
using Mx = RecordOf<dns_mx, DNS_TYPE_MX>;
using Naptr = RecordOf<dns_naptr, DNS_TYPE_NAPTR>;
using Ns = RecordOf<dns_target, DNS_TYPE_NS>;
using Ptr = RecordOf<dns_target, DNS_TYPE_PTR>;
using Soa = RecordOf<dns_soa, DNS_TYPE_SOA>;
using Srv = RecordOf<dns_srv, DNS_TYPE_SRV>;
using Sshfp = RecordOf<dns_sshfp, DNS_TYPE_SSHFP>;
using Svcb = RecordOf<dns_svcb, DNS_TYPE_SVCB>;
using Tlsa = RecordOf<dns_tlsa, DNS_TYPE_TLSA>;
using Txt = RecordOf<dns_txt, DNS_TYPE_TXT>;
using Uri = RecordOf<dns_uri, DNS_TYPE_URI>;

// The records of one type in the answer section of a reply, in the order of the reply; those of other types, as the
// CNAME records that led there, are passed over. A range that owns the reply: octets in a record are valid as long as
// this is.
template <class Record>
class Records {
 public:
  class iterator {
   public:
    using value_type = Record;
    using difference_type = std::ptrdiff_t;
    using reference = Record;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;  // for it gives values, not references
    using iterator_concept = std::forward_iterator_tag;

    iterator() = default;
    explicit iterator(const dns_record *record) noexcept : record_(record) { pass_over_others(); }
    Record operator*() const noexcept {
      Record record{};
      dns_record_read(record_, Record::kType, static_cast<void *>(&record), sizeof record);
      return record;
    }
    iterator &operator++() noexcept {
      record_ = record_->next;
      pass_over_others();
      return *this;
    }
    iterator operator++(int) noexcept {
      const iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const iterator &) const = default;

   private:
    void pass_over_others() noexcept {
      while (record_ != nullptr && record_->type != Record::kType) record_ = record_->next;
    }

    const dns_record *record_ = nullptr;
  };
  using const_iterator = iterator;
  using value_type = Record;

  explicit Records(Answer &&answer) noexcept : answer_(std::move(answer)) {}

  iterator begin() const noexcept { return iterator(answer_->answers); }
  iterator end() const noexcept { return iterator(); }
  std::size_t size() const noexcept { return static_cast<std::size_t>(std::distance(begin(), end())); }
  Record front() const noexcept { return *begin(); }
  const Answer &answer() const noexcept { return answer_; }  // with its TTL, its flags, its other sections

 private:
  Answer answer_;
};

// A query that was started by Resolver::query(). co_await gives a Result<T>, T being Answer or Records of a type.
// Neither copied nor moved; destroying it cancels.
template <class T>
class [[nodiscard]] Query : public detail::AwaitedResult<T, dns_request, dns_cancel> {
 private:
  friend class Resolver;
  Query(struct ev_loop *loop, Text name, int type, const QueryHints &hints) noexcept {
    const unsigned flags = hints.search ? DNS_QUERY_SEARCH : 0;
    this->started(dns_query(loop, name.get(), type, flags, detail::deadline_ms(hints.deadline), on_answer, this));
  }
#if defined(__cpp_lib_jthread)
  Query(struct ev_loop *loop, Text name, int type, const QueryHints &hints, std::stop_token &&stop) noexcept
      : Query(loop, name, type, hints) {
    this->stop_with(loop, std::move(stop));
  }
#endif
  static void on_answer(int status, const dns_answer *answer, void *arg) noexcept {
    static_cast<Query *>(arg)->end(to_result(status, answer));
  }
  static Result<T> to_result(int status, const dns_answer *answer) noexcept {
    if (status != DNS_OK) return static_cast<dns_status>(status);
    dns_answer *copy = dns_answer_dup(answer);
    if (copy == nullptr) return DNS_ENOMEM;
    return T(Answer(copy));
  }
};

inline Query<Answer> Resolver::query(Text name, int type, const QueryHints &hints) noexcept {
  return Query<Answer>(loop_, name, type, hints);
}
template <class Record>
Query<Records<Record>> Resolver::query(Text name, const QueryHints &hints) noexcept {
  return Query<Records<Record>>(loop_, name, Record::kType, hints);
}
#if defined(__cpp_lib_jthread)
inline Query<Answer> Resolver::query(Text name, int type, const QueryHints &hints, std::stop_token stop) noexcept {
  return Query<Answer>(loop_, name, type, hints, std::move(stop));
}
template <class Record>
Query<Records<Record>> Resolver::query(Text name, const QueryHints &hints, std::stop_token stop) noexcept {
  return Query<Records<Record>>(loop_, name, Record::kType, hints, std::move(stop));
}
#endif

}  // namespace v0
}  // namespace dns_cares

#endif  // DNS_CARES_RECORDS_HPP
