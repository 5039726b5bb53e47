# Tests of the whole: against servers of other people, of the command, of what is exported and installed.

# Each group of tests starts its servers once, so it is one CTest test.
add_executable(integration_tests integration_test.cc records_integration_test.cc daemon.cc)
target_link_libraries(integration_tests PRIVATE test_support GTest::gtest_main GTest::gmock resolv)
foreach(SERVER Nsd Unbound Dnsmasq Records)
  string(TOLOWER ${SERVER} NAME)
  add_test(NAME integration_${NAME} COMMAND integration_tests --gtest_filter=${SERVER}*)
endforeach()
add_test(NAME integration_harness COMMAND integration_tests --gtest_filter=DaemonOfATest.*)

if(TARGET dns-cares)
  find_package(nlohmann_json 3.9 REQUIRED)
  dns_cares_test(tool_tests SOURCES tool_test.cc tool_files_test.cc command.cc json_schema.cc)
  target_link_libraries(tool_tests PRIVATE nlohmann_json::nlohmann_json util) # util: openpty()
  target_compile_definitions(tool_tests PRIVATE DNS_CARES_PROGRAM="$<TARGET_FILE:dns-cares>"
    DNS_CARES_DOCS_FOLDER="${PROJECT_SOURCE_DIR}/docs"
    DNS_CARES_TOOLS_FOLDER="${PROJECT_SOURCE_DIR}/tools")
  add_dependencies(tool_tests dns-cares)

  # Units, beside the code.
  file(GLOB TOOL_UNIT_TESTS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/*_test.cc)
  add_executable(tool_unit_tests ${TOOL_UNIT_TESTS})
  target_link_libraries(tool_unit_tests PRIVATE dns_cares_tool GTest::gtest_main GTest::gmock)
  gtest_discover_tests(tool_unit_tests DISCOVERY_TIMEOUT 60)
endif()

# C99 in the strictest sense, and the public headers alone.
set(STRICT_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
add_executable(c99_test c99_test.c)
set_target_properties(c99_test PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
target_compile_definitions(c99_test PRIVATE _POSIX_C_SOURCE=200809L)
target_compile_options(c99_test PRIVATE ${STRICT_WARNINGS} -Wstrict-prototypes -Wdeclaration-after-statement)
target_link_libraries(c99_test PRIVATE dns_cares::dns_cares)
add_test(NAME c99_program COMMAND c99_test)

# Each public header alone, two times over, in each language that it is for. Sanitizers would add nothing.
if(NOT DNS_CARES_SANITIZE)
  function(header_test HEADER FOLDER LANGUAGE NAME)
    string(REPLACE . _ STEM ${HEADER}) # connect.h and connect.hpp are two
    set(TEST header_${STEM}_alone_as_${NAME})
    string(TOLOWER ${LANGUAGE} EXTENSION)
    set(SOURCE ${CMAKE_CURRENT_BINARY_DIR}/headers/${STEM}.${EXTENSION})
    file(WRITE ${SOURCE} "#include <dns_cares/${HEADER}>\n#include <dns_cares/${HEADER}>\n")
    add_test(NAME ${TEST}
      COMMAND ${CMAKE_${LANGUAGE}_COMPILER} ${STRICT_WARNINGS} ${ARGN} -fsyntax-only -I ${FOLDER}
        -x $<IF:$<STREQUAL:${LANGUAGE},C>,c,c++> ${SOURCE})
  endfunction()
  file(GLOB PUBLIC_C_HEADERS RELATIVE ${PROJECT_SOURCE_DIR}/include/dns_cares ${PROJECT_SOURCE_DIR}/include/dns_cares/*.h)
  file(GLOB PUBLIC_CXX_HEADERS RELATIVE ${PROJECT_SOURCE_DIR}/include/dns_cares
    ${PROJECT_SOURCE_DIR}/include/dns_cares/*.hpp)
  foreach(HEADER ${PUBLIC_C_HEADERS})
    header_test(${HEADER} ${PROJECT_SOURCE_DIR}/include C c99 -std=c99 -Wstrict-prototypes)
    header_test(${HEADER} ${PROJECT_SOURCE_DIR}/include C c99_with_posix -std=c99 -D_POSIX_C_SOURCE=200809L
      -Wstrict-prototypes)
  endforeach()
  foreach(HEADER ${PUBLIC_C_HEADERS} ${PUBLIC_CXX_HEADERS})
    header_test(${HEADER} ${PROJECT_SOURCE_DIR}/include CXX cxx20 -std=c++20)
  endforeach()
  foreach(HEADER ${PUBLIC_CXX_HEADERS})
    header_test(${HEADER} ${PROJECT_SOURCE_DIR}/include CXX cxx20_without_rtti -std=c++20 -fno-rtti)
  endforeach()
  if(TARGET dns_cares_testkit)
    header_test(testkit.h ${PROJECT_SOURCE_DIR}/testkit/include CXX cxx20 -std=c++20)
  endif()
endif()

# The C++ headers as other programs compile them, with whichever of the compilers are there. Not under sanitizers, which
# two compilers bring in two kinds.
function(cpp_headers_test COMPILER STANDARD)
  string(REPLACE ";" "_" NAME "cpp_headers;${COMPILER};${STANDARD};${ARGN}")
  add_test(NAME ${NAME}
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/cpp_headers_test.sh ${COMPILER} ${STANDARD} ${PROJECT_SOURCE_DIR}
      $<TARGET_FILE:dns_cares> ${ARGN})
endfunction()
foreach(COMPILER g++ clang++)
  find_program(COMPILER_${COMPILER} ${COMPILER})
  if(COMPILER_${COMPILER} AND NOT DNS_CARES_SANITIZE)
    cpp_headers_test(${COMPILER} c++20 -fno-rtti)
    cpp_headers_test(${COMPILER} c++20 -fno-exceptions -fno-rtti -O2)
    cpp_headers_test(${COMPILER} c++23 -O2)
  endif()
endforeach()

add_test(NAME exports
  COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/exports_test.sh $<TARGET_FILE:dns_cares> ${PROJECT_SOURCE_DIR}
    "${DNS_CARES_SANITIZE}")

if(DNS_CARES_HARDENING AND NOT DNS_CARES_SANITIZE)
  add_test(NAME hardening COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/hardening_test.sh "${CMAKE_BUILD_TYPE}"
    $<TARGET_FILE:dns_cares> $<TARGET_FILE:dns_cares_testkit> $<$<TARGET_EXISTS:dns-cares>:$<TARGET_FILE:dns-cares>>
    $<TARGET_FILE:dns_cares_testkit_program>)
endif()

# Not under sanitizers, which would add nothing.
find_program(ABIDIFF abidiff)
if(ABIDIFF AND NOT DNS_CARES_SANITIZE)
  add_test(NAME abi COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/abi_test.sh ${PROJECT_SOURCE_DIR})
endif()

add_test(NAME install
  COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/install_test.sh ${CMAKE_COMMAND} ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}
    $<CONFIG> ${CMAKE_C_COMPILER} ${CMAKE_CXX_COMPILER} "${DNS_CARES_SANITIZE}")
set_property(TEST install PROPERTY TIMEOUT 600) # It compiles every example two times.

# Runs an example with these arguments, and looks at what it prints.
function(example_test NAME PROGRAM ARGUMENTS EXPECTED)
  add_test(NAME ${NAME}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${PROGRAM}> "-DNAME=${ARGUMENTS}" "-DEXPECTED=${EXPECTED}" ${ARGN}
      -P ${CMAKE_CURRENT_LIST_DIR}/example_test.cmake)
endfunction()
if(TARGET minimal)
  example_test(example_minimal_localhost minimal localhost "::1;127.0.0.1")
  example_test(example_minimal_literal minimal 192.0.2.1 192.0.2.1)
  example_test(example_two_loops two_loops "192.0.2.1;192.0.2.1" "192.0.2.1;192.0.2.1")
  example_test(example_cpp_callbacks cpp_callbacks "192.0.2.1;2001:db8::1" "192.0.2.1 port 443;2001:db8::1 port 443")
  if(TARGET dns_cares_testkit_program)
    set(DEMO_SERVER -DSERVER=$<TARGET_FILE:dns_cares_testkit_program>
      -DZONE=${PROJECT_SOURCE_DIR}/examples/demo/zone.script)
    example_test(example_coroutine coroutine "{server};names.example" "100 of 100 names resolved" ${DEMO_SERVER})
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/example_names "late.demo.example\n192.0.2.1\nwww.demo.example") # no last \n
    example_test(example_in_a_program in_a_program "{server}"
      "192.0.2.1;192.0.2.80;192.0.2.90;2001:db8::80;2001:db8::90" ${DEMO_SERVER}
      -DINPUT=${CMAKE_CURRENT_BINARY_DIR}/example_names)
    string(CONCAT MAIL_AND_SERVICE "mail: 10 web.demo.example.;mail: 20 ipv4-only.demo.example.;"
      "ipv4-only.demo.example port 587: 192.0.2.44;ipv6-only.demo.example port 465: 2001:db8::66")
    example_test(example_mx_and_srv mx_and_srv "{server};demo.example;_submission._tcp" "${MAIL_AND_SERVICE}"
      ${DEMO_SERVER})
  endif()
  if(TARGET own_test)
    add_test(NAME example_own_test COMMAND own_test)
  endif()
  # A server on 127.0.0.1, and nothing on ::1: that localhost is reached shows that both are tried.
  add_executable(page_server page_server.cc)
  set_property(TEST install PROPERTY ENVIRONMENT PAGE_SERVER=$<TARGET_FILE:page_server>)
  add_test(NAME example_connect
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/example_connect_test.sh $<TARGET_FILE:page_server> $<TARGET_FILE:connect>)
endif()
