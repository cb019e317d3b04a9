"""Fixes judged again where what is known of their order reaches back to them: the first answer stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from audit.types import SERVICE
from breaches.models import TrackedDevice
from breaches.tracking import queries, storing
from breaches.tracking.entering import doubtful, enter_zones
from breaches.tracking.judging import look
from breaches.tracking.storing import Judged, Which
from breaches.tracking.types import Looked, SentFix, TrackPoint
from orders.queries import authorities_over, authority_for, terms_by_id

_LAST = datetime.max.replace(tzinfo=UTC)


@transaction.atomic
def judge_fixes_again(*, device_id: UUID, start: datetime, most: int) -> datetime | None:
    """Judge a device's fixes from an instant on by the terms as they are recorded now; the fix to go on from, if any.

    A fix that lies otherwise than it did gets another answer, and is held. A zone that it now turns out to have been
    in raises a report as it would have then; a visit on record stays, and its report is judged again for itself.
    Done twice, the second finds nothing changed.
    """
    device = TrackedDevice.objects.select_for_update(of=("self",)).select_related("order").get(pk=device_id)
    terms, now = terms_by_id(device.order_id), timezone.now()
    track = queries.points(device.order_id, device.device, start=start, end=_LAST, most=most + 1)
    go_on = track[most].at if len(track) > most else None
    if go_on and go_on == track[0].at:
        # So many places at one instant: all of them at once, or there would be no going on from it.
        track = queries.points(device.order_id, device.device, start=go_on, end=go_on)
        most, go_on = len(track), go_on + timedelta(microseconds=1)
    if terms is None or not track:
        return None
    found = {
        (point.at, point.said): looked
        for point, looked in zip(track[:most], look(terms, track[:most], ring_m=settings.NEAR_RING_M), strict=True)
        if (looked.near, looked.seen) != (point.near, point.seen)
    }
    kept = storing.judged_again(device.order_id, device.device, found, at=now) if found else {}
    if kept:
        record(
            actor=SERVICE,
            action="alteration",
            verb="positions_judged_again",
            records=[device.order_id, device.id],
            reason_code="terms_changed",
        )
        _enter(device, {(point.at, point.said): point for point in track}, kept)
    return go_on


def _enter(device: TrackedDevice, points: Mapping[Which, TrackPoint], found: Mapping[Which, Looked]) -> None:
    """What no authority bears any more raises nothing (rule 82)."""
    periods = [
        (authority.starts_at, authority.ends_at)
        for authority in authorities_over([device.order_id])
        if device.device in authority.devices
    ]
    judged = [
        Judged(device.order_id, _sent(device, points[which]), looked)
        for which, looked in found.items()
        if any(start <= which[0] < end for start, end in periods)
    ]
    for _, *about in doubtful(judged):
        authority = authority_for(device.order_id, device=device.device, at=about[0])
        if authority is not None:
            caller = Caller(kind="force_system", id=authority.recorded_by, force=device.order.force_id)
            enter_zones(caller, device.order_id, device.order.reference, device.device, about)


def _sent(device: TrackedDevice, point: TrackPoint) -> SentFix:
    place = (point.longitude, point.latitude, point.accuracy_m, point.accuracy_basis, point.r95_m)
    own = (point.accuracy_sent, point.receiver_status)
    return SentFix(device.order.reference, device.device, point.at, *place, *own)
