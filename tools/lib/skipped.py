# SPDX-License-Identifier: MIT
"""Says why tests were skipped, by a JUnit report of ctest: the last words that each of them said.

skipped.py REPORT            prints a line for each
skipped.py --summary REPORT  passes ctest's output on from stdin, with the reasons in its list of tests that
                             did not run; ctest writes the report before it ends
"""

import sys
import xml.etree.ElementTree


def reasons(report):
    """Test -> why it was skipped."""
    found = {}
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        if case.find("skipped") is not None:
            words = " ".join((case.findtext("system-out") or "").split())
            # GoogleTest's own words stand around the reason.
            reason = words.rpartition(": Skipped ")[2].partition(" [ SKIPPED ]")[0]
            found[bare(case.get("name"))] = reason[-300:]
    return found


def bare(name):
    """A test's name without its parameter: "Some/Test.Does/this  # GetParam() = ..."."""
    return name.partition("#")[0].strip()


def summary(report):
    held = None  # the lines from the list on
    for line in sys.stdin:
        if line.startswith("The following tests did not run:"):
            held = []
        if held is None:
            sys.stdout.write(line)
            sys.stdout.flush()
        else:
            held.append(line)
    if held is None:
        return
    why = reasons(report)
    for line in held:
        # "\t450 - Name  # GetParam() = ... (Skipped)"
        number, _, rest = line.partition(" - ")
        name = bare(rest.removesuffix("(Skipped)\n"))
        if name in why:
            line = number + " - " + name + ": " + why[name] + "\n"
        sys.stdout.write(line)


if sys.argv[1] == "--summary":
    summary(sys.argv[2])
else:
    for name, why in reasons(sys.argv[1]).items():
        print(name + ":", why)
