# Runs an example, which must end well and print these lines, in any order.
#
# usage: cmake -DPROGRAM=... -DNAME=... -DEXPECTED=line;line [-DSERVER=dns-cares-testkit -DZONE=script] [-DINPUT=file]
#   -P example_test.cmake
#
# With a server, {server} in NAME is where it serves the zone; its counters go to standard error.
if(SERVER)
  list(PREPEND PROGRAM ${SERVER} ${ZONE} --)
endif()
if(NOT INPUT)
  set(INPUT /dev/null)
endif()
execute_process(COMMAND ${PROGRAM} ${NAME} INPUT_FILE ${INPUT} RESULT_VARIABLE RESULT OUTPUT_VARIABLE OUTPUT
                ERROR_VARIABLE ERRORS TIMEOUT 60)
string(STRIP "${OUTPUT}" LINES)
string(REPLACE "\n" ";" LINES "${LINES}")
list(SORT LINES)
list(SORT EXPECTED)
if(NOT RESULT STREQUAL "0" OR NOT LINES STREQUAL "${EXPECTED}" OR NOT (SERVER OR ERRORS STREQUAL ""))
  message(FATAL_ERROR "${PROGRAM} ${NAME}: ${RESULT}\n${OUTPUT}${ERRORS}expected: ${EXPECTED}")
endif()
