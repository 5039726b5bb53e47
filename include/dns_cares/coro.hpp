// coro.hpp: lookups that a coroutine waits for.
//
//   dns_cares::Task<> fetch(dns_cares::Resolver &resolver) {
//     dns_cares::Result<dns_cares::Addresses> result =
//         co_await resolver.resolve("example.com", "https", {.deadline = 2s});
//     if (result) ...
//   }
//
// resolver.resolve() starts a lookup, and co_await waits for it; so two lookups are under way at once when both are
// started before the first is waited for. The coroutine may be of any type, Task below or the program's own.
//
// The coroutine is resumed by the loop, exactly once, and never from within the call that started the lookup. (The
// exceptions: for no memory to start it with there is no wait, and the result is DNS_ENOMEM; dns_shutdown() and
// ev_loop_destroy() resume with DNS_ESHUTDOWN before they return.) It may then do anything that a callback may.
//
// Destroying a coroutine that waits cancels its lookup. A lookup that was started with a std::stop_token,
// resolver.resolve(name, service, hints, token), ends with std::errc::operation_canceled when a stop is requested,
// which any thread may do: the coroutine is always resumed on the loop's thread, in a later turn.
//
// A lookup's state is within the object that resolve() returns, and thereby in the coroutine: nothing is allocated but
// what the C API allocates.
#ifndef DNS_CARES_CORO_HPP
#define DNS_CARES_CORO_HPP

#include <array>
#include <coroutine>
#include <exception>
#include <functional>

#include "dns_cares/resolver.hpp"

namespace dns_cares {
inline namespace v0 {

namespace detail {

// Carries a stop request from whichever thread it is made on to the loop.
class StopLink {
 public:
  StopLink() = default;
  StopLink(const StopLink &) = delete;
  StopLink &operator=(const StopLink &) = delete;
  ~StopLink() { disconnect(); }

#if defined(__cpp_lib_jthread)
  // From now on until disconnect(), has on_stop(arg) called on the loop once a stop is requested, or if it was already.
  // False: no memory.
  bool connect(struct ev_loop *loop, std::stop_token stop, evloop_async_cb on_stop, void *arg) noexcept {
    if (!stop.stop_possible()) return true;
    async_ = evloop_async_start(loop, on_stop, arg);
    if (async_ == nullptr) return false;
    request_.emplace(std::move(stop), Send{async_});
    return true;
  }
#endif
  void disconnect() noexcept {
#if defined(__cpp_lib_jthread)
    request_.reset();  // Waits for a request that another thread is just making.
    evloop_async_stop(std::exchange(async_, nullptr));
#endif
  }

 private:
#if defined(__cpp_lib_jthread)
  struct Send {
    void operator()() const noexcept { evloop_async_send(async); }
    evloop_async *async;
  };
  std::optional<std::stop_callback<Send>> request_;
  evloop_async *async_ = nullptr;
#endif
};

// A request of the C API under way, and the coroutine that waits for it, if one does already.
template <class Request, void (*kCancel)(Request *)>
class Awaited {
 public:
  Awaited(const Awaited &) = delete;
  Awaited &operator=(const Awaited &) = delete;

 protected:
  Awaited() = default;
  ~Awaited() { kCancel(request_); }

  bool pending() const noexcept { return request_ != nullptr; }
  void set_waiting(std::coroutine_handle<> coroutine) noexcept { waiting_ = coroutine; }
  // No call will come.
  void ended() noexcept {
    request_ = nullptr;
    stop_link_.disconnect();
  }
  void cancel() noexcept {
    kCancel(request_);
    ended();
  }
  // The last thing done with this object: the coroutine may end, and this with it.
  void resume() noexcept {
    if (waiting_) std::exchange(waiting_, nullptr).resume();
  }

  Request *request_ = nullptr;
  StopLink stop_link_;

 private:
  std::coroutine_handle<> waiting_;
};

inline std::error_code stopped() noexcept { return std::make_error_code(std::errc::operation_canceled); }

// The same with one result, for co_await.
template <class T, class Request, void (*kCancel)(Request *)>
class AwaitedResult : private Awaited<Request, kCancel> {
 public:
  bool await_ready() const noexcept { return !this->pending(); }
  void await_suspend(std::coroutine_handle<> coroutine) noexcept { this->set_waiting(coroutine); }
  Result<T> await_resume() noexcept { return std::move(result_); }

 protected:
  // NULL: it could not be started, for no memory.
  void started(Request *request) noexcept { this->request_ = request; }
#if defined(__cpp_lib_jthread)
  void stop_with(struct ev_loop *loop, std::stop_token &&stop) noexcept {
    if (this->pending() && !this->stop_link_.connect(loop, std::move(stop), on_stop, this)) this->cancel();
  }
#endif
  void end(Result<T> &&result) noexcept {
    this->ended();
    result_ = std::move(result);
    this->resume();
  }

 private:
  static void on_stop(void *arg) noexcept {
    auto *self = static_cast<AwaitedResult *>(arg);
    self->cancel();
    self->end(stopped());
  }

  Result<T> result_ = DNS_ENOMEM;  // what it stays if nothing could be started
};

}  // namespace detail

// A lookup that was started by Resolver::resolve(). co_await gives a Result<Addresses>; it is awaited at most once, at
// any time after. Neither copied nor moved; destroying it cancels.
class [[nodiscard]] Resolution : public detail::AwaitedResult<Addresses, dns_request, dns_cancel> {
 private:
  friend class Resolver;
  Resolution(struct ev_loop *loop, Text name, Text service, const Hints &hints) noexcept {
    started(detail::start(loop, name, service, hints, on_result, this));
  }
#if defined(__cpp_lib_jthread)
  Resolution(struct ev_loop *loop, Text name, Text service, const Hints &hints, std::stop_token &&stop) noexcept
      : Resolution(loop, name, service, hints) {
    stop_with(loop, std::move(stop));
  }
#endif
  static void on_result(int status, const addrinfo *ai, void *arg) noexcept {
    static_cast<Resolution *>(arg)->end(detail::to_result(status, ai));
  }
};

// A lookup that was started by Resolver::stream(): its addresses in parts, as they come (RFC 8305 section 3).
//
//   dns_cares::AddressStream stream = resolver.stream("example.com", "https");
//   while (stream.more()) {
//     dns_cares::Result<dns_cares::Addresses> part = co_await stream.next();
//     if (part) race.add(std::move(*part));
//   }
//
// There are one or two parts: all addresses in one, or those of the first family to come and then the rest. Every part
// but the last has addresses; the last one has addresses too, or the error that says why there are no (more).
//
// Neither copied nor moved; destroying it cancels.
class [[nodiscard]] AddressStream : private detail::Awaited<dns_request, dns_cancel> {
 public:
  class Next;

  // Whether there is another part: always before the first one.
  bool more() const noexcept { return pending() || given_ < come_; }

  // To be awaited at once: gives the next part as a Result<Addresses>, waiting for it if it has not come yet. By one
  // coroutine at a time. Only where more().
  Next next() noexcept;

 private:
  friend class Resolver;
  AddressStream(struct ev_loop *loop, Text name, Text service, const Hints &hints) noexcept {
    request_ = detail::start(loop, name, service, hints, on_part, this);
    if (!pending()) come_ = 1;
  }
#if defined(__cpp_lib_jthread)
  AddressStream(struct ev_loop *loop, Text name, Text service, const Hints &hints, std::stop_token &&stop) noexcept
      : AddressStream(loop, name, service, hints) {
    if (!pending() || stop_link_.connect(loop, std::move(stop), on_stop, this)) return;
    cancel();
    come_ = 1;
  }
#endif

  static void on_part(int status, const addrinfo *ai, int more, void *arg) noexcept {
    auto *self = static_cast<AddressStream *>(arg);
    if (more == 0) self->ended();
    self->add(detail::to_result(status, ai));
  }
  static void on_stop(void *arg) noexcept {
    auto *self = static_cast<AddressStream *>(arg);
    self->cancel();
    self->add(detail::stopped());
  }
  void add(Result<Addresses> &&part) noexcept {
    parts_[come_++] = std::move(part);
    resume();
  }

  // The first is what it stays if nothing could be started.
  std::array<Result<Addresses>, 2> parts_ = {Result<Addresses>(DNS_ENOMEM), Result<Addresses>(DNS_ENOMEM)};
  unsigned char come_ = 0;
  unsigned char given_ = 0;
};

class [[nodiscard]] AddressStream::Next {
 public:
  bool await_ready() const noexcept { return stream_.given_ < stream_.come_; }
  void await_suspend(std::coroutine_handle<> coroutine) noexcept { stream_.set_waiting(coroutine); }
  Result<Addresses> await_resume() noexcept { return std::move(stream_.parts_[stream_.given_++]); }

 private:
  friend class AddressStream;
  explicit Next(AddressStream &stream) noexcept : stream_(stream) {}
  AddressStream &stream_;
};

inline AddressStream::Next AddressStream::next() noexcept { return Next(*this); }

inline Resolution Resolver::resolve(Text name, Text service, const Hints &hints) noexcept {
  return Resolution(loop_, name, service, hints);
}
inline AddressStream Resolver::stream(Text name, Text service, const Hints &hints) noexcept {
  return AddressStream(loop_, name, service, hints);
}
#if defined(__cpp_lib_jthread)
inline Resolution Resolver::resolve(Text name, Text service, const Hints &hints, std::stop_token stop) noexcept {
  return Resolution(loop_, name, service, hints, std::move(stop));
}
inline AddressStream Resolver::stream(Text name, Text service, const Hints &hints, std::stop_token stop) noexcept {
  return AddressStream(loop_, name, service, hints, std::move(stop));
}
#endif

// --- A coroutine to do it in ---

template <class T>
class Task;

namespace detail {

// What the promises of all Tasks have.
class TaskPromise {
 public:
  std::suspend_never initial_suspend() const noexcept { return {}; }

  // On with whoever waits for this Task, if somebody does.
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      const std::coroutine_handle<> waiting = finished.promise().waiting_;
      return waiting ? waiting : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  Final final_suspend() const noexcept { return {}; }

  void unhandled_exception() noexcept { exception_ = std::current_exception(); }
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

  std::coroutine_handle<> waiting_;

 private:
  std::exception_ptr exception_;
};

template <class T>
class TaskPromiseOf : public TaskPromise {
 public:
  Task<T> get_return_object() noexcept;
  template <class U = T>
  void return_value(U &&value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    rethrow();
    return *std::move(value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromiseOf<void> : public TaskPromise {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const { rethrow(); }
};

}  // namespace detail

// A coroutine that gives a T: a small one, for programs that have no coroutine type of their own. It starts at once and
// runs up to where it first waits; so tasks that are made one after the other are under way at once. It is awaited
// (at most once) or asked for its result() when done().
//
// Destroying a Task destroys its coroutine: what it waits for is cancelled. An exception that leaves the coroutine is
// thrown where it is awaited, and by result(). Move-only. Everything on one thread.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromiseOf<T>;

  Task(Task &&other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  Task &operator=(Task &&other) noexcept {
    if (this != &other) {
      destroy();
      coroutine_ = std::exchange(other.coroutine_, nullptr);
    }
    return *this;
  }
  ~Task() { destroy(); }

  bool done() const noexcept { return coroutine_.done(); }
  // What it has returned; once, and only where done().
  T result() { return coroutine_.promise().take(); }

  // For co_await.
  bool await_ready() const noexcept { return done(); }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { coroutine_.promise().waiting_ = waiting; }
  T await_resume() { return result(); }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
  void destroy() noexcept {
    if (coroutine_) std::exchange(coroutine_, nullptr).destroy();
  }

  std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

template <class T>
Task<T> TaskPromiseOf<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromiseOf>::from_promise(*this));
}
inline Task<void> TaskPromiseOf<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromiseOf>::from_promise(*this));
}

}  // namespace detail

}  // namespace v0
}  // namespace dns_cares

#endif  // DNS_CARES_CORO_HPP
