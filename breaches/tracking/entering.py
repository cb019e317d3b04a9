"""From fixes that place a device in a zone to visits on record, and the one report that each of them raises."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from accounts.types import Caller
from breaches.models import Visit
from breaches.services import Submission, submit_report
from breaches.tracking import queries, visits
from breaches.tracking.judging import renamed
from breaches.tracking.storing import Judged
from breaches.tracking.types import Stay, TrackPoint
from orders.queries import terms_by_id

# A report shows how he came in; the whole of a visit is in the track.
_MOST_SHOWN = 10
_SAID = {
    "single_position": (
        "Raised by the position feed. A device under a recorded authority sent a single position that lies in a"
        " zone of the order. A single position may be a fault of the device."
    ),
    "consecutive_positions": (
        "Raised by the position feed. A device under a recorded authority sent consecutive positions that lie in a"
        " zone of the order. Each position is another measurement, which raises confidence."
    ),
}


def doubtful(judged: Iterable[Judged]) -> Iterator[tuple[tuple[UUID, str], datetime, datetime]]:
    """Each device with fixes that may be in a zone, and when: only what lies around them need be read again.

    `judged` is sorted.
    """
    likely = [one for one in judged if visits.may_be_hit(one.looked)]
    for key, group in groupby(likely, key=lambda one: (one.order_id, one.fix.device)):
        for run in visits.apart([one.fix.at for one in group]):
            yield key, run[0], run[-1]


def enter_zones(caller: Caller, order_id: UUID, reference: str, device: str, about: Sequence[datetime]) -> list[UUID]:
    """Extend or begin visits by what is stored now around two instants, and raise a report for each that begins.

    A visit on record to a zone that a correction has given another code has its report already.
    The device is held by the caller's transaction, so nobody else is at it.
    """
    start, end = about
    track = queries.points(order_id, device, start=start - visits.REACH, end=end + visits.REACH)
    known = queries.stays(order_id, device, start=start - visits.GAP, end=end + visits.GAP)
    terms = terms_by_id(order_id) if known else None
    begun: dict[datetime, list[tuple[Stay, list[TrackPoint]]]] = defaultdict(list)
    for zone in visits.zones_of(track):
        found = [p for p in visits.hits(track, zone) if start - visits.GAP <= p.at <= end + visits.GAP]
        mine = [stay for stay in known if stay.zone == zone]
        for stay in visits.attach(mine, zone, [point.at for point in found]):
            if stay.id is not None:
                Visit.objects.filter(pk=stay.id).update(entered_at=stay.entered_at, last_at=stay.last_at)
            elif terms is None or not any(renamed(terms, other, stay) for other in known):
                begun[stay.entered_at].append((stay, [p for p in found if p.at in stay.hits]))
    return [_raise(caller, order_id, reference, device, begun[at]) for at in sorted(begun)]


def _raise(
    caller: Caller, order_id: UUID, reference: str, device: str, entered: Sequence[tuple[Stay, list[TrackPoint]]]
) -> UUID:
    """One report for the zones entered by one fix, the same way as every report."""
    fixes = max((points for _, points in entered), key=len)
    body = _report(reference, fixes[:_MOST_SHOWN])
    report = submit_report(caller=caller, submission=Submission(body=body, sent=json.dumps(body)), order_id=order_id)
    for stay, _ in entered:
        Visit.objects.create(
            order_id=order_id,
            device=device,
            zone=stay.zone,
            entered_at=stay.entered_at,
            last_at=stay.last_at,
            report=report,
        )
    return report.id


def _report(reference: str, fixes: Sequence[TrackPoint]) -> dict[str, Any]:
    first, last = fixes[0].at, fixes[-1].at
    return {
        "order": reference,
        "happened": {"from": first.isoformat(), "to": last.isoformat(), "certainty": "exact"},
        "kinds": ["exclusion_zone"],
        "description": _SAID[visits.support(len(fixes))],
        "positions": [_position(fix) for fix in fixes],
    }


def _position(fix: TrackPoint) -> dict[str, Any]:
    accuracy = {"accuracy_m": fix.accuracy_m, "accuracy_basis": fix.accuracy_basis or "unknown"}
    return {
        "subject": "respondent",
        "method": "tag",
        "longitude": fix.longitude,
        "latitude": fix.latitude,
        "recorded_at": fix.at.isoformat(),
        **(accuracy if fix.accuracy_m is not None else {}),
    }
