"""The verdict: every condition in force in any part of the incident, judged; the highest decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal, assert_never

from breaches.rules import contact, location, social, time
from breaches.rules.identifiers import Recogniser, recogniser
from breaches.rules.locality import limit
from breaches.rules.location import ZoneReading
from breaches.rules.protection import ANOTHER, NOT_STATED, Aim, Concerned, aim_of, speaks_of_persons, whom_it_concerns
from breaches.rules.service import Told, read_told
from breaches.rules.time import ENDS_IN_FUTURE, IN_FUTURE, Coverage
from breaches.rules.tracks import support
from breaches.types import RANK, Facts, Finding, Interval, Outcome, Reason, Touch, Verdict, VerdictName
from common.memo import remembered
from orders.types import ConditionTerms, OrderTerms, Period, VersionTerms, known_kind

TOLERANCE = timedelta(minutes=15)

# How much of a time a condition was in force, how much of it lies after service, and how much he knew of it.
_Coverages = tuple[Coverage, Coverage, Coverage]

_NO_ORDER = Reason("no_order", "No order is attached to this report.")
_NOTHING = Reason("nothing_reported", "Nothing in the report touches this condition.")
_NOT_THEN = Reason("not_in_force_then", "This condition was in force at no moment of the incident.")
_PARTLY = Reason("in_force_in_part", "This condition was in force in part of the time reported only.")
_NOT_SERVED = Reason("not_served", "No service of the order before the incident is on record (rule 25).")
_NOT_TOLD = Reason(
    "variation_not_served",
    "A later version of the order first imposed this; it was not served on him before the incident, and nobody says"
    " that he was in court when it was made (rule 25).",
)
_SERVED_DURING = Reason("served_during", "The order was served within the time reported.")
_EXCEPTION = Reason("exception_may_fit", "The order allows exceptions that could fit (rule 61).")
_LEFT_OUT = Reason("not_all_judged", "More was reported than is judged; the rest is for an officer to read.")
_FOR_A_PERSON = Reason("not_machine_checkable", "No machine can judge this kind of condition (rule 62).")
_KIND_UNKNOWN = Reason("condition_kind_unknown", "No rule knows this kind of condition: an officer reads it.")

# Kinds that are for a person to judge, each with the kinds and the behaviours of a report that touch it.
_ForAPerson = Literal["no_approach", "no_images", "no_surveillance", "requirement", "other_prohibition"]
_APPROACH = frozenset({"approach", "following", "uninvited_at_home", "loitering", "watching"})
_IMAGES = frozenset({"images", "intimate_images", "threat_to_share", "recording_images"})
_SURVEILLANCE = frozenset(
    {"surveillance", "following", "watching", "monitoring_devices", "tracking_software", "account_access"}
)
_OTHER = frozenset({"other", "damage", "identity_theft", "impersonation", "spam_or_virus", "account_access"})


@dataclass(frozen=True, slots=True)
class _Group:
    """One condition as it stands alike in one or more versions, and when any of them had it in force."""

    condition: ConditionTerms
    version: int
    periods: tuple[Period, ...]
    zones: tuple[ZoneReading, ...]
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """What every condition is judged by: the report, what he was told of the order, who wrote, whom it is about."""

    facts: Facts
    served: Callable[[Interval | None], Coverage]
    known: Callable[[tuple[Period, ...], Interval | None], Coverage]
    told: Told
    tolerance: timedelta
    recognise: Recogniser
    whom: Concerned


def assess(facts: Facts, terms: OrderTerms | None, *, tolerance: timedelta = TOLERANCE) -> Verdict:
    """Judge what was reported by the terms of one order; None where no order is attached.

    `tolerance` is how far outside the incident a position may have been recorded and still count.
    """
    if terms is None:
        return Verdict("needs_officer", None, (), (_NO_ORDER,))
    times = _times(facts)
    versions = [v for v in terms.versions if _touches_any(v, times)]
    groups = _grouped(versions)
    case = _Case(
        facts=facts,
        served=remembered(partial(time.served, terms.served_at)),
        known=remembered(_covered_by),
        told=read_told(terms),
        tolerance=tolerance,
        recognise=recogniser(terms.respondent),
        whom=whom_it_concerns(facts, terms),
    )
    findings = tuple(_finding(group, case) for group in groups)
    number, ahead = _version_then(versions, facts), _what_lies_ahead(facts)
    if not any(_in_force(group, when) for group in groups for when in times):
        if ahead:  # a slip of the pen: when it was in truth, an order may well have been in force
            return Verdict("needs_officer", number, findings, (*ahead, _NOT_THEN))
        return Verdict("no_order_in_force", number, findings, (_NOT_THEN,))
    outcomes: list[Outcome] = ["not_applicable", *(finding.outcome for finding in findings)]
    highest = max(outcomes, key=RANK.__getitem__)
    return Verdict(_verdict_of(highest), number, findings, ahead)


def _verdict_of(highest: Outcome) -> VerdictName:
    match highest:
        case "indicated":
            return "breach_indicated"
        case "possible":
            return "possible_breach"
        case "not_indicated":
            return "not_indicated"
        case "needs_officer" | "not_applicable":  # the latter: something was reported that no condition speaks of
            return "needs_officer"
        case _:
            assert_never(highest)


def _what_lies_ahead(facts: Facts) -> tuple[Reason, ...]:
    """That something was said to lie in the future, or to go on into it."""
    if _any_ahead(facts):
        return (IN_FUTURE,)
    return (ENDS_IN_FUTURE,) if facts.interval is not None and facts.interval.ends_ahead else ()


def _any_ahead(facts: Facts) -> bool:
    """Whether anything was said to lie in the future."""
    return (
        (facts.interval is not None and facts.interval.ahead)
        or any(position.ahead for position in facts.positions)
        or any(contact.ahead for contact in facts.contacts)
        or any(mention.ahead for mention in facts.social)
    )


def _times(facts: Facts) -> list[Interval | None]:
    """The incident, and each contact that has a time of its own."""
    own = [Interval(c.at, c.at, c.ahead) for c in facts.contacts if c.at]
    return [facts.interval, *own]


def _touches_any(version: VersionTerms, times: Iterable[Interval | None]) -> bool:
    period = version.in_force
    return period is not None and any(time.coverage([period], (), when) != "none" for when in times)


def _in_force(group: _Group, when: Interval | None) -> bool:
    return time.coverage(group.periods, group.condition.windows, when) != "none"


def _version_then(versions: list[VersionTerms], facts: Facts) -> int | None:
    """The version in force when the incident began, or the first that came into force in it."""
    then = [(v.in_force.start, v.number) for v in versions if v.in_force and _touches_any(v, [facts.interval])]
    # By its start: a number says when a version was registered, and a correction may reach back.
    return min(then)[1] if then else None


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
            numbers = (*(before.versions if before else ()), version.number)
            groups[key] = _Group(condition, version.number, periods, readings, numbers)
    return sorted(groups.values(), key=lambda group: group.version)


def _sameness(condition: ConditionTerms) -> object:
    zones = tuple((zone.code, zone.shape_sha256) for zone in condition.zones)
    kind = known_kind(condition.kind)
    # Whom it protects is part of what it says only where it speaks of persons: anywhere else it would make a gap.
    protects = frozenset(condition.protects) if kind is None or speaks_of_persons(kind) else None
    return (
        protects,
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
    in_force = remembered(partial(time.coverage, group.periods, condition.windows))
    covered = remembered(partial(_covered, group, case, in_force))  # most of a report has one and the same time
    aimed = remembered(partial(aim_of, condition, case.whom))
    gates = _Gates(covered, aimed)
    graded = [_graded(touch, condition, facts=facts, gates=gates) for touch in _touches(group, case)]
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
    kind = known_kind(condition.kind)
    match kind:
        case "exclusion_zone":
            yield from location.touches(condition, group.zones, facts, case.tolerance)
            yield from _left_out("positions", facts)
        case "no_contact":
            yield from contact.touches(condition, case.recognise, facts)
            yield from _left_out("contacts", facts)
        case "no_social_reference":
            yield from social.touches(condition, case.recognise, facts)
            yield from _left_out("social", facts)
        case "no_approach" | "no_images" | "no_surveillance" | "requirement" | "other_prohibition":
            if (facts.kinds | facts.behaviours) & _words_that_touch(kind):
                yield Touch("needs_officer", (_FOR_A_PERSON,), facts.interval)
        case None:  # of a later version of this service, or of somebody's hand: whatever was reported may touch it
            yield from (Touch("needs_officer", (_KIND_UNKNOWN,), when) for when in _times(facts))
        case _:
            assert_never(kind)


def _left_out(name: str, facts: Facts) -> Iterator[Touch]:
    """More was sent of the list that a machine reads for this kind of condition than it reads."""
    if name in facts.left_out:
        yield Touch("needs_officer", (_LEFT_OUT,), facts.interval)


def _words_that_touch(kind: _ForAPerson) -> frozenset[str]:
    """What of a report's kinds and behaviours touches a condition of this kind."""
    match kind:
        case "no_approach":
            return _APPROACH
        case "no_images":
            return _IMAGES
        case "no_surveillance":
            return _SURVEILLANCE
        case "requirement":
            return frozenset({"other"})
        case "other_prohibition":
            return _OTHER
        case _:
            assert_never(kind)


@dataclass(frozen=True, slots=True)
class _Gates:
    """What a touch of one condition is held against: whether it was in force then, and whom the thing is about."""

    covered: Callable[[str, Interval | None], _Coverages]
    aimed: Callable[[str], Aim]


@dataclass(frozen=True, slots=True)
class _Graded:
    """A touch after every gate. `otherwise`: what it would be, were nothing left to an officer."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    otherwise: Outcome | None
    touch: Touch | None


def _covered(
    group: _Group, case: _Case, in_force: Callable[[Interval | None], Coverage], zone: str, when: Interval | None
) -> _Coverages:
    """In force, and known to him: the order was served, and what is judged was in what he was told of it."""
    told = case.told.periods_of(group.condition, group.versions, zone)
    return in_force(when), case.served(when), case.known(told, when)


def _covered_by(periods: tuple[Period, ...], when: Interval | None) -> Coverage:
    return time.coverage(periods, (), when)


def _graded(touch: Touch, condition: ConditionTerms, *, facts: Facts, gates: _Gates) -> _Graded:
    in_force, after_service, known = gates.covered(touch.zone, touch.when)
    ahead, aim = touch.when is not None and touch.when.ahead, gates.aimed(touch.about)
    if aim == "another":
        return _Graded("not_applicable", (ANOTHER,), None, touch)
    if in_force == "none" and ahead:
        return _Graded("needs_officer", (IN_FUTURE, _NOT_THEN), None, touch)
    if in_force == "none":
        return _Graded("not_applicable", (_NOT_THEN,), None, touch)
    outcome, reasons = touch.outcome, [*touch.reasons, *([NOT_STATED] if aim == "not_stated" else [])]
    partly = [r for r, part in ((_PARTLY, in_force), (_SERVED_DURING, known)) if part == "part"]
    if outcome == "not_indicated" and touch.when is not None and touch.when.ends_ahead:
        partly.append(ENDS_IN_FUTURE)  # when it ended nobody can say: a slip of the pen must not become a silent no
    local = limit(condition.locality, touch, facts)
    if (outcome in ("indicated", "not_indicated") and partly) or (outcome == "indicated" and local.effect == "lowers"):
        outcome = "possible"
    reasons += local.reasons if local.effect != "stops" else ()
    stops = [*touch.stops, *([IN_FUTURE] if ahead else [])]
    if known == "none":
        stops.append(_NOT_SERVED if after_service == "none" else _NOT_TOLD)
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
