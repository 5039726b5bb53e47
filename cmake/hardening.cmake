# What makes faults harder to exploit, as far as the compiler and the linker know it: as Debian's own packages are built,
# with immediate binding too. tests/hardening_test.sh looks at what comes out.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)

check_pie_supported() # CMAKE_POSITION_INDEPENDENT_CODE makes programs that the loader may put anywhere.

foreach(FLAG -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  string(MAKE_C_IDENTIFIER DNS_CARES_HAS${FLAG} KNOWN)
  check_cxx_compiler_flag(${FLAG} ${KNOWN})
  if(${KNOWN})
    add_compile_options(${FLAG})
  endif()
endforeach()

# Without optimization it is nothing but a warning.
if(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3) # Where there is no 3, it counts as 2.
endif()

add_link_options(LINKER:-z,relro LINKER:-z,now)
