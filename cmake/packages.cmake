# Debian packages by `cpack`, one for each component of what is installed. They come from a tree that is configured for
# them, as the preset `deb` does: for /usr, and without search paths in programs.
if(NOT CMAKE_INSTALL_PREFIX STREQUAL /usr OR NOT CMAKE_SKIP_INSTALL_RPATH OR
   NOT DNS_CARES_BUILD_TOOLS OR NOT DNS_CARES_BUILD_TESTKIT)
  return()
endif()

set(DEBIAN_FOLDER ${PROJECT_SOURCE_DIR}/cmake/debian)

file(STRINGS ${DEBIAN_FOLDER}/changelog NEWEST LIMIT_COUNT 1)
if(NOT NEWEST MATCHES "^dns-cares \\(([^-]*)-([^)]*)\\)" OR NOT CMAKE_MATCH_1 STREQUAL PROJECT_VERSION)
  message(FATAL_ERROR "cmake/debian/changelog does not begin with version ${PROJECT_VERSION}: '${NEWEST}'")
endif()
set(DEBIAN_REVISION ${CMAKE_MATCH_2})
set(DEBIAN_VERSION ${PROJECT_VERSION}-${DEBIAN_REVISION})

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL library development command testkit)
set(CPACK_PACKAGE_NAME dns-cares)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # Each package has its own.
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${DEBIAN_FOLDER}/finish.cmake)
set(CPACK_DNS_CARES_SOURCE_FOLDER ${PROJECT_SOURCE_DIR}) # for that script

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE dns-cares)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${DEBIAN_REVISION})
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${DNS_CARES_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS # our own libraries, which no package has yet
  ${PROJECT_BINARY_DIR} ${PROJECT_BINARY_DIR}/testkit)

# Programs of other packages need the library by what they call, and the test kit, whose ABI is not promised, as it is.
set(CONTROL ${PROJECT_BINARY_DIR}/debian)
configure_file(${DEBIAN_FOLDER}/libdns-cares0.symbols ${CONTROL}/library/symbols COPYONLY)
file(WRITE ${CONTROL}/library/shlibs "libdns_cares 0 libdns-cares0 (>= ${PROJECT_VERSION})\n")
file(WRITE ${CONTROL}/testkit/shlibs "libdns_cares_testkit 0 dns-cares-testkit (= ${DEBIAN_VERSION})\n")
file(WRITE ${CONTROL}/triggers "activate-noawait ldconfig\n")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libdns-cares0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${CONTROL}/library/symbols ${CONTROL}/library/shlibs ${CONTROL}/triggers)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_RECOMMENDS netbase) # /etc/services: names of services, such as "https"
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "asynchronous DNS resolver on libev - shared library
Host names are resolved without ever blocking the libev loop of a program,
by c-ares and with a cache. Each lookup calls back exactly once, by an
absolute deadline.
.
This package has the shared library.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libdns-cares-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# The libraries are for static linking; libev is also what the programs are written for.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libdns-cares0 (= ${DEBIAN_VERSION}), libc-ares-dev (>= 1.18.1), libev-dev, libidn2-dev, libunistring-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS dns-cares-testkit)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "asynchronous DNS resolver on libev - development files
Host names are resolved without ever blocking the libev loop of a program,
by c-ares and with a cache. Each lookup calls back exactly once, by an
absolute deadline.
.
This package has the headers for C and C++20, the static library, and what
pkg-config and CMake ask for.")

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME dns-cares)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION net)
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS "libdns-cares0 (= ${DEBIAN_VERSION})")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION "bulk DNS resolver, from one name to millions
Prints one line for each line of the input, failures included, in their
order: addresses, records of any type, the names of addresses and of whole
networks, or the hosts of a service. It writes text, JSON and CSV, and goes
on with a run that was stopped.")

set(CPACK_DEBIAN_TESTKIT_PACKAGE_NAME dns-cares-testkit)
set(CPACK_DEBIAN_TESTKIT_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_TESTKIT_PACKAGE_CONTROL_EXTRA ${CONTROL}/testkit/shlibs ${CONTROL}/triggers)
set(CPACK_DEBIAN_TESTKIT_PACKAGE_RECOMMENDS libdns-cares-dev) # finds the library for CMake
set(CPACK_COMPONENT_TESTKIT_DESCRIPTION "scripted DNS server for tests
Serves DNS on loopback as a script tells it: answers, silence, delays,
truncation, forged and broken replies. It counts what it was asked. Tests
of whatever asks DNS may use it, as a program or as a library for C++20.")

include(CPack)
