/* evloop.h: a thin C layer over a libev loop.
 *
 * What it is for: watching file descriptors and timers on a `struct ev_loop` without including <ev.h>.
 * dns_cares drives c-ares through these same calls. A program with a raw loop of its own (the default
 * loop or one of `ev_loop_new()`) passes it as it is, and may mix these watchers with its own.
 *
 * Thread: every call on a loop, or on a watcher of that loop, is made on the thread that runs that loop. The one
 * exception is evloop_async_send().
 *
 * Reentrancy: every call is safe inside any callback, the watcher's own included: a callback may stop its
 * own watcher, stop others (also ones whose event is pending: their callback then does not run), and
 * start a new watcher on the same file descriptor.
 *
 * Lifetime: a watcher lives from its start to its stop, and keeps `evloop_run()` going while it watches for
 * something (a timer, while it is armed). Stop all watchers before `ev_loop_destroy()`.
 *
 * `loop` may be NULL everywhere and is then the default loop. No call lets an exception out.
 */
#ifndef DNS_CARES_EVLOOP_H
#define DNS_CARES_EVLOOP_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef DNS_CARES_API
#if defined(__GNUC__) || defined(__clang__)
#define DNS_CARES_API __attribute__((visibility("default")))
#else
#define DNS_CARES_API
#endif
#endif

struct ev_loop;
struct evloop_io;
struct evloop_timer;
struct evloop_async;

#define EVLOOP_READ 0x01  /* the value of EV_READ */
#define EVLOOP_WRITE 0x02 /* the value of EV_WRITE */

/* Called each time `fd` is ready. `revents` has EVLOOP_READ, EVLOOP_WRITE or both: what is ready now. An
 * fd that is closed already when its watcher is started or updated, or that libev finds unusable, is reported
 * once as all the events asked for, so that the next read or write on it tells why; its watcher is then inactive
 * until updated or stopped. Stop a watcher before you close its fd: most of libev's backends cannot notice. */
typedef void (*evloop_io_cb)(int fd, int revents, void *arg);

/* Called each time the timer goes off. */
typedef void (*evloop_timer_cb)(void *arg);

/* Called after evloop_async_send(). */
typedef void (*evloop_async_cb)(void *arg);

/* The default loop, made on first use. NULL when libev has no usable backend. */
DNS_CARES_API struct ev_loop *evloop_get_default(void);

/* A loop of one's own: for a thread of its own, say. Without memory or a usable backend, NULL. */
DNS_CARES_API struct ev_loop *evloop_new(void);

/* Destroys a loop that evloop_new() made, and what dns_cares has on it; not from within its evloop_run(). NULL is
 * fine. */
DNS_CARES_API void evloop_destroy(struct ev_loop *loop);

/* Runs the loop until nothing keeps it alive or evloop_break() is called. Calls may be nested. */
DNS_CARES_API void evloop_run(struct ev_loop *loop);

/* Makes the innermost evloop_run() of this loop return once the callbacks now pending have been called. */
DNS_CARES_API void evloop_break(struct ev_loop *loop);

/* Starts watching `fd` for `events` (EVLOOP_READ, EVLOOP_WRITE, both, or 0: nothing until updated).
 * Returns NULL, with nothing started, for a negative fd, an unknown event bit, a NULL cb or no memory. */
DNS_CARES_API struct evloop_io *evloop_io_start(struct ev_loop *loop, int fd, int events, evloop_io_cb cb, void *arg);

/* Changes the events watched for; 0 pauses. Unknown bits are ignored. NULL is fine. */
DNS_CARES_API void evloop_io_update(struct evloop_io *io, int events);

/* Stops and frees. The callback does not run again. NULL is fine. */
DNS_CARES_API void evloop_io_stop(struct evloop_io *io);

/* Starts a timer that goes off `after` seconds from the loop's idea of now (`ev_now()`: the time at which
 * the loop last woke up) and then every `repeat` seconds; with `repeat` 0 it goes off once and stays
 * allocated until stopped. A negative or not-a-number time counts as 0. Returns NULL, with nothing
 * started, for a NULL cb or no memory. */
DNS_CARES_API struct evloop_timer *evloop_timer_start(struct ev_loop *loop, double after, double repeat,
                                                      evloop_timer_cb cb, void *arg);

/* Starts the timer afresh with new times, whether it was armed or had gone off. NULL is fine. */
DNS_CARES_API void evloop_timer_reschedule(struct evloop_timer *timer, double after, double repeat);

/* Stops and frees. The callback does not run again. NULL is fine. */
DNS_CARES_API void evloop_timer_stop(struct evloop_timer *timer);

/* Starts waiting for word from other threads. Returns NULL, with nothing started, for a NULL cb or no memory. */
DNS_CARES_API struct evloop_async *evloop_async_start(struct ev_loop *loop, evloop_async_cb cb, void *arg);

/* Wakes the loop up, on which the callback then runs: once for any number of sends until it does. What the sending
 * thread did before, the callback sees. Any thread, and signal handlers; the caller sees to it that the watcher is not
 * stopped before this has returned. NULL is fine. */
DNS_CARES_API void evloop_async_send(struct evloop_async *async);

/* Stops and frees. The callback does not run again. NULL is fine. */
DNS_CARES_API void evloop_async_stop(struct evloop_async *async);

#ifdef __cplusplus
}
#endif

#endif /* DNS_CARES_EVLOOP_H */
