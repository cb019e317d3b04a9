"""What makes an order document one that a court could have made. Pure and total: finds all, raises nothing.

Rules are numbered as in the design's list; sections are of the Stalking Protection Act 2019.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from common.london import civil_date, midnight_ending, midnight_starting
from common.problems import Problem, pointer
from geo.shapes import ShapeReading, read_shape
from orders.types import CHECKABLE, Period, Status

# British Transport Police and the Ministry of Defence Police have no area to reside in (section 1(3)).
NATIONAL_FORCES = frozenset({"93", "24"})
Found = Iterator[Problem]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules must be told, since they ask no clock and read no configuration."""

    force: str
    today: date
    number: int = 1
    previous_clauses: frozenset[str] | None = None
    commencement: Mapping[str, date | None] = field(default_factory=dict)
    drawn_by_needed: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every problem and warning, and the shapes that could be read, by (condition, zone) index."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    shapes: Mapping[tuple[int, int], ShapeReading]


def two_years_from(made_on: date) -> date:
    """The shortest last day of a full order: two years beginning with the day made (section 3(2)).

    29 February counts to 28 February: made 29 Feb 2028, the second year ends on 28 Feb 2030.
    """
    try:
        return made_on.replace(year=made_on.year + 2) - timedelta(days=1)
    except ValueError:
        return date(made_on.year + 2, 2, 28)


def period_of(doc: Mapping[str, object]) -> Period:
    """When the order runs if nothing else happens: `end` is the local midnight after the last day."""
    made_on = date.fromisoformat(str(doc["made_on"]))
    sent = doc.get("effective_from")
    start = datetime.fromisoformat(str(sent)) if sent else midnight_starting(made_on)
    last = doc.get("expires_on")
    return Period(start, midnight_ending(date.fromisoformat(str(last))) if last else None)


def status_at(period: Period, *, at: datetime, superseded_from: datetime | None) -> Status:
    """Computed, never stored (rule 22): "active" is a question with a time in it."""
    if at < period.start:
        return "pending"
    if superseded_from is not None and at >= superseded_from:
        return "superseded"
    if period.end is not None and at >= period.end:
        return "expired"
    return "in_force"


def in_force_periods(periods: Sequence[Period]) -> list[Period | None]:
    """When each version was the one in force, versions in order of number.

    A later version takes over from its own start, whatever the end of the earlier one; a correction that
    reaches back to or before an earlier start leaves nothing of that version (None).
    """
    result: list[Period | None] = []
    for index, own in enumerate(periods):
        later = [other.start for other in periods[index + 1 :]]
        ends = [end for end in (own.end, *later) if end is not None]
        end = min(ends) if ends else None
        result.append(Period(own.start, end) if end is None or end > own.start else None)
    return result


def check(doc: Mapping[str, object], setting: Setting) -> Verdict:
    """Everything that is wrong or worth a warning in a document whose parts already fit their shapes."""
    problems = [
        *_missing(doc),
        *_duration(doc),
        *_dates(doc, setting),
        *_application(doc, setting),
        *_respondent(doc, setting),
        *_change(doc, setting),
        *_people(doc),
        *_conditions(doc, setting),
    ]
    shapes = dict(_shapes(doc))
    warnings = list(_short_conditions(doc))
    for reading in shapes.values():
        problems.extend(reading.problems)
        warnings.extend(reading.warnings)
    return Verdict(tuple(problems), tuple(warnings), shapes)


def problem(path: str, code: str, detail: str) -> Problem:
    return Problem(path, code, detail)


_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "": ("kind", "route", "court", "made_on", "respondent", "protected_persons", "conditions"),
    "court": ("code", "name", "type"),
    "change": ("kind", "decided_on"),
    "main_application": ("reference", "applied_on"),
    "respondent": ("family_name",),
    "identifiers": ("kind", "value"),
    "protected_persons": ("key", "family_name"),
    "conditions": ("clause", "kind", "wording"),
    "zones": ("code", "shape"),
    "drawn_by": ("name", "staff_id"),
    "windows": ("days", "from", "to"),
    "dates": ("from", "to"),
    "exceptions": ("kind", "wording"),
    "locality": ("wording",),
}


def _missing(value: object, name: str = "", path: str = "") -> Found:
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield from _missing(item, name, f"{path}/{index}")
    elif isinstance(value, dict):
        for member in _REQUIRED.get(name, ()):
            if value.get(member) is None:
                yield problem(f"{path}/{member}", "required", "This is required.")
        for member, inner in value.items():
            if member in _REQUIRED:
                yield from _missing(inner, member, path + pointer(member))


def _date(doc: Mapping[str, object], name: str) -> date | None:
    sent = doc.get(name)
    return date.fromisoformat(sent) if isinstance(sent, str) else None


def _duration(doc: Mapping[str, object]) -> Found:
    """Rules 2 to 5; sections 3 and 5."""
    kind, until, last = doc.get("kind"), doc.get("until_further_order") is True, _date(doc, "expires_on")
    if kind == "interim":
        if until or last is None:
            yield problem("/expires_on", "interim_needs_fixed_period", "An interim order has a fixed period.")
        if doc.get("main_application") is None:
            yield problem("/main_application", "main_application_required", "An interim names its main application.")
    elif kind == "full":
        if until == (last is not None):
            yield problem(
                "/expires_on", "order_duration_ambiguous", "Give either expires_on or until_further_order."
            )
        yield from _two_years(_date(doc, "made_on"), last)


def _two_years(made_on: date | None, last: date | None) -> Found:
    if made_on and last and last < two_years_from(made_on):
        yield problem(
            "/expires_on", "spo_period_below_minimum", "A fixed period is two years at least (section 3(2))."
        )


def _dates(doc: Mapping[str, object], setting: Setting) -> Found:
    made_on, last = _date(doc, "made_on"), _date(doc, "expires_on")
    if made_on is None:
        return
    if made_on > setting.today:
        yield problem("/made_on", "made_on_in_future", "made_on is after today in London.")
    if not date(2020, 1, 20) <= made_on <= date(9990, 1, 1):
        yield problem("/made_on", "made_before_the_act", "The Act has been in force since 20 January 2020.")
    if last and last < made_on:
        yield problem("/expires_on", "expires_before_made", "The last day is before the day made.")
    start = doc.get("effective_from")
    if isinstance(start, str) and civil_date(datetime.fromisoformat(start)) < made_on:
        yield problem("/effective_from", "effective_before_made", "It cannot bind before it was made.")


def _application(doc: Mapping[str, object], setting: Setting) -> Found:
    """Rules 7 and 8; section 1(3) and the routes of the Crime and Policing Act 2026."""
    route, basis = doc.get("route"), doc.get("application_basis")
    if route in ("on_conviction", "on_acquittal"):
        start, made_on = setting.commencement.get(str(route)), _date(doc, "made_on")
        if start is None or (made_on is not None and made_on < start):
            yield problem("/route", "route_not_commenced", "This route was not in force on the day made.")
    elif route == "application" and setting.force in NATIONAL_FORCES and basis is not None:
        yield problem("/application_basis", "application_basis_not_applicable", "This force has no police area.")
    elif route == "application" and setting.force not in NATIONAL_FORCES and basis is None:
        yield problem("/application_basis", "application_basis_required", "Say which limb of section 1(3) applied.")


def _respondent(doc: Mapping[str, object], setting: Setting) -> Found:
    """Rule 11."""
    respondent, court = doc.get("respondent"), doc.get("court")
    age = doc.get("respondent_age_at_application")
    born = _date(respondent, "date_of_birth") if isinstance(respondent, dict) else None
    if born and born > setting.today:
        yield problem("/respondent/date_of_birth", "born_in_future", "This date of birth is in the future.")
    made_on = _date(doc, "made_on")
    if not isinstance(age, int) and born and made_on:
        age = made_on.year - born.year - ((made_on.month, made_on.day) < (born.month, born.day))
    if not isinstance(age, int):
        return
    where = "/respondent_age_at_application"
    if age < 10:
        yield problem(where, "respondent_below_age", "Nobody under ten can be made subject to an order.")
    elif age < 18 and isinstance(court, dict) and court.get("type") == "magistrates":
        yield problem("/court/type", "youth_court_required", "Under 18 at application: the youth court.")


def _change(doc: Mapping[str, object], setting: Setting) -> Found:
    """Rules 17 and 20; section 4."""
    change = doc.get("change")
    kind = change.get("kind") if isinstance(change, dict) else None
    if setting.number == 1:
        if kind not in (None, "made"):
            yield problem("/change/kind", "first_version_is_made", "The first version is the order as made.")
        return
    if change is None:
        yield problem("/change", "required", "Say whether this is a variation, a renewal or a correction.")
    elif kind == "made":
        yield problem("/change/kind", "later_version_is_a_change", "Only the first version is the order as made.")
    yield from _necessity(doc, change, setting)


def _necessity(doc: Mapping[str, object], change: object, setting: Setting) -> Found:
    kind = change.get("kind") if isinstance(change, dict) else None
    if kind not in ("variation", "renewal") or setting.previous_clauses is None:
        return
    added = {str(c.get("clause")) for c in _objects(doc, "conditions")} - setting.previous_clauses
    stated = doc.get("necessity") or (change.get("necessity") if isinstance(change, dict) else None)
    if added and not stated:
        yield problem("/change/necessity", "necessity_required", "A condition was added: say why it is necessary.")


def _objects(value: object, name: str) -> list[dict[str, object]]:
    items = value.get(name) if isinstance(value, Mapping) else None
    return [item if isinstance(item, dict) else {} for item in items] if isinstance(items, list) else []


def _repeats(values: Sequence[object], path: str, member: str, code: str) -> Found:
    seen: set[object] = set()
    for index, value in enumerate(values):
        if value is not None and value in seen:
            yield problem(f"{path}/{index}/{member}", code, "This is used twice.")
        seen.add(value)


def _people(doc: Mapping[str, object]) -> Found:
    people = _objects(doc, "protected_persons")
    if doc.get("protected_persons") == []:
        yield problem("/protected_persons", "required", "An order protects at least one person.")
    yield from _repeats([p.get("key") for p in people], "/protected_persons", "key", "protected_person_key_repeated")


def _conditions(doc: Mapping[str, object], setting: Setting) -> Found:
    conditions = _objects(doc, "conditions")
    if doc.get("conditions") == []:
        yield problem("/conditions", "required", "An order has at least one condition.")
    yield from _repeats([c.get("clause") for c in conditions], "/conditions", "clause", "clause_repeated")
    keys = {p.get("key") for p in _objects(doc, "protected_persons")}
    for index, condition in enumerate(conditions):
        path = f"/conditions/{index}"
        yield from _protects(condition, keys, path)
        yield from _condition_period(condition, doc, path)
        yield from _for_its_kind(condition, path)
        yield from _drawn_by(condition, setting, path)
    yield from _zone_codes(conditions)


def _protects(condition: Mapping[str, object], keys: set[object], path: str) -> Found:
    protects = condition.get("protects")
    for index, key in enumerate(protects if isinstance(protects, list) else []):
        if key not in keys:
            yield problem(f"{path}/protects/{index}", "protects_unknown", "No protected person has this key.")


def _condition_period(condition: Mapping[str, object], doc: Mapping[str, object], path: str) -> Found:
    """Rule 12."""
    starts, ends, last = _date(condition, "starts_on"), _date(condition, "ends_on"), _date(doc, "expires_on")
    if starts and ends and ends < starts:
        yield problem(f"{path}/ends_on", "condition_ends_before_start", "It ends before it starts.")
    if ends and last and ends > last:
        yield problem(f"{path}/ends_on", "condition_outlives_order", "A condition cannot outlive its order.")


_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "zones": ("exclusion_zone",),
    "channels": ("no_contact",),
    "platforms": ("no_social_reference",),
    "watch_terms": ("no_social_reference",),
    "distance_m": ("no_approach",),
    "requirement": ("requirement",),
}
_NEEDS: Mapping[str, str] = {
    "exclusion_zone": "zones",
    "no_contact": "channels",
    "no_social_reference": "platforms",
    "requirement": "requirement",
}


def _for_its_kind(condition: Mapping[str, object], path: str) -> Found:
    kind = condition.get("kind")
    if not isinstance(kind, str):
        return
    needed = _NEEDS.get(kind)
    if needed and not condition.get(needed):
        yield problem(f"{path}/{needed}", "required", "A condition of this kind needs it.")
    for member, kinds in _ONLY_FOR.items():
        if condition.get(member) and kind not in kinds:
            yield problem(f"{path}/{member}", "not_for_this_kind", "A condition of this kind has none.")
    distance = condition.get("distance_m")
    if isinstance(distance, int | float) and not 0 < distance <= 500_000:
        yield problem(f"{path}/distance_m", "distance_out_of_range", "A distance is over 0 and up to 500 km.")


def _drawn_by(condition: Mapping[str, object], setting: Setting, path: str) -> Found:
    for index, zone in enumerate(_objects(condition, "zones")):
        if setting.drawn_by_needed and zone.get("drawn_by") is None:
            yield problem(f"{path}/zones/{index}/drawn_by", "required", "Say who drew it.")


def _zone_codes(conditions: Sequence[Mapping[str, object]]) -> Found:
    seen: set[object] = set()
    for index, condition in enumerate(conditions):
        for inner, zone in enumerate(_objects(condition, "zones")):
            code = zone.get("code")
            if code is not None and code in seen:
                yield problem(f"/conditions/{index}/zones/{inner}/code", "zone_code_repeated", "This is used twice.")
            seen.add(code)


def _shapes(doc: Mapping[str, object]) -> Iterator[tuple[tuple[int, int], ShapeReading]]:
    for index, condition in enumerate(_objects(doc, "conditions")):
        for inner, zone in enumerate(_objects(condition, "zones")):
            if zone.get("shape") is not None:
                yield (index, inner), read_shape(zone["shape"], f"/conditions/{index}/zones/{inner}/shape")
        locality = condition.get("locality")
        if isinstance(locality, dict) and locality.get("shape") is not None:
            yield (index, -1), read_shape(locality["shape"], f"/conditions/{index}/locality/shape")


def _short_conditions(doc: Mapping[str, object]) -> Found:
    """Rule 12: section 3(3) lets conditions run for different periods, so this is a warning only."""
    made_on = _date(doc, "made_on")
    for index, condition in enumerate(_objects(doc, "conditions")):
        ends = _date(condition, "ends_on")
        if doc.get("kind") == "full" and made_on and ends and ends < two_years_from(made_on):
            yield problem(
                f"/conditions/{index}/ends_on", "condition_period_short", "Under two years: check the order itself."
            )


def checkable(kind: str) -> bool:
    return kind in CHECKABLE
