"""What a later assessment says otherwise than an earlier one, for whoever reads both. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
# Of a location: what moved, never where.
_OF_LOCATION = ("result", "zone", "zone_version", "distance_m", "r95_m", "probability_inside", "transformation")


def differences(before: Json, after: Json) -> list[dict[str, Any]]:
    """Each thing said otherwise, as `{"clause", "what", "before", "after"}`; `clause` None: of the whole.

    `before` and `after` are answers as they are stored. Empty where they say the same.
    """
    return [
        {"clause": clause, "what": what, "before": was, "after": now}
        for clause, what, was, now in _pairs(before, after)
        if was != now
    ]


def _pairs(before: Json, after: Json) -> Iterator[tuple[str | None, str, Any, Any]]:
    yield None, "verdict", before["verdict"], after["verdict"]
    yield None, "order_version", before["order_version"], after["order_version"]
    yield None, "engine_version", before["engine_version"], after["engine_version"]
    yield None, "reasons", _codes(before), _codes(after)
    was, now = _findings(before), _findings(after)
    for key in [*was, *(key for key in now if key not in was)]:
        yield from _of_finding(key[0], was.get(key), now.get(key))


def _findings(answer: Json) -> dict[tuple[str, int], Json]:
    """By clause, and by which of several: a clause that was varied within the incident has two findings."""
    found: dict[tuple[str, int], Json] = {}
    for finding in answer["findings"]:
        turn = sum(1 for clause, _ in found if clause == finding["clause"])
        found[finding["clause"], turn] = finding
    return found


def _of_finding(clause: str, was: Json | None, now: Json | None) -> Iterator[tuple[str, str, Any, Any]]:
    for name in ("outcome", "outcome_otherwise", "order_version", "support"):
        # An answer of an earlier engine does not have every member.
        yield clause, name, was and was.get(name), now and now.get(name)
    yield clause, "reasons", _codes(was), _codes(now)
    for name in _OF_LOCATION:
        yield clause, f"location.{name}", _located(was, name), _located(now, name)


def _located(finding: Json | None, name: str) -> Any:
    place = finding["location"] if finding else None
    return place.get(name) if place else None


def _codes(said: Json | None) -> list[str]:
    return [reason["code"] for reason in said["reasons"]] if said else []
