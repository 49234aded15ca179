# One way to declare a library of the house and its unit tests, so that every folder says only what
# it consists of and what it may see.

set(STRATA_WARNINGS -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers)
if(STRATA_WERROR)
  list(APPEND STRATA_WARNINGS -Werror)
endif()
# The libraries under test stay as they are delivered; of what compiling a test's own code takes, a fifth
# went into optimising what runs once.
set(STRATA_TEST_OPTIONS ${STRATA_WARNINGS} $<$<CONFIG:Release>:-O1>)

# strata_library(NAME [RECURSE] [PUBLIC target...] [PRIVATE target...])
# A static library of all *.cc of the folder that are not tests. Includes are written from the
# root of the repository ("server/domain/day.h").
function(strata_library name)
  cmake_parse_arguments(ARG "RECURSE" "" "PUBLIC;PRIVATE" ${ARGN})
  if(ARG_RECURSE)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  else()
    file(GLOB sources CONFIGURE_DEPENDS *.cc)
  endif()
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_library(${name} STATIC ${sources})
    set(visible PUBLIC)
    set(hidden PRIVATE)
    target_compile_options(${name} PRIVATE ${STRATA_WARNINGS})
  else()
    add_library(${name} INTERFACE)
    set(visible INTERFACE)
    set(hidden INTERFACE)
  endif()
  target_include_directories(${name} ${visible} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(${name} ${visible} ${ARG_PUBLIC} ${hidden} ${ARG_PRIVATE})
  strata_tests(${name} ${ARGN})
endfunction()

# strata_tests(NAME [RECURSE] ...) makes NAME_test of the folder's *_test.cc, if there are any.
function(strata_tests name)
  if(NOT STRATA_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "RECURSE" "" "PUBLIC;PRIVATE;TEST" ${ARGN})
  if(ARG_RECURSE)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS *_test.cc)
  else()
    file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  endif()
  if(NOT tests)
    return()
  endif()
  add_executable(${name}_test ${tests})
  target_compile_options(${name}_test PRIVATE ${STRATA_TEST_OPTIONS})
  target_link_libraries(${name}_test PRIVATE ${name} ${ARG_PRIVATE} ${ARG_TEST} GTest::gmock
                                             GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE STRATA_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name}_test COMMAND ${name}_test)
endfunction()
