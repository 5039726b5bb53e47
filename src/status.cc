// What a status says: its text, and its nearest code of getaddrinfo(3); and what a source is called.
#include "dns_cares/dns_cares.h"
#include "dns_cares/inspect.h"

const char *dns_strerror(int status) {
  switch (status) {
    case DNS_OK:
      return "success";
    case DNS_ENOTFOUND:
      return "name not found";
    case DNS_ENODATA:
      return "name has no address of this family";
    case DNS_ETIMEOUT:
      return "timed out";
    case DNS_ESERVFAIL:
      return "server failure";
    case DNS_EREFUSED:
      return "refused by the server";
    case DNS_EFORMERR:
      return "server could not read the query";
    case DNS_ENOTIMP:
      return "not implemented by the server";
    case DNS_EBADRESP:
      return "malformed reply";
    case DNS_ECONNREFUSED:
      return "no server could be reached";
    case DNS_EBADNAME:
      return "malformed name";
    case DNS_EBADFAMILY:
      return "address family not supported for this name";
    case DNS_EBADFLAGS:
      return "bad flags or options";
    case DNS_ESERVICE:
      return "unknown service";
    case DNS_ESOCKTYPE:
      return "socket type not supported";
    case DNS_ENOMEM:
      return "out of memory";
    case DNS_ESHUTDOWN:
      return "resolver shut down";
    case DNS_ESYSTEM:
      return "system error";
    case DNS_ECONNECT:
      return "no address could be connected to";
    default:
      return "unknown error";
  }
}

int dns_status_to_eai(int status) {
  switch (status) {
    case DNS_OK:
      return 0;
    case DNS_ENOTFOUND:
    case DNS_EBADNAME:
      return EAI_NONAME;
    case DNS_ENODATA:
      return EAI_NODATA;
    case DNS_ETIMEOUT:
    case DNS_ESERVFAIL:
    case DNS_EREFUSED:
    case DNS_ENOTIMP:
    case DNS_ECONNREFUSED:
      return EAI_AGAIN;
    case DNS_EBADFAMILY:
      return EAI_FAMILY;
    case DNS_EBADFLAGS:
      return EAI_BADFLAGS;
    case DNS_ESERVICE:
      return EAI_SERVICE;
    case DNS_ESOCKTYPE:
      return EAI_SOCKTYPE;
    case DNS_ENOMEM:
      return EAI_MEMORY;
    case DNS_ESHUTDOWN:
      return EAI_CANCELED;
    case DNS_ESYSTEM:
    case DNS_ECONNECT:
      return EAI_SYSTEM;
    default:
      return EAI_FAIL;
  }
}

const char *dns_source_name(int source) {
  switch (source) {
    case DNS_SOURCE_NONE:
      return "none";
    case DNS_SOURCE_LOCAL:
      return "local";
    case DNS_SOURCE_HOSTS:
      return "hosts";
    case DNS_SOURCE_CACHE:
      return "cache";
    case DNS_SOURCE_STALE:
      return "stale";
    case DNS_SOURCE_SERVER:
      return "server";
    default:
      return "unknown";
  }
}
