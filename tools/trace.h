// --trace: each step of a lookup, told on standard error.
#pragma once

struct ev_loop;

namespace dns_cares_tool {

// Tells of all lookups of the loop from now on. False: no memory.
bool trace_to_standard_error(struct ev_loop *loop);

}  // namespace dns_cares_tool
