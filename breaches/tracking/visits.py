"""Visits: when somebody came into a zone and when he was last seen in it, in the order of event. Pure.

A fix is a hit where the zone was forbidden then and either the probability of being inside is 0.95 or more, or it
is 0.5 or more for two fixes running. Hits of a zone belong to one visit as long as no more than thirty minutes
lie between one and the next: a visit ends after that long outside or unseen, whatever came in between. So the
visits of a set of fixes do not depend on the order in which they arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from breaches.tracking.types import Looked, Seen, Stay, Support, TrackPoint
from geo.proximity import INSIDE_FROM

GAP = timedelta(minutes=30)
# Fixes so far from one looked at can change whether it is a hit, or which visit it belongs to.
REACH = 2 * GAP
LIKELY = 0.5


def apart(instants: Sequence[datetime]) -> Iterator[list[datetime]]:
    """Instants (oldest first) in runs so far from each other that none says anything of another's visits."""
    run: list[datetime] = []
    for at in instants:
        if run and at - run[-1] > 2 * REACH:
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def may_be_hit(looked: Looked) -> bool:
    """Whether the fix may be a hit, whatever its neighbours are."""
    return any(_likely(seen) for seen in looked.seen)


def _likely(seen: Seen) -> bool:
    return seen.counts and seen.probability >= LIKELY


def zones_of(track: Iterable[TrackPoint]) -> list[str]:
    """Codes of the zones in which somebody may have been."""
    return sorted({seen.zone for point in track for seen in point.seen if _likely(seen)})


def hits(track: Sequence[TrackPoint], zone: str) -> list[TrackPoint]:
    """The fixes that place somebody in a zone. `track` is one device's fixes, oldest first, without holes."""
    likely = [_in(point, zone, LIKELY) for point in track]
    return [
        point
        for index, point in enumerate(track)
        if _in(point, zone, INSIDE_FROM) or (likely[index] and _beside(track, likely, index))
    ]


def _in(point: TrackPoint, zone: str, least: float) -> bool:
    return any(seen.zone == zone and seen.counts and seen.probability >= least for seen in point.seen)


def _beside(track: Sequence[TrackPoint], likely: Sequence[bool], index: int) -> bool:
    """Whether the fix before or the one after says the same."""
    for other in (index - 1, index + 1):
        if 0 <= other < len(track) and likely[other] and abs(track[other].at - track[index].at) <= GAP:
            return True
    return False


def attach(known: Sequence[Stay], zone: str, instants: Sequence[datetime]) -> Iterator[Stay]:
    """The stays that hits at `instants` (oldest first) extend or begin, each with its own of them.

    `known` are the visits on record of the same device and zone. Two on record stay two when a late fix fills
    the time between them: each has its report. The fix then belongs to the earlier one.
    """
    stays = sorted((replace(stay, hits=()) for stay in known), key=lambda stay: stay.entered_at)
    for at in instants:
        place = _place(stays, at)
        if place is None:
            stays.append(Stay(zone, at, at, (at,)))
            stays.sort(key=lambda stay: stay.entered_at)
        else:
            stays[place] = _longer(stays[place], at)
    return (stay for stay in stays if stay.hits)


def _place(stays: list[Stay], at: datetime) -> int | None:
    before = [i for i, stay in enumerate(stays) if stay.entered_at <= at <= stay.last_at + GAP]
    after = [i for i, stay in enumerate(stays) if at < stay.entered_at <= at + GAP]
    return before[-1] if before else after[0] if after else None


def _longer(stay: Stay, at: datetime) -> Stay:
    return replace(stay, entered_at=min(stay.entered_at, at), last_at=max(stay.last_at, at), hits=(*stay.hits, at))


def support(fixes: int) -> Support:
    """One fix alone may be a fault of the device; two running are more than that."""
    return "single_position" if fixes < 2 else "consecutive_positions"
