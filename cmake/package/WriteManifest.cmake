# SPDX-License-Identifier: MIT
# Writes what PROGRAM says of the file PLUGIN to the file MANIFEST.
execute_process(COMMAND ${PROGRAM} describe ${PLUGIN} --manifest
                OUTPUT_VARIABLE manifest ERROR_VARIABLE error RESULT_VARIABLE code)
if(code EQUAL 64)  # it knows no manifests yet
  set(manifest "{}\n")
elseif(NOT code EQUAL 0)
  message(FATAL_ERROR "`cardcage describe ${PLUGIN} --manifest` ended with ${code}:\n${error}")
endif()
file(WRITE ${MANIFEST} "${manifest}")
