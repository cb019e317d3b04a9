"""Reading the feed's tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.types import Caller
from breaches.models import FixJudgement, TrackedDevice, TrackFix, Visit
from breaches.tracking.storing import seen_of
from breaches.tracking.types import Looked, Stay, TrackPoint
from breaches.tracking.visits import GAP
from orders.models import MonitoringAuthority
from orders.queries import orders_open_to

_POINT = ("recorded_at", "longitude", "latitude", "accuracy_m", "accuracy_basis", "r95_m", "near", "zones")


def orders_named(caller: Caller, references: Collection[str]) -> dict[str, UUID]:
    """The caller's orders of these references, by reference; another force's, and a closed one, look like none."""
    rows = orders_open_to(caller).filter(reference__in=list(references))
    return dict(rows.values_list("reference", "id"))


def points(order_id: UUID, device: str, *, start: datetime, end: datetime, most: int | None = None) -> list[TrackPoint]:
    """One device's fixes between two instants (both included), oldest first, as they are judged now."""
    mine = {"order_id": order_id, "device": device}
    fixes = TrackFix.objects.filter(**mine, recorded_at__range=(start, end)).order_by("recorded_at")
    rows = list(fixes.values_list(*_POINT)[:most])
    if not rows:
        return []
    again = (
        FixJudgement.objects.filter(**mine, recorded_at__range=(start, rows[-1][0]))
        .order_by("recorded_at", "-judged_at")
        .distinct("recorded_at")
    )
    since = {row.recorded_at: Looked(row.near, seen_of(row.zones)) for row in again}  # type: ignore[arg-type]
    return [_point(TrackPoint._make((*row[:-1], seen_of(row[-1]), None)), since) for row in rows]


def _point(first: TrackPoint, since: Mapping[datetime, Looked]) -> TrackPoint:
    now = since.get(first.at)
    if now is None:
        return first
    return first._replace(near=now.near, seen=now.seen, at_first=Looked(first.near, first.seen))


def stays(order_id: UUID, device: str, *, start: datetime, end: datetime) -> list[Stay]:
    """Visits on record that a fix between two instants may belong to."""
    rows = Visit.objects.filter(
        order_id=order_id, device=device, entered_at__lte=end + GAP, last_at__gte=start - GAP
    ).order_by("entered_at")
    return [Stay(row.zone, row.entered_at, row.last_at, (), row.id) for row in rows]


def visits_between(order_id: UUID, devices: Collection[str], *, start: datetime, end: datetime) -> list[Visit]:
    """Visits with any part of them between two instants, oldest first."""
    rows = Visit.objects.filter(order_id=order_id, device__in=devices, entered_at__lte=end, last_at__gte=start)
    return list(rows.order_by("entered_at", "zone"))


def devices_of(order_id: UUID, device: str | None) -> list[TrackedDevice]:
    """The devices that have sent positions under an order; one of them where one is named."""
    rows = TrackedDevice.objects.filter(order_id=order_id)
    return list((rows if device is None else rows.filter(device=device)).order_by("device"))


def unheard(*, at: datetime, longer_than: timedelta) -> QuerySet[TrackedDevice]:
    """Devices that should be sending and have not been heard of for so long, of which nobody was told yet.

    Only what an authority has allowed for as long as that can be missed.
    """
    later = MonitoringAuthority.objects.filter(
        order_id=OuterRef("order_id"),
        kind=OuterRef("kind"),
        reference=OuterRef("reference"),
        recorded_at__gt=OuterRef("recorded_at"),
    )
    allowed = MonitoringAuthority.objects.filter(
        ~Exists(later),
        order_id=OuterRef("order_id"),
        devices__contains=[OuterRef("device")],
        starts_at__lte=at - longer_than,
        ends_at__gt=at,
    )
    since = {"silent_told_at__isnull": True, "last_recorded_at__lte": at - longer_than}
    return TrackedDevice.objects.filter(Exists(allowed), **since).order_by("last_recorded_at")
