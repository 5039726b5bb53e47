/* dns_cares.h: host names to addresses on a libev loop, without ever blocking it.
 *
 *     static void on_result(int status, const struct addrinfo *ai, void *arg) { ... }
 *
 *     dns_resolve_async(loop, "example.com", "https", AF_UNSPEC, SOCK_STREAM, 0, on_result, arg);
 *     ev_run(loop, 0);
 *
 * What holds for every call, however a lookup ends (a literal, the hosts file, an answer, an error, a timeout,
 * no memory, a bad argument):
 *
 *   - Exactly once. Each started lookup calls back exactly once, or never if it was cancelled first.
 *   - Never inline. The callback runs from a later turn of the loop, never before the call that started
 *     the lookup has returned. The one exception is the end of a context: dns_shutdown() and
 *     ev_loop_destroy() call back what is outstanding with DNS_ESHUTDOWN before they return.
 *   - On the loop's thread only. All calls for one loop are made on the thread that runs it; different
 *     loops may run in different threads side by side.
 *   - Anything goes inside a callback: start and cancel lookups, dns_shutdown(), ev_break(), a nested
 *     ev_run(). (Not ev_loop_destroy(): libev allows it only outside ev_run().)
 *   - The deadline is absolute: a lookup ends by it, with search list, retries and queueing included.
 *   - With no lookup outstanding, nothing of dns_cares keeps ev_run() from returning.
 *   - After a fork, and ev_loop_fork() in the child, lookups in flight go on in both processes, each with sockets of
 *     its own.
 *
 * No exception leaves the library. `loop` may be NULL everywhere and is then the default loop.
 */
#ifndef DNS_CARES_DNS_CARES_H
#define DNS_CARES_DNS_CARES_H

#include <netdb.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

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
struct addrinfo; /* complete in <netdb.h> under POSIX.1-2001 or later */

/* How a lookup ended, and what the functions that return an int return. */
enum dns_status {
  DNS_OK = 0,
  DNS_ENOTFOUND,    /* the name does not exist (NXDOMAIN), or is not a numeric address where one was asked for */
  DNS_ENODATA,      /* the name exists, but has no address of the family, or no record of the type, that was asked
                       for (RFC 2308 section 2.2) */
  DNS_ETIMEOUT,     /* no answer within the tries or by the deadline */
  DNS_ESERVFAIL,    /* the servers answered SERVFAIL, or a code that makes no sense for a lookup */
  DNS_EREFUSED,     /* the servers answered REFUSED */
  DNS_EFORMERR,     /* the server answered FORMERR: it could not read the query */
  DNS_ENOTIMP,      /* the servers answered NOTIMP */
  DNS_EBADRESP,     /* the reply was malformed, or its CNAME records run in a circle */
  DNS_ECONNREFUSED, /* no server could be reached: port closed, connection reset, network unreachable */
  DNS_EBADNAME,     /* hostname malformed: empty, an empty label, a label over 63 or a name over 255 octets (RFC
                       1035 section 2.3.4), a character of ASCII other than letters, digits, '-', '_', '/', '*', or
                       beyond ASCII what IDNA2008 does not allow, or all if the library is without libidn2 */
  DNS_EBADFAMILY,   /* family is none of AF_UNSPEC, AF_INET, AF_INET6, or a literal is of the other one */
  DNS_EBADFLAGS,    /* unknown bit in ai_flags, AI_CANONNAME without a hostname, unknown option, or a type that is
                       none of records */
  DNS_ESERVICE,     /* unknown service, or not one of this socktype, or not numeric where it must be */
  DNS_ESOCKTYPE,    /* unknown socktype, or a protocol that does not go with it */
  DNS_ENOMEM,       /* no memory */
  DNS_ESHUTDOWN,    /* dns_shutdown() or ev_loop_destroy() ended the lookup */
  DNS_ESYSTEM,      /* a system call or c-ares failed in a way that is none of the above */
  DNS_ECONNECT      /* addresses were found, and none of them could be connected to: dns_connect() in connect.h */
};

/* A short English text for a status. Never NULL, also for an unknown status. Static storage; any thread. */
DNS_CARES_API const char *dns_strerror(int status);

/* The nearest EAI_* code of getaddrinfo(3); 0 for DNS_OK, EAI_FAIL for an unknown status. Any thread. */
DNS_CARES_API int dns_status_to_eai(int status);

/* Gets the result of one lookup. `ai` is not NULL if and only if `status` is DNS_OK; it is valid only until
 * the callback returns (dns_addrinfo_take() keeps it). Called on the loop's thread. */
typedef void (*dns_result_cb)(int status, const struct addrinfo *ai, void *arg);

/* Starts a lookup: the one call most programs need.
 *
 * hostname  a host name, or a literal address: IPv6 with or without %scope, IPv4 in every form that
 *           inet_aton(3) takes. A name beyond ASCII is in UTF-8, whatever the locale, and is looked up by its
 *           A-labels as IDNA2008 has it (RFC 5891), capitals and widths mapped (RFC 5895); canonical names are
 *           in A-labels. NULL, as for getaddrinfo(3), means this host's loopback addresses; service must
 *           then not be NULL.
 * service   NULL, a decimal port, or a name of the services database
 * family    AF_UNSPEC, AF_INET or AF_INET6
 * socktype  0 (one entry for each of stream, datagram and raw), SOCK_STREAM, SOCK_DGRAM or SOCK_RAW
 * protocol  0 or an IPPROTO_* value that goes with socktype
 * cb, arg   cb(status, ai, arg) is called exactly once. A NULL cb starts nothing.
 *
 * The strings are copied. Errors, those of the arguments included, are given to cb: any of enum dns_status.
 * The lookup's flags are 0 and its deadline the context's. Without memory for the lookup, cb gets DNS_ENOMEM all
 * the same, from a reserve for 256 lookups at once in the whole process; beyond that it is called before this
 * function returns, and never else. */
DNS_CARES_API void dns_resolve_async(struct ev_loop *loop, const char *hostname, const char *service, int family,
                                     int socktype, int protocol, dns_result_cb cb, void *arg);

/* A lookup that was started and has not yet called back. */
struct dns_request;

/* The same with a handle, flags and a deadline of its own.
 *
 * hints        as for getaddrinfo(3): ai_flags (AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV, AI_PASSIVE,
 *              AI_ADDRCONFIG, AI_V4MAPPED, AI_ALL), ai_family, ai_socktype, ai_protocol; the rest is ignored.
 *              NULL: all 0. Not kept.
 * deadline_ms  milliseconds from now; 0: the context's
 *
 * Returns the handle, valid until cb has been entered or the lookup is cancelled. NULL only for no memory
 * or a NULL cb; cb is then not called. */
DNS_CARES_API struct dns_request *dns_resolve(struct ev_loop *loop, const char *hostname, const char *service,
                                              const struct addrinfo *hints, unsigned deadline_ms, dns_result_cb cb,
                                              void *arg);

/* Gets the result of one lookup in parts. `more` is 1 while another call follows. `ai` is as for dns_result_cb. */
typedef void (*dns_stream_cb)(int status, const struct addrinfo *ai, int more, void *arg);

/* The same for programs that begin to connect before both families' addresses are there (RFC 8305 section 3). With
 * family AF_UNSPEC, cb is called with IPv6 addresses as soon as they have come, and with IPv4 ones when IPv6 ones have
 * not come within resolution_delay_ms; what comes later is given in a second call. Addresses that are there together
 * are given together, in the order of RFC 6724.
 *
 * Every call but the last has DNS_OK, addresses and more = 1. The last one has more = 0 and either DNS_OK with the last
 * addresses, or the status that says why there are no (more): DNS_ENODATA where the other family has none, DNS_ETIMEOUT
 * at the deadline, and so on. So a lookup whose addresses come at once makes one call, one that fails makes one, and
 * none makes more than two. A call may come from within the one before it only if that runs the loop or ends the
 * context.
 *
 * The handle is valid until the last call has been entered or the lookup is cancelled, which may also be done between
 * the calls and within one. The rest is as for dns_resolve(). */
DNS_CARES_API struct dns_request *dns_resolve_stream(struct ev_loop *loop, const char *hostname, const char *service,
                                                     const struct addrinfo *hints, unsigned deadline_ms,
                                                     dns_stream_cb cb, void *arg);

/* Cancels a lookup. When it returns, the callback will never run and its arg may be freed. Other lookups are not
 * disturbed. NULL is fine, and so is the handle whose own callback is running now (nothing happens). */
DNS_CARES_API void dns_cancel(struct dns_request *request);

/* A copy of a result list, with names, to keep after the callback. NULL for no memory or for NULL. The copy is one
 * allocation and belongs to the caller, who frees it with dns_addrinfo_free(). Any thread. */
DNS_CARES_API struct addrinfo *dns_addrinfo_dup(const struct addrinfo *ai);

/* Takes a result list over, to keep it after the callback without a copy. `ai` is that of a callback which has
 * not returned yet; it then belongs to the caller, who frees it with
 * dns_addrinfo_free(). Returns it; NULL for NULL, for a list that was taken already and for one that
 * dns_addrinfo_dup() made. Not for lists that are not of dns_cares. */
DNS_CARES_API struct addrinfo *dns_addrinfo_take(const struct addrinfo *ai);

/* Frees what dns_addrinfo_dup() or dns_addrinfo_take() returned. NULL is fine. Not for the `ai` of a callback, nor for
 * getaddrinfo(3)'s lists. Any thread. */
DNS_CARES_API void dns_addrinfo_free(struct addrinfo *ai);

/* What a context is made with. Fill in with dns_options_init(), then change what is to differ. */
struct dns_options {
  size_t size;             /* sizeof(struct dns_options), set by dns_options_init(): lets the struct grow */
  const char *servers;     /* comma or space separated, asked in this order: "127.0.0.1:5353,[::1]:53,192.0.2.1".
                              NULL: the nameserver lines of resolv_conf, 127.0.0.1 when it has none */
  const char *resolv_conf; /* path; NULL: /etc/resolv.conf. A missing file counts as an empty one */
  const char *hosts_file;  /* path; NULL: /etc/hosts; "": none. A missing file counts as an empty one */
  unsigned timeout_ms;     /* 2000: milliseconds of a server's first try, doubled with each further one; c-ares 1.32
                              and later shortens it for a server that it has seen answer faster. 0: the default */
  unsigned tries;          /* 3: tries per server; 0: the default. Where this and timeout_ms are the default, the
                              options `attempts` and `timeout` of resolv_conf count */
  unsigned deadline_ms;    /* 10000: milliseconds per lookup, everything included; 0: the default */
  unsigned resolution_delay_ms; /* 50: how long one family's addresses wait for the other's (RFC 8305 section
                                   3), in milliseconds; UINT_MAX: until the deadline */
  unsigned max_inflight;        /* queries on the wire at once, at most 65000; the rest wait, first in first
                                   out. 0: as many replies as the socket's receive buffer holds, 200 at most */
  size_t cache_bytes;           /* 4 MiB: bound on the cache, in bytes; 0: no cache */
  unsigned max_ttl_s;           /* 86400: seconds an answer is cached at most */
  unsigned max_negative_ttl_s;  /* 900: seconds a negative answer is cached at most */
  unsigned max_stale_s;         /* 0: never serve stale; else seconds past the TTL (RFC 8767) */
  int tcp;                      /* 0: by UDP, and by TCP what does not fit, unless resolv_conf has the option use-vc;
                                   else: by TCP only */
  int no_search;                /* 0: the search list of resolv_conf applies; else: names are asked for as they are */
  int rotate;                   /* 0: the first server that answers is asked, unless resolv_conf has the option rotate;
                                   else: the servers share the queries */
};

/* Fills in the defaults above, and size. NULL is fine. */
DNS_CARES_API void dns_options_init(struct dns_options *options);

/* Makes the loop's context with options of one's own (NULL: the defaults). Without it, the first lookup on
 * a loop makes the context with the defaults. The strings are copied. Returns
 *   DNS_OK
 *   DNS_EBADNAME   `servers` holds something that is no address with an optional port, or nothing at all
 *   DNS_EBADFLAGS  `size` is too small for any version of the struct, or this library is older than the
 *                  program and an option it does not know is set
 *   DNS_ENOMEM     no memory
 *   DNS_ESYSTEM    the loop has a live context already, a file named in the options is there but cannot be
 *                  read, or c-ares cannot start */
DNS_CARES_API int dns_init(struct ev_loop *loop, const struct dns_options *options);

/* Drops everything that the loop's context has cached. Lookups under way are not disturbed. Without a context nothing
 * happens. */
DNS_CARES_API void dns_cache_flush(struct ev_loop *loop);

/* The same of what it knows of one name, as that is asked for: the search list is not applied. For NULL nothing
 * happens. */
DNS_CARES_API void dns_cache_forget(struct ev_loop *loop, const char *name);

/* Ends the loop's context: calls back every outstanding lookup with DNS_ESHUTDOWN, closes the sockets and
 * frees everything. A lookup started later, also by one of those callbacks, makes a new context with the
 * defaults. Without a context nothing happens. ev_loop_destroy() does the same by itself, and there lookups
 * started by those callbacks are called back with DNS_ESHUTDOWN too. */
DNS_CARES_API void dns_shutdown(struct ev_loop *loop);

#ifdef __cplusplus
}
#endif

#endif /* DNS_CARES_DNS_CARES_H */
