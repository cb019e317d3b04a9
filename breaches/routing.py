"""Whose queue a report is in, and who reads along: by the order, by choice, by where it happened (rule 47)."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Force
from accounts.types import Caller
from audit.services import record
from breaches.models import Assessment, Report, ReportCopy
from breaches.places import force_areas
from breaches.queries import area_of, open_transfer
from breaches.rules.whereabouts import known, likeliest, where_it_happened
from breaches.storing import insert_area
from breaches.types import Facts
from breaches.written import facts_from_json
from common.ids import uuid7
from common.london import civil_date
from common.problems import Problem
from geo.areas import AreasFound
from orders.queries.homes import homes_of

_log = logging.getLogger(__name__)
_FORCE_UNKNOWN = Problem("/force", "value_not_recognised", "This is not the code of a force; it was kept as sent.")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Which position of a report was looked up, and whose areas it lies in."""

    position: int
    found: AreasFound


@dataclass(frozen=True, slots=True)
class Route:
    """The force whose review queue it is, with what was doubtful about how it was chosen."""

    force: str
    doubts: tuple[Problem, ...] = ()


def whereabouts(facts: Facts, answer: Mapping[str, Any], *, at: datetime) -> Whereabouts | None:
    """Whose area it happened in, by the boundaries of that day; `at` stands in for a time that nobody knows.

    None without boundaries, without a position, and where none is near. A file that cannot be read is logged and
    counts as none: no report is lost to it.
    """
    areas = force_areas()
    place = where_it_happened(facts, answer, timedelta(minutes=settings.POSITION_TIME_TOLERANCE_MINUTES))
    if areas is None or place is None or place.fix is None:
        return None
    try:
        found = areas.find(place.fix, civil_date(facts.interval.start if facts.interval else at))
    except (OSError, sqlite3.Error) as error:
        _log.error("the boundaries of forces cannot be read", exc_info=error, extra={"event": "areas_unreadable"})
        return None
    return Whereabouts(place.index, found) if found and found.areas else None


def review_queue(caller: Caller, body: Mapping[str, Any], forces: Sequence[str], where: Whereabouts | None) -> Route:
    """The order's force; else the caller's own, or the one that the reporter chose; else by area; else the default.

    `forces`: whose order it is, or whose orders may be meant; of several the one that was chosen, else where it
    happened, else the last.
    """
    chosen = body.get("force")
    by_area = likeliest(where.found) if where else None
    unknown = (_FORCE_UNKNOWN,) if chosen and not _is_force(chosen) else ()
    if forces:
        likely = [force for force in (chosen, by_area) if isinstance(force, str) and force in forces]
        return Route(likely[0] if likely else forces[-1], unknown)
    if caller.force:
        return Route(caller.force, unknown)
    if chosen and not unknown:
        return Route(chosen)
    return Route(by_area or settings.SERVICE_FORCE, unknown)


def _is_force(code: object) -> bool:
    return isinstance(code, str) and len(code) == 2 and Force.objects.filter(code=code).exists()


def keep_whereabouts(report: Report, where: Whereabouts | None, *, at: datetime) -> None:
    """Store where a report was found to have happened, if it was."""
    if where is None:
        return
    insert_area({
        "id": uuid7(),
        "report_id": report.id,
        "position": where.position,
        "generation": where.found.generation,
        "certain": where.found.certain,
        "areas": [asdict(area) for area in where.found.areas],
        "found_at": at,
    })  # fmt: skip


def keep_changed_whereabouts(report: Report, where: Whereabouts | None, *, at: datetime) -> None:
    """Store where it happened by what its reporter put right. Earlier rows stay; whose queue it is in does not change.

    Where nobody's area is known any more, a row says so, if one was known before.
    """
    before = area_of(report)
    if where is not None:
        keep_whereabouts(report, where, at=at)
    elif before is not None and before.areas:
        row = {"position": before.position, "generation": before.generation, "certain": False, "areas": []}
        insert_area({"id": uuid7(), "report_id": report.id, "found_at": at, **row})


def send_to_follow_up(report: Report, assessment: Assessment, caller: Caller) -> None:
    """Set whose follow-up queue a verified report is in, and let the others read it: not saved here.

    The incident's force where its area is known, else the order's. The order's force and the home forces of the
    protected persons concerned read along, and so does the force that reviewed it.
    """
    now, reviewing = timezone.now(), report.force_id
    where = whereabouts(facts_from_json(assessment.question["facts"]), assessment.answer, at=report.received_at)
    keep_whereabouts(report, where, at=now)
    owning = report.order.force_id if report.order else reviewing
    if report.order and report.order.restricted:
        return  # those who may read it are of the order's force (rule 81): elsewhere nobody would
    if open_transfer(report) is None:  # what is on offer stays where it is until the other force answers (rule 89)
        report.force_id = (known(where.found) if where else None) or owning
    readers = {reviewing: "reviewing_force"}
    readers |= dict.fromkeys(_homes(report, assessment), "home_force")
    readers |= {owning: "order_force"} if report.order else {}
    _copy(report, {force: why for force, why in readers.items() if force != report.force_id}, caller, now)


def let_order_force_read(report: Report, caller: Caller) -> None:
    """Let the force whose order it is read a report that another force works on now."""
    order = report.order
    if order is not None and order.force_id != report.force_id:
        _copy(report, {order.force_id: "order_force"}, caller, timezone.now())


def _homes(report: Report, assessment: Assessment) -> set[str]:
    """Where those live whom the conditions concerned protect, as far as the order says."""
    if report.order_id is None:
        return set()
    touched = {f["clause"] for f in assessment.answer["findings"] if f["outcome"] != "not_applicable"}
    return homes_of(report.order_id, clauses=touched)


def _copy(report: Report, readers: Mapping[str, str], caller: Caller, now: datetime) -> None:
    """Let these forces read along, but for those that do so already."""
    reading = set(ReportCopy.objects.filter(report=report).values_list("force_id", flat=True))
    new = {force: why for force, why in readers.items() if force not in reading}
    rows = [ReportCopy(report=report, force_id=force, why=why, copied_at=now) for force, why in new.items()]
    ReportCopy.objects.bulk_create(rows, ignore_conflicts=True)
    for force, why in sorted(new.items()):
        record(
            actor=caller.actor,
            action="disclosure",
            verb="report_copied",
            records=[report.id],
            reason_code=why,
            recipient=force,
        )
