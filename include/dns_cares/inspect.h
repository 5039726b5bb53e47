/* inspect.h: to see inside. How often, how fast and from where names are resolved; where one result came from; and
 * each step of a lookup as it is taken.
 *
 * All calls for one loop are made on the thread that runs it. `loop` may be NULL and is then the default loop. Each
 * struct that is filled in begins with its size, which the caller sets (sizeof *it): it may grow in later versions, and
 * no more of it is written than the caller has.
 */
#ifndef DNS_CARES_INSPECT_H
#define DNS_CARES_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#include "dns_cares/dns_cares.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a result came from. Of two RRsets the first in the order stale, servers, cache counts. */
enum dns_source {
  DNS_SOURCE_NONE = 0, /* nowhere: an error of the arguments, the deadline, no memory, a name that is never asked for */
  DNS_SOURCE_LOCAL,    /* a literal address, localhost, or no hostname: nothing was looked up */
  DNS_SOURCE_HOSTS,    /* the hosts file */
  DNS_SOURCE_CACHE,    /* the cache, within the TTL */
  DNS_SOURCE_STALE,    /* the cache, past the TTL (RFC 8767) */
  DNS_SOURCE_SERVER    /* the servers, an error of theirs included */
};

/* A short English word for a source ("cache"). Never NULL. Static storage; any thread. */
DNS_CARES_API const char *dns_source_name(int source);

/* How many elements the arrays of struct dns_stats have: room for statuses and sources of later versions. */
#define DNS_STATS_STATUSES 32
#define DNS_STATS_SOURCES 8    /* as many sources */
#define DNS_STATS_LATENCIES 32 /* as many powers of two of microseconds */

/* What a loop's context has done since it was made. Counters only grow; those under "now" are what is there. */
struct dns_stats {
  size_t size; /* set by the caller */

  uint64_t lookups;                        /* started */
  uint64_t ended[DNS_STATS_STATUSES];      /* called back, by enum dns_status */
  uint64_t sources[DNS_STATS_SOURCES];     /* called back, by enum dns_source */
  uint64_t latencies[DNS_STATS_LATENCIES]; /* called back, by the time since the start: [0] within 1 microsecond, [n]
                                              within 2^n but not 2^(n-1) microseconds, the last one all beyond */
  uint64_t cancelled;

  uint64_t queries;     /* put on the wire, for whomever: one for each RRset, further tries not counted */
  uint64_t retries;     /* further tries of those, by UDP */
  uint64_t truncations; /* of those, asked again by TCP since the answer did not fit (RFC 1035 section 4.2.1) */
  uint64_t timeouts;    /* of those, ended without any answer */

  uint64_t cache_hits;   /* RRsets that the cache had, within the TTL */
  uint64_t cache_misses; /* RRsets that it did not have */
  uint64_t cache_stale;  /* RRsets that it gave past their TTL (RFC 8767) */
  uint64_t prefetches;   /* RRsets asked for before they expire */
  uint64_t coalesced;    /* RRsets for which a query was on its way already */

  uint64_t outstanding;   /* now: lookups that have not called back */
  uint64_t in_flight;     /* now: queries on the wire */
  uint64_t cache_entries; /* now */
  uint64_t cache_bytes;   /* now, as counted against cache_bytes of struct dns_options */
};

/* Fills in what the loop's context has counted; all 0 where there is none. DNS_OK, or DNS_EBADFLAGS if `stats` is NULL
 * or its size is not even that of its first member. */
DNS_CARES_API int dns_get_stats(struct ev_loop *loop, struct dns_stats *stats);

/* The versions in use at run time, which need not be those that the program was built with. */
struct dns_versions {
  size_t size;           /* set by the caller */
  const char *dns_cares; /* "0.1.0"; static storage, as all here */
  const char *cares;     /* "1.34.5" */
  const char *libev;     /* "4.33" */
};

/* DNS_OK, or DNS_EBADFLAGS if `versions` is NULL or its size is not even that of its first member. Any thread. */
DNS_CARES_API int dns_get_versions(struct dns_versions *versions);

/* Where the result of one lookup came from. */
struct dns_result_info {
  size_t size;        /* set by the caller */
  int source;         /* enum dns_source */
  int status;         /* as given to the callback */
  double seconds;     /* from the start of the lookup to its callback */
  unsigned ttl_s;     /* seconds for which the result is still good, by the TTLs that came with it (RFC 2308 section 5
                         for a negative one); 0: it is not to be kept, or did not come from the DNS */
  unsigned queries;   /* queries that went out for it, further tries included, also if others waited for them too */
  double round_trip;  /* seconds from the last of them to its reply; 0 without one */
  const char *server; /* who sent that reply: "192.0.2.1:53", "[2001:db8::1]:53"; NULL: nobody */
  const char *name;   /* the candidate of the search list that the result is of; NULL if no server was to be asked */
  int extended_error; /* INFO-CODE of the extended error that a reply had (RFC 8914 section 2); -1: none */
  const char *extended_text; /* its EXTRA-TEXT, a UTF-8 text from the network: not to be trusted; NULL: none */
};

/* Tells of the result whose callback is running now, the innermost one if callbacks are nested. The texts are valid
 * until that callback returns. DNS_OK; DNS_EBADFLAGS if `info` is NULL or too small for any version; DNS_ESYSTEM where
 * no callback of a result is running on that loop, or the context that it is of is just being ended. */
DNS_CARES_API int dns_get_result_info(struct ev_loop *loop, struct dns_result_info *info);

/* The steps of a lookup, in about the order in which they are taken. */
enum dns_trace_step {
  DNS_TRACE_START = 1,  /* a lookup starts: name, as it was given (NULL: none) */
  DNS_TRACE_CACHE,      /* an RRset is taken from the cache: name, type, status, source, seconds (its TTL left) */
  DNS_TRACE_JOIN,       /* an RRset is on its way already: name, type */
  DNS_TRACE_SEND,       /* a query goes out: name, type, server, attempt; over TCP, server is NULL and attempt 0 */
  DNS_TRACE_TRUNCATED,  /* an answer did not fit a datagram and is asked for by TCP: name, type, server */
  DNS_TRACE_ANSWER,     /* a query ended: name, type, status, server (NULL: without a reply), seconds (from the last
                           sending), extended_error, text (of the extended error) */
  DNS_TRACE_NO_ADDRESS, /* a candidate of the lookup's search list has none: name, status */
  DNS_TRACE_END         /* a lookup ends and is to be called back: name, status, source, seconds since its start */
};

/* One step. What the list above does not name for it is 0 or NULL. */
struct dns_trace_event {
  size_t size;        /* of the struct as the library knows it */
  int step;           /* enum dns_trace_step */
  const void *lookup; /* which lookup: the same for all its steps; NULL for steps of queries, which many may share */
  const char *name;   /* a text that is valid during the call only, as all here */
  int type;           /* RR type (enum dns_type of records.h): 1 A, 28 AAAA */
  int status;         /* enum dns_status */
  int source;         /* enum dns_source */
  unsigned attempt;   /* from 1 */
  double seconds;
  const char *server; /* "192.0.2.1:53" */
  int extended_error; /* -1: none */
  const char *text;
};

/* Told of one step, on the loop's thread. `event` and what it points to are valid until it returns. */
typedef void (*dns_trace_cb)(const struct dns_trace_event *event, void *arg);

/* Has cb told of each step of all lookups on the loop from now on; NULL ends that. Without it, nothing of this costs
 * anything. Unlike all other callbacks, cb runs in the middle of the library's work: it must return soon and must not
 * call any function of dns_cares but dns_strerror() and dns_source_name(), nor run the loop.
 *
 * Makes the context with the defaults if there is none (so call dns_init() before). DNS_OK or DNS_ENOMEM. */
DNS_CARES_API int dns_set_trace(struct ev_loop *loop, dns_trace_cb cb, void *arg);

#ifdef __cplusplus
}
#endif

#endif /* DNS_CARES_INSPECT_H */
