"""Several positions together: how well a finding is founded, what lay between them, and how much of the time they show.

One position says where somebody was at one moment. That he was outside then must not be read as "he was never there".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from breaches.rules.time import coverage
from breaches.types import Facts, Location, ReportedPosition, Support
from geo.types import Fix
from geo.ways import way_through
from geo.zones import Zone
from orders.types import Period

# A visit ends after so long unseen (the position feed); so a position speaks for no more time than that around it.
SPEAKS_FOR = timedelta(minutes=30)
# Between positions so far apart in time any way at all is possible: no straight one is drawn.
LONGEST_WAY = timedelta(hours=6)
_LIKELY = 0.5


def shows_all_of_it(positions: Sequence[ReportedPosition], facts: Facts) -> bool:
    """Whether positions lie close enough in time to each other to say where somebody was throughout the incident.

    One without a time of its own is where the reporter says he was in it; one whose time nobody can read says nothing
    of it.
    """
    readable = [position for position in positions if not position.time_unreadable]
    if any(position.at is None for position in readable):
        return True
    if facts.interval is None:
        return bool(readable)
    seen = [Period(p.at - SPEAKS_FOR, p.at + SPEAKS_FOR + timedelta(microseconds=1)) for p in positions if p.at]
    return coverage(seen, (), facts.interval) == "all"


def leads_through(positions: Sequence[ReportedPosition], zone: Zone) -> bool:
    """Whether the straight way between two positions of one subject, both outside, leads through the zone."""
    return any(way_through(zone, _on(zone, one), _on(zone, other)) is not None for one, other in _ways(positions))


def _ways(positions: Sequence[ReportedPosition]) -> Iterator[tuple[Fix, Fix]]:
    """In the order of event, each with the next of the same subject. Two of one instant are no way, but a doubt."""
    for subject in sorted({position.subject for position in positions}):
        mine = [(p.at, p.index, p.fix) for p in positions if p.subject == subject and p.at and p.fix]
        for (start, _, one), (end, _, other) in pairwise(sorted(mine, key=lambda item: item[:2])):
            if timedelta(0) < end - start <= LONGEST_WAY:
                yield one, other


def _on(zone: Zone, fix: Fix) -> tuple[float, float]:
    return zone.plane.forward(fix.longitude, fix.latitude)


def support(
    decided: Location | None, locations: Sequence[Location], positions: Sequence[ReportedPosition]
) -> Support | None:
    """How many measurements say what the position that decided says of its zone; None where none was tested.

    Two are independent by different methods, and consecutive by one method at two times with no other position
    between that says otherwise.
    """
    if decided is None or decided.result == "not_testable":
        return None
    agreeing = {place.position for place in locations if place.zone == decided.zone and _agrees(place, decided)}
    agreeing -= {p.index for p in positions if p.disowned and p.index != decided.position}
    mine = [p for p in positions if p.index in agreeing]
    if len({p.method for p in mine}) > 1:
        return "independent_positions"
    tested = {place.position for place in locations if place.result != "not_testable"}
    timed = sorted((p.at, p.index) for p in positions if p.at and p.index in tested)
    return "consecutive_positions" if _two_running(timed, agreeing) else "single_position"


def _agrees(place: Location, decided: Location) -> bool:
    if decided.result == "outside" or place.result in ("outside", "not_testable"):
        return place.result == decided.result
    return place.position == decided.position or (place.probability_inside or 0.0) >= _LIKELY


def _two_running(timed: Sequence[tuple[datetime, int]], agreeing: set[int]) -> bool:
    return any(
        one in agreeing and other in agreeing and timedelta(0) < end - start <= SPEAKS_FOR
        for (start, one), (end, other) in pairwise(timed)
    )
