/* connect.h: from a host name to a connected TCP socket, on a libev loop, without ever blocking it.
 *
 *     static void on_connected(int status, int fd, const struct dns_connect_attempt *attempts, void *arg) { ... }
 *
 *     dns_connect(loop, "example.com", "https", NULL, on_connected, arg);
 *
 * Connections are raced as Happy Eyeballs has it (RFC 8305): a host whose IPv6 is broken costs a quarter of a second,
 * not minutes. What dns_cares.h says of lookups holds for connects too: exactly once, never inline, on the loop's
 * thread only, anything goes inside the callback, the deadline is absolute, and so on. After a fork and ev_loop_fork()
 * in the child, both processes go on connecting, each with sockets of its own.
 */
#ifndef DNS_CARES_CONNECT_H
#define DNS_CARES_CONNECT_H

#include "dns_cares/dns_cares.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One attempt to connect. Later versions may add members. */
struct dns_connect_attempt {
  const struct dns_connect_attempt *next; /* in the order of their starts; NULL: the last one */
  const struct sockaddr *address;         /* that of the host, with the port */
  socklen_t address_length;
  int error;      /* 0: this is the connection; else an errno value: ECONNREFUSED, ENETUNREACH, ETIMEDOUT, EMFILE, what
                     the on_socket callback returned, and so on; ECANCELED: given up on, since another was faster, the
                     deadline came, or the context ended */
  double started; /* seconds since dns_connect() */
  double ended;   /* seconds since dns_connect() */
};

/* Gets the result of one connect. With DNS_OK, `fd` is the connected socket, SOCK_NONBLOCK and SOCK_CLOEXEC: it is the
 * callback's from now on, which closes it. With everything else it is -1. `attempts` lists what was tried, NULL where
 * nothing was; addresses that were not tried are not listed. It is valid only until the callback returns. Called on the
 * loop's thread. Statuses:
 *   DNS_OK
 *   DNS_ECONNECT   addresses were found and every attempt failed; `attempts` says why
 *   DNS_ETIMEOUT   the deadline came first, or the lookup got no answer
 *   DNS_EBADFLAGS  unknown bit in `flags`, or options of a newer version than this library's
 *   DNS_ESERVICE   no such service, or `service` is NULL
 *   DNS_ENOMEM, DNS_ESHUTDOWN, and those of a lookup (enum dns_status): no address was found, and why */
typedef void (*dns_connect_cb)(int status, int fd, const struct dns_connect_attempt *attempts, void *arg);

/* Called with each new socket before it is connected, to set socket options or to bind it to an address of one's own;
 * `address` is where it is to be connected to, with ai_family, port and all. Returns 0, or an errno value that ends
 * this attempt. The socket stays the library's: do not close it. Here, unlike in other callbacks, nothing of dns_cares
 * may be called, and the loop not be run. */
typedef int (*dns_socket_cb)(int fd, const struct sockaddr *address, socklen_t address_length, void *arg);

/* How to connect. Fill in with dns_connect_options_init(), then change what is to differ. */
struct dns_connect_options {
  size_t size;                 /* sizeof(struct dns_connect_options), set by dns_connect_options_init() */
  unsigned attempt_delay_ms;   /* 250: milliseconds from the start of one attempt to that of the next while it is under
                                  way (RFC 8305 section 5, Connection Attempt Delay); less than 10 counts as 10. An
                                  attempt that fails is followed by the next one at once */
  unsigned deadline_ms;        /* 0: the context's; milliseconds from dns_connect(), the lookup included */
  int family;                  /* AF_UNSPEC; or AF_INET or AF_INET6, for addresses of one family only */
  int flags;                   /* 0; AI_NUMERICHOST, AI_NUMERICSERV, AI_ADDRCONFIG, AI_V4MAPPED, AI_ALL as for
                                  getaddrinfo(3); AI_PASSIVE and AI_CANONNAME mean nothing here and are ignored */
  unsigned first_family_count; /* 1: addresses of the family that goes first to be tried before the families alternate
                                  (RFC 8305 section 4, First Address Family Count); 0 counts as 1 */
  dns_socket_cb on_socket;     /* NULL; called with dns_connect()'s arg */
};

/* Fills in the defaults above, and size. NULL is fine. */
DNS_CARES_API void dns_connect_options_init(struct dns_connect_options *options);

/* A connect that was started and has not yet called back. */
struct dns_connecting;

/* Looks `host` up and connects to one of its addresses by TCP.
 *
 * The addresses are tried in the order of RFC 6724, the families taking turns. The first attempt starts as soon as the
 * first family's addresses are there (dns_resolve_stream()); those of the other join when they come. The next attempt
 * starts when the last one has failed, or has been under way for attempt_delay_ms. The first connection wins, and all
 * other sockets are closed.
 *
 * host, service  as for dns_resolve(); service is not NULL. Copied as far as needed
 * options        NULL: the defaults. Not kept
 * cb, arg        cb(status, fd, attempts, arg) is called exactly once, unless the connect is cancelled first
 *
 * Returns the handle, valid until cb has been entered or the connect is cancelled. NULL only for no memory or a NULL
 * cb; cb is then not called. */
DNS_CARES_API struct dns_connecting *dns_connect(struct ev_loop *loop, const char *host, const char *service,
                                                 const struct dns_connect_options *options, dns_connect_cb cb,
                                                 void *arg);

/* Cancels a connect: closes its sockets and ends its lookup. When it returns, the callback will never run and its arg
 * may be freed. NULL is fine, and so is the handle whose own callback is running now (nothing happens). */
DNS_CARES_API void dns_connect_cancel(struct dns_connecting *connecting);

#ifdef __cplusplus
}
#endif

#endif /* DNS_CARES_CONNECT_H */
