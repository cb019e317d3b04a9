"""Rules on the conditions: whom they protect, how long, what belongs to which kind, who drew their zones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from common.problems import Problem
from orders.rules.order import LAST_DATE, out_of_reach, repeats
from orders.rules.parts import Doc, Found, date_of, objects
from orders.rules.periods import two_years_from

_MOST_DISTANCE_M = 500_000


def condition_problems(doc: Doc, *, drawn_by_needed: bool) -> Found:
    conditions = objects(doc, "conditions")
    if doc.get("conditions") == []:
        yield Problem("/conditions", "required", "An order has at least one condition.")
    clauses = [condition.get("clause") for condition in conditions]
    yield from repeats(clauses, [f"/conditions/{i}/clause" for i in range(len(clauses))], "clause_repeated")
    keys = {person.get("key") for person in objects(doc, "protected_persons")}
    for index, condition in enumerate(conditions):
        path = f"/conditions/{index}"
        yield from _protects(condition, keys, path)
        yield from _period(condition, date_of(doc, "expires_on"), path)
        yield from _windows(condition, path)
        yield from _for_its_kind(condition, path)
        if drawn_by_needed:
            yield from _drawn_by(condition, path)
    yield from _zone_codes(conditions)


def _protects(condition: Doc, keys: set[object], path: str) -> Found:
    if not keys or None in keys:  # a key that could not be read may be the one meant
        return
    protects = condition.get("protects")
    for index, key in enumerate(protects if isinstance(protects, list) else []):
        if key not in keys:
            yield Problem(f"{path}/protects/{index}", "protects_unknown", "No protected person has this key.")


def _period(condition: Doc, last: date | None, path: str) -> Found:
    """Rule 12."""
    starts, ends = date_of(condition, "starts_on"), date_of(condition, "ends_on")
    if starts and ends and ends < starts:
        yield Problem(f"{path}/ends_on", "condition_ends_before_start", "It ends before it starts.")
    for name, day in (("starts_on", starts), ("ends_on", ends)):
        if day and day > LAST_DATE:
            yield out_of_reach(f"{path}/{name}")
        elif day and last and day > last:
            yield Problem(f"{path}/{name}", "condition_outlives_order", "A condition cannot outlive its order.")


def _windows(condition: Doc, path: str) -> Found:
    for index, window in enumerate(objects(condition, "windows")):
        for inner, span in enumerate(objects(window, "dates")):
            first, last = date_of(span, "from"), date_of(span, "to")
            if first and last and last < first:
                where = f"{path}/windows/{index}/dates/{inner}/to"
                yield Problem(where, "dates_reversed", "The last day is before the first.")


_ONLY_FOR: Mapping[str, str] = {
    "zones": "exclusion_zone",
    "channels": "no_contact",
    "platforms": "no_social_reference",
    "watch_terms": "no_social_reference",
    "distance_m": "no_approach",
    "requirement": "requirement",
}
_NEEDS: Mapping[str, str] = {
    "exclusion_zone": "zones",
    "no_contact": "channels",
    "no_social_reference": "platforms",
    "requirement": "requirement",
}


def _for_its_kind(condition: Doc, path: str) -> Found:
    kind = condition.get("kind")
    if not isinstance(kind, str):
        return
    needed = _NEEDS.get(kind)
    if needed and not condition.get(needed):
        yield Problem(f"{path}/{needed}", "required", "A condition of this kind needs it.")
    for name, its_kind in _ONLY_FOR.items():
        if condition.get(name) not in (None, []) and kind != its_kind:
            yield Problem(f"{path}/{name}", "not_for_this_kind", "A condition of this kind has none.")
    distance = condition.get("distance_m")
    if isinstance(distance, int | float) and not 0 < distance <= _MOST_DISTANCE_M:
        yield Problem(f"{path}/distance_m", "distance_out_of_range", "A distance is over 0 and up to 500 km.")


def _drawn_by(condition: Doc, path: str) -> Found:
    for index, zone in enumerate(objects(condition, "zones")):
        if zone.get("drawn_by") is None:
            yield Problem(f"{path}/zones/{index}/drawn_by", "required", "Say who drew it.")


def _zone_codes(conditions: list[Doc]) -> Found:
    found = [
        (zone.get("code"), f"/conditions/{index}/zones/{inner}/code")
        for index, condition in enumerate(conditions)
        for inner, zone in enumerate(objects(condition, "zones"))
    ]
    yield from repeats([code for code, _ in found], [place for _, place in found], "zone_code_repeated")


def short_conditions(doc: Doc) -> Found:
    """Rule 12: section 3(3) lets conditions run for different periods, so this is a warning only."""
    made_on, last = date_of(doc, "made_on"), date_of(doc, "expires_on")
    if doc.get("kind") != "full" or made_on is None:
        return
    for index, condition in enumerate(objects(doc, "conditions")):
        starts, ends = date_of(condition, "starts_on"), date_of(condition, "ends_on")
        end = ends or last
        if (starts or ends) and end and end < two_years_from(starts or made_on):
            where = f"/conditions/{index}/{'ends_on' if ends else 'starts_on'}"
            yield Problem(where, "condition_period_short", "Under two years: check the order itself.")
