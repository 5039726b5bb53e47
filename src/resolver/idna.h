// Internationalized names. The servers know their labels as A-labels (RFC 5890 section 2.3.2.1).
//
// Thread rule: none; the locale does not matter.
#pragma once

#include <string>

namespace dns_cares {

// Puts the A-label in the place of each label that is not in ASCII (RFC 5891 section 5). It is taken as UTF-8 and
// mapped as users expect: capitals, widths and the full stops of other scripts do not matter (RFC 5895 section 2, UTS
// 46 non-transitional). Labels in ASCII stay as they are, and what may be in them is not looked at.
//
// False, with the name as it was, if a label is not UTF-8, has a code point that none may have, or gets too long; and
// for every name that is not in ASCII if the library is built without libidn2. Throws std::bad_alloc.
bool to_a_labels(std::string &name);

}  // namespace dns_cares
