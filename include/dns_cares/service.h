/* service.h: from the name of a service to the hosts and ports that offer it, on a libev loop, without ever blocking
 * it.
 *
 *     static void on_found(int status, const struct dns_endpoint *endpoints, void *arg) { ... }
 *
 *     dns_resolve_service(loop, "_xmpp-client._tcp.example.com", DNS_TYPE_SRV, 0, NULL, 0, on_found, arg);
 *
 * What dns_cares.h says of lookups holds here too: exactly once, never inline, on the loop's thread only, anything goes
 * inside the callback, the deadline is absolute, and so on.
 */
#ifndef DNS_CARES_SERVICE_H
#define DNS_CARES_SERVICE_H

#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One place where a service is offered. More members may come at its end. */
struct dns_endpoint {
  const struct dns_endpoint *next;  /* to be tried after this one; NULL: it is the last */
  const char *host;                 /* without a last dot */
  uint16_t port;                    /* host order */
  const struct dns_record *record;  /* the SRV, SVCB or HTTPS record, with whatever else it says: dns_record_srv(),
                                       dns_svcb_param(); NULL for the end of a chain of aliases */
  int status;                       /* DNS_OK, or why there is no address */
  const struct addrinfo *addresses; /* of the host, with the port; NULL unless status is DNS_OK */
};

/* Gets the endpoints of one service, in the order in which to try them. `endpoints` is not NULL if and only if `status`
 * is DNS_OK; then one of them at least has addresses. It is valid only until the callback returns. Called on the loop's
 * thread. Statuses:
 *   DNS_OK
 *   DNS_ENODATA    the name has no such records, or one that says that the service is not offered (a target of ".")
 *   DNS_EBADFLAGS  `type` is none of those below
 *   DNS_EBADRESP   more than 8 aliases one after the other, or a malformed reply
 *   and those of a lookup (enum dns_status): why there is no record, or, where all hosts are without addresses, why the
 *   first one is */
typedef void (*dns_service_cb)(int status, const struct dns_endpoint *endpoints, void *arg);

/* A search for a service that was started and has not yet called back. */
struct dns_service_search;

/* Finds where a service is offered, and the addresses of each host, all at once.
 *
 * name          that of the records, absolute: "_sip._udp.example.com", "_8443._https.example.com"
 * type          DNS_TYPE_SRV: ordered by priority, and at random by weight (RFC 2782). DNS_TYPE_SVCB, DNS_TYPE_HTTPS:
 *               aliases (priority 0) are followed; then ordered by priority, equal ones at random. Where an alias was
 *               followed, its end is the last endpoint, without a record (RFC 9460 section 3). Which keys of their
 *               parameters a program must know is for it to see to (RFC 9460 section 8)
 * default_port  of SVCB and HTTPS records that have none
 * hints         as for dns_resolve(), of the addresses; NULL: all 0 but for SOCK_STREAM. Not kept
 * deadline_ms   milliseconds from now, everything included; 0: the context's
 * cb, arg       cb(status, endpoints, arg) is called exactly once, unless it is cancelled first
 *
 * Of more than 64 endpoints the first 64 are given.
 *
 * Returns the handle, valid until cb has been entered or it is cancelled. NULL only for no memory or a NULL cb; cb
 * is then not called. */
DNS_CARES_API struct dns_service_search *dns_resolve_service(struct ev_loop *loop, const char *name, int type,
                                                             uint16_t default_port, const struct addrinfo *hints,
                                                             unsigned deadline_ms, dns_service_cb cb, void *arg);

/* When it returns, the callback will never run and its arg may be freed. NULL is fine, and so is the handle whose own
 * callback is running now (nothing happens). */
DNS_CARES_API void dns_resolve_service_cancel(struct dns_service_search *search);

#ifdef __cplusplus
}
#endif

#endif /* DNS_CARES_SERVICE_H */
