"""The verdict: every condition in force in any part of the incident, judged; the highest decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from breaches.rules import contact, location, social, time
from breaches.rules.identifiers import Recogniser, recogniser
from breaches.rules.locality import limit
from breaches.rules.location import ZoneReading
from breaches.rules.time import Coverage
from breaches.rules.tracks import support
from breaches.types import RANK, Facts, Finding, Interval, Outcome, Reason, Touch, Verdict, VerdictName
from common.memo import remembered
from orders.types import ConditionTerms, OrderTerms, Period, VersionTerms

TOLERANCE = timedelta(minutes=15)

# How much of a time a condition was in force, and how much of it lies after service.
_Coverages = tuple[Coverage, Coverage]

_VERDICT: dict[Outcome, VerdictName] = {
    "indicated": "breach_indicated",
    "possible": "possible_breach",
    "needs_officer": "needs_officer",
    "not_indicated": "not_indicated",
    "not_applicable": "needs_officer",  # something was reported that no condition speaks of
}
_NO_ORDER = Reason("no_order", "No order is attached to this report.")
_NOTHING = Reason("nothing_reported", "Nothing in the report touches this condition.")
_NOT_THEN = Reason("not_in_force_then", "This condition was in force at no moment of the incident.")
_PARTLY = Reason("in_force_in_part", "This condition was in force in part of the time reported only.")
_NOT_SERVED = Reason("not_served", "No service of the order before the incident is on record (rule 25).")
_SERVED_DURING = Reason("served_during", "The order was served within the time reported.")
_EXCEPTION = Reason("exception_may_fit", "The order allows exceptions that could fit (rule 61).")
_LEFT_OUT = Reason("not_all_judged", "More was reported than is judged; the rest is for an officer to read.")
_FOR_A_PERSON = Reason("not_machine_checkable", "No machine can judge this kind of condition (rule 62).")

# The list of a report that a machine reads for a condition of that kind.
_READS = {"exclusion_zone": "positions", "no_contact": "contacts", "no_social_reference": "social"}
_FOR_KIND: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "no_approach": (
        frozenset({"approach"}),
        frozenset({"following", "uninvited_at_home", "loitering", "watching"}),
    ),
    "no_images": (
        frozenset({"images"}),
        frozenset({"intimate_images", "threat_to_share", "recording_images"}),
    ),
    "no_surveillance": (
        frozenset({"surveillance"}),
        frozenset({"following", "watching", "monitoring_devices", "tracking_software", "account_access"}),
    ),
    "requirement": (frozenset({"other"}), frozenset({"other"})),
    "other_prohibition": (
        frozenset({"other"}),
        frozenset({"other", "damage", "identity_theft", "impersonation", "spam_or_virus", "account_access"}),
    ),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """One condition as it stands alike in one or more versions, and when any of them had it in force."""

    condition: ConditionTerms
    version: int
    periods: tuple[Period, ...]
    zones: tuple[ZoneReading, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """What every condition is judged by: the report, when the order was served, and who its senders are."""

    facts: Facts
    served_at: datetime | None
    tolerance: timedelta
    recognise: Recogniser


def assess(facts: Facts, terms: OrderTerms | None, *, tolerance: timedelta = TOLERANCE) -> Verdict:
    """Judge what was reported by the terms of one order; None where no order is attached.

    `tolerance` is how far outside the incident a position may have been recorded and still count.
    """
    if terms is None:
        return Verdict("needs_officer", None, (), (_NO_ORDER,))
    times = _times(facts)
    versions = [v for v in terms.versions if _touches_any(v, times)]
    groups = _grouped(versions)
    case = _Case(facts, terms.served_at, tolerance, recogniser(terms.respondent))
    findings = tuple(_finding(group, case) for group in groups)
    number = _version_then(versions, facts)
    if not any(_in_force(group, when) for group in groups for when in times):
        return Verdict("no_order_in_force", number, findings, (_NOT_THEN,))
    outcomes: list[Outcome] = [finding.outcome for finding in findings]
    outcomes.append("not_applicable")
    return Verdict(_VERDICT[max(outcomes, key=RANK.__getitem__)], number, findings)


def _times(facts: Facts) -> list[Interval | None]:
    """The incident, and each contact that has a time of its own."""
    own = [Interval(c.at, c.at) for c in facts.contacts if c.at]
    return [facts.interval, *own]


def _touches_any(version: VersionTerms, times: Iterable[Interval | None]) -> bool:
    period = version.in_force
    return period is not None and any(time.coverage([period], (), when) != "none" for when in times)


def _in_force(group: _Group, when: Interval | None) -> bool:
    return time.coverage(group.periods, group.condition.windows, when) != "none"


def _version_then(versions: list[VersionTerms], facts: Facts) -> int | None:
    """The version in force when the incident began, or the first that came into force in it."""
    then = [v.number for v in versions if _touches_any(v, [facts.interval])]
    return min(then, default=None)


def _grouped(versions: list[VersionTerms]) -> list[_Group]:
    """Conditions that a later version repeats unchanged are one: a correction elsewhere makes no gap in them."""
    groups: dict[object, _Group] = {}
    for version in versions:
        for condition in version.conditions:
            key = _sameness(condition)
            before = groups.pop(key, None)
            periods = (*(before.periods if before else ()), *_periods(version, condition))
            readings = tuple(
                ZoneReading(zone, version.number, version.approvals.get(zone.code)) for zone in condition.zones
            )
            groups[key] = _Group(condition, version.number, periods, readings)
    return sorted(groups.values(), key=lambda group: group.version)


def _sameness(condition: ConditionTerms) -> object:
    zones = tuple((zone.code, zone.shape_sha256) for zone in condition.zones)
    return (
        condition.clause, condition.kind, condition.wording, condition.windows, condition.exceptions, zones,
        condition.channels, condition.indirect, condition.platforms, condition.watch_terms,
        condition.locality and (condition.locality.wording, condition.locality.shape_sha256),
    )  # fmt: skip


def _periods(version: VersionTerms, condition: ConditionTerms) -> Iterator[Period]:
    """The version's time in force, cut to the condition's own where the court gave it one."""
    whole, own = version.in_force, condition.period
    if whole is None:
        return
    if own is None:
        yield whole
        return
    ends = [end for end in (whole.end, own.end) if end is not None]
    start, end = max(whole.start, own.start), min(ends, default=None)
    if end is None or start < end:
        yield Period(start, end)


def _finding(group: _Group, case: _Case) -> Finding:
    condition, facts = group.condition, case.facts
    covered = remembered(partial(_covered, group, case.served_at))  # most of a report has one and the same time
    graded = [_graded(touch, condition, facts=facts, covered=covered) for touch in _touches(group, case)]
    if not graded:
        reason = _NOTHING if _in_force(group, facts.interval) else _NOT_THEN
        graded = [_Graded("not_applicable", (reason,), None, None)]
    best = max(graded, key=_weight)
    place = best.touch.location if best.touch else None
    places = tuple(g.touch.location for g in graded if g.touch and g.touch.location)
    otherwise = max((g.otherwise or g.outcome for g in graded), key=RANK.__getitem__)
    return Finding(
        clause=condition.clause,
        condition_kind=condition.kind,
        wording=condition.wording,
        order_version=group.version,
        outcome=best.outcome,
        reasons=best.reasons,
        outcome_otherwise=otherwise if RANK[otherwise] != RANK[best.outcome] or best.otherwise else None,
        location=place,
        locations=places,
        support=support(place, places, facts.positions),
    )


def _touches(group: _Group, case: _Case) -> Iterator[Touch]:
    condition, facts = group.condition, case.facts
    if condition.kind == "exclusion_zone":
        yield from location.touches(condition, group.zones, facts, case.tolerance)
    elif condition.kind == "no_contact":
        yield from contact.touches(condition, case.recognise, facts)
    elif condition.kind == "no_social_reference":
        yield from social.touches(condition, case.recognise, facts)
    else:
        yield from _for_a_person(condition, facts)
    if _READS.get(condition.kind) in facts.left_out:
        yield Touch("needs_officer", (_LEFT_OUT,), facts.interval)


def _for_a_person(condition: ConditionTerms, facts: Facts) -> Iterator[Touch]:
    kinds, behaviours = _FOR_KIND.get(condition.kind, (frozenset(), frozenset()))
    if facts.kinds & kinds or facts.behaviours & behaviours:
        yield Touch("needs_officer", (_FOR_A_PERSON,), facts.interval)


@dataclass(frozen=True, slots=True)
class _Graded:
    """A touch after every gate. `otherwise`: what it would be, were nothing left to an officer."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    otherwise: Outcome | None
    touch: Touch | None


def _covered(group: _Group, served_at: datetime | None, when: Interval | None) -> _Coverages:
    return time.coverage(group.periods, group.condition.windows, when), time.served(served_at, when)


def _graded(
    touch: Touch, condition: ConditionTerms, *, facts: Facts, covered: Callable[[Interval | None], _Coverages]
) -> _Graded:
    in_force, after_service = covered(touch.when)
    if in_force == "none":
        return _Graded("not_applicable", (_NOT_THEN,), None, touch)
    outcome, reasons = touch.outcome, list(touch.reasons)
    partly = [r for r, part in ((_PARTLY, in_force), (_SERVED_DURING, after_service)) if part == "part"]
    local = limit(condition.locality, touch, facts)
    if (outcome in ("indicated", "not_indicated") and partly) or (outcome == "indicated" and local.effect == "lowers"):
        outcome = "possible"
    reasons += local.reasons if local.effect != "stops" else ()
    stops = [*touch.stops, *([_NOT_SERVED] if after_service == "none" else [])]
    if local.effect == "stops" and outcome in ("indicated", "possible"):
        stops += local.reasons
    if condition.exceptions and outcome in ("indicated", "possible"):
        stops.append(_EXCEPTION)
    reasons = list(dict.fromkeys([*reasons, *partly, *stops]))
    if not stops:
        return _Graded(outcome, tuple(reasons), None, touch)
    return _Graded("needs_officer", tuple(reasons), None if outcome == "needs_officer" else outcome, touch)


def _weight(graded: _Graded) -> tuple[int, int, float, float]:
    """Of two alike, the one that would weigh more, then the likelier, then the nearer, decides."""
    place = graded.touch.location if graded.touch else None
    probability = place.probability_inside if place else None
    distance = place.distance_m if place else None
    return (
        RANK[graded.outcome],
        RANK[graded.otherwise or graded.outcome],
        -1.0 if probability is None else probability,
        float("-inf") if distance is None else -distance,
    )
