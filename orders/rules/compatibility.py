"""Whether an order can be kept together with another one against the same person (section 2(6) and (7), rule 10).

Pure. It only ever warns: several orders may run at once, and which gives way is for the court.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from common.problems import Problem
from geo.overlap import overlap
from geo.shapes import ShapeReading, read_shape, shape_sha256
from geo.zones import Zone, build
from orders.rules.parts import Doc, Found, member, objects
from orders.rules.people import alike
from orders.types import DAYS

CODE = "possible_incompatibility"
# Who has to look at more than this looks at the orders themselves.
MOST_WARNINGS = 50
Shapes = Mapping[tuple[int, int], ShapeReading]


@dataclass(frozen=True, slots=True)
class OtherOrder:
    """Another live order of the force against what may be the same person: its reference and recorded terms.

    `drawings` are the hashes of its zones' shapes, by the zones' codes.
    """

    reference: str
    body: Mapping[str, Any]
    drawings: Mapping[str, str]


def incompatibilities(doc: Doc, shapes: Shapes, others: Sequence[OtherOrder]) -> list[Problem]:
    """A warning for each pair of conditions that may not go together; where an order has none, that it is there.

    Each names the other order's reference and clause, and nothing else of it. `shapes` are the document's, as
    `check` read them.
    """
    found = dict.fromkeys(problem for other in others for problem in _with(doc, shapes, other))
    return list(islice(found, MOST_WARNINGS))


def _with(doc: Doc, shapes: Shapes, other: OtherOrder) -> Found:
    found = [*_places(doc, shapes, other), *_zones(doc, shapes, other), *_contacts(doc, other)]
    if found:
        yield from found
    else:
        yield _told("/respondent", f"{other.reference} is another live order, perhaps against the same person.")


def _told(pointer: str, detail: str) -> Problem:
    return Problem(pointer, CODE, detail)


def _of_kind(doc: object, kind: str) -> Iterator[tuple[int, Doc]]:
    return ((index, item) for index, item in enumerate(objects(doc, "conditions")) if item.get("kind") == kind)


def _places(doc: Doc, shapes: Shapes, other: OtherOrder) -> Found:
    """He must be at a place that the other order keeps him from: to sign on, to attend a programme."""
    required = [(i, zone) for i, _ in _of_kind(doc, "requirement") if (zone := _built(shapes.get((i, -1))))]
    for (index, place), (clause, zone) in product(required, _their_zones(other) if required else ()):
        if overlap(place, zone):
            yield _told(
                f"/conditions/{index}/locality", f"The place meets a zone of clause {clause} of {other.reference}."
            )
    theirs = list(_their_places(other))
    for (index, inner, zone), (clause, place) in product(_own_zones(doc, shapes) if theirs else (), theirs):
        if overlap(zone, place):
            told = f"The zone meets a place where clause {clause} of {other.reference} needs him."
            yield _told(f"/conditions/{index}/zones/{inner}", told)


def _own_zones(doc: Doc, shapes: Shapes) -> Iterator[tuple[int, int, Zone]]:
    for index, condition in _of_kind(doc, "exclusion_zone"):
        for inner, _ in enumerate(objects(condition, "zones")):
            zone = _built(shapes.get((index, inner)))
            if zone is not None:
                yield index, inner, zone


def _their_zones(other: OtherOrder) -> Iterator[tuple[object, Zone]]:
    for _, condition in _of_kind(other.body, "exclusion_zone"):
        for item in objects(condition, "zones"):
            zone = _built(read_shape(item.get("shape"), ""))
            if zone is not None:
                yield condition["clause"], zone


def _their_places(other: OtherOrder) -> Iterator[tuple[object, Zone]]:
    for _, condition in _of_kind(other.body, "requirement"):
        shape = member(condition.get("locality"), "shape")
        zone = _built(read_shape(shape, "")) if shape is not None else None
        if zone is not None:
            yield condition["clause"], zone


def _built(reading: ShapeReading | None) -> Zone | None:
    return build(reading.shape) if reading is not None and reading.shape is not None else None


def _zones(doc: Doc, shapes: Shapes, other: OtherOrder) -> Found:
    """The same drawing at other times, or with other ways of being allowed in."""
    theirs = [
        (other.drawings.get(str(item.get("code"))), condition)
        for _, condition in _of_kind(other.body, "exclusion_zone")
        for item in objects(condition, "zones")
    ]
    for index, condition in _of_kind(doc, "exclusion_zone"):
        for inner, _ in enumerate(objects(condition, "zones")):
            reading = shapes.get((index, inner))
            sha = shape_sha256(reading.shape) if reading is not None and reading.shape is not None else ""
            for their_sha, their in theirs:
                if sha == their_sha and _terms(condition) != _terms(their):
                    told = f"Clause {their['clause']} of {other.reference} has this zone on other terms."
                    yield _told(f"/conditions/{index}/zones/{inner}", told)


def _terms(condition: Doc) -> tuple[object, object]:
    windows = frozenset(
        (
            frozenset(str(day) for day in _list(window, "days") or DAYS),
            window.get("from"),
            window.get("to"),
            frozenset((span.get("from"), span.get("to")) for span in objects(window, "dates")),
        )
        for window in objects(condition, "windows")
    )
    return windows, frozenset(_exception(item) for item in objects(condition, "exceptions"))


def _exception(item: Doc) -> tuple[object, str]:
    """By its kind; one of no kind by its words."""
    words = str(item.get("wording") or "").casefold().split()
    return item.get("kind"), " ".join(words) if item.get("kind") == "other" else ""


def _list(item: Doc, name: str) -> list[object]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _contacts(doc: Doc, other: OtherOrder) -> Found:
    """One order lets him speak to somebody, the other forbids it altogether."""
    for (index, mine), (_, theirs) in product(_of_kind(doc, "no_contact"), _of_kind(other.body, "no_contact")):
        if not _same_protected(doc, mine, other.body, theirs):
            continue
        clause, where = theirs["clause"], f"/conditions/{index}"
        if objects(mine, "exceptions") and _full_ban(theirs):
            told = f"Clause {clause} of {other.reference} forbids all contact; this one makes an exception."
            yield _told(f"{where}/exceptions", told)
        elif objects(theirs, "exceptions") and _full_ban(mine):
            yield _told(where, f"Clause {clause} of {other.reference} makes an exception; this one makes none.")


def _full_ban(condition: Doc) -> bool:
    return "any" in _list(condition, "channels") and not objects(condition, "exceptions")


def _same_protected(doc: Doc, mine: Doc, other: object, theirs: Doc) -> bool:
    """Whether somebody whom both conditions protect may be one person."""
    return any(alike(one, two) for one, two in product(_protected(doc, mine), _protected(other, theirs)))


def _protected(doc: object, condition: Doc) -> list[Doc]:
    """A condition that names nobody protects everybody in its order."""
    keys = _list(condition, "protects")
    return [p for p in objects(doc, "protected_persons") if not keys or p.get("key") in keys]
