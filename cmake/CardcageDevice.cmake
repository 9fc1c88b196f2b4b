# SPDX-License-Identifier: MIT
# How a device of this repository is declared, and how they are gathered.
#
#   cardcage_add_device(NAME ns16550a SOURCES ns16550a.cc TEST ns16550a_test.cc)
#
# The sources are in C++ or C.
# It is compiled twice: into the program, and as a plugin, plugins/<name>.so, which `--plugin` loads, with its
# manifest beside it. (package/CardcageAddDevice.cmake has the function of the same name for everybody else.)
#
# The device is compiled against the SDK and nothing else: neither the repository's root nor any
# other library is on its include path. Its entry gets a symbol of its own,
# cardcage_builtin_<name>, and cardcage_write_builtin_devices() gathers all of them in a table.
include(package/CardcagePlugin)

add_custom_target(plugins)

function(cardcage_add_device)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SOURCES;TEST")
  string(MAKE_C_IDENTIFIER ${ARG_NAME} identifier)
  add_library(cardcage_device_${identifier} OBJECT ${ARG_SOURCES})
  target_compile_definitions(cardcage_device_${identifier}
                             PRIVATE cardcage_plugin_entry=cardcage_builtin_${identifier})
  target_include_directories(cardcage_device_${identifier} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  cardcage_language_of(language sdk ${ARG_SOURCES})
  target_link_libraries(cardcage_device_${identifier} PUBLIC ${sdk} PRIVATE cardcage_options)
  set_property(GLOBAL APPEND PROPERTY CARDCAGE_BUILTIN_DEVICES ${identifier})

  set(plugin cardcage_plugin_${identifier})
  cardcage_plugin(${plugin} NAME ${ARG_NAME} SOURCES ${ARG_SOURCES} LANGUAGE ${language}
                  LIBRARIES ${sdk} cardcage_options FOLDER ${CMAKE_BINARY_DIR}/plugins)
  target_include_directories(${plugin} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  add_dependencies(plugins ${plugin} ${plugin}_manifest)

  if(ARG_TEST)
    cardcage_test(${identifier}_test SOURCES ${ARG_TEST}
                  DEPS cardcage_device_${identifier} Cardcage::testing)
    # Once more on a CPU of each engine, as a whole: devices.ns16550a.soft, devices.ns16550a.kvm.
    set(label_soft unit)
    set(label_kvm kvm)
    foreach(engine soft kvm)
      if(TARGET ${identifier}_test)
        add_test(NAME devices.${ARG_NAME}.${engine} COMMAND ${identifier}_test)
        set_tests_properties(devices.${ARG_NAME}.${engine} PROPERTIES
          ENVIRONMENT CARDCAGE_TEST_ENGINE=${engine} LABELS ${label_${engine}} TIMEOUT 120
          SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
      endif()
    endforeach()
  endif()
endfunction()

# Cardcage::builtin_devices: the table declared in framework/plugin/builtin_devices.h.
function(cardcage_write_builtin_devices)
  get_property(devices GLOBAL PROPERTY CARDCAGE_BUILTIN_DEVICES)
  set(declarations "")
  set(rows "")
  foreach(device IN LISTS devices)
    string(APPEND declarations "extern const cardcage_plugin cardcage_builtin_${device};\n")
    string(APPEND rows "    &cardcage_builtin_${device},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/builtin_devices.cc CONTENT [[
// SPDX-License-Identifier: MIT
// Written by CMake: one row a cardcage_add_device().
#include "framework/plugin/builtin_devices.h"

extern "C" {
@declarations@}

namespace cardcage {
namespace {
constexpr const cardcage_plugin* kBuiltinDevices[] = {
@rows@};
}  // namespace
std::span<const cardcage_plugin* const> BuiltinDevices() { return kBuiltinDevices; }
}  // namespace cardcage
]] @ONLY)
  add_library(cardcage_builtin_devices STATIC ${CMAKE_CURRENT_BINARY_DIR}/builtin_devices.cc)
  add_library(Cardcage::builtin_devices ALIAS cardcage_builtin_devices)
  target_include_directories(cardcage_builtin_devices PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(cardcage_builtin_devices PUBLIC Cardcage::abi PRIVATE cardcage_options)
  foreach(device IN LISTS devices)
    target_sources(cardcage_builtin_devices PRIVATE $<TARGET_OBJECTS:cardcage_device_${device}>)
  endforeach()
endfunction()
