// resolver.hpp: dns_cares for C++20 programs. Objects that clean up after themselves, callbacks of any kind, errors as
// std::error_code. Header-only, over the C API of dns_cares.h; for co_await there is coro.hpp beside it.
//
//   dns_cares::Resolver resolver(loop);
//
//   dns_cares::Lookup lookup = resolver.resolve(
//       "example.com", "https", {.deadline = 2s}, [](dns_cares::Result<dns_cares::Addresses> result) {
//         if (!result) return report(result.error().message());
//         for (dns_cares::Address address : *result) try_to_connect(address, address.size());
//       });
//
// What dns_cares.h promises holds here too: a callback runs exactly once, never before the call that started its lookup
// has returned, on the loop's thread, by the deadline, and not after the lookup was cancelled.
//
// Thread: a Resolver and its lookups are used on the thread that runs the loop. Addresses, results and errors belong to
// no loop.
//
// Exceptions: only constructors that say so throw. Nothing may be thrown through the library: a callback that lets an
// exception out ends the program (std::terminate). Everything works with -fno-rtti, and with -fno-exceptions all but
// those constructors.
#ifndef DNS_CARES_RESOLVER_HPP
#define DNS_CARES_RESOLVER_HPP

#if __cplusplus < 202002L
#error "dns_cares: the C++ headers need C++20, as of -std=c++20, or CMake's target_compile_features(... cxx_std_20)"
#endif

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <version>
#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

#include "dns_cares/dns_cares.h"
#include "dns_cares/evloop.h"

// In the program's symbols the version is part of each name, so that parts of a program which were built with different
// versions of these headers may be linked together.
namespace dns_cares {
inline namespace v0 {

// --- Errors ---

// The category of the statuses of dns_cares.h: values are those of enum dns_status, messages those of dns_strerror().
// DNS_OK is no error. Any thread.
//
// An error compares equal to a status, `error == DNS_ENOTFOUND`, and where one fits to a portable condition:
//
//   DNS_ETIMEOUT       std::errc::timed_out
//   DNS_ECONNREFUSED   std::errc::connection_refused
//   DNS_ENOMEM         std::errc::not_enough_memory
//   DNS_EBADRESP       std::errc::bad_message
//   DNS_ENOTIMP        std::errc::not_supported
//   DNS_EREFUSED       std::errc::permission_denied
//   DNS_EBADFAMILY     std::errc::address_family_not_supported
//   DNS_ESOCKTYPE      std::errc::wrong_protocol_type
//   DNS_EBADNAME, DNS_EBADFLAGS, DNS_ESERVICE   std::errc::invalid_argument
//   DNS_ESHUTDOWN      std::errc::operation_canceled
const std::error_category &dns_category() noexcept;

}  // namespace v0
}  // namespace dns_cares

// Statuses are error codes: `std::error_code error = DNS_ETIMEOUT`.
template <>
struct std::is_error_code_enum<dns_status> : std::true_type {};

inline std::error_code make_error_code(dns_status status) noexcept { return {status, dns_cares::dns_category()}; }

namespace dns_cares {
inline namespace v0 {

// A value, or the error for which there is none. It is used as std::expected<T, std::error_code> of C++23 is, but for
// three things: it is made of either without further words; value() of an error ends the program, for nothing is thrown
// here; and and_then(), transform() and or_else() are for results that are moved from.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = std::error_code;

  Result(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value)) {}
  Result(std::error_code error) noexcept : error_(error) {}
  Result(dns_status error) noexcept : error_(error) {}

  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  // Only where has_value().
  T &operator*() &noexcept { return *value_; }
  const T &operator*() const &noexcept { return *value_; }
  T &&operator*() &&noexcept { return *std::move(value_); }
  T *operator->() noexcept { return &*value_; }
  const T *operator->() const noexcept { return &*value_; }

  // The same, and std::abort() where there is none.
  T &value() &noexcept { return checked(), *value_; }
  const T &value() const &noexcept { return checked(), *value_; }
  T &&value() &&noexcept { return checked(), *std::move(value_); }

  // No error (a code that is false) where has_value().
  std::error_code error() const noexcept { return error_; }

  template <class U>
  T value_or(U &&other) const & {
    return has_value() ? *value_ : static_cast<T>(std::forward<U>(other));
  }
  template <class U>
  T value_or(U &&other) && {
    return has_value() ? *std::move(value_) : static_cast<T>(std::forward<U>(other));
  }

  // What `next`, which returns a Result, makes of the value; an error stays as it is.
  template <class F>
  auto and_then(F &&next) && -> std::remove_cvref_t<std::invoke_result_t<F, T>> {
    if (!has_value()) return error_;
    return std::forward<F>(next)(*std::move(value_));
  }
  // The same for a function that returns a plain value.
  template <class F>
  auto transform(F &&change) && -> Result<std::remove_cvref_t<std::invoke_result_t<F, T>>> {
    if (!has_value()) return error_;
    return std::forward<F>(change)(*std::move(value_));
  }
  // The value as it is, or what `instead`, which returns a Result<T>, makes of the error.
  template <class F>
  Result or_else(F &&instead) && {
    if (has_value()) return std::move(*this);
    return std::forward<F>(instead)(error_);
  }

 private:
  void checked() const noexcept {
    if (!has_value()) std::abort();
  }

  std::optional<T> value_;
  std::error_code error_;
};

// --- What a lookup gives ---

// One entry of a result: a socket address, and the kind of socket that it is for. It points into the Addresses that it
// was taken from and is valid as long as those are. To be passed to the socket functions as it is:
//
//   int fd = socket(address.family(), address.socktype(), address.protocol());
//   connect(fd, address, address.size());
class Address {
 public:
  explicit Address(const addrinfo &entry) noexcept : entry_(&entry) {}

  operator const sockaddr *() const noexcept { return entry_->ai_addr; }
  socklen_t size() const noexcept { return entry_->ai_addrlen; }
  int family() const noexcept { return entry_->ai_family; }      // AF_INET or AF_INET6
  int socktype() const noexcept { return entry_->ai_socktype; }  // SOCK_STREAM, ...
  int protocol() const noexcept { return entry_->ai_protocol; }  // IPPROTO_TCP, ...
  std::uint16_t port() const noexcept { return ntohs(is_v4() ? v4().sin_port : v6().sin6_port); }

  // The address alone: "192.0.2.1", "2001:db8::1", "fe80::1%2" with the number of its scope.
  std::string text() const {
    char text[INET6_ADDRSTRLEN] = "";
    if (is_v4()) return inet_ntop(AF_INET, &v4().sin_addr, text, sizeof text);
    inet_ntop(AF_INET6, &v6().sin6_addr, text, sizeof text);
    return v6().sin6_scope_id == 0 ? text : std::string(text) + '%' + std::to_string(v6().sin6_scope_id);
  }

  const addrinfo &entry() const noexcept { return *entry_; }

 private:
  bool is_v4() const noexcept { return family() == AF_INET; }
  const sockaddr_in &v4() const noexcept { return *reinterpret_cast<const sockaddr_in *>(entry_->ai_addr); }
  const sockaddr_in6 &v6() const noexcept { return *reinterpret_cast<const sockaddr_in6 *>(entry_->ai_addr); }

  const addrinfo *entry_;
};

// The result of a lookup, in the order in which to try its addresses (RFC 6724). A range of Address that owns its
// entries. Move-only; copy() copies. Empty when made without a result, and when moved from; what a lookup gives as a
// value never is.
class Addresses {
 public:
  class iterator {
   public:
    using value_type = Address;
    using difference_type = std::ptrdiff_t;
    using reference = Address;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;  // for it gives values, not references
    using iterator_concept = std::forward_iterator_tag;

    iterator() = default;
    explicit iterator(const addrinfo *entry) noexcept : entry_(entry) {}
    Address operator*() const noexcept { return Address(*entry_); }
    iterator &operator++() noexcept {
      entry_ = entry_->ai_next;
      return *this;
    }
    iterator operator++(int) noexcept { return std::exchange(*this, iterator(entry_->ai_next)); }
    bool operator==(const iterator &) const = default;

   private:
    const addrinfo *entry_ = nullptr;
  };
  using const_iterator = iterator;
  using value_type = Address;

  Addresses() = default;
  // Takes over a list that came from dns_addrinfo_take() or dns_addrinfo_dup().
  explicit Addresses(addrinfo *owned) noexcept : list_(owned) {}

  // Of a list that somebody else owns. Empty for NULL and for no memory.
  static Addresses copy_of(const addrinfo *list) noexcept { return Addresses(dns_addrinfo_dup(list)); }
  Addresses copy() const noexcept { return copy_of(get()); }

  iterator begin() const noexcept { return iterator(get()); }
  iterator end() const noexcept { return iterator(); }
  bool empty() const noexcept { return list_ == nullptr; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(std::distance(begin(), end())); }
  Address front() const noexcept { return *begin(); }  // not of an empty one

  // The name that the addresses are of, behind all aliases, where Hints::flags had AI_CANONNAME; else NULL.
  const char *canonical_name() const noexcept { return empty() ? nullptr : get()->ai_canonname; }

  // The list, still owned by this; NULL if empty.
  const addrinfo *get() const noexcept { return list_.get(); }
  // The list, to be freed with dns_addrinfo_free() from now on. This is then empty.
  addrinfo *release() noexcept { return list_.release(); }

 private:
  struct Free {
    void operator()(addrinfo *list) const noexcept { dns_addrinfo_free(list); }
  };
  std::unique_ptr<addrinfo, Free> list_;
};

// --- What is asked for ---

// A text as the C API takes it, ended by NUL: made of a literal, a const char *, a std::string, or nullptr for none.
// (Not of a std::string_view, which need not end.) It points to what it was made of. Only for parameters.
class Text {
 public:
  Text(const char *text) noexcept : text_(text) {}
  Text(const std::string &text) noexcept : text_(text.c_str()) {}
  Text(std::nullptr_t) noexcept : text_(nullptr) {}
  const char *get() const noexcept { return text_; }

 private:
  const char *text_;
};

// How one lookup differs from others: {.family = AF_INET, .deadline = 2s}.
struct Hints {
  int family = AF_UNSPEC;      // or AF_INET, AF_INET6
  int socktype = SOCK_STREAM;  // or SOCK_DGRAM, SOCK_RAW; 0: one entry for each of them
  int protocol = 0;            // or an IPPROTO_* value that goes with socktype
  int flags = 0;               // AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV, AI_PASSIVE, AI_ADDRCONFIG, ...

  // From now; none: the context's (Options::deadline). One that is over already, as a negative one, counts as 1 ms.
  std::optional<std::chrono::milliseconds> deadline = {};
};

// How one query for records (records.hpp) differs from others.
struct QueryHints {
  bool search = false;                                     // apply the search list
  std::optional<std::chrono::milliseconds> deadline = {};  // as in Hints
};

// How one connect (connect.hpp) differs from others; see struct dns_connect_options.
struct ConnectHints {
  int family = AF_UNSPEC;  // or AF_INET, AF_INET6
  int flags = 0;           // AI_NUMERICHOST, AI_NUMERICSERV, AI_ADDRCONFIG, ...
  std::chrono::milliseconds attempt_delay = std::chrono::milliseconds(250);
  std::optional<std::chrono::milliseconds> deadline = {};  // as in Hints; for the lookup and the connection together
};

// What a context is made with. The fields and their defaults are those of struct dns_options, where each is explained.
struct Options {
  std::optional<std::string> servers = {};      // "192.0.2.1, [2001:db8::1]:5353"; none: those of resolv_conf
  std::optional<std::string> resolv_conf = {};  // path; none: /etc/resolv.conf
  std::optional<std::string> hosts_file = {};   // path; none: /etc/hosts; "": no hosts file
  std::chrono::milliseconds timeout = std::chrono::seconds(2);  // of a server's first try
  unsigned tries = 3;                                           // per server
  std::chrono::milliseconds deadline = std::chrono::seconds(10);
  std::chrono::milliseconds resolution_delay = std::chrono::milliseconds(50);  // kUntilDeadline: as long as it takes
  unsigned max_inflight = 0;                                                   // 0: as many as get no reply lost
  std::size_t cache_bytes = std::size_t{4} << 20;                              // 0: no cache
  std::chrono::seconds max_ttl = std::chrono::hours(24);
  std::chrono::seconds max_negative_ttl = std::chrono::minutes(15);
  std::chrono::seconds max_stale = std::chrono::seconds(0);  // 0: stale data is never given
  bool tcp = false;                                          // ask by TCP only
  bool no_search = false;                                    // names are asked for as they are
  bool rotate = false;                                       // the servers share the queries

  static constexpr std::chrono::milliseconds kUntilDeadline = std::chrono::milliseconds::max();
};

// --- Lookups ---

namespace detail {
class Call;
}

// A lookup that was started with a callback. Destroying it, or giving it another lookup, cancels the lookup: its
// callback then never runs, and is destroyed before that returns; if the callback is what does it, when it has
// returned. After its end that does nothing. Move-only.
//
// The callback is also destroyed as soon as it has run for the last time, whatever becomes of the Lookup; so a callback
// may well own the object that owns the Lookup.
class [[nodiscard]] Lookup {
 public:
  Lookup() = default;
  Lookup(Lookup &&other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  Lookup &operator=(Lookup &&other) noexcept {
    if (this != &other) {
      cancel();
      call_ = std::exchange(other.call_, nullptr);
    }
    return *this;
  }
  ~Lookup() { cancel(); }

  // Whether there is one to cancel: it was started, and its callback has not been called (for the last time).
  bool pending() const noexcept;
  void cancel() noexcept;

  // Lets it go on by itself, and calls back. What the callback refers to must then live until that, or until the
  // context is shut down.
  void detach() noexcept;

 private:
  friend class Resolver;
  explicit Lookup(detail::Call *call) noexcept : call_(call) {}

  detail::Call *call_ = nullptr;
};

// A callback of a whole result.
template <class F>
concept ResultCallback = std::constructible_from<std::decay_t<F>, F> && std::move_constructible<std::decay_t<F>> &&
                         std::invocable < std::decay_t<F>
&, Result < Addresses >> ;

// A callback of a result in parts; the bool says whether another call follows.
template <class F>
concept StreamCallback = std::constructible_from<std::decay_t<F>, F> && std::move_constructible<std::decay_t<F>> &&
                         std::invocable < std::decay_t<F>
&, Result<Addresses>, bool > ;

class Resolution;  // In coro.hpp.
class AddressStream;
class Answer;  // In records.hpp.
template <class Record>
class Records;
template <class T>
class Query;
class Connecting;  // In connect.hpp.

// --- The resolver ---

// Starts lookups on one loop. All Resolvers of a loop share the loop's context, with its servers and its cache.
// Move-only; of one that was moved from, nothing but destruction and assignment makes sense.
//
// Lookups do not need their Resolver: it may go before them.
class Resolver {
 public:
  // Joins the loop's context; where there is none, the first lookup makes it with the defaults. Destroying this
  // Resolver leaves the context as it is. NULL is the default loop.
  explicit Resolver(struct ev_loop *loop = nullptr) noexcept : loop_(loop) {}

  // Makes the loop's context, and ends it when destroyed, as shutdown() does; that must be before the loop is
  // destroyed. Errors are those of dns_init(): DNS_EBADNAME for the servers, DNS_ESYSTEM where the loop has a context
  // already, ...
  static Result<Resolver> make(struct ev_loop *loop, const Options &options) noexcept {
    const int status = init(loop, options);
    if (status != DNS_OK) return static_cast<dns_status>(status);
    Resolver resolver(loop);
    resolver.owns_context_ = true;
    return resolver;
  }
#if defined(__cpp_exceptions)
  // The same. Throws std::system_error with such an error.
  Resolver(struct ev_loop *loop, const Options &options) : Resolver(loop) {
    const int status = init(loop, options);
    if (status != DNS_OK) throw std::system_error(static_cast<dns_status>(status), "dns_cares::Resolver");
    owns_context_ = true;
  }
#endif

  Resolver(Resolver &&other) noexcept : loop_(other.loop_), owns_context_(std::exchange(other.owns_context_, false)) {}
  Resolver &operator=(Resolver &&other) noexcept {
    if (this != &other) {
      end();
      loop_ = other.loop_;
      owns_context_ = std::exchange(other.owns_context_, false);
    }
    return *this;
  }
  ~Resolver() { end(); }

  // Starts a lookup.
  //
  // name, service  as for dns_resolve_async(): a host name or literal address, and a port or the name of a service;
  //                nullptr for none. Copied.
  // callback       anything that can be called with a Result<Addresses> and moved, also what is move-only: it is called
  //                with the addresses or with an error, any of dns_category(). It is stored in the one allocation that
  //                this makes beside the library's.
  //
  // The Lookup is not pending() only for no memory; the callback is then never called.
  template <ResultCallback F>
  Lookup resolve(Text name, Text service, const Hints &hints, F &&callback) noexcept;
  template <ResultCallback F>
  Lookup resolve(Text name, Text service, F &&callback) noexcept {
    return resolve(name, service, Hints(), std::forward<F>(callback));
  }

  // The same in parts (RFC 8305 section 3), for programs that begin to connect before both families' addresses are
  // there: the callback is called with a Result<Addresses> and a bool that says whether another call follows. Every
  // call but the last has addresses; the last one has the rest, or the error that says why there is none. See
  // dns_resolve_stream(), which is what is called.
  template <StreamCallback F>
  Lookup stream(Text name, Text service, const Hints &hints, F &&callback) noexcept;
  template <StreamCallback F>
  Lookup stream(Text name, Text service, F &&callback) noexcept {
    return stream(name, service, Hints(), std::forward<F>(callback));
  }

  // For coroutines; these are explained in coro.hpp, which must be included for them:
  //   Result<Addresses> result = co_await resolver.resolve("example.com", "https", {.deadline = 2s});
  Resolution resolve(Text name, Text service = nullptr, const Hints &hints = {}) noexcept;
  AddressStream stream(Text name, Text service = nullptr, const Hints &hints = {}) noexcept;
#if defined(__cpp_lib_jthread)
  Resolution resolve(Text name, Text service, const Hints &hints, std::stop_token stop) noexcept;
  AddressStream stream(Text name, Text service, const Hints &hints, std::stop_token stop) noexcept;
#endif

  // For coroutines with records.hpp and connect.hpp, which must be included for them:
  //   Result<Records<Mx>> mx = co_await resolver.query<Mx>("example.com");
  //   Result<Answer> answer = co_await resolver.query("example.com", DNS_TYPE_MX);
  //   Result<Socket> socket = co_await resolver.connect("example.com", "https", {.deadline = 5s});
  Query<Answer> query(Text name, int type, const QueryHints &hints = {}) noexcept;
  template <class Record>
  Query<Records<Record>> query(Text name, const QueryHints &hints = {}) noexcept;
  Connecting connect(Text host, Text service, const ConnectHints &hints = {}) noexcept;
#if defined(__cpp_lib_jthread)
  Query<Answer> query(Text name, int type, const QueryHints &hints, std::stop_token stop) noexcept;
  template <class Record>
  Query<Records<Record>> query(Text name, const QueryHints &hints, std::stop_token stop) noexcept;
  Connecting connect(Text host, Text service, const ConnectHints &hints, std::stop_token stop) noexcept;
#endif

  // Drops what the context has cached: everything, or one name.
  void flush_cache() noexcept { dns_cache_flush(loop_); }
  void forget(Text name) noexcept { dns_cache_forget(loop_, name.get()); }

  // Ends the context: each outstanding lookup on the loop, whoever started it, is called back with DNS_ESHUTDOWN before
  // this returns. The next lookup makes a new one with the defaults.
  void shutdown() noexcept { dns_shutdown(loop_); }

  // As it was given; for dns_get_stats() and the rest of the C API.
  struct ev_loop *loop() const noexcept {
    return loop_;
  }

 private:
  static int init(struct ev_loop *loop, const Options &options) noexcept;
  void end() noexcept {
    if (std::exchange(owns_context_, false)) shutdown();
  }

  struct ev_loop *loop_;
  bool owns_context_ = false;
};

// --- The rest is how it is done ---

namespace detail {

class DNS_CARES_API Category final : public std::error_category {
 public:
  constexpr Category() noexcept {}
  const char *name() const noexcept override { return "dns"; }
  std::string message(int status) const override { return dns_strerror(status); }
  std::error_condition default_error_condition(int status) const noexcept override {
    switch (status) {
      case DNS_ETIMEOUT:
        return std::errc::timed_out;
      case DNS_ECONNREFUSED:
        return std::errc::connection_refused;
      case DNS_ENOMEM:
        return std::errc::not_enough_memory;
      case DNS_EBADRESP:
        return std::errc::bad_message;
      case DNS_ENOTIMP:
        return std::errc::not_supported;
      case DNS_EREFUSED:
        return std::errc::permission_denied;
      case DNS_EBADFAMILY:
        return std::errc::address_family_not_supported;
      case DNS_ESOCKTYPE:
        return std::errc::wrong_protocol_type;
      case DNS_EBADNAME:
      case DNS_EBADFLAGS:
      case DNS_ESERVICE:
        return std::errc::invalid_argument;
      case DNS_ESHUTDOWN:
        return std::errc::operation_canceled;
      default:
        return {status, *this};
    }
  }
};

// A category is its address: there is one in the program, also if shared libraries of it hide their symbols.
struct DNS_CARES_API TheCategory {
  static inline constinit const Category instance;
};

// What a callback of the C API says, as a Result that keeps the addresses.
inline Result<Addresses> to_result(int status, const addrinfo *ai) noexcept {
  if (status != DNS_OK) return static_cast<dns_status>(status);
  return Addresses(dns_addrinfo_take(ai));
}

// To what the C API counts in, at most `UINT_MAX`, which is its "for ever".
template <class Duration>
unsigned to_count(Duration duration) noexcept {
  return static_cast<unsigned>(std::clamp<long long>(duration.count(), 0, UINT_MAX));
}

inline addrinfo to_addrinfo(const Hints &hints) noexcept {
  addrinfo result{};
  result.ai_flags = hints.flags;
  result.ai_family = hints.family;
  result.ai_socktype = hints.socktype;
  result.ai_protocol = hints.protocol;
  return result;
}

// 0, the context's, only where none was given.
inline unsigned deadline_ms(const std::optional<std::chrono::milliseconds> &deadline) noexcept {
  return deadline ? std::max(to_count(*deadline), 1U) : 0;
}

// The C API, with the arguments as they are here. NULL for no memory.
inline dns_request *start(struct ev_loop *loop, Text name, Text service, const Hints &hints, dns_result_cb cb,
                          void *arg) noexcept {
  const addrinfo as_addrinfo = to_addrinfo(hints);
  return dns_resolve(loop, name.get(), service.get(), &as_addrinfo, deadline_ms(hints.deadline), cb, arg);
}
inline dns_request *start(struct ev_loop *loop, Text name, Text service, const Hints &hints, dns_stream_cb cb,
                          void *arg) noexcept {
  const addrinfo as_addrinfo = to_addrinfo(hints);
  return dns_resolve_stream(loop, name.get(), service.get(), &as_addrinfo, deadline_ms(hints.deadline), cb, arg);
}

// A lookup and its callback, in one allocation.
//
// It is freed when neither a Lookup nor the library refers to it and no call of the callback runs; the callback itself
// is destroyed as soon as no call runs and none will come. (There may be two calls at once: one in parts may run the
// loop.)
class Call {
 public:
  Call(const Call &) = delete;
  Call &operator=(const Call &) = delete;

  bool pending() const noexcept { return request_ != nullptr; }
  void give_up() noexcept {  // by its Lookup
    has_owner_ = false;
    dns_cancel(std::exchange(request_, nullptr));
    tidy();
  }
  void detach() noexcept {
    has_owner_ = false;
    tidy();
  }

 protected:
  Call() = default;
  virtual ~Call() = default;
  virtual void destroy_callback() noexcept = 0;

  // Around each call of the callback.
  void enter(bool more) noexcept {
    if (!more) request_ = nullptr;
    ++running_;
  }
  void leave() noexcept {
    --running_;
    tidy();
  }

  dns_request *request_ = nullptr;  // null: no call will come

 private:
  void tidy() noexcept {
    if (running_ != 0 || pending()) return;
    ++running_;  // What the callback owned may give this up, too.
    destroy_callback();
    --running_;
    if (!has_owner_) delete this;
  }

  bool has_owner_ = true;
  unsigned running_ = 0;
};

template <class F>
class CallOf final : public Call {
 public:
  // Null for no memory.
  template <class G, class... How>
  static Call *start(G &&callback, void (*cb)(How...), struct ev_loop *loop, Text name, Text service,
                     const Hints &hints) noexcept {
    auto *call = new (std::nothrow) CallOf(std::forward<G>(callback));
    if (call == nullptr) return nullptr;
    call->request_ = detail::start(loop, name, service, hints, cb, call);
    if (call->pending()) return call;
    call->give_up();
    return nullptr;
  }

  static void on_result(int status, const addrinfo *ai, void *arg) noexcept {
    auto *self = static_cast<CallOf *>(arg);
    self->enter(false);
    (*self->callback_)(to_result(status, ai));
    self->leave();
  }
  static void on_part(int status, const addrinfo *ai, int more, void *arg) noexcept {
    auto *self = static_cast<CallOf *>(arg);
    self->enter(more != 0);
    (*self->callback_)(to_result(status, ai), more != 0);
    self->leave();
  }

 private:
  template <class G>
  explicit CallOf(G &&callback) : callback_(std::in_place, std::forward<G>(callback)) {}
  void destroy_callback() noexcept override { callback_.reset(); }

  std::optional<F> callback_;
};

}  // namespace detail

inline const std::error_category &dns_category() noexcept { return detail::TheCategory::instance; }

inline bool Lookup::pending() const noexcept { return call_ != nullptr && call_->pending(); }

inline void Lookup::cancel() noexcept {
  if (call_ != nullptr) std::exchange(call_, nullptr)->give_up();
}

inline void Lookup::detach() noexcept {
  if (call_ != nullptr) std::exchange(call_, nullptr)->detach();
}

template <ResultCallback F>
Lookup Resolver::resolve(Text name, Text service, const Hints &hints, F &&callback) noexcept {
  using Call = detail::CallOf<std::decay_t<F>>;
  return Lookup(Call::start(std::forward<F>(callback), Call::on_result, loop_, name, service, hints));
}

template <StreamCallback F>
Lookup Resolver::stream(Text name, Text service, const Hints &hints, F &&callback) noexcept {
  using Call = detail::CallOf<std::decay_t<F>>;
  return Lookup(Call::start(std::forward<F>(callback), Call::on_part, loop_, name, service, hints));
}

inline int Resolver::init(struct ev_loop *loop, const Options &options) noexcept {
  const auto text = [](const std::optional<std::string> &of) { return of ? of->c_str() : nullptr; };
  dns_options plain;
  dns_options_init(&plain);
  plain.servers = text(options.servers);
  plain.resolv_conf = text(options.resolv_conf);
  plain.hosts_file = text(options.hosts_file);
  plain.timeout_ms = detail::to_count(options.timeout);
  plain.tries = options.tries;
  plain.deadline_ms = detail::to_count(options.deadline);
  plain.resolution_delay_ms = detail::to_count(options.resolution_delay);
  plain.max_inflight = options.max_inflight;
  plain.cache_bytes = options.cache_bytes;
  plain.max_ttl_s = detail::to_count(options.max_ttl);
  plain.max_negative_ttl_s = detail::to_count(options.max_negative_ttl);
  plain.max_stale_s = detail::to_count(options.max_stale);
  plain.tcp = options.tcp;
  plain.no_search = options.no_search;
  plain.rotate = options.rotate;
  return dns_init(loop, &plain);
}

}  // namespace v0
}  // namespace dns_cares

#endif  // DNS_CARES_RESOLVER_HPP
