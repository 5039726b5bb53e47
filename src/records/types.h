// RR types in presentation format.
#pragma once

#include "records/text_out.h"

namespace dns_cares {

// "MX", "TYPE65280".
void print_type(unsigned type, TextOut &out);

}  // namespace dns_cares
