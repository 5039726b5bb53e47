// ldns, fit for C++: its headers define `true` and `false` as numbers, which breaks the standard library's headers
// after them.
#pragma once

#include <ldns/ldns.h>

#undef bool
#undef true
#undef false
