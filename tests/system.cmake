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
  dns_cares_test(tool_tests SOURCES tool_test.cc)
  target_compile_definitions(tool_tests PRIVATE DNS_CARES_PROGRAM="$<TARGET_FILE:dns-cares>")
  add_dependencies(tool_tests dns-cares)
endif()

# C99 in the strictest sense, and the public headers alone.
set(STRICT_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
add_executable(c99_test c99_test.c)
set_target_properties(c99_test PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
target_compile_definitions(c99_test PRIVATE _POSIX_C_SOURCE=200809L)
target_compile_options(c99_test PRIVATE ${STRICT_WARNINGS} -Wstrict-prototypes -Wdeclaration-after-statement)
target_link_libraries(c99_test PRIVATE dns_cares::dns_cares)
add_test(NAME c99_program COMMAND c99_test)

# Each public header alone, two times over, in each language that it is for.
function(header_test HEADER FOLDER LANGUAGE NAME)
  get_filename_component(STEM ${HEADER} NAME_WE)
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
if(TARGET dns_cares_testkit)
  header_test(testkit.h ${PROJECT_SOURCE_DIR}/testkit/include CXX cxx20 -std=c++20)
endif()

add_test(NAME exports
  COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/exports_test.sh $<TARGET_FILE:dns_cares> ${PROJECT_SOURCE_DIR}
    "${DNS_CARES_SANITIZE}")

add_test(NAME install
  COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/install_test.sh ${CMAKE_COMMAND} ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}
    $<CONFIG> ${CMAKE_C_COMPILER} ${CMAKE_CXX_COMPILER} "${DNS_CARES_SANITIZE}")

if(TARGET minimal)
  add_test(NAME example_minimal_localhost
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:minimal> -DNAME=localhost "-DEXPECTED=::1;127.0.0.1"
      -P ${CMAKE_CURRENT_LIST_DIR}/example_test.cmake)
  add_test(NAME example_minimal_literal
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:minimal> -DNAME=192.0.2.1 -DEXPECTED=192.0.2.1
      -P ${CMAKE_CURRENT_LIST_DIR}/example_test.cmake)
  add_test(NAME example_two_loops
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:two_loops> "-DNAME=192.0.2.1;192.0.2.1"
      "-DEXPECTED=192.0.2.1;192.0.2.1" -P ${CMAKE_CURRENT_LIST_DIR}/example_test.cmake)
endif()
