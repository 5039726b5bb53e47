/* records.h: DNS records of every type, asked for on a libev loop without ever blocking it.
 *
 *     static void on_answer(int status, const struct dns_answer *answer, void *arg) {
 *       const struct dns_record *record = status == DNS_OK ? answer->answers : NULL;
 *       struct dns_mx mx;
 *
 *       for (; record != NULL; record = record->next)
 *         if (dns_record_mx(record, &mx) == DNS_OK) printf("%u %s\n", (unsigned)mx.preference, mx.exchange);
 *     }
 *
 *     dns_query(loop, "example.com", DNS_TYPE_MX, 0, 0, on_answer, NULL);
 *
 * What dns_cares.h says of every call holds here too: exactly once, never inline, on the loop's thread, anything goes
 * inside a callback, an absolute deadline. Records share the cache, the queries in flight and the limits with the
 * lookups of addresses.
 *
 * Names are in presentation format (RFC 1035 section 5.1) and absolute: with the last dot, so that dns_resolve() takes
 * them as they are. The root is ".". What is no letter, digit or such like is escaped in them ("\." for a dot inside a
 * label, "\000" for an octet by its decimal number).
 */
#ifndef DNS_CARES_RECORDS_H
#define DNS_CARES_RECORDS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "dns_cares/dns_cares.h"

#ifdef __cplusplus
extern "C" {
#endif

/* RR types, as of the IANA registry of DNS parameters. Others are asked for, and given, by their number. */
enum dns_type {
  DNS_TYPE_A = 1,
  DNS_TYPE_NS = 2,
  DNS_TYPE_CNAME = 5,
  DNS_TYPE_SOA = 6,
  DNS_TYPE_PTR = 12,
  DNS_TYPE_HINFO = 13,
  DNS_TYPE_MX = 15,
  DNS_TYPE_TXT = 16,
  DNS_TYPE_AAAA = 28,
  DNS_TYPE_LOC = 29,
  DNS_TYPE_SRV = 33,
  DNS_TYPE_NAPTR = 35,
  DNS_TYPE_DNAME = 39,
  DNS_TYPE_DS = 43,
  DNS_TYPE_SSHFP = 44,
  DNS_TYPE_DNSKEY = 48,
  DNS_TYPE_TLSA = 52,
  DNS_TYPE_SVCB = 64,
  DNS_TYPE_HTTPS = 65,
  DNS_TYPE_ANY = 255,
  DNS_TYPE_URI = 256,
  DNS_TYPE_CAA = 257
};

/* The type of a name: "MX" or "mx", or "TYPE15" (RFC 3597 section 5) for any. -1 if it is none, or NULL. Any thread. */
DNS_CARES_API int dns_type_from_name(const char *name);

/* Writes the name of a type, "TYPE65280" if it has none. As snprintf(3): at most `size` characters with the NUL, and
 * returns how many there would be without it. -1 if `type` is not in 0 to 65535. Any thread. */
DNS_CARES_API int dns_type_name(int type, char *text, size_t size);

/* Octets that are no text with a NUL: they may hold any value. */
struct dns_octets {
  const unsigned char *data;
  size_t size;
};

/* One record. More members may come at its end. */
struct dns_record {
  const struct dns_record *next; /* in its section, in the order of the reply; NULL: it is the last */
  const char *name;              /* its owner */
  uint16_t type;                 /* enum dns_type, or any other */
  uint16_t rrclass;              /* 1: IN */
  uint32_t ttl;                  /* seconds left; counts down while the reply is in the cache */
  struct dns_octets rdata;       /* as on the wire, names uncompressed */
};

/* Flags of a reply, with their values in its header (RFC 1035 section 4.1.1, RFC 4035 section 3.2). */
enum dns_answer_flag {
  DNS_ANSWER_AA = 0x0400, /* the server is an authority for the name */
  DNS_ANSWER_TC = 0x0200, /* the reply did not fit a datagram, and came by TCP */
  DNS_ANSWER_RD = 0x0100,
  DNS_ANSWER_RA = 0x0080, /* the server resolves for others */
  DNS_ANSWER_AD = 0x0020, /* the server says that it has validated the reply by DNSSEC; as good as the way to it */
  DNS_ANSWER_CD = 0x0010
};

/* A reply. More members may come at its end. */
struct dns_answer {
  const char *name;           /* that was asked for: the candidate of the search list that the reply is of */
  const char *canonical_name; /* the end of its chain of CNAME records; `name` where there is none */
  uint16_t type;              /* that was asked for */
  uint16_t rcode;             /* 0 NOERROR, 3 NXDOMAIN */
  unsigned flags;             /* enum dns_answer_flag */
  uint32_t ttl; /* seconds for which it is good: the smallest TTL of the chain and the RRset at its end, or
                   that of the denial (RFC 2308 section 5); 0: not to be kept */
  /* The three sections. What EDNS has in the last one (RFC 6891) is left out: dns_get_result_info() tells of extended
   * errors. */
  const struct dns_record *answers;
  const struct dns_record *authority;
  const struct dns_record *additional;
};

/* Gets the answer to one query. With DNS_OK there is a record at least of the type asked for. `answer` is not NULL
 * for DNS_OK, DNS_ENOTFOUND and DNS_ENODATA, the reply that denies being one too: its authority section has the SOA
 * record. (One of a name that is known not to exist since an address was looked up has no records.) For everything
 * else it is NULL. It is valid only until the callback returns: dns_answer_dup() keeps it. */
typedef void (*dns_answer_cb)(int status, const struct dns_answer *answer, void *arg);

/* Flags of a query. */
#define DNS_QUERY_SEARCH 0x0001 /* apply the search list; without it the name is absolute, whatever its last dot */

/* Asks the DNS for records. No hosts file is looked at, and an address as `name` is a name like others.
 *
 * name         as for dns_resolve(), which tells of its characters; "." is the root
 * type         enum dns_type, or any other type of records, or DNS_TYPE_ANY (which says what a server cares to give:
 *              RFC 8482). For a type other than CNAME and ANY, CNAME records are followed.
 * flags        DNS_QUERY_* or 0
 * deadline_ms  milliseconds from now; 0: the context's
 * cb, arg      cb(status, answer, arg) is called exactly once
 *
 * Statuses are those of enum dns_status: DNS_ENODATA where the name has no record of this type, DNS_EBADRESP also where
 * a record of the reply is malformed, DNS_EBADNAME as for dns_resolve(), DNS_EBADFLAGS for an unknown flag and for a
 * type that is none of records (0, OPT, TKEY, TSIG, AXFR and the like, and what is not in 1 to 65535).
 *
 * Replies for A and AAAA are whole, and are cached and shared apart from those of dns_resolve().
 *
 * Returns the handle, valid until cb has been entered or dns_cancel() was called with it. NULL only for no memory or a
 * NULL cb; cb is then not called. */
DNS_CARES_API struct dns_request *dns_query(struct ev_loop *loop, const char *name, int type, unsigned flags,
                                            unsigned deadline_ms, dns_answer_cb cb, void *arg);

/* A copy of an answer with its records, to keep after the callback. NULL for no memory or for NULL. The copy is one
 * allocation and belongs to the caller, who frees it with dns_answer_free(). Any thread. */
DNS_CARES_API struct dns_answer *dns_answer_dup(const struct dns_answer *answer);

/* Frees what dns_answer_dup() returned. NULL is fine. Any thread. */
DNS_CARES_API void dns_answer_free(struct dns_answer *answer);

/* Writes a record in presentation format: owner, TTL, class, type and data, with tabs between ("a.test.\t60\tIN\tMX\t10
 * mx.a.test."). Types without a format of their own here are written as RFC 3597 section 5 has it ("\# 2 0001"). As
 * snprintf(3): at most `size` characters with the NUL, and returns how many there would be without it. Any thread. */
DNS_CARES_API int dns_record_print(const struct dns_record *record, char *text, size_t size);

/* The same of its data alone ("10 mx.a.test."). */
DNS_CARES_API int dns_record_print_data(const struct dns_record *record, char *text, size_t size);

/* --- what records of each type say ---
 *
 * dns_record_mx(record, &mx) and the others below fill in the struct of their type. DNS_OK, DNS_ENODATA if the record
 * is of another type, DNS_EBADRESP if its data is malformed (which that of an answer's records of class IN is not, but
 * for LOC records of a later version than RFC 1876 has). Octets in them are those of the record, and valid as long.
 * Numbers are in host order. Any thread. */

#define DNS_NAME_SIZE 1025 /* octets that hold any name in presentation format with its NUL */

/* RFC 1035 section 3.4.1 */
struct dns_a {
  struct in_addr address;
};

/* RFC 3596 section 2.2 */
struct dns_aaaa {
  struct in6_addr address;
};

/* CNAME, DNAME, NS, PTR (RFC 1035 section 3.3, RFC 6672) */
struct dns_target {
  char name[DNS_NAME_SIZE];
};

/* RFC 1035 section 3.3.13 */
struct dns_soa {
  char mname[DNS_NAME_SIZE];
  char rname[DNS_NAME_SIZE];
  uint32_t serial, refresh, retry, expire, minimum; /* the last four in seconds */
};

/* RFC 1035 section 3.3.9; an exchange of "." takes no mail (RFC 7505) */
struct dns_mx {
  uint16_t preference;
  char exchange[DNS_NAME_SIZE];
};

/* RFC 1035 section 3.3.14: one or more strings, which dns_txt_string() gives. */
struct dns_txt {
  struct dns_octets strings; /* each behind an octet that is its length */
};

/* RFC 1035 section 3.3.2 */
struct dns_hinfo {
  struct dns_octets cpu, os;
};

/* RFC 2782 */
struct dns_srv {
  uint16_t priority, weight, port;
  char target[DNS_NAME_SIZE];
};

/* RFC 3403 section 4 */
struct dns_naptr {
  uint16_t order, preference;
  struct dns_octets flags, services, regexp;
  char replacement[DNS_NAME_SIZE];
};

/* RFC 7553 */
struct dns_uri {
  uint16_t priority, weight;
  struct dns_octets target;
};

/* RFC 8659 section 4.1 */
struct dns_caa {
  uint8_t flags;
  struct dns_octets tag, value;
};

/* RFC 6698 section 2.1 */
struct dns_tlsa {
  uint8_t usage, selector, matching_type;
  struct dns_octets data;
};

/* RFC 4255 section 3.1 */
struct dns_sshfp {
  uint8_t algorithm, fingerprint_type;
  struct dns_octets fingerprint;
};

/* RFC 4034 section 5.1 */
struct dns_ds {
  uint16_t key_tag;
  uint8_t algorithm, digest_type;
  struct dns_octets digest;
};

/* RFC 4034 section 2.1 */
struct dns_dnskey {
  uint16_t flags;
  uint8_t protocol, algorithm;
  struct dns_octets public_key;
};

/* RFC 1876 section 2 */
struct dns_loc {
  double latitude, longitude;                      /* degrees, north and east positive */
  double altitude;                                 /* metres above the reference spheroid of WGS 84 */
  double size;                                     /* metres: diameter of a sphere around it all */
  double horizontal_precision, vertical_precision; /* metres: diameter of the circle of error, and its height */
};

/* SVCB, HTTPS (RFC 9460 section 2): priority 0 is AliasMode; parameters are given by dns_svcb_param(). */
struct dns_svcb {
  uint16_t priority;
  char target[DNS_NAME_SIZE]; /* "." stands for the owner in ServiceMode */
  struct dns_octets params;   /* as on the wire */
};

/* Keys of parameters (RFC 9460 section 14.3.2). */
enum dns_svc_key {
  DNS_SVC_MANDATORY = 0,       /* keys, two octets each */
  DNS_SVC_ALPN = 1,            /* protocols, each behind an octet that is its length */
  DNS_SVC_NO_DEFAULT_ALPN = 2, /* empty */
  DNS_SVC_PORT = 3,            /* two octets */
  DNS_SVC_IPV4HINT = 4,        /* addresses, four octets each */
  DNS_SVC_ECH = 5,
  DNS_SVC_IPV6HINT = 6, /* addresses, 16 octets each */
  DNS_SVC_DOHPATH = 7,  /* a URI template (RFC 9461) */
  DNS_SVC_OHTTP = 8     /* empty (RFC 9540) */
};

/* What the wrappers below are made of: fills in `data`, the struct of `type`, as far as its `size` goes. DNS_OK;
 * DNS_ENODATA if the record is of another type, or the type has no struct here; DNS_EBADRESP if its data is malformed.
 * With an error `data` is left as it was. Any thread. */
DNS_CARES_API int dns_record_read(const struct dns_record *record, int type, void *data, size_t size);

/* String number `index` of a TXT record, from 0. 1; or 0 behind the last. Any thread. */
DNS_CARES_API int dns_txt_string(const struct dns_txt *txt, size_t index, struct dns_octets *string);

/* Parameter number `index` of a SVCB or HTTPS record, from 0, in the order of their keys. 1; or 0 behind the last. Any
 * thread. */
DNS_CARES_API int dns_svcb_param(const struct dns_svcb *svcb, size_t index, unsigned *key, struct dns_octets *value);

#define DNS_CARES_RECORD(name, TYPE, type)                                                  \
  static inline int dns_record_##name(const struct dns_record *record, struct type *data) { \
    return dns_record_read(record, TYPE, data, sizeof *data);                               \
  }
DNS_CARES_RECORD(a, DNS_TYPE_A, dns_a)
DNS_CARES_RECORD(aaaa, DNS_TYPE_AAAA, dns_aaaa)
DNS_CARES_RECORD(cname, DNS_TYPE_CNAME, dns_target)
DNS_CARES_RECORD(dname, DNS_TYPE_DNAME, dns_target)
DNS_CARES_RECORD(ns, DNS_TYPE_NS, dns_target)
DNS_CARES_RECORD(ptr, DNS_TYPE_PTR, dns_target)
DNS_CARES_RECORD(soa, DNS_TYPE_SOA, dns_soa)
DNS_CARES_RECORD(mx, DNS_TYPE_MX, dns_mx)
DNS_CARES_RECORD(txt, DNS_TYPE_TXT, dns_txt)
DNS_CARES_RECORD(hinfo, DNS_TYPE_HINFO, dns_hinfo)
DNS_CARES_RECORD(srv, DNS_TYPE_SRV, dns_srv)
DNS_CARES_RECORD(naptr, DNS_TYPE_NAPTR, dns_naptr)
DNS_CARES_RECORD(uri, DNS_TYPE_URI, dns_uri)
DNS_CARES_RECORD(caa, DNS_TYPE_CAA, dns_caa)
DNS_CARES_RECORD(tlsa, DNS_TYPE_TLSA, dns_tlsa)
DNS_CARES_RECORD(sshfp, DNS_TYPE_SSHFP, dns_sshfp)
DNS_CARES_RECORD(ds, DNS_TYPE_DS, dns_ds)
DNS_CARES_RECORD(dnskey, DNS_TYPE_DNSKEY, dns_dnskey)
DNS_CARES_RECORD(loc, DNS_TYPE_LOC, dns_loc)
DNS_CARES_RECORD(svcb, DNS_TYPE_SVCB, dns_svcb)
DNS_CARES_RECORD(https, DNS_TYPE_HTTPS, dns_svcb)
#undef DNS_CARES_RECORD

#ifdef __cplusplus
}
#endif

#endif /* DNS_CARES_RECORDS_H */
