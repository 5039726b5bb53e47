/* nameinfo.h: from a socket address to the names of its host and its service, on a libev loop, without ever blocking
 * it.
 *
 *     static void on_name(int status, const char *host, const char *service, void *arg) { ... }
 *
 *     dns_getnameinfo(loop, address, length, 0, 0, on_name, arg);
 *
 * It is getnameinfo(3) without the waiting. What dns_cares.h says of lookups holds here too: exactly once, never
 * inline, on the loop's thread only, anything goes inside the callback, the deadline is absolute, and so on.
 */
#ifndef DNS_CARES_NAMEINFO_H
#define DNS_CARES_NAMEINFO_H

#include "dns_cares/dns_cares.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gets the names of one address. `host` and `service` are not NULL if and only if `status` is DNS_OK; they are valid
 * only until the callback returns. Called on the loop's thread. Statuses:
 *   DNS_OK
 *   DNS_ENOTFOUND   NI_NAMEREQD, and the address has no name
 *   DNS_EBADFAMILY  neither AF_INET nor AF_INET6, NULL, or too short for its family
 *   DNS_EBADFLAGS   unknown bit in `flags`
 *   DNS_ENOMEM, DNS_ESHUTDOWN
 *   DNS_ETIMEOUT, DNS_ESERVFAIL, DNS_ECONNREFUSED and the like: whether the address has a name could not be found out,
 *   as with getnameinfo(3)'s EAI_AGAIN */
typedef void (*dns_nameinfo_cb)(int status, const char *host, const char *service, void *arg);

/* POSIX has this flag as NI_NUMERICSCOPE, and glibc does not have it. */
#define DNS_NI_NUMERICSCOPE 0x10000

/* A search for names that was started and has not yet called back. */
struct dns_naming;

/* Finds the name of an address, and that of a port.
 *
 * The host's name is that of the hosts file's first line that has the address, else "localhost" for 127.0.0.1 and ::1,
 * else what the DNS has in the PTR record (nsswitch.conf may put the file last). Without a name, the host is given
 * as a number: "192.0.2.1", "2001:db8::1", "fe80::1%eth0". The service's name is the first one that /etc/services has
 * for the port, else the port's number. So both are always given; who needs but one of them asks for the other as a
 * number, which costs nothing.
 *
 * address, length  a sockaddr_in or sockaddr_in6. Copied. A mapped IPv4 address has the names of the IPv4 address
 * flags            NI_NUMERICHOST       the host as a number: nothing is looked up
 *                  NI_NUMERICSERV       the service as a number
 *                  NI_NAMEREQD          an error instead of a host as a number
 *                  NI_NOFQDN            of names in the local domain, the first domain of the search list, only the
 *                                       part before it
 *                  NI_DGRAM             the service's name under UDP instead of TCP
 *                  DNS_NI_NUMERICSCOPE  the scope as a number: "fe80::1%2"
 * deadline_ms      milliseconds from now; 0: the context's
 * cb, arg          cb(status, host, service, arg) is called exactly once, unless it is cancelled first
 *
 * Returns the handle, valid until cb has been entered or it is cancelled. NULL only for no memory or a NULL cb; cb
 * is then not called. */
DNS_CARES_API struct dns_naming *dns_getnameinfo(struct ev_loop *loop, const struct sockaddr *address, socklen_t length,
                                                 int flags, unsigned deadline_ms, dns_nameinfo_cb cb, void *arg);

/* When it returns, the callback will never run and its arg may be freed. NULL is fine, and so is the handle whose own
 * callback is running now (nothing happens). */
DNS_CARES_API void dns_getnameinfo_cancel(struct dns_naming *naming);

#ifdef __cplusplus
}
#endif

#endif /* DNS_CARES_NAMEINFO_H */
