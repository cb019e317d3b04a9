"""By what the same person may be found in two orders (rule 86). Pure: proposes only, a named person decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orders.rules.identifiers import NOTHING, bare, email, fold_plate, handle, phone, surname
from orders.rules.links import platform_name, read_link
from orders.rules.readings import read_identifier, taken_apart
from orders.types import Identifier

PersonRole = Literal["respondent", "protected_person"]
MarkKind = Literal["name_and_birth_date", "phone", "email", "social", "vehicle"]
Person = Mapping[str, Any]

_PLATE_LENGTHS = range(2, 11)


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing by which somebody may be found again, in one form. `form` is personal data: it is never shown."""

    kind: MarkKind
    form: str = field(repr=False)


def people_of(body: Mapping[str, Any]) -> Iterator[tuple[PersonRole, str, Person]]:
    """Everybody in a recorded order: role, key in the order (empty for the respondent), and the person."""
    yield "respondent", "", body["respondent"]
    for person in body["protected_persons"]:
        yield "protected_person", person["key"], person


def marks_of(person: Person) -> frozenset[Mark]:
    """Every mark of a person: surname with birth date, and each identifier that has one form.

    An identifier that could be anybody's (a withheld number, a word for "unknown", an address, where whole
    families live) is no mark.
    """
    return frozenset([*_names(person), *_identifiers(person)])


def _names(person: Person) -> Iterator[Mark]:
    born = person.get("date_of_birth")
    if not isinstance(born, str):
        return
    for name in {surname(name) for name in _family_names(person)} - NOTHING:
        yield Mark("name_and_birth_date", f"{name} {born}")


def _family_names(person: Person) -> Iterator[str]:
    """The family name, and the last word of each other name of several words: one word alone is a nickname."""
    yield person.get("family_name") or ""
    for alias in person.get("also_known_as") or ():
        words = alias.split()
        if len(words) > 1:
            yield words[-1]


def _identifiers(person: Person) -> Iterator[Mark]:
    """Of each identifier, and of each of several in one field, what it is and not only what it was said to be."""
    for item in person.get("identifiers") or ():
        for value in taken_apart(item["kind"], item["value"]) or (item["value"],):
            for read in read_identifier(item["kind"], value, item.get("platform") or ""):
                mark = _mark(read)
                if mark is not None:
                    yield mark


def _mark(read: Identifier) -> Mark | None:
    if read.kind == "phone":
        number = phone(read.value)
        return Mark("phone", number) if number else None
    if read.kind == "email":
        mailbox = email(read.value)
        return Mark("email", mailbox) if mailbox else None
    if read.kind == "social":
        return _account_mark(read.value, read.platform)
    return _plate(read.value) if read.kind == "vehicle" else None


def _account_mark(value: str, said: str) -> Mark | None:
    link = read_link(value) if "/" in value else None
    read = link is not None and bool(link.platform) and not link.folded
    name = handle(link.handle if link and read else value)
    platform = link.platform if link and read else platform_name(said)
    # The same name on two platforms may be two people.
    return Mark("social", f"{platform} {name}") if platform and bare(name) not in NOTHING else None


def _plate(value: str) -> Mark | None:
    found = fold_plate(value)
    sound = found.isalnum() and len(found) in _PLATE_LENGTHS and any(c.isdigit() for c in found)
    return Mark("vehicle", found) if sound else None


def alike(one: Person, other: Person) -> bool:
    """Whether two people of two orders may be one: by a mark, or by their whole name."""
    if not marks_of(one).isdisjoint(marks_of(other)):
        return True
    names = [(surname(p.get("family_name") or ""), surname(p.get("given_names") or "")) for p in (one, other)]
    return names[0] == names[1] and all(names[0])
