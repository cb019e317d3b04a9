"""Whether a document says what is recorded already, and if not, where it differs. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from common.problems import Problem, pointer

_MOST_POINTERS = 100
_LONGEST_POINTER = 200
# What makes an element of these lists the same one, wherever it stands.
_KEYS: Mapping[str, str] = {"conditions": "clause", "zones": "code", "protected_persons": "key"}


def says_the_same(body: Mapping[str, Any], recorded: Mapping[str, Any]) -> bool:
    """Nothing differs; what kind of change it is called does not count unless the document says so itself."""
    if _without_order(_content(body)) != _without_order(_content(recorded)):
        return False
    said = {name: value for name, value in (body.get("change") or {}).items() if value is not None}
    known = recorded.get("change") or {}
    return said.get("kind") in (None, "made") or all(known.get(name) == value for name, value in said.items())


def changes_nothing(body: Mapping[str, Any], recorded: Mapping[str, Any]) -> bool:
    """Whether a correction of the same start says nothing but what is recorded; when and why it was decided is no word
    of the order. Who is to read it is never taken for said already: that list changes by other ways too. Whether he
    was in court is a word of it, and so is that he was not where nobody had said.

    A document that does not say who drew its zones says nothing else of that.
    """
    mine, known = _content(body), _content(recorded)
    if not any("drawn_by" in zone for zone in _list_zones(mine)):
        known = _without_drawers(known)
    present = (body.get("change") or {}).get("respondent_present")
    same_presence = present is None or present == (recorded.get("change") or {}).get("respondent_present")
    return same_presence and not body.get("readers") and bool(_without_order(mine) == _without_order(known))


def _list_zones(content: Any) -> Iterator[Any]:
    for condition in content.get("conditions", ()):
        yield from condition.get("zones", ())


def _without_drawers(content: Any) -> Any:
    conditions = [
        {**condition, "zones": [{k: v for k, v in zone.items() if k != "drawn_by"} for zone in condition["zones"]]}
        if "zones" in condition
        else condition
        for condition in content.get("conditions", ())
    ]
    return {**content, "conditions": conditions}


def changes(body: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[str]:
    """Pointers, never values: into `body` for what it says anew, to the whole around what it no longer says."""
    found = dict.fromkeys(where for where, _ in zip(_all(body, recorded), range(_MOST_POINTERS), strict=False))
    return [where[:_LONGEST_POINTER] for where in found]


def removals(body: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[Problem]:
    """`would_remove` for every person, condition and zone on record that a document no longer has, by its code.

    A zone that moved to another condition is still there. Both documents fit their shapes.
    """
    people = set(_by_key(body.get("protected_persons"), "key"))
    zones = {code for condition in body.get("conditions") or () for code in _by_key(condition.get("zones"), "code")}
    places = {clause: index for index, clause in enumerate(_by_key(body.get("conditions"), "clause"))}
    found = [
        _would_remove("/protected_persons", f"Person {key}")
        for key in _by_key(recorded.get("protected_persons"), "key")
        if key not in people
    ]
    for condition in recorded.get("conditions") or ():
        clause = condition.get("clause")
        if clause not in places:
            found.append(_would_remove("/conditions", f"Clause {clause}"))
        where = f"/conditions/{places[clause]}/zones" if clause in places else "/conditions"
        found += [
            _would_remove(where, f"Zone {code} of clause {clause}")
            for code in _by_key(condition.get("zones"), "code")
            if code not in zones
        ]
    return found


def _would_remove(where: str, what: str) -> Problem:
    told = f"{what} is on record and not in this file: add it, or say in change_kind what changed."
    return Problem(where, "would_remove", told)


def _by_key(items: Any, key: str) -> list[Any]:
    return [item.get(key) for item in items or () if isinstance(item, Mapping)]


def _all(body: Mapping[str, Any], recorded: Mapping[str, Any]) -> Iterator[str]:
    yield from _differences(_content(body), _content(recorded), "")


def _content(body: Mapping[str, Any]) -> Any:
    return _plain({name: value for name, value in body.items() if name != "change"})


def _plain(value: Any) -> Any:
    """Left out, null and empty say the same, and so do 100 and 100.0."""
    if isinstance(value, Mapping):
        members = {name: _plain(inner) for name, inner in value.items()}
        return {name: inner for name, inner in members.items() if inner not in (None, [], {}, False)}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _without_order(value: Any, name: str = "") -> Any:
    """Rows, cells and days stand in any order; the positions of a shape do not."""
    if isinstance(value, dict):
        return {member: _without_order(inner, member) for member, inner in value.items()}
    if not isinstance(value, list) or name == "coordinates":
        return value
    return sorted((_without_order(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))


def _differences(new: Any, old: Any, where: str, name: str = "") -> Iterator[str]:
    if isinstance(new, dict) and isinstance(old, dict):
        for member in dict.fromkeys((*new, *old)):
            yield from _differences(new.get(member), old.get(member), where + pointer(member), member)
    elif isinstance(new, list) and isinstance(old, list) and name in _KEYS:
        yield from _in_list(new, old, where, _KEYS[name])
    elif new != old:
        yield where


def _in_list(new: list[Any], old: list[Any], where: str, key: str) -> Iterator[str]:
    """Elements by their keys; in another order, or with one gone, the list itself is named."""
    before = {item.get(key): item for item in old}
    for index, item in enumerate(new):
        if item.get(key) in before:
            yield from _differences(item, before[item.get(key)], f"{where}/{index}")
        else:
            yield f"{where}/{index}"
    if [item.get(key) for item in new] != [item.get(key) for item in old]:
        yield where
