# SPDX-License-Identifier: MIT
"""Runs clang-tidy on the files given, from the current folder, after build/release was built.

A header is read through one source that includes it. Up to twelve sources that can be compiled together are
read as one, since nearly all of the time goes to the headers that they share. Where that finds something, or where
their names clash, each half is read by itself, down to single sources, and only these are believed. What is found
in single sources only: misc-unused-using-decls, which looks at nothing that is included. Prints each finding once,
then exits with 1.
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

BUILD = "build/release"
# The build's compiler is g++, with precompiled headers and options that clang does not know. So only what
# decides how a source is read goes on to clang-tidy.
KEPT = re.compile(r"-([DUI].|std=|m|pthread|fno-exceptions|fno-rtti)")
# Of which a program, and so a group of sources, has one.
ONCE = re.compile(r"^(int main\(|CARDCAGE_PLUGIN)", re.MULTILINE)
KEPT_WITH_VALUE = ("-D", "-U", "-I", "-isystem", "-iquote")


def database(root):
    """Source -> the options that decide how it is read, for the sources of the checkout."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    sources = {}
    for entry in entries:
        source = os.path.relpath(os.path.join(entry["directory"], entry["file"]), root)
        if source.startswith(("..", "build/")) or not source.endswith((".cc", ".c")) or source in sources:
            continue
        words = iter(shlex.split(entry["command"])[1:])
        options = sources[source] = []
        for word in words:
            if word in KEPT_WITH_VALUE:
                options.append(word + next(words))
            elif KEPT.match(word):
                options.append(word)
    return sources


def includers(root, sources):
    """Header -> {source that includes it: how many files that one includes}, by ninja's record."""
    output = subprocess.run(["ninja", "-C", BUILD, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    found = {}
    for block in output.split("\n\n"):
        paths = [os.path.relpath(os.path.join(root, BUILD, line.strip()), root) for line in block.splitlines()[1:]]
        for source in (path for path in paths if path in sources):
            for path in paths:
                found.setdefault(path, {})[source] = len(paths)
    return found


def neighbour(path, sources):
    """A source in the same folder, which is compiled as this one would be: a test where there is one."""
    near = [source for source in sources if os.path.dirname(source) == os.path.dirname(path)]
    return max(near, key=lambda source: source.endswith("_test.cc"), default=None)


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


class Group:
    """Sources that are read as one, with the options of all of them."""

    def __init__(self, kind):
        self.kind, self.sources, self.options, self.has_once = kind, [], [], False

    def takes(self, kind, options, once):
        macros = {option.split("=")[0]: option for option in self.options if option.startswith("-D")}
        return (self.kind == kind and len(self.sources) < 12 and not (once and self.has_once)
                and all(macros.get(option.split("=")[0], option) == option for option in options))

    def add(self, source, options, once):
        self.sources.append(source)
        self.options += [option for option in options if option not in self.options]
        self.has_once |= once


def grouped(chosen, sources):
    """The sources in groups: of one folder at the top, tests and the rest apart; C by itself."""
    groups = []
    for source in sorted(chosen):
        kind = source if source.endswith(".c") else (source.split("/")[0], source.endswith("_test.cc"))
        with open(source, encoding="utf-8") as file:
            once = bool(ONCE.search(file.read()))
        group = next((group for group in groups if group.takes(kind, sources[source], once)), None)
        if not group:
            groups.append(group := Group(kind))
        group.add(source, sources[source], once)
    return groups


def tidy(sources, options, root):
    """What clang-tidy says of each source in which it finds something."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(root, sources[0])
        if len(sources) > 1:
            file = os.path.join(folder, "group.cc")
            with open(file, "w", encoding="utf-8") as together:
                together.writelines(f'#include "{root}/{source}"  // NOLINT\n' for source in sources)
        result = subprocess.run(["clang-tidy", "--quiet", f"--config-file={root}/.clang-tidy", file, "--", *options],
                                capture_output=True, text=True, check=False)
    if not result.returncode:
        return []
    if len(sources) > 1:
        half = len(sources) // 2
        return tidy(sources[:half], options, root) + tidy(sources[half:], options, root)
    said = result.stdout.replace(root + "/", "")
    if not said.strip():
        said = f"{sources[0]}: clang-tidy ended with {result.returncode}: {result.stderr.strip()}"
    return [said]


def main():
    root = os.getcwd()
    sources = database(root)
    headers = includers(root, sources)
    chosen, unseen = set(), []
    for path in sys.argv[1:]:
        if path in sources:
            chosen.add(path)
        elif path in headers:  # best its own source, else the one with the least to read
            chosen.add(min(headers[path], key=lambda source: (not stem(source).startswith(stem(path)),
                                                              headers[path][source])))
        elif path.endswith(".cc") and (twin := neighbour(path, sources)):  # as a fuzzer, not in this preset
            sources[path] = sources[twin]
            chosen.add(path)
        else:
            unseen.append(path)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda group: tidy(group.sources, group.options, root), grouped(chosen, sources)))

    findings = {}  # a header's are found through each source that includes it
    for said in (said for result in results for said in result):
        blocks = re.split(r"(?m)^(?=\S+:\d+:\d+: (?:error|warning): )", said)
        findings.update(dict.fromkeys(block.rstrip() for block in blocks if block.strip()))
    for finding in findings:
        print(finding)
    if findings:
        print("mend: change the code; where the check is wrong: // NOLINT(check-name): reason")
    if unseen:
        print("not read, because nothing in build/release compiles it:", *unseen)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
