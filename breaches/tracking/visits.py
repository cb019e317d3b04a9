"""Visits: when somebody came into a zone and when he was last seen in it, in the order of event. Pure.

A fix is a hit where the zone was forbidden then and either the probability of being inside is 0.95 or more, or it
is 0.5 or more for two fixes of different instants with no more than thirty minutes between them, whatever came in
between. Hits of a zone belong to one visit as long as no more than thirty minutes lie between one and the next: a visit
ends after that long outside or unseen, whatever came in between. A further fix never takes a hit or a visit away: it
makes one, makes one longer, or makes two into one. So the visits of a set of fixes do not depend on the order in which
they arrived.
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
    likely = [point for point in track if _in(point, zone, LIKELY)]
    return [
        point
        for index, point in enumerate(likely)
        if _in(point, zone, INSIDE_FROM) or _beside(likely, index, -1) or _beside(likely, index, 1)
    ]


def _in(point: TrackPoint, zone: str, least: float) -> bool:
    return any(seen.zone == zone and seen.counts and seen.probability >= least for seen in point.seen)


def _beside(likely: Sequence[TrackPoint], index: int, step: int) -> bool:
    """Whether the nearest one before (or after) of another instant is near enough in time."""
    at, other = likely[index].at, index + step
    while 0 <= other < len(likely) and likely[other].at == at:
        other += step
    return 0 <= other < len(likely) and abs(likely[other].at - at) <= GAP


def attach(known: Sequence[Stay], zone: str, instants: Sequence[datetime]) -> Iterator[Stay]:
    """The stays that hits at `instants` (oldest first) extend or begin, each with its own of them.

    `known` are the visits on record of the same device and zone. Two on record that a late fix shows to be one become
    one: the earlier, which joins the others. Each has its report already.
    """
    pieces = [*(replace(stay, hits=(), joins=()) for stay in known), *(Stay(zone, at, at, (at,)) for at in instants)]
    pieces.sort(key=lambda stay: (stay.entered_at, stay.id is None))
    whole: list[Stay] = []
    for piece in pieces:
        if whole and piece.entered_at - whole[-1].last_at <= GAP:
            whole[-1] = _join_stays(whole[-1], piece)
        else:
            whole.append(piece)
    return (stay for stay in whole if stay.hits)


def _join_stays(one: Stay, other: Stay) -> Stay:
    """Two stays as one; of two on record the earlier stays."""
    joined = (other.id,) if one.id is not None and other.id is not None else ()
    return replace(
        one,
        id=one.id or other.id,
        last_at=max(one.last_at, other.last_at),
        hits=(*one.hits, *other.hits),
        joins=(*one.joins, *joined, *other.joins),
    )


def choose_shown(found: Sequence[TrackPoint], zone: str, most: int) -> list[TrackPoint]:
    """The hits of a visit that show best that he was there, at most so many, oldest first.

    What the device disowns comes after all else, and what is only likely after what is as good as certain, so that no
    number of doubtful fixes hides a sound one.
    """
    best = sorted(found, key=lambda point: (point.disowned, not _in(point, zone, INSIDE_FROM), point.at, point.said))
    return sorted(best[:most], key=lambda point: (point.at, point.said))


def support(fixes: int) -> Support:
    """One fix alone may be a fault of the device; two running are more than that."""
    return "single_position" if fixes < 2 else "consecutive_positions"
