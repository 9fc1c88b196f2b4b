# SPDX-License-Identifier: MIT
# How a guest is assembled: a flat binary, linked to run at ORIGIN, in build/<preset>/guests.
#
#   cardcage_guest(hello SOURCE hello.S ORIGIN 0x1000)
add_custom_target(guests ALL)
function(cardcage_guest name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "SOURCE;ORIGIN" "DEPENDS")
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SOURCE})
  set(object ${CMAKE_BINARY_DIR}/guests/${name}.o)
  set(binary ${CMAKE_BINARY_DIR}/guests/${name}.bin)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/guests)
  add_custom_command(
    OUTPUT ${binary} BYPRODUCTS ${object}
    COMMAND ${CMAKE_CXX_COMPILER} -x assembler-with-cpp -nostdinc -I${CMAKE_CURRENT_SOURCE_DIR}
            -Wa,--fatal-warnings -c ${source} -o ${object}
    COMMAND ld --oformat=binary -Ttext=${ARG_ORIGIN} -e 0 -o ${binary} ${object}
    DEPENDS ${source} ${ARG_DEPENDS}
    COMMENT "Assembling guest ${name}" VERBATIM)
  add_custom_target(guest_${name} DEPENDS ${binary})
  add_dependencies(guests guest_${name})
  install(FILES ${binary} DESTINATION ${CMAKE_INSTALL_DATADIR}/cardcage/guests)
endfunction()
