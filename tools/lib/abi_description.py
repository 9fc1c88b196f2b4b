# SPDX-License-Identifier: MIT
"""What a header of the C contract promises: read from the header by clang, or from a stored description."""

import json
import os
import re
import subprocess
import tempfile

DRAFT = re.compile(r"cardcage_draft_|CARDCAGE_DRAFT_")  # may change in any release: not described
TITLE = "The C contract between Cardcage and a plugin, ABI {}. Written by tools/abi store; never changed afterwards."


class Trouble(Exception):
    """Ends the program, with an exit code and lines that say why."""

    def __init__(self, code, *lines):
        super().__init__("\n".join(lines))
        self.code = code


class Struct:
    def __init__(self, size, align):
        self.size, self.align = size, align
        self.fields = {}  # name -> (offset, size, C type)


class Abi:
    """Names, each with what it is, in order."""

    def __init__(self, version):
        self.version = version  # (major, minor)
        self.constants = {}     # name -> "uint32_t 0x1", or a text in its quotes
        self.types = {}         # typedef -> C type
        self.symbols = {}       # what a plugin exports -> C type
        self.structs = {}       # name -> Struct
        self.lines = {}         # of a header: name or "struct.field" -> line

    def kinds(self):
        return (("constant", self.constants), ("type", self.types), ("symbol", self.symbols))


def dotted(version):
    return f"{version[0]}.{version[1]}"


# --- Descriptions ---------------------------------------------------------------------------------


def describe(abi):
    lines = [TITLE.format(dotted(abi.version))]
    for kind, names in abi.kinds():
        lines += [""] + [f"{kind} {name}: {value}" for name, value in names.items()]
    for name, struct in abi.structs.items():
        lines += ["", f"struct {name}: size {struct.size}, align {struct.align}"]
        lines += [f"  {field} at {offset}, size {size}: {spelled}"
                  for field, (offset, size, spelled) in struct.fields.items()]
    return "\n".join(lines) + "\n"


def read_description(root, path, version):
    abi, struct = Abi(version), None
    with open(os.path.join(root, path), encoding="utf-8") as file:
        lines = file.read().splitlines()
    for number, line in enumerate(lines, 1):
        if number == 1 and line == TITLE.format(dotted(version)):
            pass
        elif match := re.fullmatch(r"(constant|type|symbol) (\w+): (.+)", line):
            dict(abi.kinds())[match[1]][match[2]] = match[3]
        elif match := re.fullmatch(r"struct (\w+): size (\d+), align (\d+)", line):
            struct = abi.structs[match[1]] = Struct(int(match[2]), int(match[3]))
        elif struct and (match := re.fullmatch(r"  (\w+) at (\d+), size (\d+): (.+)", line)):
            struct.fields[match[1]] = (int(match[2]), int(match[3]), match[4])
        elif line or number == 1:
            raise Trouble(1, f"{path}:{number}: this is no line of a description of ABI {dotted(version)}: take "
                             "the file as it was stored")
    return abi


# --- The header -----------------------------------------------------------------------------------


class HeaderReader:
    """The declarations are clang's syntax tree; a small program says sizes, offsets and values."""

    def __init__(self, root, path):
        self.root, self.path = root, path
        self.file = os.path.join(root, path)
        self.include = os.path.dirname(os.path.dirname(self.file))
        with open(self.file, "rb") as file:
            self.text = file.read()
        self.abi = Abi(None)

    def read(self):
        tree = json.loads(self.clang("-fsyntax-only", "-Xclang", "-ast-dump=json", self.file))
        for node in tree["inner"]:
            name = node.get("name", "")
            if name.startswith("cardcage_") and not DRAFT.search(name):
                self.abi.lines.setdefault(name, self.line_of(node))
                self.declaration(name, node)
        self.measure(self.constants())
        return self.abi

    def clang(self, *arguments, **options):
        command = ["clang", "-std=c11", "-I" + self.include, "-x", "c", *arguments]
        try:
            result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        except FileNotFoundError as error:
            raise Trouble(69, "clang is not installed: install it (tools/setup test)") from error
        if result.returncode:
            raise Trouble(1, f"{self.path} cannot be described: clang says:", result.stderr.strip())
        return result.stdout

    def line_of(self, node):
        place = node["loc"].get("expansionLoc", node["loc"])
        return self.text.count(b"\n", 0, place["offset"]) + 1

    def refuse(self, name, why):
        raise Trouble(1, f"{self.path}:{self.abi.lines[name]}: {name}: {why}")

    def declaration(self, name, node):
        if node["kind"] == "RecordDecl" and node["tagUsed"] == "struct":
            if node.get("completeDefinition"):
                self.struct(name, node)
        elif node["kind"] == "TypedefDecl":
            if spelling(node) != name:  # that of a struct says nothing
                self.abi.types[name] = spelling(node)
        elif node["kind"] in ("VarDecl", "FunctionDecl"):
            self.abi.symbols[name] = spelling(node)
        else:
            self.refuse(name, "the contract has structs, typedefs, constants by #define and the plugin's entry: "
                              "what a compiler makes of anything else is not promised")

    def struct(self, name, node):
        struct = self.abi.structs[name] = Struct(0, 0)
        for field in node.get("inner", []):
            if field["kind"] == "RecordDecl" and not field.get("completeDefinition"):
                continue  # the first that names that struct
            known = f"{name}.{field.get('name', '?')}"
            self.abi.lines[known] = self.line_of(field)
            if field["kind"] != "FieldDecl" or "name" not in field or field.get("isBitfield"):
                self.refuse(known, "a struct has fields with names and nothing else: no bit fields, unions or "
                                   "enumerations, whose layout is not promised. Use integers and constants")
            struct.fields[field["name"]] = (0, 0, spelling(field))

    def constants(self):
        """Enters the header's constants that are texts, and returns the others in the order of all."""
        numbers = []
        for match in re.finditer(r'^#define (\w+)(\()?[ \t]*("[^"]*")?(.?)', self.text.decode(), re.MULTILINE):
            name, has_arguments, string, value = match.groups()
            if name == "CARDCAGE_ABI_H_" or DRAFT.search(name):
                continue
            self.abi.lines[name] = self.text.count(b"\n", 0, match.start()) + 1
            if has_arguments or not (string or value):
                self.refuse(name, "a macro that has arguments, or no value, is no part of a contract")
            self.abi.constants[name] = string
            numbers += [] if string else [name]
        return numbers

    def measure(self, constants):
        structs = self.abi.structs
        fields = [(name, field) for name, struct in structs.items() for field in struct.fields]
        code = ["#include <stdio.h>", '#include "cardcage/abi.h"',
                "#define SIZE(type) printf(\"%zu %zu\\n\", sizeof(type), _Alignof(type))",
                "#define FIELD(type, name) printf(\"%zu %zu\\n\", offsetof(type, name), sizeof(((type*)0)->name))",
                "#define KIND(value) _Generic((value), int: \"int\", unsigned: \"uint32_t\", long: \"int64_t\", "
                "unsigned long: \"uint64_t\")",
                "#define VALUE(value) printf(\"%s %#llx\\n\", KIND(value), (unsigned long long)(value))",
                "int main(void) {", *(f"SIZE({name});" for name in structs),
                *(f"FIELD({name}, {field});" for name, field in fields),
                *(f"VALUE({name});" for name in constants), "}", ""]
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "measure")
            self.clang("-", "-o", program, input="\n".join(code))
            output = subprocess.run([program], capture_output=True, text=True, check=True).stdout
        said = iter(output.splitlines())
        for struct in structs.values():
            struct.size, struct.align = map(int, next(said).split())
        for name, field in fields:
            offset, size = map(int, next(said).split())
            structs[name].fields[field] = (offset, size, structs[name].fields[field][2])
        values = self.abi.constants
        values.update((name, next(said)) for name in constants)
        self.abi.version = tuple(int(values.pop(f"CARDCAGE_ABI_{part}").split()[1], 0) for part in ("MAJOR", "MINOR"))


def spelling(node):
    """A declaration's C type: the same by each clang, and a struct by its typedef."""
    return node.get("type", {}).get("qualType", "").replace("_Bool", "bool").replace("struct ", "")
