// The C API: from C arguments to the C++ inside. No exception gets past it.
#include <cstdint>

#include "cares/servers.h"
#include "connect/connecting.h"
#include "dns_cares/connect.h"
#include "dns_cares/dns_cares.h"
#include "dns_cares/evloop.h"
#include "dns_cares/inspect.h"
#include "dns_cares/nameinfo.h"
#include "dns_cares/records.h"
#include "dns_cares/service.h"
#include "evloop/watchers.h"
#include "last_resort.h"
#include "nameinfo/naming.h"
#include "registry.h"
#include "resolver/idna.h"
#include "resolver/name.h"
#include "service/service_search.h"
#include "sized_struct.h"

namespace {

using namespace dns_cares;

struct ev_loop *or_default(struct ev_loop *loop) {
  return loop != nullptr ? loop : evloop_get_default();
}

Hints from_addrinfo(const struct addrinfo *hints) {
  if (hints == nullptr) return {};
  return {hints->ai_flags, hints->ai_family, hints->ai_socktype, hints->ai_protocol};
}

// NULL for no memory.
struct dns_request *resolve(struct ev_loop *loop, const char *hostname, const char *service, const Hints &hints,
                            unsigned deadline_ms, const Callback &callback) noexcept {
  try {
    return context_of(loop).resolve(hostname, service, hints, deadline_ms, callback);
  } catch (...) {
    return nullptr;
  }
}

}  // namespace

void dns_resolve_async(struct ev_loop *loop, const char *hostname, const char *service, int family, int socktype,
                       int protocol, dns_result_cb cb, void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return;
  const Hints hints = {0, family, socktype, protocol};
  if (resolve(loop, hostname, service, hints, 0, {cb, arg}) == nullptr) call_without_memory(loop, cb, arg);
}

struct dns_request *dns_resolve(struct ev_loop *loop, const char *hostname, const char *service,
                                const struct addrinfo *hints, unsigned deadline_ms, dns_result_cb cb, void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return nullptr;
  return resolve(loop, hostname, service, from_addrinfo(hints), deadline_ms, {cb, arg});
}

struct dns_request *dns_resolve_stream(struct ev_loop *loop, const char *hostname, const char *service,
                                       const struct addrinfo *hints, unsigned deadline_ms, dns_stream_cb cb,
                                       void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return nullptr;
  return resolve(loop, hostname, service, from_addrinfo(hints), deadline_ms, {cb, arg});
}

struct dns_request *dns_query(struct ev_loop *loop, const char *name, int type, unsigned flags, unsigned deadline_ms,
                              dns_answer_cb cb, void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return nullptr;
  constexpr int kMostType = 65535;
  const bool is_type = type > 0 && type <= kMostType;
  try {
    // No type at all is one that cannot be asked for.
    return context_of(loop).query(name, static_cast<std::uint16_t>(is_type ? type : 0), flags, deadline_ms, {cb, arg});
  } catch (...) {
    return nullptr;
  }
}

void dns_cancel(struct dns_request *request) {
  if (request != nullptr) request->context.cancel(*request);
}

struct dns_connecting *dns_connect(struct ev_loop *loop, const char *host, const char *service,
                                   const struct dns_connect_options *options, dns_connect_cb cb, void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return nullptr;
  dns_connect_options known;
  // Options that cannot be read are told as an unknown flag is: later, and to cb.
  if (known_options(options, known) != DNS_OK) known.flags = ~0;
  try {
    return new dns_connecting(context_of(loop), host, service, known, cb, arg);
  } catch (...) {
    return nullptr;
  }
}

void dns_connect_cancel(struct dns_connecting *connecting) {
  if (connecting != nullptr) connecting->cancel();
}

struct dns_naming *dns_getnameinfo(struct ev_loop *loop, const struct sockaddr *address, socklen_t length, int flags,
                                   unsigned deadline_ms, dns_nameinfo_cb cb, void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return nullptr;
  try {
    return new dns_naming(context_of(loop), address, length, flags, deadline_ms, cb, arg);
  } catch (...) {
    return nullptr;
  }
}

void dns_getnameinfo_cancel(struct dns_naming *naming) {
  if (naming != nullptr) naming->cancel();
}

struct dns_service_search *dns_resolve_service(struct ev_loop *loop, const char *name, int type, uint16_t default_port,
                                               const struct addrinfo *hints, unsigned deadline_ms, dns_service_cb cb,
                                               void *arg) {
  loop = or_default(loop);
  if (loop == nullptr || cb == nullptr) return nullptr;
  const Hints wanted = hints != nullptr ? from_addrinfo(hints) : Hints{.socktype = SOCK_STREAM};
  try {
    return new dns_service_search(context_of(loop), name, type, default_port, wanted, deadline_ms, cb, arg);
  } catch (...) {
    return nullptr;
  }
}

void dns_resolve_service_cancel(struct dns_service_search *search) {
  if (search != nullptr) search->cancel();
}

int dns_init(struct ev_loop *loop, const struct dns_options *options) {
  loop = or_default(loop);
  if (loop == nullptr) return DNS_ESYSTEM;
  try {
    return make_context(loop, options);
  } catch (...) {
    return DNS_ENOMEM;
  }
}

void dns_cache_flush(struct ev_loop *loop) {
  loop = or_default(loop);
  if (Context *context = loop != nullptr ? find_context(loop) : nullptr) context->cache().flush();
}

void dns_cache_forget(struct ev_loop *loop, const char *name) {
  loop = or_default(loop);
  Context *context = loop != nullptr && name != nullptr ? find_context(loop) : nullptr;
  if (context == nullptr) return;
  try {
    std::string plain(name);
    if (to_a_labels(plain) && normalize_name(plain)) context->cache().forget(NameKey(name_key(plain)));
  } catch (...) {
    context->cache().flush();  // Rather too much than what was to be forgotten.
  }
}

int dns_get_stats(struct ev_loop *loop, struct dns_stats *stats) {
  if (stats == nullptr || stats->size < sizeof stats->size) return DNS_EBADFLAGS;
  loop = or_default(loop);
  const Context *context = loop != nullptr ? find_context(loop) : nullptr;
  write_sized(*stats, context != nullptr ? context->stats() : dns_stats{});
  return DNS_OK;
}

int dns_get_versions(struct dns_versions *versions) {
  if (versions == nullptr || versions->size < sizeof versions->size) return DNS_EBADFLAGS;
  write_sized(*versions, {0, DNS_CARES_VERSION, cares_version(), libev_version()});
  return DNS_OK;
}

int dns_get_result_info(struct ev_loop *loop, struct dns_result_info *info) {
  if (info == nullptr || info->size < sizeof info->size) return DNS_EBADFLAGS;
  loop = or_default(loop);
  Context *context = loop != nullptr ? find_context(loop) : nullptr;
  if (context == nullptr) return DNS_ESYSTEM;
  try {
    dns_result_info known{};
    if (!context->describe_result(known)) return DNS_ESYSTEM;
    write_sized(*info, known);
    return DNS_OK;
  } catch (...) {
    return DNS_ENOMEM;
  }
}

int dns_set_trace(struct ev_loop *loop, dns_trace_cb cb, void *arg) {
  loop = or_default(loop);
  if (loop == nullptr) return DNS_ENOMEM;
  try {
    context_of(loop).journal().set_hook(cb, arg);
    return DNS_OK;
  } catch (...) {
    return DNS_ENOMEM;
  }
}

void dns_shutdown(struct ev_loop *loop) {
  loop = or_default(loop);
  if (loop != nullptr) end_context(loop);
}
