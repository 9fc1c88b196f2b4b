# SPDX-License-Identifier: MIT
# How a device becomes a plugin, in Cardcage's own build and in those that find_package() it.
#
#   cardcage_plugin(dice NAME dice SOURCES dice.cc LIBRARIES Cardcage::sdk FOLDER build)
#   cardcage_rust_plugin(dice NAME dice SOURCES dice.rs FOLDER build)
#                                                 -> target dice: build/dice.so; dice_manifest: its manifest

# What a plugin's code is compiled with: it shows nothing but what it exports, and nothing of it stays when
# it is unloaded.
function(cardcage_compile_for_plugin target)
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
endfunction()

# What it is linked with: the entry is its only symbol, so that two versions of a plugin can be loaded side by
# side, and no symbol is missing.
function(cardcage_link_for_plugin target)
  set(version_script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
  # noseparate-code: a page of padding less in the file, and in memory.
  target_link_options(${target} PRIVATE -Wl,--build-id -Wl,-z,noseparate-code
                                        -Wl,--version-script=${version_script})
  # The sanitizers' own symbols are the program's.
  _cardcage_is_sanitized(is_sanitized)
  if(NOT CARDCAGE_SANITIZER AND NOT is_sanitized)
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX "" LINKER_LANGUAGE CXX LINK_DEPENDS ${version_script})
endfunction()

function(_cardcage_is_sanitized out)
  get_directory_property(options COMPILE_OPTIONS)
  set(${out} FALSE PARENT_SCOPE)
  if("${options}${CMAKE_C_FLAGS}${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
    set(${out} TRUE PARENT_SCOPE)
  endif()
endfunction()

# CXX and Cardcage::sdk; where there is nothing but C in these files, C and Cardcage::abi.
function(cardcage_language_of out_language out_sdk)
  set(files ${ARGN})
  list(FILTER files EXCLUDE REGEX "\\.[ch]$")
  if(files)
    set(${out_language} CXX PARENT_SCOPE)
    set(${out_sdk} Cardcage::sdk PARENT_SCOPE)
  else()
    set(${out_language} C PARENT_SCOPE)
    set(${out_sdk} Cardcage::abi PARENT_SCOPE)
  endif()
endfunction()

# The shared object. It is installed to lib/cardcage/plugins, where the program finds it. LANGUAGE C: it needs no
# library of C++.
function(cardcage_plugin target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "NAME;FOLDER;LANGUAGE" "SOURCES;LIBRARIES")
  add_library(${target} MODULE ${ARG_SOURCES})
  cardcage_compile_for_plugin(${target})
  cardcage_link_for_plugin(${target})
  target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${ARG_NAME} LIBRARY_OUTPUT_DIRECTORY $<1:${ARG_FOLDER}>)
  if(ARG_LANGUAGE)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE ${ARG_LANGUAGE})
  endif()
  install(TARGETS ${target} LIBRARY DESTINATION lib/cardcage/plugins)
  # A plugin with sanitizers has no manifest: the program, which has no sanitizers, cannot load it.
  _cardcage_is_sanitized(is_sanitized)
  if(is_sanitized)
    add_custom_target(${target}_manifest)
  else()
    _cardcage_manifest(${target} $<TARGET_FILE:${target}> ${ARG_FOLDER}/${ARG_NAME}.manifest.json)
  endif()
endfunction()

# Its manifest, by which it is listed without being loaded.
function(_cardcage_manifest target plugin manifest)
  get_filename_component(name ${manifest} NAME)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/WriteManifest.cmake)
  add_custom_command(
    OUTPUT ${manifest}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:Cardcage::program> -DPLUGIN=${plugin}
            -DMANIFEST=${manifest} -P ${script}
    DEPENDS ${target} ${plugin} Cardcage::program ${script}
    COMMENT "Writing ${name}" VERBATIM)
  add_custom_target(${target}_manifest ALL DEPENDS ${manifest})
  install(FILES ${manifest} DESTINATION lib/cardcage/plugins)
endfunction()

# The same for a device in Rust, over cardcage.rs. The first source is the one that rustc is given; the others are its
# modules.
function(cardcage_rust_plugin target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "NAME;FOLDER" "SOURCES")
  set(file ${ARG_FOLDER}/${ARG_NAME}.so)
  cardcage_rust_library(${target} SOURCES ${ARG_SOURCES} OUTPUT ${file})
  install(PROGRAMS ${file} DESTINATION lib/cardcage/plugins)
  _cardcage_manifest(${target} ${file} ${ARG_FOLDER}/${ARG_NAME}.manifest.json)
endfunction()

# Its shared object. rustc itself sees to it that the entry is all that it exports.
function(cardcage_rust_library target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "OUTPUT" "SOURCES")
  list(TRANSFORM ARG_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]")
  list(GET ARG_SOURCES 0 source)
  get_filename_component(name ${ARG_OUTPUT} NAME)
  find_program(CARDCAGE_RUSTC rustc DOC "The compiler of devices in Rust, 1.63 or later")
  if(NOT CARDCAGE_RUSTC)
    message(FATAL_ERROR "${source} is a device in Rust, and rustc was not found: install it (Debian's package "
                        "rustc), or say where it is: -DCARDCAGE_RUSTC=FILE")
  endif()
  set(rustc ${CARDCAGE_RUSTC} --edition=2021 -Copt-level=2 -Cpanic=unwind)
  set(own ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir)
  file(MAKE_DIRECTORY ${own})
  add_custom_command(
    OUTPUT ${ARG_OUTPUT} BYPRODUCTS ${own}/libcardcage.rlib
    COMMAND ${rustc} --crate-type=rlib --crate-name=cardcage --out-dir=${own} ${Cardcage_RUST}/cardcage.rs
    COMMAND ${rustc} --crate-type=cdylib --extern=cardcage=${own}/libcardcage.rlib -Cstrip=debuginfo
            -Clink-arg=-Wl,--build-id -Clink-arg=-Wl,--no-undefined -Clink-arg=-Wl,-soname,${name}
            -o ${ARG_OUTPUT} ${source}
    DEPENDS ${ARG_SOURCES} ${Cardcage_RUST}/cardcage.rs
    COMMENT "Building ${name} with rustc" VERBATIM)
  add_custom_target(${target} ALL DEPENDS ${ARG_OUTPUT})
endfunction()
