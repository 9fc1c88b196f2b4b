# SPDX-License-Identifier: MIT
"""What a minor of the C contract may add to the one before, and what it keeps. Findings are (name, text)."""

import re

from abi_description import DRAFT, dotted


def flaws(abi):
    """Rules that each minor keeps by itself, so that a later one can grow."""
    mentions = [*abi.types.items(), *abi.symbols.items()]
    for name, struct in abi.structs.items():
        if next(iter(struct.fields.items()), None) != ("struct_size", (0, 4, "uint32_t")):
            yield name, "its first field is not `uint32_t struct_size`: without it, it can never grow"
        end = 0
        for field, (offset, size, spelled) in struct.fields.items():
            known = f"{name}.{field}"
            mentions.append((known, spelled))
            if offset != end:
                yield known, f"{offset - end} bytes of padding before it, which nobody sets: fill them with `reserved`"
            if re.sub(r"^const |\[.*", "", spelled).strip() in abi.structs:
                yield known, "a struct inside a struct can never grow: point to it"
            if re.fullmatch(r"(const )?cardcage_\w+ \*", spelled) and field[:-1] + "_count" in struct.fields:
                yield known, f"a struct in an array can never grow: a list is an array of pointers, `{spelled}const *`"
            end = offset + size
        if end != struct.size:
            yield name, (f"{struct.size - end} bytes of padding at its end, which nobody sets, and into which a later "
                         "field would fall: fill them with `reserved`")
    for name, spelled in mentions:
        if DRAFT.search(spelled):
            yield name, "leads to a draft, which may change: a draft is reached by its extension's id alone"


def breaks(old, new):
    """What the later minor does not keep of the earlier one."""
    was = f"ABI {dotted(old.version)}"
    for (kind, before), (_, after) in zip(old.kinds(), new.kinds()):
        for name, value in before.items():
            if name not in after:
                yield name, f"this {kind} of {was} is gone: it stays, with its value"
            elif after[name] != value:
                yield name, (f"was `{value}` in {was} and is `{after[name]}`: it stays, and what differs gets a name "
                             "of its own")
    for name, struct in old.structs.items():
        if name in new.structs:
            for field, text in struct_breaks(struct, new.structs[name], was):
                yield f"{name}.{field}" if field else name, text
        else:
            yield name, f"this struct of {was} is gone: it stays"


def struct_breaks(old, new, was):
    """The same of a struct, by the names of its fields. What only follows from another finding is left out."""
    last = list(old.fields)[-1]
    kept = {field: heir(field, place, old, new) for field, place in old.fields.items()}
    inserted = [(field, offset) for field, (offset, _, _) in new.fields.items()
                if field not in kept.values() and offset < old.size]
    found = False
    for field, place in old.fields.items():
        now = kept[field]
        if now is None:
            same = next((name for name, offset in inserted if new.fields[name] == place), None)
            inserted = [each for each in inserted if each[0] != same]
            yield same or field, (
                f"is `{field}` of {was} under another name, so what uses it no longer compiles: keep its name" if same
                else f"this field of {was} is removed, from offset {place[0]}: keep it, and say in its comment that "
                     "it is unused")
        elif new.fields[now][1:] != place[1:]:
            yield now, (f"was `{place[2]}` of {place[1]} bytes in {was} and is `{new.fields[now][2]}` of "
                        f"{new.fields[now][1]}: keep it, and append another field behind `{last}`")
        else:
            continue
        found = True
    for field, offset in inserted:
        before = [name for name, place in new.fields.items() if place[0] < offset]
        yield field, ("this field is inserted in the middle of the struct ("
                      f"{f'behind `{before[-1]}`, ' if before else ''}at offset {offset}): append it at the end of the "
                      f"struct instead, behind `{last}`, the last field of {was}")
        found = True
    if found:
        return
    for field, (offset, _, _) in old.fields.items():
        if new.fields[kept[field]][0] != offset:
            yield kept[field], (f"was at offset {offset} in {was} and is at {new.fields[kept[field]][0]}: keep the "
                                f"fields of {was} in their order")
            return
    if new.align != old.align:
        yield "", f"was aligned to {old.align} bytes in {was} and is to {new.align}: a field of it asks for that"


def heir(field, place, old, new):
    """The later minor's name of a field: its own. A reserved one may have got a name, in its place."""
    if field in new.fields or not re.fullmatch(r"reserved\d*", field):
        return field if field in new.fields else None
    return next((name for name, its in new.fields.items() if its == place and name not in old.fields), None)


def additions(old, new):
    """What only the later minor has: (name, what it is)."""
    before = (*old.kinds(), ("struct", old.structs))
    after = (*new.kinds(), ("struct", new.structs))
    for (_, earlier), (kind, later) in zip(before, after):
        yield from ((name, kind) for name in later if name not in earlier)
    for name, struct in old.structs.items():
        fields = new.structs[name].fields if name in new.structs else {}
        yield from ((f"{name}.{field}", "field") for field in fields if field not in struct.fields)
