"""Reading the feed's tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, Func, OuterRef, Q, QuerySet

from accounts.types import Caller
from breaches.models import FixJudgement, TrackedDevice, TrackFix, Visit
from breaches.tracking.storing import Which, seen_of
from breaches.tracking.types import Looked, Stay, TrackPoint
from breaches.tracking.visits import GAP
from orders.models import MonitoringAuthority
from orders.queries import orders_open_to

_POINT = ("recorded_at", "longitude", "latitude", "accuracy_m", "accuracy_basis", "r95_m", "near", "zones")
_OWN = ("said", "accuracy_sent", "receiver_status")


def orders_named(caller: Caller, references: Collection[str]) -> dict[str, UUID]:
    """The caller's orders of these references, by reference; another force's, and a closed one, look like none."""
    rows = orders_open_to(caller).filter(reference__in=list(references))
    return dict(rows.values_list("reference", "id"))


def points(order_id: UUID, device: str, *, start: datetime, end: datetime, most: int | None = None) -> list[TrackPoint]:
    """One device's fixes between two instants (both included), oldest first, as they are judged now."""
    mine = {"order_id": order_id, "device": device}
    fixes = TrackFix.objects.filter(**mine, recorded_at__range=(start, end)).order_by("recorded_at", "said")
    rows = list(fixes.values_list(*_POINT, *_OWN)[:most])
    if not rows:
        return []
    again = (
        FixJudgement.objects.filter(**mine, recorded_at__range=(start, rows[-1][0]))
        .order_by("recorded_at", "said", "-judged_at")
        .distinct("recorded_at", "said")
    )
    since = {(row.recorded_at, row.said): Looked(row.near, seen_of(row.zones)) for row in again}  # type: ignore[arg-type]
    return [_point(TrackPoint._make((*row[:7], seen_of(row[7]), None, *row[8:])), since) for row in rows]


def _point(first: TrackPoint, since: Mapping[Which, Looked]) -> TrackPoint:
    now = since.get((first.at, first.said))
    if now is None:
        return first
    return first._replace(near=now.near, seen=now.seen, at_first=Looked(first.near, first.seen))


def stays(order_id: UUID, device: str, *, start: datetime, end: datetime) -> list[Stay]:
    """Visits on record that a fix between two instants may belong to."""
    rows = Visit.objects.filter(
        order_id=order_id, device=device, joined_to=None, entered_at__lte=end + GAP, last_at__gte=start - GAP
    ).order_by("entered_at")
    return [Stay(row.zone, row.entered_at, row.last_at, (), row.id) for row in rows]


def visits_between(order_id: UUID, devices: Collection[str], *, start: datetime, end: datetime) -> list[Visit]:
    """Visits with any part of them between two instants, oldest first; those that turned out to be one count as one."""
    rows = Visit.objects.filter(order_id=order_id, device__in=devices, entered_at__lte=end, last_at__gte=start)
    return list(rows.filter(joined_to=None).order_by("entered_at", "zone").prefetch_related("joined"))


def visits_of(report_id: UUID) -> list[Visit]:
    """The visits that raised a report, but for those that turned out to be one with an earlier one."""
    return list(Visit.objects.filter(report_id=report_id, joined_to=None).order_by("zone", "entered_at"))


def devices_of(order_id: UUID, device: str | None) -> list[TrackedDevice]:
    """The devices that have sent positions under an order; one of them where one is named."""
    rows = TrackedDevice.objects.filter(order_id=order_id)
    return list((rows if device is None else rows.filter(device=device)).order_by("device"))


def unheard(*, at: datetime, longer_than: timedelta) -> QuerySet[TrackedDevice]:
    """Devices that should be sending and have not been heard of for so long, or never, of which nobody was told yet.

    Only what an authority has allowed for as long as that can be missed.
    """
    named = _authorities_that_count(at, longer_than).filter(
        order_id=OuterRef("order_id"), devices__contains=[OuterRef("device")]
    )
    since = Q(last_recorded_at__isnull=True) | Q(last_recorded_at__lte=at - longer_than)
    rows = TrackedDevice.objects.filter(Exists(named), since, silent_told_at__isnull=True)
    return rows.order_by("last_recorded_at")


def never_heard_of(*, at: datetime, longer_than: timedelta) -> list[tuple[UUID, str]]:
    """Order and name of each device that an authority has allowed for so long, and that is not on record yet."""
    named = (
        _authorities_that_count(at, longer_than).values_list("order_id", Func("devices", function="unnest")).distinct()
    )
    known = set(
        TrackedDevice.objects.filter(order_id__in={order for order, _ in named}).values_list("order_id", "device")
    )
    return sorted(set(named) - known)


def _authorities_that_count(at: datetime, longer_than: timedelta) -> QuerySet[MonitoringAuthority]:
    """Authorities that count now, and have done for so long."""
    later = MonitoringAuthority.objects.filter(
        order_id=OuterRef("order_id"),
        kind=OuterRef("kind"),
        reference=OuterRef("reference"),
        recorded_at__gt=OuterRef("recorded_at"),
    )
    return MonitoringAuthority.objects.filter(~Exists(later), starts_at__lte=at - longer_than, ends_at__gt=at)
