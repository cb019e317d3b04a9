"""From a recorded document to the terms that a verdict is made with. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, time
from typing import Any

from common.london import midnight_ending, midnight_starting
from geo.shapes import read_shape, shape_sha256
from geo.zones import build
from orders.types import DAYS, ConditionTerms, CourtException, Identifier, Locality, Period, Window, ZoneTerms

Json = Mapping[str, Any]


def conditions_of(body: Json, *, order: Period) -> tuple[ConditionTerms, ...]:
    """The conditions of a recorded body, with their zones ready to be judged. Slow: cache it by version."""
    return tuple(_condition(item, order) for item in body["conditions"])


def _condition(item: Json, order: Period) -> ConditionTerms:
    everyone: Sequence[str] = item.get("protects") or ()
    return ConditionTerms(
        clause=item["clause"],
        kind=item["kind"],
        wording=item["wording"],
        protects=tuple(everyone),
        period=_own_period(item, order),
        windows=tuple(_window(w) for w in item.get("windows") or ()),
        exceptions=tuple(CourtException(e["kind"], e["wording"]) for e in item.get("exceptions") or ()),
        zones=tuple(_zone(z) for z in item.get("zones") or ()),
        channels=frozenset(item.get("channels") or ()),
        indirect=bool(item.get("indirect")),
        platforms=frozenset(name.casefold() for name in item.get("platforms") or ()),
        watch_terms=tuple(item.get("watch_terms") or ()),
        locality=_locality(item.get("locality")),
    )


def _own_period(item: Json, order: Period) -> Period | None:
    starts, ends = item.get("starts_on"), item.get("ends_on")
    if not starts and not ends:
        return None
    return Period(
        midnight_starting(date.fromisoformat(starts)) if starts else order.start,
        midnight_ending(date.fromisoformat(ends)) if ends else order.end,
    )


def _window(item: Json) -> Window:
    return Window(
        days=frozenset(item.get("days") or DAYS),
        start=time.fromisoformat(item["from"]),
        end=time.fromisoformat(item["to"]),
        dates=tuple((date.fromisoformat(d["from"]), date.fromisoformat(d["to"])) for d in item.get("dates") or ()),
    )


def _zone(item: Json) -> ZoneTerms:
    shape = read_shape(item["shape"], "").shape
    if shape is None:  # it was accepted once by these very rules
        raise ValueError("a recorded zone can no longer be read")
    drawn_by = item.get("drawn_by") or {}
    return ZoneTerms(item["code"], shape_sha256(shape), build(shape), drawn_by.get("staff_id") or "")


def _locality(item: Json | None) -> Locality | None:
    if item is None:
        return None
    drawn = read_shape(item["shape"], "").shape if item.get("shape") else None
    if drawn is None:
        return Locality(item["wording"])
    return Locality(item["wording"], shape_sha256(drawn), build(drawn))


def identifiers_of(person: Json) -> tuple[Identifier, ...]:
    return tuple(identifier_of(item) for item in person.get("identifiers") or ())


def identifier_of(item: Json) -> Identifier:
    return Identifier(item["kind"], item["value"], (item.get("platform") or "").casefold())


def names_of(person: Json) -> tuple[str, ...]:
    """Every name a person is known by, the whole name first."""
    given, family = person.get("given_names") or "", person.get("family_name") or ""
    whole = f"{given} {family}".strip()
    return tuple(name for name in (whole, *(person.get("also_known_as") or ())) if name)


def without_people(body: Json, *, shapes: bool) -> dict[str, Any]:
    """The body with names, identifiers, watch terms and restricted names left out; shapes only on request."""
    kept = {k: v for k, v in body.items() if k not in ("respondent", "protected_persons", "conditions")}
    kept["protected_persons"] = [{"key": person["key"]} for person in body["protected_persons"]]
    kept["conditions"] = [_condition_without(c, shapes=shapes) for c in body["conditions"]]
    return kept


def _condition_without(item: Json, *, shapes: bool) -> dict[str, Any]:
    kept = {k: v for k, v in item.items() if k not in ("watch_terms", "zones", "locality")}
    if item.get("locality"):
        kept["locality"] = _locality_without(item["locality"], shapes=shapes)
    kept["zones"] = [_zone_without(zone, shapes=shapes) for zone in item.get("zones") or ()]
    return kept


def _locality_without(item: Json, *, shapes: bool) -> dict[str, Any]:
    return {k: v for k, v in item.items() if k == "wording" or (shapes and k == "shape")}


def _zone_without(item: Json, *, shapes: bool) -> dict[str, Any]:
    kept = {"code": item["code"], "drawn_by": {"staff_id": item["drawn_by"]["staff_id"]}}
    return {**kept, "shape": item["shape"]} if shapes else kept


def revealed(body: Json, fields: Collection[str]) -> dict[str, Any]:
    """Of what `without_people` leaves out, the parts that were asked for by name."""
    conditions: Sequence[Json] = body["conditions"]
    parts: dict[str, Any] = {
        "respondent": body["respondent"],
        "protected_persons": body["protected_persons"],
        "watch_terms": {c["clause"]: list(c["watch_terms"]) for c in conditions if c.get("watch_terms")},
        "restricted_names": {
            zone["code"]: zone["restricted_name"]
            for c in conditions
            for zone in c.get("zones") or ()
            if zone.get("restricted_name")
        },
    }
    return {name: part for name, part in parts.items() if name in fields}
