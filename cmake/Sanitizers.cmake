# STRATA_SANITIZE: a comma-separated list for -fsanitize (for example "address,undefined").
set(STRATA_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize=")
if(STRATA_SANITIZE)
  add_compile_options(-fsanitize=${STRATA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${STRATA_SANITIZE})
endif()
