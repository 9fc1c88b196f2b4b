# SPDX-License-Identifier: MIT
# The rooms of the house, and which room may use which. Used on link edges (Borders.cmake) and on
# includes (CheckIncludes.cmake). docs/architecture.md says why.

# What a room may use, itself included. bench and tests may use anything.
set(CARDCAGE_MAY_USE_abi abi)
set(CARDCAGE_MAY_USE_sdk sdk abi)
set(CARDCAGE_MAY_USE_framework framework abi)
set(CARDCAGE_MAY_USE_testing testing framework sdk abi)
set(CARDCAGE_MAY_USE_devices sdk abi)
set(CARDCAGE_MAY_USE_machines machines framework abi)
set(CARDCAGE_MAY_USE_validate validate machines testing framework abi)

# cardcage_room(OUT PATH): the room of a file or folder, by its path from the repository's root.
function(cardcage_room out path)
  if(path MATCHES "^framework/(abi|sdk|testing)(/|$)")
    set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
  elseif(path MATCHES "^machines/validate(/|$)")
    set(${out} validate PARENT_SCOPE)
  elseif(path MATCHES "^(framework|devices|machines|bench|tests)(/|$)")
    set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
  else()
    set(${out} "" PARENT_SCOPE)
  endif()
endfunction()

# cardcage_may_use(OUT FROM TO)
function(cardcage_may_use out from to)
  if(from STREQUAL "" OR to STREQUAL "" OR from MATCHES "^(bench|tests)$"
     OR to IN_LIST CARDCAGE_MAY_USE_${from})
    set(${out} TRUE PARENT_SCOPE)
  else()
    set(${out} FALSE PARENT_SCOPE)
  endif()
endfunction()
