"""What a report says now: as it was told first, with what its reporter put right since. Pure.

Things in a list have a number that is theirs for ever: first those of the report, from 0, then whatever was added, in
the order in which it was said. What is struck keeps its number; what is replaced gives it to what stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from common.problems import Problem

Json = Mapping[str, Any]
WORDS = ("kinds", "behaviours")
LISTS = ("positions", "contacts", "social", "witnesses", *WORDS)
_SIGNS = frozenset({"replaces", "strikes"})


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing in a list, and in which correction it was said: "" is the report itself."""

    value: Any
    said_in: str = ""
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Current:
    """What a report says now."""

    happened: Json = field(default_factory=dict)
    risk: Json = field(default_factory=dict)
    lists: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)

    def list_words(self, name: str) -> list[str]:
        return [slot.value for slot in self.lists.get(name, ()) if not slot.struck and isinstance(slot.value, str)]


@dataclass(frozen=True, slots=True)
class Placing:
    """What one correction did to one list: the number of each thing sent (None: it only struck one), and which of
    the numbers of before count no more as they were."""

    numbers: tuple[int | None, ...]
    gone: frozenset[int]


@dataclass(frozen=True, slots=True)
class PutRight:
    """What a report says after one correction more."""

    current: Current
    placings: Mapping[str, Placing]
    warnings: tuple[Problem, ...]


def told_first(body: Json) -> Current:
    """What a report says as it was sent."""
    return Current(
        happened=_drop_nulls(body.get("happened")),
        risk=_drop_nulls(body.get("risk")),
        lists={name: tuple(Slot(item) for item in body.get(name) or ()) for name in LISTS},
    )


def read_again(body: Json, corrections: Iterable[tuple[str, Json]]) -> Current:
    """What a report says after these corrections, oldest first, each with its id."""
    current = told_first(body)
    for said_in, correction in corrections:
        current = put_right(current, correction, said_in=said_in).current
    return current


def put_right(current: Current, body: Json, *, said_in: str) -> PutRight:
    """One correction more. A list is added to; an item may name what it replaces or strikes, by its number.

    `happened` is taken whole where it says when it began; else what it says stands beside the beginning said before.
    A number that is none is warned about: nothing that was said is lost by it.
    """
    lists, placings = dict(current.lists), dict[str, Placing]()
    warnings: list[Problem] = []
    for name in LISTS:
        if body.get(name) is not None:
            lists[name], placings[name] = _place_items(current.lists.get(name, ()), body[name], name, said_in, warnings)
    changed = replace(
        current,
        happened=_correct_time(current.happened, body.get("happened")),
        risk={**current.risk, **_drop_nulls(body.get("risk"))},
        lists=lists,
    )
    return PutRight(changed, placings, tuple(warnings))


def risks_ever_said(bodies: Iterable[Json]) -> frozenset[str]:
    """The risks of which a report or a correction once said that they are, whatever was said of them later."""
    return frozenset(name for body in bodies for name, value in (body.get("risk") or {}).items() if value is True)


def content_of(item: Any) -> Any:
    """What an item of a correction says, without the number that it names; None where it says nothing more."""
    if not isinstance(item, Mapping):
        return item
    kept = {name: value for name, value in item.items() if name not in _SIGNS}
    if any(value is not None for value in kept.values()) or not _SIGNS.intersection(_drop_nulls(item)):
        return kept.get("value") if set(kept) == {"value"} else kept
    return None


def find_empty_items(body: Json) -> list[Problem]:
    """Things in the lists of a correction by which nothing is said: no words, and no number replaced or struck.

    None where it says that somebody is in danger: that is refused for nothing (rule 37).
    """
    if body.get("immediate_danger") is True:
        return []
    lists = ((name, body.get(name)) for name in LISTS)
    return [
        Problem(f"/{name}/{index}", "item_empty", "Nothing is said here: say it, or leave it out.")
        for name, items in lists
        if isinstance(items, list)
        for index, item in enumerate(items)
        if isinstance(item, (str, Mapping)) and says_nothing(item)
    ]


def says_nothing(value: object) -> bool:
    """Null, blank, and what holds nothing else. False and nought say something."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(says_nothing(inner) for inner in value.values())
    return value is None or value == []


def reading_json(current: Current) -> dict[str, Any]:
    """The same as it is shown: every item that still counts, with its number and the correction it was said in."""
    return {
        "happened": dict(current.happened),
        "risk": dict(current.risk),
        **{name: _items_json(current.lists.get(name, ())) for name in LISTS},
    }


def _items_json(slots: Sequence[Slot]) -> list[dict[str, Any]]:
    return [
        {**_members_of(slot.value), "index": number, "said_in": slot.said_in or None}
        for number, slot in enumerate(slots)
        if not slot.struck
    ]


def _members_of(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"value": value}


def _drop_nulls(part: Any) -> dict[str, Any]:
    return {name: value for name, value in (part or {}).items() if value is not None}


def _correct_time(before: Json, part: Any) -> Json:
    given = _drop_nulls(part)
    return given if given.get("from") else {**before, **given}


def _place_items(
    before: Sequence[Slot], items: Sequence[Any], name: str, said_in: str, warnings: list[Problem]
) -> tuple[tuple[Slot, ...], Placing]:
    """Numbers are those of before this correction: first what it strikes, then what it replaces and adds."""
    slots, gone = list(before), set[int]()
    for index, item in enumerate(items):
        number = _number_named(item, "strikes")
        if number is not None and _is_there(number, before, f"/{name}/{index}/strikes", warnings):
            slots[number] = replace(slots[number], struck=True)
            gone.add(number)
    numbers: list[int | None] = []
    taken: set[int] = set()
    for index, item in enumerate(items):
        content, number = content_of(item), _number_named(item, "replaces")
        if content is None:
            if number is not None:
                warnings.append(_tell_empty(_number_named(item, "strikes") in gone, f"/{name}/{index}"))
            numbers.append(None)
            continue
        if number is not None and not _is_free(number, before, taken, f"/{name}/{index}/replaces", warnings):
            number = None
        if number is None:
            number = len(slots)
            slots.append(Slot(content, said_in))
        else:
            slots[number] = Slot(content, said_in)
            taken.add(number)
        numbers.append(number)
    return tuple(slots), Placing(tuple(numbers), frozenset(gone | taken))


def _tell_empty(struck: bool, where: str) -> Problem:
    """Of an item without content that names what it replaces: what became of that."""
    if struck:
        return Problem(where, "struck_not_replaced", "It was struck; nothing is said here to stand in its place.")
    return Problem(where, "item_empty", "Nothing is said here; it changes nothing.")


def _number_named(item: Any, sign: str) -> int | None:
    number = item.get(sign) if isinstance(item, Mapping) else None
    return number if isinstance(number, int) else None


def _is_there(number: int, before: Sequence[Slot], pointer: str, warnings: list[Problem]) -> bool:
    if 0 <= number < len(before):
        return True
    warnings.append(Problem(pointer, "index_unknown", "Nothing was said under this number; it was kept as sent."))
    return False


def _is_free(number: int, before: Sequence[Slot], taken: set[int], pointer: str, warnings: list[Problem]) -> bool:
    if number in taken:
        warnings.append(Problem(pointer, "index_repeated", "This was replaced above already; both are kept."))
        return False
    return _is_there(number, before, pointer, warnings)
