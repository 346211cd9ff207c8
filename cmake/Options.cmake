# Compiler settings of our own code, as one target that every library links.
add_library(mlb_options INTERFACE)
add_library(mlb::options ALIAS mlb_options)
target_compile_options(mlb_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Werror=switch
  -fno-math-errno
  # gcc 12 at -O2 takes moves of std::variant for reads of uninitialised
  # members.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # gcc collects its garbage a tenth of the time, and has little of it.
  add_compile_options(--param=ggc-min-heapsize=400000)
endif()

set(MLB_SANITIZE "" CACHE STRING "address,undefined or thread; empty: none")
if(MLB_SANITIZE)
  # A look at every pointer for null, alignment and size makes compiling a half
  # slower; the address sanitizer finds what it would find, but alignment.
  add_compile_options(-fsanitize=${MLB_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize=null,alignment,object-size,vptr
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MLB_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
