"""Taking positions, telling of silence, forgetting what is near no zone: one verb, one transaction, a trace each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from audit.types import SERVICE
from breaches.models import TrackedDevice
from breaches.tracking import messages, queries, storing
from breaches.tracking.entering import doubtful, enter_zones
from breaches.tracking.judging import look
from breaches.tracking.reading import Span, read_row
from breaches.tracking.reporting import Asked, track_of
from breaches.tracking.storing import Judged
from breaches.tracking.types import Rejected, SentFix, Taken
from common.problems import NotFound, Problem, Refused
from geo.positions import cut_off_m
from orders.queries import authorities_over, closed_among, order_of, terms_by_id
from orders.services.readers import note_attempt

_CLOCKS_APART = timedelta(minutes=5)
_LONGEST = timedelta(days=31)
_SHARPEST_ROUNDED_M = 100.0
Row = tuple[int, SentFix]


@transaction.atomic(savepoint=False)
def take_positions(*, caller: Caller, rows: Sequence[object]) -> Taken:
    """Keep a batch's good rows, each judged by the terms in force at its own time; a report for each zone entered.

    Rows without an authority for their device and time are not kept (rule 82). What says all the same again is ignored;
    another place of the same device and instant is another fix. Never raises for what a row holds.
    """
    now = timezone.now()
    span = Span(now - timedelta(days=settings.POSITION_MAX_AGE_DAYS), now + _CLOCKS_APART)
    read, rejected = _read(rows, span)
    named = {fix.order for _, fix in read}
    orders = queries.orders_named(caller, named)
    note_attempt(caller=caller, records=closed_among(caller, named - orders.keys()).values())
    allowed, refused = _allowed(read, orders)
    fresh = list({(orders[fix.order], fix) for _, fix in allowed})
    kept, reports = _keep(caller, fresh, {id: reference for reference, id in orders.items()}, now)
    record(
        actor=caller.actor,
        action="collection",
        verb="positions_received",
        records=sorted({order_id for order_id, _ in fresh}),
        reason_code="monitoring_authority",
    )
    return Taken(
        received=len(rows),
        accepted=kept,
        duplicates=len(allowed) - kept,
        rejected=tuple(sorted([*rejected, *refused], key=lambda bad: bad.index)),
        reports=tuple(reports),
        warnings=tuple(_warn_of_kept(allowed)),
    )


def _warn_of_kept(rows: Sequence[tuple[int, SentFix]]) -> Iterator[Rejected]:
    """Rows that were kept and say less than they seem to. Nothing that has decimals cut off is sharper than 100 m."""
    for index, fix in rows:
        if fix.disowned:
            yield Rejected(index, "position_disowned")
        if fix.r95_m > _SHARPEST_ROUNDED_M and cut_off_m(fix.longitude, fix.latitude):
            yield Rejected(index, "coordinates_rounded")


def _read(rows: Sequence[object], span: Span) -> tuple[list[Row], list[Rejected]]:
    good: list[Row] = []
    bad = []
    for index, raw in enumerate(rows):
        found = read_row(raw, span)
        if isinstance(found, str):
            bad.append(Rejected(index, found))
        else:
            good.append((index, found))
    return good, bad


def _allowed(rows: Sequence[Row], orders: Mapping[str, UUID]) -> tuple[list[Row], list[Rejected]]:
    """Rows under an order of the caller's and an authority for their device and time, and the others."""
    periods: dict[tuple[UUID, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for authority in authorities_over(list(orders.values())):
        for device in authority.devices:
            periods[authority.order_id, device].append((authority.starts_at, authority.ends_at))
    good, bad = [], []
    for index, fix in rows:
        order_id = orders.get(fix.order)
        if order_id is None:
            bad.append(Rejected(index, "order_not_found"))
        elif any(start <= fix.at < end for start, end in periods.get((order_id, fix.device), ())):
            good.append((index, fix))
        else:
            bad.append(Rejected(index, "no_monitoring_authority"))
    return good, bad


def _keep(
    caller: Caller, fresh: Sequence[tuple[UUID, SentFix]], references: Mapping[UUID, str], now: datetime
) -> tuple[int, list[UUID]]:
    """Store fixes, and the visits in them; how many were new, and the reports raised."""
    if not fresh:
        return 0, []
    storing.make_months([fix.at for _, fix in fresh])
    last: dict[tuple[UUID, str], datetime] = {}
    for order_id, fix in fresh:
        key = order_id, fix.device
        last[key] = max(last.get(key, fix.at), fix.at)
    storing.heard_of(last, at=now)
    judged = sorted(_judge(fresh), key=lambda one: one.key)
    kept = storing.keep(judged, at=now)
    reports = []
    for (order_id, device), *about in doubtful(judged):
        reports += enter_zones(caller, order_id, references[order_id], device, about)
    return kept, reports


def _judge(fresh: Sequence[tuple[UUID, SentFix]]) -> Iterator[Judged]:
    by_order: dict[UUID, list[SentFix]] = defaultdict(list)
    for order_id, fix in fresh:
        by_order[order_id].append(fix)
    for order_id, fixes in by_order.items():
        terms = terms_by_id(order_id)
        assert terms is not None  # an authority is recorded under an order, and an order has a version
        for fix, looked in zip(fixes, look(terms, fixes, ring_m=settings.NEAR_RING_M), strict=True):
            yield Judged(order_id, fix, looked)


@transaction.atomic
def await_devices(*, at: datetime) -> int:
    """Put on record devices that an authority names and that never sent, which are silent from its start; how many."""
    silence = timedelta(minutes=settings.DEVICE_SILENT_MINUTES)
    awaited = [
        TrackedDevice(order_id=order_id, device=device)
        for order_id, device in queries.never_heard_of(at=at, longer_than=silence)
    ]
    if awaited:
        TrackedDevice.objects.bulk_create(awaited, ignore_conflicts=True)
        orders = sorted({device.order_id for device in awaited})
        record(actor=SERVICE, action="alteration", verb="devices_awaited", records=orders)
    return len(awaited)


@transaction.atomic
def tell_silence(*, device_id: UUID, at: datetime) -> bool:
    """Tell the force that a device which should be sending is not: once for one silence."""
    silence = timedelta(minutes=settings.DEVICE_SILENT_MINUTES)
    rows = queries.unheard(at=at, longer_than=silence).select_for_update(of=("self",)).select_related("order")
    device = rows.filter(pk=device_id).first()
    if device is None:
        return False
    TrackedDevice.objects.filter(pk=device.pk).update(silent_told_at=at)
    record(actor=SERVICE, action="alteration", verb="device_silence_told", records=[device.order_id, device.id])
    messages.silent(device)
    return True


@transaction.atomic
def forget_far(*, at: datetime, most: int) -> int:
    """Delete fixes near no zone that were received long enough ago and are not held (rule 82); how many."""
    orders = storing.forget(received_before=at - timedelta(days=settings.POSITION_FAR_DAYS), most=most)
    if orders:
        record(
            actor=SERVICE,
            action="erasure",
            verb="positions_forgotten",
            records=sorted(set(orders)),
            reason_code="near_no_zone",
        )
    return len(orders)


@transaction.atomic
def show_track(*, caller: Caller, reference: str, asked: Asked) -> dict[str, Any]:
    """What is known of the devices of an order, to an officer, for a reason that goes into the trail.

    Raises `NotFound`; `Refused` `track_time_invalid` for a time that ends before it begins, or of over 31 days.
    """
    order = order_of(caller, reference)
    _check_time(asked)
    terms = terms_by_id(order.id)
    if terms is None:
        raise NotFound
    record(
        actor=caller.actor,
        action="consultation",
        verb="track_read",
        records=[order.id],
        reason_code="track",
        reason=asked.reason,
    )
    return track_of(reference, terms, asked)


@transaction.atomic
def hold_positions(*, caller: Caller, reference: str, asked: Asked) -> int:
    """Keep positions that would be deleted for lying near no zone: from now on for good; how many those are."""
    order = order_of(caller, reference)
    _check_time(asked)
    held = storing.hold(order.id, device=asked.device, start=asked.start, end=asked.end)
    record(
        actor=caller.actor,
        action="alteration",
        verb="positions_held",
        records=[order.id],
        reason_code="hold",
        reason=asked.reason,
    )
    return held


def _check_time(asked: Asked) -> None:
    if not timedelta(0) <= asked.end - asked.start <= _LONGEST:
        raise Refused([Problem("/until", "track_time_invalid", "Ask for 31 days at most, the beginning first.")])
