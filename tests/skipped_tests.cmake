# Run by ctest at its end (CTEST_CUSTOM_POST_TEST): names the tests that were skipped inside programs
# that count as passed. LOG_FOLDER is the Testing/Temporary of the build folder.

set(log ${LOG_FOLDER}/LastTest.log.tmp) # renamed when ctest ends
if(NOT EXISTS ${log})
  return()
endif()
# GoogleTest's line of one test (its summary repeats the name without a time), and unittest's.
file(STRINGS ${log} skipped REGEX "^\\[  SKIPPED \\] .+ms\\)$|\\.\\.\\. skipped ")
if(skipped)
  list(TRANSFORM skipped REPLACE "^\\[  SKIPPED \\] (.+) \\([0-9]+ ms\\)$" "\\1")
  list(JOIN skipped "\n\t" names)
  message(NOTICE "\nThe following tests were skipped inside their programs:\n\t${names}")
endif()
