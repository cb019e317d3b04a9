"""From fixes that place a device in a zone to visits on record, and the one report that each of them raises."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from audit.types import SERVICE
from breaches import assessing, messages
from breaches.models import Report, Visit
from breaches.queries import assessments
from breaches.reading import read_report
from breaches.services import Submission, submit_report
from breaches.tracking import queries, visits
from breaches.tracking.judging import renamed
from breaches.tracking.storing import Judged
from breaches.tracking.types import Stay, TrackPoint
from orders.queries import terms_by_id

# A report shows that he was in; the whole of a visit is in the track.
_MOST_SHOWN = 10
# How well it is founded is in the findings, which change as more of the visit becomes known; these words stay.
_SAID = (
    "Raised by the position feed. A device under a recorded authority sent positions that lie in a zone of the order."
    " A single position may be a fault of the device; consecutive positions are measurements that raise confidence."
)


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

    The report of one that is extended is judged again where more of the visit says otherwise. A visit on record to a
    zone that a correction has given another code has its report already.
    The device is held by the caller's transaction, so nobody else is at it.
    """
    start, end = about
    track = queries.points(order_id, device, start=start - visits.REACH, end=end + visits.REACH)
    known = queries.stays(order_id, device, start=start - visits.GAP, end=end + visits.GAP)
    terms = terms_by_id(order_id) if known else None
    begun: dict[datetime, list[tuple[Stay, list[TrackPoint]]]] = defaultdict(list)
    extended: set[UUID] = set()
    for zone in visits.zones_of(track):
        found = [p for p in visits.hits(track, zone) if start - visits.GAP <= p.at <= end + visits.GAP]
        mine = [stay for stay in known if stay.zone == zone]
        for stay in visits.attach(mine, zone, [point.at for point in found]):
            if stay.id is not None:
                extended.add(_extend_visit(stay.id, stay))
            elif terms is None or not any(renamed(terms, other, stay) for other in known):
                hits = set(stay.hits)
                begun[stay.entered_at].append((stay, [p for p in found if p.at in hits]))
    raised = [_raise(caller, order_id, reference, device, begun[at]) for at in sorted(begun)]
    for report_id in sorted(extended):
        judge_visit_again(report_id, reference)
    return raised


def _extend_visit(visit: UUID, stay: Stay) -> UUID:
    """Make a visit on record as long as it is known to be now, and one with those that it joins; whose report it is."""
    Visit.objects.filter(Q(pk__in=stay.joins) | Q(joined_to__in=stay.joins)).update(joined_to=visit)
    Visit.objects.filter(pk=visit).update(entered_at=stay.entered_at, last_at=stay.last_at)
    return Visit.objects.values_list("report_id", flat=True).get(pk=visit)


def _raise(
    caller: Caller, order_id: UUID, reference: str, device: str, entered: Sequence[tuple[Stay, list[TrackPoint]]]
) -> UUID:
    """One report for the zones entered by one fix, the same way as every report."""
    stay, fixes = max(entered, key=lambda one: len(one[1]))
    body = report_body(reference, visits.choose_shown(fixes, stay.zone, _MOST_SHOWN))
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


def report_body(reference: str, fixes: Sequence[TrackPoint]) -> dict[str, Any]:
    """What a report of the feed says: the fixes, oldest first, as the respondent's positions."""
    first, last = fixes[0].at, fixes[-1].at
    return {
        "order": reference,
        "happened": {"from": first.isoformat(), "to": last.isoformat(), "certainty": "exact"},
        "kinds": ["exclusion_zone"],
        "description": _SAID,
        "positions": [_position(fix) for fix in fixes],
    }


def _position(fix: TrackPoint) -> dict[str, Any]:
    metres = fix.accuracy_m if fix.accuracy_sent is None else fix.accuracy_sent
    accuracy = {"accuracy_m": metres, "accuracy_basis": fix.accuracy_basis or "unknown"}
    return {
        "subject": "respondent",
        "method": "tag",
        "longitude": fix.longitude,
        "latitude": fix.latitude,
        "recorded_at": fix.at.isoformat(),
        **(accuracy if metres is not None else {}),
        **({"receiver_status": fix.receiver_status} if fix.receiver_status else {}),
    }


def judge_visit_again(report_id: UUID, reference: str) -> None:
    """Judge a visit's report by the whole of the visit as it is known now; written only where that says otherwise.

    What an officer took from evidence stays beside it. So the verdict does not depend on how much of the visit was
    known when it was first seen, nor on the order in which its fixes came.
    """
    found = _hits_of(report_id)
    if not found:
        return
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    now = timezone.now()
    reading = read_report(report_body(reference, found), now=now)
    last = assessments(report)[0]
    before = assessing.facts_again(report, last.question["facts"])
    taken = tuple(position for position in before.positions if position.evidence)
    facts = replace(before, interval=reading.facts.interval, positions=(*reading.facts.positions, *taken))
    terms = terms_by_id(report.order_id) if report.order_id else None
    judged = assessing.judge(facts, terms, at=now)
    if _outline_of(judged.answer) == _outline_of(last.answer):
        return
    if facts.interval is not None:
        report.incident_from, report.incident_to = facts.interval.start, facts.interval.end
    assessing.keep(report, judged, cause="more_positions", at=now, never_lower=True)
    record(
        actor=SERVICE,
        action="alteration",
        verb="report_assessed_again",
        records=[report.id],
        reason_code="more_positions",
    )
    messages.assessed_again(report)


def _hits_of(report_id: UUID) -> list[TrackPoint]:
    """The fixes to show of the zone of which a report's visits have most."""
    found: list[tuple[str, list[TrackPoint]]] = []
    for visit in queries.visits_of(report_id):
        start, end = visit.entered_at - visits.GAP, visit.last_at + visits.GAP
        hits = visits.hits(queries.points(visit.order_id, visit.device, start=start, end=end), visit.zone)
        found.append((visit.zone, [point for point in hits if visit.entered_at <= point.at <= visit.last_at]))
    zone, most = max(found, key=lambda one: len(one[1]), default=("", []))
    return visits.choose_shown(most, zone, _MOST_SHOWN)


def _outline_of(answer: Mapping[str, Any]) -> list[Any]:
    """What an answer says, whatever the figures are that it rests on."""
    found = [
        (f["clause"], f["outcome"], f["outcome_otherwise"], f["support"], [reason["code"] for reason in f["reasons"]])
        for f in answer["findings"]
    ]
    return [answer["verdict"], found]
