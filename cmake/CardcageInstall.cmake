# SPDX-License-Identifier: MIT
# What `cmake --install` gives besides the programs, plugins, configs and guests, whose rules stand where they are
# declared: the headers and libraries for programs of other people, how CMake and pkg-config find them, the guides and
# examples.
include(CMakePackageConfigHelpers)

install(DIRECTORY framework/abi/cardcage framework/sdk/cardcage framework/testing/cardcage
                  machines/embed/cardcage
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES framework/plugin/builtin_devices.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cardcage)
install(FILES framework/sdk/rust/cardcage.rs DESTINATION ${CMAKE_INSTALL_DATADIR}/cardcage/rust)
install(DIRECTORY docs devices DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/cardcage  # they link to each other
        FILES_MATCHING PATTERN "*.md")
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/cardcage)
install(TARGETS cardcage_builtin_devices ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

# libcardcage.a: the rooms that have headers for other people, with all they need: framework, Abseil, yaml-cpp.
# One object, in which every name but those headers' own is local: it meets no other Abseil in a program, and no
# header of it has to be there. docs/decisions/0013-one-object.md says why it is no shared library.
foreach(room testing embed)
  list(APPEND rooms Cardcage::${room})
  string(LENGTH ${room} length)
  list(APPEND patterns _ZN8cardcage${length}${room}* _ZNK8cardcage${length}${room}*)
endforeach()
list(JOIN rooms "," rooms)
add_executable(cardcage_object ${CMAKE_BINARY_DIR}/pch.cc)  # which is empty
set_target_properties(cardcage_object PROPERTIES
  OUTPUT_NAME cardcage.o RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/object)
target_link_options(cardcage_object PRIVATE -r -nostdlib -static -Wl,--force-group-allocation)
target_link_libraries(cardcage_object PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,${rooms}>)
set(library ${CMAKE_CURRENT_BINARY_DIR}/libcardcage.a)
add_custom_command(
  OUTPUT ${library}
  COMMAND ${CMAKE_COMMAND} -DOBJCOPY=${CMAKE_OBJCOPY} -DNM=${CMAKE_NM} -DAR=${CMAKE_AR}
          -DOBJECT=$<TARGET_FILE:cardcage_object> -DARCHIVE=${library} "-DPATTERNS=${patterns}"
          -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/OneObject.cmake
  DEPENDS cardcage_object cmake/OneObject.cmake
  COMMENT "Making libcardcage.a" VERBATIM)
add_custom_target(cardcage_library ALL DEPENDS ${library})
install(FILES ${library} DESTINATION ${CMAKE_INSTALL_LIBDIR})

set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/Cardcage)
configure_package_config_file(
  cmake/package/CardcageConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/package/CardcageConfig.cmake
  INSTALL_DESTINATION ${folder}
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_DATADIR CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/package/CardcageConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/package/ DESTINATION ${folder})
install(FILES cmake/package/CardcageAddDevice.cmake cmake/package/CardcagePlugin.cmake
              cmake/package/WriteManifest.cmake cmake/package/plugin.map
        DESTINATION ${folder})

file(RELATIVE_PATH CARDCAGE_PC_TO_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
string(REGEX REPLACE "/$" "" CARDCAGE_PC_TO_PREFIX ${CARDCAGE_PC_TO_PREFIX})
configure_file(cmake/package/cardcage.pc.in ${CMAKE_CURRENT_BINARY_DIR}/cardcage.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cardcage.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
