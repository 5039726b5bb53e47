// Which loop has which context.
//
// Thread rule: any thread, each for its own loops.
#pragma once

#include "context.h"
#include "dns_cares/dns_cares.h"

namespace dns_cares {

// The loop's context; nullptr if there is none.
Context *find_context(struct ev_loop *loop);

// The loop's context, made with the defaults if there is none. Throws std::bad_alloc.
Context &context_of(struct ev_loop *loop);

// dns_init() and dns_shutdown() for a loop that is not NULL. The first throws std::bad_alloc.
int make_context(struct ev_loop *loop, const dns_options *options);
void end_context(struct ev_loop *loop);

}  // namespace dns_cares
