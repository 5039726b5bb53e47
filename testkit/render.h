// From a plan and a query to the octets that are sent.
#pragma once

#include "dns_cares/testkit.h"
#include "octets.h"
#include "plan.h"
#include "query.h"

namespace dns_testkit {

// The message, without the length that goes before it over TCP. Not for plans that drop.
Octets render(const Plan &plan, const Query &query, Transport transport);

// A header alone: what a query gets that could not be read.
Octets render_error(const Query &query, unsigned rcode);

}  // namespace dns_testkit
