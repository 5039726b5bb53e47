# What is installed for users of the library. The components are those of packages: library (what programs need to run),
# development (what it takes to build them), command and testkit.
include(CMakePackageConfigHelpers)
set(PACKAGE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/dns_cares)
set(PKGCONFIG_FOLDER ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS dns_cares EXPORT dns_cares
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
if(DNS_CARES_STATIC)
  install(TARGETS dns_cares_static EXPORT dns_cares
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endif()
install(DIRECTORY include/dns_cares DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)

# For CMake.
write_basic_package_version_file(dns_cares-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT dns_cares NAMESPACE dns_cares:: FILE dns_cares-targets.cmake
        DESTINATION ${PACKAGE_FOLDER} COMPONENT development)
install(FILES cmake/dns_cares-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/dns_cares-config-version.cmake
        DESTINATION ${PACKAGE_FOLDER} COMPONENT development)
if(DNS_CARES_BUILD_TESTKIT)
  install(EXPORT dns_cares_testkit NAMESPACE dns_cares:: FILE dns_cares-testkit-targets.cmake
          DESTINATION ${PACKAGE_FOLDER} COMPONENT testkit)
endif()

# For pkg-config. Relative, so that `cmake --install --prefix` may put the tree anywhere.
file(RELATIVE_PATH PREFIX_FROM_PKGCONFIG /${PKGCONFIG_FOLDER} /)
# With --static, all that is needed where no library is a shared one.
list(JOIN CARES_STATIC_LDFLAGS " " CARES_LIBRARIES)
list(JOIN IDN2_STATIC_LDFLAGS " " IDN2_LIBRARIES)
function(install_pkgconfig PACKAGE COMPONENT)
  configure_file(cmake/${PACKAGE}.pc.in ${PACKAGE}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${PACKAGE}.pc DESTINATION ${PKGCONFIG_FOLDER} COMPONENT ${COMPONENT})
endfunction()
install_pkgconfig(dns_cares development)
if(DNS_CARES_BUILD_TESTKIT)
  install_pkgconfig(dns_cares-testkit testkit)
endif()
