# find_package(dns_cares) gives the target dns_cares::dns_cares. c-ares and libev are linked by the shared
# library itself, so a user of the C API needs neither's headers. Where the static library is installed too, that is
# dns_cares::static.
include("${CMAKE_CURRENT_LIST_DIR}/dns_cares-targets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/dns_cares-testkit-targets.cmake" OPTIONAL) # where the test kit is installed too
