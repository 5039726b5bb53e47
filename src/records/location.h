// The data of LOC records (RFC 1876): where something is, in 16 octets.
#pragma once

#include "dns_cares/records.h"
#include "records/text_out.h"
#include "records/wire_name.h"

namespace dns_cares {

// Whether they are of the one version there is.
bool is_location(Octets octets);
dns_loc to_location(Octets octets);
// "52 22 23.000 N 04 53 32.000 E -2m 0.00m 10000m 10m"
void print_location(Octets octets, TextOut &out);

}  // namespace dns_cares
