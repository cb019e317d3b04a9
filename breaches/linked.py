"""Which reports belong together: what officers said, and what is suggested to them. Nothing is ever merged."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts.types import Caller
from breaches.models import LinkAct, Report
from breaches.queries import reports_open_to
from breaches.rules.similar import Sketch, grounds, words_of
from breaches.types import Interval

# Compared when an officer opens a report, the nearest in time of reporting first.
MOST_COMPARED = 50


@dataclass(frozen=True, slots=True)
class Link:
    """Another report of the same force. `suggested` by the service, or `linked` by a named officer."""

    report: Report
    status: Literal["suggested", "linked"]
    grounds: tuple[str, ...]
    reason: str = ""
    staff_id: str = ""
    at: datetime | None = None


def acts_on(report_ids: Collection[UUID]) -> list[LinkAct]:
    """What was said last of each pair in which one of these reports is, and which is of one force still."""
    rows = LinkAct.objects.filter(
        Q(first_id__in=report_ids) | Q(second_id__in=report_ids), first__force=F("second__force")
    )
    return list(rows.order_by("first_id", "second_id", "-at", "-id").distinct("first_id", "second_id"))


def linked_counts(caller: Caller, report_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many reports that the caller may read each of these is linked to."""
    linked = [act for act in acts_on(report_ids) if act.act == "linked"]
    ends = {end for act in linked for end in (act.first_id, act.second_id)}
    seen = set(reports_open_to(caller).filter(pk__in=ends).values_list("pk", flat=True)) if ends else set()
    linked = [act for act in linked if {act.first_id, act.second_id} <= seen]
    return {one: sum(one in (act.first_id, act.second_id) for act in linked) for one in report_ids}


def links_of(report: Report, *, caller: Caller) -> list[Link]:
    """Linked ones, then suggestions that nobody has judged yet: of the reports that the caller may read."""
    acts = {_other(act, report.id): act for act in acts_on([report.id])}
    linked = reports_open_to(caller).in_bulk([other for other, act in acts.items() if act.act == "linked"])
    return [
        *(
            Link(linked[other], "linked", tuple(act.grounds), act.reason, act.staff_id, act.at)
            for other, act in acts.items()
            if other in linked
        ),
        *(
            Link(other, "suggested", found)
            for other, found in similar_to(report, caller=caller)
            if other.id not in acts
        ),
    ]


def similar_to(report: Report, *, caller: Caller) -> list[tuple[Report, tuple[str, ...]]]:
    """Reports of about the same time, with why they may tell of the same thing."""
    if report.incident_from is None or report.incident_to is None:
        return []
    mine = sketch(report)
    found = ((other, grounds(mine, sketch(other))) for other in _beside(report, caller)[:MOST_COMPARED])
    return [(other, why) for other, why in found if why]


def _beside(report: Report, caller: Caller) -> QuerySet[Report]:
    """Reports of one order, and those of no order that was found: they may be about any."""
    order = Q(order__isnull=True) | Q(order_id=report.order_id)
    rows = reports_open_to(caller).filter(
        order,
        force_id=caller.force,
        incident_from__lte=report.incident_to,
        incident_to__gte=report.incident_from,
    )
    return rows.exclude(pk=report.pk).prefetch_related("positions").order_by("-id")


def sketch(report: Report) -> Sketch:
    """What a report is compared by."""
    body = json.loads(report.body_sent)
    start, end = report.incident_from, report.incident_to
    return Sketch(
        interval=Interval(start, end) if start and end else None,
        words=words_of(body.get("description")),
        places=tuple((p.subject, p.point.x, p.point.y) for p in report.positions.all() if p.point),
    )


def _other(act: LinkAct, report_id: UUID) -> UUID:
    return act.second_id if act.first_id == report_id else act.first_id
