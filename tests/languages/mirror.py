# SPDX-License-Identifier: MIT
"""mirror.py HEADER C_FILE RUST_FILE: two programs that print the layout and the constants in abi.h, a line each.

Both are written from the header alone: one prints what C makes of it, the other what cardcage.rs has. The one in Rust
names each field and its type, so that it does not compile where cardcage.rs lacks one or has another.
"""

import re
import sys

SCALARS = {"uint8_t": "u8", "uint16_t": "u16", "uint32_t": "u32", "uint64_t": "u64", "int64_t": "i64", "size_t": "usize",
           "bool": "bool", "int": "c_int", "char": "c_char", "void": "c_void"}


def rust_name(name):
    """cardcage_interrupt_controller -> abi::InterruptController."""
    return "abi::" + "".join(word.capitalize() for word in name.removeprefix("cardcage_").split("_"))


def rust_type(text):
    """A type of C that is no function: const cardcage_field* const* -> *const *const abi::Field."""
    words = re.findall(r"\w+|\*", text)
    is_const = False
    result = None
    for word in words:
        if word == "*":
            result = ("*const " if is_const else "*mut ") + result
            is_const = False
        elif word == "const":
            is_const = True
        elif word != "struct":
            result = SCALARS.get(word) or rust_name(word)
    return result


def rust_function(result, arguments):
    """A pointer to a function."""
    types = []
    if arguments.strip() != "void":
        for argument in arguments.split(","):
            types.append(rust_type(re.match(r"(.*\W)\w+\s*$", argument, re.DOTALL).group(1)))
    result = rust_type(result)
    return f'unsafe extern "C" fn({", ".join(types)})' + ("" if result == "c_void" else f" -> {result}")


def declaration(text):
    """(name, type in Rust) of a field, or of what a typedef declares."""
    if match := re.fullmatch(r"(.*)\(\*\s*(\w+)\)\s*\((.*)\)", text, re.DOTALL):
        return match.group(2), rust_function(match.group(1), match.group(3))
    match = re.fullmatch(r"(.*\W)(\w+)", text, re.DOTALL)
    return match.group(2), rust_type(match.group(1))


def parse(header):
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL).replace("\\\n", " ")
    constants = re.findall(r"^#define (CARDCAGE_\w+)[ \t]+(\S.*)$", header, re.MULTILINE)
    structs, aliases = [], []
    for match in re.finditer(r"typedef struct (\w+) \{(.*?)\} \1;|typedef ([^;{]*);", header, re.DOTALL):
        if match.group(1):
            fields = [field.strip() for field in match.group(2).split(";")]
            structs.append((match.group(1), [declaration(field) for field in fields if field]))
        else:
            aliases.append(declaration(match.group(3).strip()))
    return constants, structs, aliases


def c_program(constants, structs):
    lines = ['#include "HEADER"', "#include <stdalign.h>", "#include <stdio.h>", "int main(void) {"]
    for name, value in constants:
        if value.startswith('"'):
            lines.append(f'  printf("constant {name} %s\\n", {name});')
        else:
            lines.append(f'  printf("constant {name} %llu\\n", (unsigned long long){name});')
    for struct, fields in structs:
        lines.append(f'  printf("struct {struct} %zu %zu\\n", sizeof({struct}), alignof({struct}));')
        for name, _ in fields:
            lines.append(f'  printf("{struct}.{name} %zu %zu\\n", offsetof({struct}, {name}), '
                         f"sizeof((({struct}*)0)->{name}));")
    return "\n".join(lines + ["  return 0;", "}"]) + "\n"


RUST_HEAD = """use cardcage::abi;
#[allow(unused_imports)]
use std::os::raw::{c_char, c_int, c_void};
use std::mem::{align_of_val, size_of, size_of_val, MaybeUninit};
use std::ptr::addr_of;

/// A field whose type in C is T. A function may be an Option, a text is a Text.
trait Is<T> {}
impl<T> Is<T> for T {}
impl<T> Is<T> for Option<T> {}
impl Is<*const c_char> for abi::Text {}
impl Is<*const *const c_char> for *const abi::Text {}
/// Its size.
fn is<T, F: Is<T>>(_: *const F) -> usize {
    size_of::<F>()
}

"""


def rust_program(constants, structs, aliases):
    lines = []
    for struct, fields in structs:
        lines.append(f"fn {struct}() {{")
        lines.append(f"    let memory = MaybeUninit::<{rust_name(struct)}>::uninit();")
        lines.append("    let it = memory.as_ptr();")
        lines.append(f'    println!("struct {struct} {{}} {{}}", size_of_val(&memory), align_of_val(&memory));')
        for name, kind in fields:
            field = "self_" if name == "self" else name
            lines.append(f"    let field = unsafe {{ addr_of!((*it).{field}) }};")
            lines.append(f'    println!("{struct}.{name} {{}} {{}}", field as usize - it as usize, is::<{kind}, _>(field));')
        lines.append("}")
    lines.append("fn main() {")
    for name, kind in aliases:
        lines.append(f"    let _: Option<{kind}> = None::<{rust_name(name)}>;")
    for name, _ in constants:
        lines.append(f'    println!("constant {name} {{}}", abi::{name.removeprefix("CARDCAGE_")});')
    lines += [f"    {struct}();" for struct, _ in structs] + ["}"]
    return RUST_HEAD + "\n".join(lines) + "\n"


def main():
    header, c_file, rust_file = sys.argv[1:]
    with open(header, encoding="utf-8") as file:
        constants, structs, aliases = parse(file.read())
    with open(c_file, "w", encoding="utf-8") as file:
        file.write(c_program(constants, structs).replace("HEADER", header))
    with open(rust_file, "w", encoding="utf-8") as file:
        file.write(rust_program(constants, structs, aliases))


if __name__ == "__main__":
    main()
