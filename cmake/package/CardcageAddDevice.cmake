# SPDX-License-Identifier: MIT
# How a device outside Cardcage's own repository is declared.
#
#   find_package(Cardcage REQUIRED)
#   cardcage_add_device(NAME dice SOURCES dice.cc TEST dice_test.cc)
#
# makes dice.so and dice.manifest.json in the build folder, for `cardcage run --plugin dice.so`. The sources are in
# C++ or C; or in Rust, for rustc 1.63 or later, the first with the others as its modules. The project needs no other
# language than theirs. With TEST, where GoogleTest with GoogleMock is found and BUILD_TESTING is not OFF, also the
# program dice_test, in C++, whose tests ctest runs where the project says enable_testing(); the device is in it as
# cardcage_plugin_entry.
#
# Targets: dice_object, the compiled sources (what the device needs more is linked to it, as PUBLIC), or of Rust the
# plugin again; dice, the plugin; dice_manifest; dice_test.
include(${CMAKE_CURRENT_LIST_DIR}/CardcagePlugin.cmake)

function(cardcage_add_device)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SOURCES;TEST")
  if(NOT ARG_NAME OR NOT ARG_SOURCES OR ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "cardcage_add_device(${ARGV}): it is cardcage_add_device(NAME dice "
                        "SOURCES dice.cc [TEST dice_test.cc])")
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR})
  if(ARG_SOURCES MATCHES "\\.rs$")
    cardcage_rust_plugin(${ARG_NAME} NAME ${ARG_NAME} SOURCES ${ARG_SOURCES} FOLDER ${folder})
    add_library(${ARG_NAME}_object SHARED IMPORTED)
    set_target_properties(${ARG_NAME}_object PROPERTIES IMPORTED_LOCATION ${folder}/${ARG_NAME}.so)
    add_dependencies(${ARG_NAME}_object ${ARG_NAME})
  else()
    add_library(${ARG_NAME}_object OBJECT ${ARG_SOURCES})
    cardcage_compile_for_plugin(${ARG_NAME}_object)
    cardcage_language_of(language sdk ${ARG_SOURCES})
    target_include_directories(${ARG_NAME}_object PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${ARG_NAME}_object PUBLIC ${sdk})
    cardcage_plugin(${ARG_NAME} NAME ${ARG_NAME} LANGUAGE ${language} LIBRARIES ${ARG_NAME}_object
                    FOLDER ${folder})
  endif()

  if(NOT ARG_TEST OR (DEFINED BUILD_TESTING AND NOT BUILD_TESTING))
    return()
  endif()
  if(NOT CMAKE_CXX_COMPILER_LOADED)
    message(STATUS "${ARG_NAME}_test is not built: it is in C++, which the project's LANGUAGES do not name")
    return()
  endif()
  find_package(GTest QUIET)
  if(NOT TARGET GTest::gmock)
    message(STATUS "${ARG_NAME}_test is not built: GoogleTest with GoogleMock was not found "
                   "(Debian's package libgmock-dev)")
    return()
  endif()
  include(GoogleTest)
  add_executable(${ARG_NAME}_test ${ARG_TEST})
  # The test's own code alone: most of it is GoogleTest's templates, which take much longer to compile optimized.
  target_compile_options(${ARG_NAME}_test PRIVATE -O0)
  target_link_libraries(${ARG_NAME}_test PRIVATE ${ARG_NAME}_object Cardcage::testing GTest::gmock
                                                 GTest::gtest_main)
  find_package(rapidcheck QUIET)
  if(TARGET rapidcheck)  # which cardcage/testing/properties.h needs
    target_link_libraries(${ARG_NAME}_test PRIVATE rapidcheck)
  endif()
  gtest_discover_tests(${ARG_NAME}_test)
endfunction()
