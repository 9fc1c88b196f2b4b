# SPDX-License-Identifier: MIT
# How a device becomes a plugin, in Cardcage's own build and in those that find_package() it.
#
#   cardcage_plugin(dice NAME dice SOURCES dice.cc FOLDER build)   -> target dice: build/dice.so and its manifest

# What a plugin's code is compiled with: it shows nothing but what it exports, and nothing of it stays when
# it is unloaded.
function(cardcage_compile_for_plugin target)
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
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
  if("${options}${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
    set(${out} TRUE PARENT_SCOPE)
  endif()
endfunction()

# The shared object. LIBRARIES are linked besides the SDK. It is installed to lib/cardcage/plugins, where the
# program finds it.
function(cardcage_plugin target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "NAME;FOLDER" "SOURCES;LIBRARIES")
  add_library(${target} MODULE ${ARG_SOURCES})
  cardcage_compile_for_plugin(${target})
  cardcage_link_for_plugin(${target})
  target_link_libraries(${target} PRIVATE Cardcage::sdk ${ARG_LIBRARIES})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${ARG_NAME} LIBRARY_OUTPUT_DIRECTORY $<1:${ARG_FOLDER}>)
  install(TARGETS ${target} LIBRARY DESTINATION lib/cardcage/plugins)

  # The manifest, by which the plugin is listed without being loaded. A plugin with sanitizers has none: the
  # program, which has no sanitizers, cannot load it.
  _cardcage_is_sanitized(is_sanitized)
  if(is_sanitized)
    add_custom_target(${target}_manifest)
    return()
  endif()
  set(manifest ${ARG_FOLDER}/${ARG_NAME}.manifest.json)
  add_custom_command(
    OUTPUT ${manifest}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:Cardcage::program> -DPLUGIN=$<TARGET_FILE:${target}>
            -DMANIFEST=${manifest} -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/WriteManifest.cmake
    DEPENDS ${target} Cardcage::program ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/WriteManifest.cmake
    COMMENT "Writing ${ARG_NAME}.manifest.json" VERBATIM)
  add_custom_target(${target}_manifest ALL DEPENDS ${manifest})
  install(FILES ${manifest} DESTINATION lib/cardcage/plugins)
endfunction()
