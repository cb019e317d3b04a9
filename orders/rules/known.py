"""By which keys somebody is recognised: worked out once for each version of an order, then only looked up. Pure.

Both sides, what is on record and what was reported, are turned into the same keys, each with how strongly it
speaks. Two things match by the strongest key that they share. Keys are never shown and never stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast, get_args

from orders.rules.identifiers import (
    NOTHING,
    address,
    bare,
    digits,
    handle,
    mailbox,
    phone,
    plate_look,
    short_code,
    skeleton,
    visible,
    withheld,
    words,
)
from orders.rules.links import NUMBERED, platform_name, read_link
from orders.types import Identifier, IdentifierKey, IdentifierKind, KnownPerson, Likeness

# Fewer final digits than this, or fewer first ones, are shared by too many numbers to say anything.
_LAST, _FIRST = 6, 8
_GB, _GB_LENGTH = "44", 12
_KINDS = frozenset(get_args(IdentifierKind))


def known_person(identifiers: Iterable[Identifier], names: Iterable[str]) -> KnownPerson:
    """Everything by which one person can be recognised. Slow (some 50 microseconds each): cache it by version."""
    spelt = [name for name in map(words, names) if len(name) >= 3]
    joined = frozenset(name.replace(" ", "") for name in spelt if " " in name and len(name) > _LAST)
    return KnownPerson(
        keys=frozenset(key for item in identifiers for key in _on_record(item)),
        names=frozenset(spelt),
        longest_name=max((name.count(" ") + 1 for name in spelt), default=0),
        joined_names=joined,
        joined_lengths=frozenset(map(len, joined)),
    )


def likeness(people: Iterable[KnownPerson], kind: str, value: str, platform: str = "") -> Likeness | None:
    """How what was reported is like what is on record of any of `people`; None: in no way."""
    key = shared_key(people, kind, value, platform)
    return key[0] if key else None


def shared_key(people: Iterable[KnownPerson], kind: str, value: str, platform: str = "") -> IdentifierKey | None:
    """The strongest key that what was reported has in common with what is on record of any of `people`."""
    known = [person.keys for person in people if person.keys]
    if not known:
        return None
    for key in keys_reported(kind, value, platform):
        if any(key in keys for keys in known):
            return key
    return None


def kind_of_key(key: IdentifierKey) -> IdentifierKind:
    """What is on record: each key begins with its kind, but for pieces of telephone numbers."""
    return cast("IdentifierKind", kind) if (kind := key[1].partition(" ")[0]) in _KINDS else "phone"


def carries_name(people: Iterable[KnownPerson], value: str) -> bool:
    """Whether an account's own name carries one of their names: somebody else's account naming him."""
    spelt = words(value).split()
    joined = "".join(spelt)
    # Versions mostly say the same names.
    told = {(person.names, person.joined_names): person for person in people}
    return any(_spells(person, spelt) or _holds(person, joined) for person in told.values())


def _spells(person: KnownPerson, spelt: list[str]) -> bool:
    return any(
        " ".join(spelt[start : start + count]) in person.names
        for count in range(1, person.longest_name + 1)
        for start in range(len(spelt) - count + 1)
    )


def _holds(person: KnownPerson, joined: str) -> bool:
    return any(
        joined[start : start + size] in person.joined_names
        for size in person.joined_lengths
        for start in range(len(joined) - size + 1)
    )


def _on_record(item: Identifier) -> Iterator[IdentifierKey]:
    if item.kind != "phone":
        yield from _keys(item.kind, item.value, item.platform)
        return
    whole = phone(item.value)
    yield from _of_number(item.value, whole)
    number = _digits_of(item.value, whole)
    if number:
        yield "part_of_number", f"is {number}"
        for piece in _pieces(number) if whole else ():
            yield "part_of_number", f"in {piece}"


def keys_reported(kind: str, value: str, platform: str) -> Iterator[IdentifierKey]:
    """Strongest first, each worked out only if those before it were not on record."""
    if kind != "phone":
        yield from _keys(kind, value, platform)
        return
    whole = phone(value)
    yield from _of_number(value, whole)
    number = _digits_of(value, whole)
    if number and whole:
        yield from (("part_of_number", f"is {piece}") for piece in _pieces(number))
    # Of the British plan some numbers are shorter than most, so a cut-off one may pass for a whole one.
    if number and (not whole or (number.startswith(_GB) and len(number) < _GB_LENGTH)):
        yield "part_of_number", f"in {number}"
        yield "part_of_number", f"is {number}"


def _digits_of(value: str, whole: str | None) -> str:
    """The digits of a telephone number, or of what there is of one; "" where there are too few."""
    if whole:
        return whole[1:]
    part = digits(visible(value)).lstrip("0")
    return part if _LAST <= len(part) <= 15 else ""


def _pieces(number: str) -> Iterator[str]:
    """What is left of a whole number where its beginning or its end was cut off."""
    yield from (number[cut:] for cut in range(1, len(number) - _LAST + 1))
    yield from (number[:size] for size in range(_FIRST + len(_GB), len(number)))
    if number.startswith(_GB):
        national = number[len(_GB) :]
        yield from (national[:size] for size in range(_FIRST, len(national)))


def _keys(kind: str, value: str, platform: str) -> Iterator[IdentifierKey]:
    if bare(value) in NOTHING:
        return
    if kind == "email":
        yield from _of_mailbox(value)
    elif kind == "social":
        yield from _of_account(value, platform)
    elif kind == "vehicle":
        yield "same", f"vehicle {bare(value)}"
        yield "looks_alike", f"vehicle {plate_look(value)}"
    elif kind in ("address", "other"):
        yield from _of_words(kind, value)


def _of_number(value: str, whole: str | None) -> Iterator[IdentifierKey]:
    if whole:
        yield "same", f"phone {whole}"
        return
    if bare(value) in NOTHING:
        return
    short = short_code(value)
    if short:
        yield "same", f"phone {short}"
    elif not digits(value) and not withheld(value):
        yield "as_written", f"phone {words(value)}"  # a sender's name in letters, which anybody can set


def _of_mailbox(value: str) -> Iterator[IdentifierKey]:
    whole = address(value)
    if whole is None:
        yield "as_written", f"email {words(value)}"
        return
    yield "same", f"email {whole}"
    yield "same_for_provider", f"email {mailbox(whole)}"
    local, _, domain = whole.rpartition("@")
    yield "tag_apart", f"email {local.partition('+')[0]}@{domain}"
    yield from _looking("email", skeleton(local), skeleton(visible(value).rstrip("> ").rpartition("@")[2]))


def _of_account(value: str, platform: str) -> Iterator[IdentifierKey]:
    link = read_link(value) if "/" in value else None
    where = link.platform if link and link.platform else platform_name(platform)
    written = link.handle if link and link.platform else visible(value)
    if where == "reddit":
        written = written.removeprefix("/").removeprefix("u/")
    name = handle(written)
    if bare(name) in NOTHING:
        return
    if where:
        yield "same", f"social {where} {name}"
    if where == "facebook":
        yield "same_for_provider", f"social facebook {name.replace('.', '')}"
    if where in NUMBERED:
        yield from _of_number(name, phone(name))
    yield "elsewhere", f"social {name}"
    yield from _looking("social", skeleton(written))  # capitals may look like what their small letters do not


def _of_words(kind: str, value: str) -> Iterator[IdentifierKey]:
    """Words in their order. Run together they are only like it: Flat 1, 12 is not Flat 11, 2."""
    spelt = words(value)
    if any(c.isdecimal() for c in spelt):
        yield "same", f"{kind} {spelt}"
    yield "as_written", f"{kind} {spelt}"
    yield from _looking(kind, bare(value))


def _looking(kind: str, *looks: str) -> Iterator[IdentifierKey]:
    if all(looks):
        yield "looks_alike", f"{kind} {' '.join(looks)}"
