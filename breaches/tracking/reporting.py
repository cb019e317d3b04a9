"""What an officer reads of an order's devices: fixes near zones, visits, approaches, crossings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from breaches.models import TrackedDevice, Visit
from breaches.tracking import queries
from breaches.tracking.approaches import Approach, approaches
from breaches.tracking.crossings import Crossing, crossings
from breaches.tracking.judging import exclusion_zones, version_at
from breaches.tracking.types import Seen, Stay, TrackPoint
from breaches.tracking.visits import hits, support
from orders.types import OrderTerms

Json = dict[str, Any]
# A month of a fix a minute; beyond it somebody asks for less time.
MOST_FIXES = 50_000
NOTE = (
    "Positions of a device as received. They do not confirm that the person was there or committed an offence."
    " An approach is no breach, and neither is a crossing: it assumes a straight way at an even speed."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose track and of what time, both ends included, and why. `device` None: of every device of the order."""

    device: str | None
    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class _Track:
    """One device's fixes, oldest first, and its visits on record."""

    device: TrackedDevice
    points: list[TrackPoint]
    visits: list[Visit]

    @property
    def name(self) -> str:
        return self.device.device

    def stays(self, zone: str) -> list[Stay]:
        return [Stay(v.zone, v.entered_at, v.last_at, (), v.id) for v in self.visits if v.zone == zone]


def track_of(reference: str, terms: OrderTerms, asked: Asked) -> Json:
    """Everything known of the devices of an order in the time asked for, in the shape of `TrackOut`."""
    tracks, truncated = _tracks(terms.order_id, asked)
    return {
        "order": reference,
        "from": asked.start,
        "until": asked.end,
        "note": NOTE,
        "devices": [_device(track.device) for track in tracks],
        "fixes": [_fix(track, point) for track in tracks for point in track.points if _is_near(point)],
        "visits": [_visit(track, visit) for track in tracks for visit in track.visits],
        "approaches": [_approach(track, found) for track in tracks for found in _approaches(track)],
        "crossings": [_crossing(track, zone, c) for track in tracks for zone, c in _crossings(terms, track)],
        "truncated": truncated,
    }


def _tracks(order_id: UUID, asked: Asked) -> tuple[list[_Track], bool]:
    devices, left = queries.devices_of(order_id, asked.device), MOST_FIXES
    visits = queries.visits_between(order_id, [d.device for d in devices], start=asked.start, end=asked.end)
    tracks = []
    for device in devices:
        points = queries.points(order_id, device.device, start=asked.start, end=asked.end, most=left + 1)
        tracks.append(_Track(device, points[:left], [v for v in visits if v.device == device.device]))
        if len(points) > left:
            return tracks, True
        left -= len(points)
    return tracks, False


def _approaches(track: _Track) -> Iterator[Approach]:
    for zone in sorted({seen.zone for point in track.points for seen in point.seen}):
        yield from approaches(zone, track.points, track.stays(zone), ring_m=settings.NEAR_RING_M)


def _crossings(terms: OrderTerms, track: _Track) -> Iterator[tuple[str, Crossing]]:
    """Each version's zones with the fixes of its time."""
    then = [version_at(terms, point.at) for point in track.points]
    for version in {id(v): v for v in then if v is not None}.values():
        points = [point for point, own in zip(track.points, then, strict=True) if own is version]
        for zone in exclusion_zones(version):
            for found in crossings(zone.terms.zone, points):
                yield zone.terms.code, found


def _device(device: TrackedDevice) -> Json:
    return {
        "id": device.id,
        "device": device.device,
        "last_recorded_at": device.last_recorded_at,
        "silent": device.silent_told_at is not None,
    }


def _is_near(point: TrackPoint) -> bool:
    """Near a zone by some answer: one that was judged again was so by the first or by a later one."""
    return point.near != "none" or point.at_first is not None


def _fix(track: _Track, point: TrackPoint) -> Json:
    return {
        "device": track.name,
        "recorded_at": point.at,
        "longitude": point.longitude,
        "latitude": point.latitude,
        "r95_m": point.r95_m,
        "disowned": point.disowned,
        "near": point.near,
        "zones": _seen(point.seen),
        "at_first": point.at_first and {"near": point.at_first.near, "zones": _seen(point.at_first.seen)},
    }


def _seen(seen: Sequence[Seen]) -> list[Json]:
    return [
        {
            "zone": one.zone,
            "distance_m": one.distance_m,
            "probability_inside": one.probability,
            "forbidden_then": one.counts,
        }
        for one in seen
    ]


def _visit(track: _Track, visit: Visit) -> Json:
    fixes = [p for p in hits(track.points, visit.zone) if visit.entered_at <= p.at <= visit.last_at]
    return {
        "id": visit.id,
        "device": track.name,
        "zone": visit.zone,
        "entered_at": visit.entered_at,
        "last_at": visit.last_at,
        "fixes": len(fixes),
        # One instant is one fix, also where only a part of the visit was asked for.
        "support": support(1 if visit.entered_at == visit.last_at else 2),
        "report": visit.report_id,
        "joined_reports": sorted({joined.report_id for joined in visit.joined.all()} - {visit.report_id}),
    }


def _approach(track: _Track, found: Approach) -> Json:
    return {
        "device": track.name,
        "zone": found.zone,
        "from": found.start,
        "until": found.end,
        "fixes": found.fixes,
        "nearest_m": found.nearest_m,
        "nearest_at": found.nearest_at,
    }


def _crossing(track: _Track, zone: str, found: Crossing) -> Json:
    return {
        "device": track.name,
        "zone": zone,
        "from": found.start,
        "until": found.end,
        "gap_s": (found.end - found.start).total_seconds(),
        "speed_kmh": found.speed_kmh,
        "entered_about": found.entered_about,
        "left_about": found.left_about,
        "possible_only": found.possible_only,
    }
