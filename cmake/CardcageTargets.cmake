# SPDX-License-Identifier: MIT
# How a library, a test, a fuzzer or a helper program of this repository is declared.
#
#   cardcage_library(bus SOURCES a.cc b.cc DEPS Cardcage::abi)      -> Cardcage::bus
#   cardcage_test(bus_test SOURCES bus_test.cc DEPS Cardcage::bus)   -> a GoogleTest program
#   cardcage_fuzzer(spec_fuzzer SOURCES spec_fuzzer.cc DEPS ...)     -> build/fuzz/fuzz/spec_fuzzer
#   cardcage_helper(bench SOURCES ... DEPS ...)                      -> `cardcage bench`
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)

find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Zydis REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)

# The program links the static archives that stand beside the shared ones: with 30 shared libraries
# less to load it starts in a third of the time.
function(_cardcage_prefer_static target)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL "SHARED_LIBRARY")
    return()
  endif()
  get_target_property(configs ${target} IMPORTED_CONFIGURATIONS)
  foreach(config IN LISTS configs)
    get_target_property(location ${target} IMPORTED_LOCATION_${config})
    string(REGEX REPLACE "\\.so[.0-9]*$" ".a" archive "${location}")
    if(EXISTS "${archive}")
      set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_${config} "${archive}"
                                                 IMPORTED_SONAME_${config} "")
    endif()
  endforeach()
endfunction()
get_property(_cardcage_imported DIRECTORY PROPERTY IMPORTED_TARGETS)
foreach(_target IN LISTS _cardcage_imported)
  if(_target MATCHES "^(absl::|yaml-cpp)")
    _cardcage_prefer_static(${_target})
  endif()
endforeach()

if(CARDCAGE_TESTS STREQUAL "AUTO")
  find_package(GTest QUIET)
  find_package(benchmark QUIET)
  if(GTest_FOUND AND benchmark_FOUND)
    set(CARDCAGE_BUILD_TESTS ON)
  else()
    set(CARDCAGE_BUILD_TESTS OFF)
  endif()
elseif(CARDCAGE_TESTS)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  set(CARDCAGE_BUILD_TESTS ON)
else()
  set(CARDCAGE_BUILD_TESTS OFF)
endif()
if(CARDCAGE_BUILD_TESTS)
  enable_testing()
  include(GoogleTest)
  find_package(rapidcheck QUIET)
  if(NOT rapidcheck_FOUND)
    message(STATUS "RapidCheck was not found (Debian's package librapidcheck-dev): no tests of properties")
  endif()
endif()

# What every C++ and C file of the repository is compiled with.
add_library(cardcage_options INTERFACE)
target_compile_options(cardcage_options INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -Wcast-qual -Wundef -Wno-missing-field-initializers
  # g++ 12 believes that strings are written over their ends, in its own library (GCC bug 105651).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wlogical-op -Wno-array-bounds -Wno-restrict
                                  -Wno-stringop-overflow>)
if(CARDCAGE_SANITIZER)
  # g++ 12 takes std::regex for uninitialized once it is instrumented.
  target_compile_options(cardcage_options INTERFACE -fsanitize=${CARDCAGE_SANITIZER}
    -fno-sanitize-recover=all -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(cardcage_options INTERFACE -fsanitize=${CARDCAGE_SANITIZER})
endif()
if(CARDCAGE_FUZZERS)
  target_compile_options(cardcage_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# What a test's own code is compiled with on top: GoogleTest's templates are most of it, and take twice as
# long when they are optimized. What it tests is optimized as the preset says.
add_library(cardcage_test_options INTERFACE)
target_compile_options(cardcage_test_options INTERFACE -O0)
target_link_libraries(cardcage_test_options INTERFACE cardcage_options)

# Precompiled headers, shared by all targets of a kind: what they nearly all include.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch.cc CONTENT "")
add_library(cardcage_pch_framework OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/pch.cc)
target_link_libraries(cardcage_pch_framework PRIVATE cardcage_options absl::statusor absl::str_format
                                                     absl::strings)
target_precompile_headers(cardcage_pch_framework PRIVATE <algorithm> <array> <cstdint> <functional>
  <memory> <optional> <span> <string> <string_view> <utility> <vector> <absl/status/status.h>
  <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_format.h>)
if(CARDCAGE_BUILD_TESTS)
  # A program, as those that reuse it are: the two are compiled with different flags.
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch_main.cc CONTENT "int main() { return 0; }\n")
  add_executable(cardcage_pch_test EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/pch_main.cc)
  target_link_libraries(cardcage_pch_test PRIVATE cardcage_test_options absl::statusor absl::strings
                                                  GTest::gmock)
  target_precompile_headers(cardcage_pch_test PRIVATE <cstdint> <memory> <string> <vector>
    <absl/status/status.h> <absl/status/statusor.h> <gmock/gmock.h> <gtest/gtest.h>)
endif()

function(cardcage_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS")
  add_library(cardcage_${name} STATIC ${ARG_SOURCES})
  add_library(Cardcage::${name} ALIAS cardcage_${name})
  target_include_directories(cardcage_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(cardcage_${name} PUBLIC ${ARG_DEPS}
                                         PRIVATE ${ARG_PRIVATE_DEPS} cardcage_options
                                                 absl::statusor absl::str_format absl::strings)
  target_precompile_headers(cardcage_${name} REUSE_FROM cardcage_pch_framework)
endfunction()

# A library of headers alone.
function(cardcage_header_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "INCLUDE;DEPS")
  add_library(cardcage_${name} INTERFACE)
  add_library(Cardcage::${name} ALIAS cardcage_${name})
  target_include_directories(cardcage_${name} INTERFACE ${ARG_INCLUDE})
  target_link_libraries(cardcage_${name} INTERFACE ${ARG_DEPS})
endfunction()

# LABELS: unit (the default: runs under AddressSanitizer too), threads (runs under ThreadSanitizer),
# kvm (needs /dev/kvm), soak (over 30 s, run by hand).
function(cardcage_test name)
  if(NOT CARDCAGE_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;DEPS;LABELS")
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} cardcage_test_options absl::statusor absl::strings
                                        GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM cardcage_pch_test)
  foreach(label IN LISTS ARG_LABELS)  # tests-unit builds what `ctest -L unit` runs
    if(NOT TARGET tests-${label})
      add_custom_target(tests-${label})
    endif()
    add_dependencies(tests-${label} ${name})
  endforeach()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_LIST ${name}_list)
  # Here, as gtest_discover_tests takes a list of labels for several properties.
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}_properties.cmake CONTENT
       "set_tests_properties(\${@name@_list} PROPERTIES LABELS \"@ARG_LABELS@\" TIMEOUT 120)\n" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY
               TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}_properties.cmake)
endfunction()

function(cardcage_fuzzer name)
  if(NOT CARDCAGE_FUZZERS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;DEPS")
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} cardcage_options)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  add_dependencies(fuzzers ${name})
endfunction()
if(CARDCAGE_FUZZERS)
  add_custom_target(fuzzers)
endif()

# A program that `cardcage NAME` runs.
function(cardcage_helper name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;DEPS")
  add_executable(cardcage-${name} ${ARG_SOURCES})
  target_include_directories(cardcage-${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(cardcage-${name} PRIVATE ${ARG_DEPS} cardcage_options)
  set_target_properties(cardcage-${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/libexec/cardcage)
  install(TARGETS cardcage-${name} RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/cardcage)
  set_property(GLOBAL APPEND PROPERTY CARDCAGE_HELPERS ${name})
endfunction()

# build/<preset>/helpers.txt: the verbs that helpers serve, one a line, for tools/cardcage.
function(cardcage_write_helpers)
  get_property(helpers GLOBAL PROPERTY CARDCAGE_HELPERS)
  list(JOIN helpers "\n" text)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/helpers.txt CONTENT "${text}\n" @ONLY)
endfunction()
