#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does what a guide says, from its first listing to its last, and compares what it shows.

run_guide.py [--chroot ROOT] GUIDE.md FOLDER    works in FOLDER, which is inside ROOT where one is given

Three kinds of fenced blocks there are, and each other one but `text` is an error:

  console  after `$ ` a command, for one shell from the first to the last; then what it prints on stdout. A `…` stands
           for any text in a line, or alone for any lines. It ends with 0, unless `echo $?` is next.
  diff     a change to the file that the line before names, as `file.cc`: what stands in the lines that begin with a
           space or with `-` is there once, and gives way to those with a space or `+`. `@@` begins another place.
  others   the whole of the file that the line before names

Ends with 0, or with 1 and the guide's line.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

LANGUAGES = {"cpp", "yaml", "cmake", "markdown"}


class Mismatch(Exception):
    """What is wrong with a block, in words."""


def blocks(lines):
    """Yields (line number of the fence, language, the line of text before it, the block's lines)."""
    before, at = "", 0
    while at < len(lines):
        fence = re.match(r"```(\w*)", lines[at])
        if not fence:
            before = lines[at] or before
            at += 1
            continue
        end = lines.index("```", at + 1)
        yield at + 1, fence[1], before, lines[at + 1:end]
        before, at = "", end + 1


def named_file(before):
    names = re.findall(r"`([\w./-]+\.\w+)`", before)
    if not names:
        raise Mismatch(f"the line before names no file in backticks: '{before}'")
    return names[-1]


def apply_diff(text, diff):
    """The text with a diff's changes."""
    places = [[]]
    for line in diff:
        if line.startswith("@@"):
            places.append([])
        else:
            places[-1].append(line or " ")
    for place in filter(None, places):
        for line in place:
            if line[0] not in " +-":
                raise Mismatch(f"this line of a diff begins with neither space nor + nor -: '{line}'")
        old = "".join(line[1:] + "\n" for line in place if line[0] != "+")
        new = "".join(line[1:] + "\n" for line in place if line[0] != "-")
        found = [place.start() for place in re.finditer("(?m)^(?=" + re.escape(old) + ")", text)]
        if len(found) != 1:
            raise Mismatch(f"these lines are {len(found)} times in the file, not once:\n{old}")
        text = text[:found[0]] + new + text[found[0] + len(old):]
    return text


def matches(wanted, got):
    """Whether printed lines are those wanted, in which `…` stands for any."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else
                      ".*".join(re.escape(part) for part in line.split("…")) + r"\n" for line in wanted)
    if got and not got.endswith("\n"):
        got += "\n"
    return re.fullmatch(pattern, got) is not None


class Shell:
    """One shell, which remembers its folder. Its commands' stdin is empty."""

    END = "\x01end of command "

    def __init__(self, root, folder):
        self.errors = tempfile.TemporaryFile("w+")
        enter = ["chroot", root] if root else []
        self.process = subprocess.Popen([*enter, "bash", "--norc", "--noprofile"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.run(f"cd '{folder}'")

    def run(self, command):
        """The command's exit code and its stdout."""
        self.errors.seek(0)
        self.errors.truncate()
        self.process.stdin.write(f"{{ {command}\n}} </dev/null; __code=$?; echo '{self.END}'$__code; (exit $__code)\n")
        self.process.stdin.flush()
        output = ""
        for line in self.process.stdout:
            text, mark, code = line.partition(self.END)
            output += text
            if mark:
                return int(code), output
        raise Mismatch("the shell has ended")

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def folder(self):
        return self.run("pwd")[1].rstrip("\n")


def run_console(shell, lines):
    commands = []  # [command, what it prints]
    for line in lines:
        if line.startswith("$ "):
            commands.append([line[2:], []])
        elif commands:
            commands[-1][1].append(line)
        else:
            raise Mismatch("a console begins with a command, after `$ `")
    for index, (command, wanted) in enumerate(commands):
        code, output = shell.run(command)
        is_asked = index + 1 < len(commands) and commands[index + 1][0] == "echo $?"
        if code != 0 and not is_asked:
            raise Mismatch(f"`{command}` ended with {code}:\n{output}{shell.said()}")
        if not matches(wanted, output):
            raise Mismatch(f"`{command}` printed something else than is shown here:\n{output}{shell.said()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--chroot", default="")
    parser.add_argument("guide")
    parser.add_argument("folder")
    options = parser.parse_args()
    with open(options.guide, encoding="utf-8") as file:
        lines = file.read().splitlines()
    shell = Shell(options.chroot, options.folder)
    count = 0
    for number, language, before, block in blocks(lines):
        try:
            if language == "console":
                run_console(shell, block)
            elif language == "diff" or language in LANGUAGES:
                path = os.path.join(options.chroot + shell.folder(), named_file(before))
                if language == "diff":
                    with open(path, encoding="utf-8") as file:
                        text = apply_diff(file.read(), block)
                else:
                    text = "\n".join(block) + "\n"
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            elif language != "text":
                raise Mismatch(f"a block of the kind '{language}': it is none that this script knows")
        except (Mismatch, OSError) as error:
            print(f"{options.guide}:{number}: {error}")
            return 1
        count += 1
    print(f"{options.guide}: {count} listings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
