"""By which keys somebody is recognised: worked out once for each version of an order, then only looked up. Pure.

Both sides, what is on record and what was reported, are turned into the same keys, each with how strongly it
speaks. Two things match by the strongest key that they share. Keys are never shown and never stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import cast, get_args

from orders.rules.identifiers import (
    NOTHING,
    address,
    bare,
    digits,
    fold_plate,
    handle,
    mailbox,
    phone,
    plain_words,
    plate_look,
    short_code,
    skeleton,
    visible,
    withheld,
    words,
)
from orders.rules.links import NUMBERED, Link, platform_name, read_link
from orders.rules.readings import (
    DIGITS,
    looks_like_its_kind,
    masked_number,
    numbers_within,
    read_identifier,
    taken_apart,
)
from orders.types import Identifier, IdentifierKey, IdentifierKind, KnownPerson, Likeness

# Fewer final digits than this, or fewer first ones, are shared by too many numbers to say anything.
_LAST, _FIRST = 6, 8
_GB, _GB_LENGTH, _SHORT = "44", 12, "+44"
# How a telephone in the Republic of Ireland dials, and shows, a number of Northern Ireland: 048 for 028.
_FROM_THE_REPUBLIC = "+4448"
# Up to here digits may be the end of a number, whatever the national plan makes of them.
_END = 9
_KINDS = frozenset(get_args(IdentifierKind))
_RANK = {likeness: rank for rank, likeness in enumerate(get_args(Likeness))}
SURE: frozenset[Likeness] = frozenset({"same", "same_for_provider"})


def known_person(identifiers: Iterable[Identifier], names: Iterable[str]) -> KnownPerson:
    """Everything by which one person can be recognised. Slow (some 50 microseconds each): cache it by version.

    Several in one field are taken apart where that is certain: each is then his.
    """
    spelt = [name for name in map(words, names) if len(name) >= 3 and bare(name) not in NOTHING]
    joined = frozenset(name.replace(" ", "") for name in spelt if " " in name and len(name) > _LAST)
    apart = [one for item in identifiers for one in _take_apart(item)]
    return KnownPerson(
        keys=frozenset(key for item in apart for key in _on_record(item)),
        names=frozenset(spelt),
        longest_name=max((name.count(" ") + 1 for name in spelt), default=0),
        joined_names=joined,
        joined_lengths=frozenset(map(len, joined)),
        numbers=frozenset(found[1:] for item in apart if item.kind == "phone" and (found := phone(item.value))),
        masks=frozenset(found for item in apart if (found := _mask_of(item.kind, item.value))),
    )


def _take_apart(item: Identifier) -> Iterator[Identifier]:
    if looks_like_its_kind(item.kind, item.value):
        yield item
        return
    for value in taken_apart(item.kind, item.value) or (item.value,):
        yield from read_identifier(item.kind, value, item.platform)


def _mask_of(kind: str, value: str) -> str | None:
    masked = masked_number(value) if kind == "phone" else None
    return masked if masked and phone(value) is None else None


def likeness(people: Iterable[KnownPerson], kind: str, value: str, platform: str = "") -> Likeness | None:
    """How what was reported is like what is on record of any of `people`; None: in no way."""
    key = shared_key(people, kind, value, platform)
    return key[0] if key else None


def shared_key(people: Iterable[KnownPerson], kind: str, value: str, platform: str = "") -> IdentifierKey | None:
    """The strongest key that what was reported has in common with what is on record of any of `people`.

    Of several in one field it is the weakest where each is surely on record; where only one is, "one of several".
    """
    known = [person for person in people if person.keys or person.masks]
    if not known:
        return None
    found = _find_strongest(known, kind, value, platform)
    if found and found[0] in SURE:
        return found
    several = [_find_strongest(known, kind, part, platform) for part in taken_apart(kind, value)]
    shared = sorted((key for key in several if key), key=_rank_of)
    sure = [key for key in shared if key[0] in SURE]
    if not sure:
        return found or (shared[0] if shared else None)
    return sure[-1] if len(sure) == len(several) else ("one_of_several", sure[0][1])


def kind_of_key(key: IdentifierKey) -> IdentifierKind:
    """What is on record: each key begins with its kind, but for pieces of telephone numbers."""
    return cast("IdentifierKind", kind) if (kind := key[1].partition(" ")[0]) in _KINDS else "phone"


def _rank_of(key: IdentifierKey) -> int:
    return _RANK[key[0]]


def _find_strongest(known: Sequence[KnownPerson], kind: str, value: str, platform: str) -> IdentifierKey | None:
    best: IdentifierKey | None = None
    for key in keys_reported(kind, value, platform):
        if (best is None or _rank_of(key) < _rank_of(best)) and any(key in person.keys for person in known):
            best = key
            if key[0] == "same":
                return key
    return best or _behind_masks(known, kind, value)


def _behind_masks(known: Sequence[KnownPerson], kind: str, value: str) -> IdentifierKey | None:
    """Whether the digits that a mask leaves fit, on either side."""
    masked = masked_number(value)
    if masked is not None:
        pattern = re.compile(masked)
        fits = any(pattern.fullmatch(number) for person in known for number in person.numbers)
        return ("part_of_number", "masked") if fits else None
    masks = frozenset(chain.from_iterable(person.masks for person in known))
    whole = phone(value) if masks else None
    return ("part_of_number", "masked") if whole and any(re.fullmatch(mask, whole[1:]) for mask in masks) else None


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
    if item.kind == DIGITS:
        yield from (("part_of_number", f"is {part}") for part in _cut_off(item.value, None))
        return
    if item.kind != "phone":
        yield from _keys(item.kind, item.value, item.platform)
        return
    whole = phone(item.value)
    yield from _of_number(item.value, whole)
    for number in _cut_off(item.value, whole):
        yield "part_of_number", f"is {number}"
    if whole:
        yield "one_of_several", f"phone {whole}"
        yield "part_of_number", f"is {whole[1:]}"
        yield from (("part_of_number", f"in {piece}") for piece in _pieces(whole[1:]))


def keys_reported(kind: str, value: str, platform: str) -> Iterator[IdentifierKey]:
    """Those of each kind that it may be, strongest first, worked out only if those before it were not on record."""
    # Nearly all are what they are said to be: their form is worked out once.
    if kind == "phone" and ((whole := phone(value)) or value.isdecimal()):
        yield from _number_reported(value, whole)
        return
    if kind == "email" and (whole := address(value)):
        yield from _of_mailbox(value, whole)
        return
    if kind == "social":
        link = read_link(value) if "/" in value else None
        if platform or (link and link.platform):
            yield from _of_account(value, platform, link)
            return
    for read in read_identifier(kind, value, platform):
        if read.kind == "phone":
            yield from _number_reported(read.value, phone(read.value))
        elif read.kind == DIGITS:
            yield from (
                ("part_of_number", f"{way} {part}") for part in _cut_off(read.value, None) for way in ("in", "is")
            )
        else:
            yield from _keys(read.kind, read.value, read.platform)


def _number_reported(value: str, whole: str | None) -> Iterator[IdentifierKey]:
    yield from _of_number(value, whole)
    if whole:
        yield "one_of_several", f"phone {whole}"
        yield from (("part_of_number", f"is {piece}") for piece in _pieces(whole[1:]))
        if whole.startswith(_FROM_THE_REPUBLIC):
            yield "part_of_number", f"in {whole[-8:]}"
    for number in _cut_off(value, whole):
        yield "part_of_number", f"in {number}"
        yield "part_of_number", f"is {number}"


def _cut_off(value: str, whole: str | None) -> Iterator[str]:
    """The digits of what may be a part of a number, with and without what is dialled before one."""
    if whole and not (whole.startswith(_SHORT) and len(whole) <= _GB_LENGTH) and len(whole) > _END + 3:
        return
    written = digits(visible(value))
    plain = written.lstrip("0")
    for part in dict.fromkeys((written, plain, plain.removeprefix(_GB), whole[1:] if whole else "")):
        if _LAST <= len(part) <= 15:
            yield part


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
        yield from _of_mailbox(value, address(value))
    elif kind == "social":
        yield from _of_account(value, platform, read_link(value) if "/" in value else None)
    elif kind == "vehicle":
        if found := fold_plate(value):
            yield "same", f"vehicle {found}"
        yield "looks_alike", f"vehicle {plate_look(value)}"
    elif kind in ("address", "other"):
        yield from _of_words(kind, value)


def _of_number(value: str, whole: str | None) -> Iterator[IdentifierKey]:
    if whole:
        yield "same", f"phone {whole}"
        return
    yield from (("one_of_several", f"phone {number}") for number in numbers_within(value)[0])
    if masked := masked_number(value):
        yield "part_of_number", f"masked {masked}"
    if bare(value) in NOTHING:
        return
    short = short_code(value)
    if short:
        yield "same", f"phone {short}"
    elif not digits(value) and not withheld(value):
        yield "as_written", f"phone {words(value)}"  # a sender's name in letters, which anybody can set


def _of_mailbox(value: str, whole: str | None) -> Iterator[IdentifierKey]:
    if whole is None:
        yield "as_written", f"email {words(value)}"
        shown, _, host = visible(value).rstrip("> ").rpartition("@")
        yield from _looking("email", skeleton(shown[shown.rfind("<") + 1 :]), skeleton(host))
        return
    yield "same", f"email {whole}"
    yield "same_for_provider", f"email {mailbox(whole)}"
    local, _, domain = whole.rpartition("@")
    yield "tag_apart", f"email {local.partition('+')[0]}@{domain}"
    yield from _looking("email", skeleton(local), skeleton(visible(value).rstrip("> ").rpartition("@")[2]))


def _of_account(value: str, platform: str, link: Link | None) -> Iterator[IdentifierKey]:
    where = link.platform if link and link.platform else platform_name(platform)
    written = link.handle if link and link.platform else value
    if where == "reddit":
        written = written.strip().removeprefix("/").removeprefix("u/")
    name = handle(written)
    if bare(name) in NOTHING:
        return
    if where and not (link and link.folded):
        yield "same", f"social {where} {name}"
    if where == "facebook" and not (link and link.folded):
        yield "same_for_provider", f"social facebook {name.replace('.', '')}"
    if where in NUMBERED:
        yield from _of_number(name, phone(name))
    yield "elsewhere", f"social {name}"
    yield from _looking("social", skeleton(written))  # capitals may look like what their small letters do not


def _of_words(kind: str, value: str) -> Iterator[IdentifierKey]:
    """Words in their order. Run together they are only like it: Flat 1, 12 is not Flat 11, 2."""
    spelt = plain_words(value)
    if any(c.isdecimal() for c in spelt):
        yield "same", f"{kind} {spelt}"
    yield "as_written", f"{kind} {spelt}"
    yield from _looking(kind, skeleton(value))


def _looking(kind: str, *looks: str) -> Iterator[IdentifierKey]:
    if all(looks):
        yield "looks_alike", f"{kind} {' '.join(looks)}"
