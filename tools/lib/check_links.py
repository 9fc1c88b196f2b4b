# SPDX-License-Identifier: MIT
"""Checks the links of every Markdown file of the checkout that is the current folder.

A relative link must lead to a file (or folder of files) that git knows or would take, its #anchor to a
heading. What README.md calls tools/… must be there. Prints FILE:LINE: what is wrong and how to mend it.
"""

import os
import re
import subprocess
import sys
import unicodedata
from urllib.parse import unquote

LINK = re.compile(r"""\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*)?\)"""  # [text](target "title")
                  r"""|^\s*\[[^\]]+\]:\s*<?([^\s>]+)"""            # [name]: target
                  r"""|<(?:img|a)\s[^>]*(?:src|href)="([^"]+)\"""")
TOOL = re.compile(r"(?<![\w/.-])(?:tools|\.ci)/[a-z][\w./-]*\w")


def slug(heading):
    """The anchor that the usual Markdown viewers make of a heading."""
    heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    kept = [c for c in heading.strip().lower() if c in "-_ " or unicodedata.category(c)[0] in "LN"]
    return "".join(kept).replace(" ", "-")


def read(path):
    """Yields (line number, line, whether it is in a fenced block of code)."""
    fence = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            mark = re.match(r"\s*(```+|~~~+)", line)
            if mark and (fence is None or line.strip().startswith(fence)):
                fence = mark[1] if fence is None else None
                yield number, line, True
            else:
                yield number, line, fence is not None


def anchors(path):
    found = set()
    for _, line, code in read(path):
        found.update(re.findall(r"""<\w+\s[^>]*(?:id|name)="([^"]+)\"""", line))
        heading = None if code else re.match(r"\s{0,3}#{1,6}\s+(.*?)\s*#*$", line)
        if heading:
            base, count = slug(heading[1].replace("`", "")), 0
            name = base
            while name in found:
                count += 1
                name = f"{base}-{count}"
            found.add(name)
    return found


def main():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, capture_output=True, text=True).stdout.split("\0")
    files = {name for name in listed if name and os.path.exists(name)}
    folders = {"."}
    for name in files:
        while name := os.path.dirname(name):
            folders.add(name)

    findings = []
    for document in sorted(name for name in files if name.endswith(".md")):
        for number, line, code in read(document):
            if document == "README.md":
                for tool in TOOL.findall(line):
                    if tool not in files | folders:
                        findings.append(f"{document}:{number}: there is no {tool}: name what is there")
            if code:
                continue
            for match in LINK.finditer(re.sub(r"`[^`]*`", "", line)):
                link = next(group for group in match.groups() if group)
                if re.match(r"[a-z][a-z0-9+.-]*:|//", link, re.IGNORECASE):
                    continue  # somebody else's
                path, _, anchor = unquote(link).partition("#")
                target = document
                if path:
                    base = "." if path.startswith("/") else os.path.dirname(document)
                    target = os.path.normpath(os.path.join(base, path.lstrip("/")))
                if target not in files and target not in folders:
                    findings.append(f"{document}:{number}: the link '{link}' leads to no file of the"
                                    " project: mend its path, or add the file")
                elif anchor and target.endswith(".md") and anchor not in anchors(target):
                    findings.append(f"{document}:{number}: {target} has no heading for '#{anchor}':"
                                    " mend the anchor, or the heading")
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
