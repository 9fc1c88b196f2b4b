# SPDX-License-Identifier: MIT
# Writes what PROGRAM says of the file PLUGIN to the file MANIFEST.
execute_process(COMMAND ${PROGRAM} describe ${PLUGIN} --manifest
                OUTPUT_VARIABLE manifest ERROR_VARIABLE error RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "`cardcage describe ${PLUGIN} --manifest` ended with ${code}:\n${error}")
endif()
file(WRITE ${MANIFEST} "${manifest}")
