// The reserve for lookups that could not be stored: their callbacks get DNS_ENOMEM all the same, and later.
#pragma once

#include "dns_cares/dns_cares.h"

namespace dns_cares {

// Has cb(DNS_ENOMEM, NULL, arg) called in the loop's next turn. Allocates nothing. The reserve is of kReserve lookups
// for the whole process; what comes beyond it before a turn has given some back is called at once, which is the
// lesser evil beside never.
inline constexpr int kReserve = 256;
void call_without_memory(struct ev_loop *loop, dns_result_cb cb, void *arg) noexcept;

// Calls what the loop has in the reserve with DNS_ESHUTDOWN.
void end_last_resort(struct ev_loop *loop) noexcept;

}  // namespace dns_cares
