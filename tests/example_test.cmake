# Runs an example, which must end well and print these lines, in any order.
#
# usage: cmake -DPROGRAM=... -DNAME=... -DEXPECTED=line;line -P example_test.cmake
execute_process(COMMAND ${PROGRAM} ${NAME} RESULT_VARIABLE RESULT OUTPUT_VARIABLE OUTPUT ERROR_VARIABLE ERRORS
                TIMEOUT 60)
string(STRIP "${OUTPUT}" LINES)
string(REPLACE "\n" ";" LINES "${LINES}")
list(SORT LINES)
list(SORT EXPECTED)
if(NOT RESULT STREQUAL "0" OR NOT LINES STREQUAL "${EXPECTED}" OR NOT ERRORS STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} ${NAME}: ${RESULT}\n${OUTPUT}${ERRORS}expected: ${EXPECTED}")
endif()
