# SPDX-License-Identifier: MIT
# Enforces the borders between rooms: link edges while configuring, includes while building.
include(${CMAKE_CURRENT_LIST_DIR}/BorderRules.cmake)

function(_cardcage_all_targets out folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(subfolders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    _cardcage_all_targets(below ${subfolder})
    list(APPEND targets ${below})
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

# The folder that declares a target, from the root.
function(_cardcage_target_folder out target)
  get_target_property(folder ${target} SOURCE_DIR)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${folder})
  set(${out} "${folder}" PARENT_SCOPE)
endfunction()

# Ends the configuration where a target links against a room that its own may not use. A test may
# link more (its room's rules hold for the library it tests), and a program links the table of
# built-in devices: these are the two exceptions.
function(cardcage_check_link_edges)
  _cardcage_all_targets(targets ${CMAKE_SOURCE_DIR})
  set(breaches FALSE)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "UTILITY" OR target MATCHES "_(test|fuzzer)$")
      continue()
    endif()
    _cardcage_target_folder(from_folder ${target})
    cardcage_room(from "${from_folder}")
    set(edges "")
    foreach(property LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
      get_target_property(libraries ${target} ${property})
      if(libraries)
        list(APPEND edges ${libraries})
      endif()
    endforeach()
    list(REMOVE_DUPLICATES edges)
    foreach(edge IN LISTS edges)
      string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" edge "${edge}")
      if(NOT TARGET "${edge}")
        continue()
      endif()
      get_target_property(aliased ${edge} ALIASED_TARGET)
      if(aliased)
        set(edge ${aliased})
      endif()
      get_target_property(imported ${edge} IMPORTED)
      if(imported OR edge MATCHES "^cardcage_(test_)?options$")
        continue()
      endif()
      if(type STREQUAL "EXECUTABLE" AND edge STREQUAL "cardcage_builtin_devices")
        continue()
      endif()
      _cardcage_target_folder(to_folder ${edge})
      cardcage_room(to "${to_folder}")
      cardcage_may_use(allowed "${from}" "${to}")
      # A device is an island: it does not link its neighbour either.
      if(from STREQUAL "devices" AND to STREQUAL "devices" AND from_folder STREQUAL to_folder)
        set(allowed TRUE)
      endif()
      if(NOT allowed)
        message(NOTICE "${from_folder}/CMakeLists.txt: ${target} (room ${from}) links ${edge} "
                       "(room ${to}), but ${from} may use only: ${CARDCAGE_MAY_USE_${from}}")
        set(breaches TRUE)
      endif()
    endforeach()
  endforeach()
  if(breaches)
    message(FATAL_ERROR "a link edge crosses a border: see docs/architecture.md")
  endif()
endfunction()

# The same for includes, as part of every full build, when a source file has changed.
function(cardcage_check_borders)
  cardcage_check_link_edges()
  file(GLOB_RECURSE sources ${CMAKE_SOURCE_DIR}/framework/*.h
       ${CMAKE_SOURCE_DIR}/framework/*.cc ${CMAKE_SOURCE_DIR}/devices/*.h
       ${CMAKE_SOURCE_DIR}/devices/*.cc ${CMAKE_SOURCE_DIR}/machines/*.h
       ${CMAKE_SOURCE_DIR}/machines/*.cc)
  add_custom_command(
    OUTPUT ${CMAKE_BINARY_DIR}/borders.stamp
    COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}
            -P ${CMAKE_SOURCE_DIR}/cmake/CheckIncludes.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/borders.stamp
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/cmake/CheckIncludes.cmake
            ${CMAKE_SOURCE_DIR}/cmake/BorderRules.cmake
    COMMENT "Checking the borders between rooms" VERBATIM)
  add_custom_target(borders ALL DEPENDS ${CMAKE_BINARY_DIR}/borders.stamp)
endfunction()
