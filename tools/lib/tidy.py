# SPDX-License-Identifier: MIT
"""Runs clang-tidy on the files given, from the current folder, after build/release was built.

A header is read through one source that includes it. Prints each finding once, then exits with 1.
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
KEPT_WITH_VALUE = ("-D", "-U", "-I", "-isystem", "-iquote")


def database(root):
    """Source -> what a compilation database says of it, for the sources of the checkout."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    sources = {}
    for entry in entries:
        source = os.path.relpath(os.path.join(entry["directory"], entry["file"]), root)
        if source.startswith(("..", "build/")) or not source.endswith((".cc", ".c")) or source in sources:
            continue
        words = iter(shlex.split(entry["command"])[1:])
        arguments = ["clang" if source.endswith(".c") else "clang++"]
        for word in words:
            if word in KEPT_WITH_VALUE:
                arguments += [word, next(words)]
            elif KEPT.match(word):
                arguments.append(word)
        arguments += ["-c", entry["file"]]
        sources[source] = {"directory": entry["directory"], "file": entry["file"], "arguments": arguments}
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
            file = os.path.join(root, path)
            sources[path] = {**sources[twin], "file": file, "arguments": sources[twin]["arguments"][:-1] + [file]}
            chosen.add(path)
        else:
            unseen.append(path)

    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as file:
            json.dump([sources[source] for source in chosen], file)

        def check(source):
            return source, subprocess.run(["clang-tidy", "--quiet", "-p", folder, source], capture_output=True,
                                          text=True, check=False)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(check, sorted(chosen)))

    findings, failed = {}, False
    for source, result in results:
        blocks = re.split(r"(?m)^(?=\S+:\d+:\d+: (?:error|warning): )", result.stdout.replace(root + "/", ""))
        findings.update(dict.fromkeys(block.rstrip() for block in blocks if block.strip()))
        if result.returncode:
            failed = True
            if not result.stdout.strip():
                findings[f"{source}: clang-tidy ended with {result.returncode}: {result.stderr.strip()}"] = None
    for finding in findings:
        print(finding)
    if failed:
        print("mend: change the code; where the check is wrong: // NOLINT(check-name): reason")
    if unseen:
        print("not read, because nothing in build/release compiles it:", *unseen)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
