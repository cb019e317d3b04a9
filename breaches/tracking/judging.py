"""Fixes against the zones of the order that was in force at each one's own time. Pure.

Most fixes of a feed are kilometres from every zone. One vectorised look at bounding circles finds those, and only
the rest are judged, each against every zone, with the same answers as any report's (`geo.many`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from breaches.rules.time import coverage
from breaches.tracking.types import FAR, Looked, Near, Seen, Stay
from breaches.tracking.visits import GAP
from breaches.types import Interval
from geo.many import judge_many
from geo.plane import EARTH_RADIUS_M
from geo.ways import bound_m
from geo.zones import Zone
from orders.types import ConditionTerms, OrderTerms, Period, VersionTerms, ZoneTerms

Floats = NDArray[np.float64]
# A sphere's distances differ from the ellipsoid's by at most 0.6 %.
_SPHERE = 0.99


class Placed(Protocol):
    """What is looked at of a fix."""

    @property
    def at(self) -> datetime: ...
    @property
    def longitude(self) -> float: ...
    @property
    def latitude(self) -> float: ...
    @property
    def r95_m(self) -> float: ...


class ZoneThen(NamedTuple):
    """An exclusion zone with the condition and the version that it belongs to."""

    condition: ConditionTerms
    terms: ZoneTerms


def version_at(terms: OrderTerms, at: datetime) -> VersionTerms | None:
    """The version in force at an instant, late data by its own time."""
    return next((v for v in terms.versions if v.in_force is not None and _in(v.in_force, at)), None)


def renamed(terms: OrderTerms, known: Stay, begun: Stay) -> bool:
    """Whether a visit on record is the one that begins here, to a zone that had another code when it was recorded.

    By the terms as they are known now its code is of another shape then, and the shape it had is this one's; or its
    code is of none, and he cannot have been in two places at once.
    """
    if known.zone == begun.zone or not _together(known, begun, GAP):
        return False
    then = _shapes(version_at(terms, known.entered_at))
    shape = _shapes(version_at(terms, begun.entered_at)).get(begun.zone)
    if known.zone not in then and _together(known, begun, timedelta(0)):
        return True
    before = {_shapes(version).get(known.zone) for version in terms.versions}
    return shape is not None and then.get(known.zone) != shape and shape in before


def _together(one: Stay, other: Stay, gap: timedelta) -> bool:
    return one.entered_at <= other.last_at + gap and other.entered_at <= one.last_at + gap


def _shapes(version: VersionTerms | None) -> dict[str, str]:
    """Of the exclusion zones, by their codes."""
    return {zone.terms.code: zone.terms.shape_sha256 for zone in exclusion_zones(version)} if version else {}


def exclusion_zones(version: VersionTerms) -> list[ZoneThen]:
    return [
        ZoneThen(condition, zone)
        for condition in version.conditions
        if condition.kind == "exclusion_zone"
        for zone in condition.zones
    ]


def look(terms: OrderTerms, fixes: Sequence[Placed], *, ring_m: float) -> list[Looked]:
    """How each fix lies to the order, in the order of `fixes`. `ring_m`: metres around each zone that are kept."""
    found = [FAR] * len(fixes)
    versions = [version_at(terms, fix.at) for fix in fixes]
    for version in {id(v): v for v in versions if v is not None}.values():
        mine = [index for index, other in enumerate(versions) if other is version]
        zones = exclusion_zones(version)
        points = np.array([(fixes[i].longitude, fixes[i].latitude, fixes[i].r95_m) for i in mine])
        close = np.flatnonzero(_near_any(zones, points, ring_m))
        if not len(close):
            continue
        verdicts = judge_many(points[close], [zone.terms.zone for zone in zones])
        for column, row in enumerate(close.tolist()):
            index = mine[row]
            answers = (verdicts.distance_m[:, column].tolist(), verdicts.probability_inside[:, column].tolist())
            found[index] = _looked(fixes[index], zones, answers, version.number, ring_m)
    return found


def _in(period: Period, at: datetime) -> bool:
    return period.start <= at and (period.end is None or at < period.end)


def _near_any(zones: list[ZoneThen], points: Floats, ring_m: float) -> NDArray[np.bool_]:
    """Which of the rows (longitude, latitude, r95) might be near a zone; the others surely are not."""
    longitudes, latitudes, reach = np.radians(points[:, 0]), np.radians(points[:, 1]), points[:, 2] + ring_m
    close = np.zeros(len(points), dtype=bool)
    for zone in zones:
        shape = zone.terms.zone
        close |= _SPHERE * _from(shape, longitudes, latitudes) - bound_m(shape) <= reach
    return close


def _from(zone: Zone, longitudes: Floats, latitudes: Floats) -> Floats:
    """Metres on a sphere from the middle of a zone, by the haversine formula."""
    here = np.radians(zone.plane.longitude), np.radians(zone.plane.latitude)
    half = np.sin((latitudes - here[1]) / 2) ** 2
    half = half + np.cos(latitudes) * np.cos(here[1]) * np.sin((longitudes - here[0]) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half)), dtype=np.float64)


def _looked(
    fix: Placed, zones: list[ZoneThen], answers: tuple[list[float], list[float]], version: int, ring_m: float
) -> Looked:
    """`answers`: distances and probabilities, zone by zone."""
    near = _nearness(min(answers[0]) - fix.r95_m, ring_m)
    if near == "none":
        return FAR
    seen = tuple(
        Seen(zone.terms.code, distance, probability, _forbidden(zone.condition, fix.at))
        for zone, distance, probability in zip(zones, *answers, strict=True)
    )
    return Looked(near, seen, version)


def _nearness(gap_m: float, ring_m: float) -> Near:
    if gap_m <= 0:
        return "touch"
    return "ring" if gap_m <= ring_m else "none"


def _forbidden(condition: ConditionTerms, at: datetime) -> bool:
    """Whether the condition bites at that instant, by its own period and windows; its version is in force."""
    always = Period(datetime.min.replace(tzinfo=at.tzinfo), None)
    return coverage([condition.period or always], condition.windows, Interval(at, at)) == "all"
