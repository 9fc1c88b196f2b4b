# SPDX-License-Identifier: MIT
# Makes the archive ARCHIVE of one object: OBJECT, with all its names local but those that match a PATTERN.
#   cmake -DOBJCOPY= -DNM= -DAR= -DOBJECT= -DARCHIVE= -DPATTERNS=a*;b* -P OneObject.cmake
set(local ${OBJECT}.local)

# g++'s unique names (of statics in inline functions) can only become local by way of weak ones.
execute_process(COMMAND ${NM} ${OBJECT} OUTPUT_VARIABLE names COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " u [^\n]+" unique "${names}")
list(TRANSFORM unique REPLACE "^ u " "")
list(JOIN unique "\n" unique)
file(WRITE ${OBJECT}.unique "${unique}\n")
execute_process(COMMAND ${OBJCOPY} --strip-debug --weaken-symbols=${OBJECT}.unique ${OBJECT} ${local}
                COMMAND_ERROR_IS_FATAL ANY)

list(TRANSFORM PATTERNS PREPEND --keep-global-symbol=)
execute_process(COMMAND ${OBJCOPY} --wildcard ${PATTERNS} ${local} COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE ${ARCHIVE})
execute_process(COMMAND ${AR} qcs ${ARCHIVE} ${local} COMMAND_ERROR_IS_FATAL ANY)
