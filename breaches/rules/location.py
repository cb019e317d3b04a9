"""Positions against zones (rules 49 to 65). Only the respondent's, or his vehicle's, is ever tested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from breaches.rules.time import IN_FUTURE
from breaches.rules.tracks import leads_through, shows_all_of_it
from breaches.types import TESTED_SUBJECTS, Facts, Interval, Location, Outcome, Reason, ReportedPosition, Touch
from geo.engine import disclaimer
from geo.proximity import judge
from geo.types import Proximity
from orders.types import Approval, ConditionTerms, ZoneTerms

_Result = Literal["inside", "outside", "indeterminate"]
_INSIDE = Reason("inside_zone", "The position lies inside the zone with a probability of 0.95 or more.")
_UNCERTAIN = Reason("indeterminate", "The position may lie inside or outside, given its accuracy.")
_OUTSIDE = Reason("outside_zone", "The position lies outside the zone, farther than its accuracy.")
_ASSUMED = Reason("accuracy_assumed", "Nobody said how accurate the position is; by what is usual it crosses the edge.")
_TOO_COARSE = Reason("position_too_coarse", "The position is too coarse to tell; it is not shown to be outside.")
_VEHICLE = Reason("vehicle_not_person", "The position is a vehicle's: it does not place the respondent (rule 87).")
_DISOWNED = Reason(
    "position_disowned", "The receiver itself marks the position as invalid (rule 52): it shows nothing."
)
_NOT_APPROVED = Reason("zone_not_approved", "No second person has approved the drawing of this zone (rule 16).")
_UNUSABLE = Reason("position_not_usable", "A place was reported, but no position that could be tested.")
_OTHER_TIME = Reason("position_not_at_that_time", "The position was recorded at another time than the incident.")
_NOT_HIS = Reason("position_subject_not_respondent", "Only the respondent's position is tested (rule 50).")
_PART_OF_IT = Reason(
    "outside_in_part_of_time", "Outside at the times of the positions, which are not all of the time reported."
)
_LEADS_THROUGH = Reason("way_through_zone", "The straight way between two positions outside the zone leads through it.")
_TOLD = Reason("zone_reported_without_position", "A zone was reported without a position of the respondent.")

# What a person may tick who saw him where he must not be.
_PLACE_KINDS = frozenset({"exclusion_zone"})
_PLACE_BEHAVIOURS = frozenset({"uninvited_at_home", "loitering", "watching", "following"})
# Somebody's own whereabouts say nothing about his: victims report from home, inside the zone.
_OWN = frozenset({"reporter", "protected_person"})


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """A zone as drawn in one version, with the second person's word for it if there is one."""

    zone: ZoneTerms
    version: int
    approval: Approval | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """Whether he himself was placed, not only his vehicle, and at times that leave no gap in the incident."""

    himself: bool
    throughout: bool


def touches(
    condition: ConditionTerms, zones: tuple[ZoneReading, ...], facts: Facts, tolerance: timedelta
) -> Iterator[Touch]:
    """What the report's positions amount to under one exclusion zone condition."""
    yield from _judge_positions_ahead(zones, facts)
    counted = [p for p in facts.positions if not_counted(p, facts, tolerance) is None]
    if not counted:
        yield from _without_position(zones, facts, tolerance)
        return
    his = [p for p in counted if p.subject == "respondent"]
    sound = [p for p in his if not p.disowned]
    seen = _Seen(bool(his), not sound or shows_all_of_it(sound, facts))
    for position in counted:
        for reading in zones:
            yield _judged(position, reading, facts, seen)
    yield from _between([p for p in counted if not p.disowned], zones, facts)
    # Where he was seen as well, but nobody can say where that is, may be in any zone.
    for position in (p for p in facts.positions if p.subject in TESTED_SUBJECTS and p.fix is None):
        yield from _not_tested(position, zones, facts, _UNUSABLE)


def _judge_positions_ahead(zones: tuple[ZoneReading, ...], facts: Facts) -> Iterator[Touch]:
    """Positions whose own time lies in the future: a clock that is wrong, or a slip. Judged, for an officer to read."""
    for position in facts.positions:
        if position.subject not in TESTED_SUBJECTS or position.fix is None or not position.ahead:
            continue
        whole = facts.interval or (Interval(position.at, position.at) if position.at else None)
        when = replace(whole, ahead=True) if whole else None
        for reading in zones:
            yield replace(_judged(position, reading, facts, _Seen(True, True)), when=when)


def _between(counted: list[ReportedPosition], zones: tuple[ZoneReading, ...], facts: Facts) -> Iterator[Touch]:
    """Two positions on either side of a zone do not show that he kept out of it."""
    for reading in zones:
        if leads_through(counted, reading.zone.zone):
            yield Touch("possible", (_LEADS_THROUGH,), facts.interval, _stops(reading), zone=reading.zone.code)


def not_counted(position: ReportedPosition, facts: Facts, tolerance: timedelta) -> Reason | None:
    """Why a position is not tested, or None where it is."""
    if position.subject not in TESTED_SUBJECTS:
        return _NOT_HIS
    if position.fix is None:
        return _UNUSABLE
    if position.ahead:
        return IN_FUTURE
    if facts.interval and position.at and not _near(position.at, facts, tolerance):
        return _OTHER_TIME
    return None


def _near(at: datetime, facts: Facts, tolerance: timedelta) -> bool:
    interval = facts.interval
    return interval is None or interval.start - tolerance <= at <= interval.end + tolerance


def _judged(position: ReportedPosition, reading: ZoneReading, facts: Facts, seen: _Seen) -> Touch:
    fix = position.fix
    assert fix is not None
    found = judge(reading.zone.zone, fix)
    guessed = found.result == "inside" and _rests_on_a_guess(position, found)
    result = "indeterminate" if guessed else found.result
    outcome, reason = _meaning_of(result)
    reasons = [_TOO_COARSE if found.too_coarse else reason]
    if guessed:
        reasons.append(_ASSUMED)
    doubts = _find_doubts(position)
    if doubts and outcome == "indicated":
        outcome = "possible"
    reasons += doubts
    if outcome == "not_indicated" and not seen.throughout:
        outcome = "possible"
        reasons.append(_PART_OF_IT)
    location = Location(
        result=result,
        zone=reading.zone.code,
        zone_version=reading.version,
        position=position.index,
        position_subject=position.subject,
        position_method=position.method,
        distance_m=found.distance_m,
        r95_m=found.r95_m,
        probability_inside=found.probability_inside,
        transformation=position.transformation,
        zone_transformation=reading.zone.zone.transformation,
        reasons=tuple(reason.code for reason in reasons),
        disclaimer=disclaimer(fix.r95_m),
    )
    stops = _stops(reading)
    if outcome == "not_indicated" and not seen.himself:
        stops += (_VEHICLE,)
    if outcome == "not_indicated" and position.disowned:
        stops += (_DISOWNED,)
    when = None if position.time_unreadable else facts.interval
    return Touch(outcome, tuple(reasons), when, stops, location, zone=reading.zone.code)


def _meaning_of(result: _Result) -> tuple[Outcome, Reason]:
    match result:
        case "inside":
            return "indicated", _INSIDE
        case "indeterminate":
            return "possible", _UNCERTAIN
        case "outside":
            return "not_indicated", _OUTSIDE
        case _:
            assert_never(result)


def _find_doubts(position: ReportedPosition) -> list[Reason]:
    """What keeps a position from showing anything for certain, wherever it lies."""
    vehicle = [_VEHICLE] if position.subject == "respondent_vehicle" else []
    return [*vehicle, _DISOWNED] if position.disowned else vehicle


def _rests_on_a_guess(position: ReportedPosition, found: Proximity) -> bool:
    """Rule 52: nobody said how accurate it is, and by the usual accuracy the circle crosses the edge."""
    return position.accuracy_assumed and -found.distance_m < found.r95_m


def _stops(reading: ZoneReading) -> tuple[Reason, ...]:
    return () if reading.approval else (_NOT_APPROVED,)


def _without_position(zones: tuple[ZoneReading, ...], facts: Facts, tolerance: timedelta) -> Iterator[Touch]:
    """A place was reported, but nothing that can be tested: an officer asks where he was."""
    reported = [p for p in facts.positions if p.subject not in _OWN]
    for position in (p for p in reported if not (p.ahead and p.fix)):
        yield from _not_tested(position, zones, facts, not_counted(position, facts, tolerance) or _UNUSABLE)
    if not reported and (facts.kinds & _PLACE_KINDS or facts.behaviours & _PLACE_BEHAVIOURS):
        yield Touch("needs_officer", (_TOLD,), facts.interval)


def _not_tested(
    position: ReportedPosition, zones: tuple[ZoneReading, ...], facts: Facts, reason: Reason
) -> Iterator[Touch]:
    for reading in zones:
        place = _untested(position, reading, reason)
        yield Touch("needs_officer", (reason,), facts.interval, (), place, zone=reading.zone.code)


def _untested(position: ReportedPosition, reading: ZoneReading, reason: Reason) -> Location:
    return Location(
        result="not_testable",
        zone=reading.zone.code,
        zone_version=reading.version,
        position=position.index,
        position_subject=position.subject,
        position_method=position.method,
        r95_m=position.fix.r95_m if position.fix else None,
        reasons=(reason.code,),
    )
