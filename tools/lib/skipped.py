# SPDX-License-Identifier: MIT
"""Prints each skipped test of a JUnit report of ctest, and the last words it said: why."""

import sys
import xml.etree.ElementTree

for case in xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"):
    if case.find("skipped") is not None:
        print(case.get("name") + ":", " ".join((case.findtext("system-out") or "").split())[-300:])
