"""Saying that two reports belong together, or that they do not after all. Both stay what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import linked, policies, queries
from breaches.models import LinkAct, Report
from breaches.moving import Precondition
from breaches.rules.similar import grounds
from common.problems import NotFound, Problem, Refused


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which other report, by id or reference, and why."""

    report: str
    reason: str


Read = Callable[[], Pairing]
_UNKNOWN = Problem("/report", "report_not_known", "Your force has no report of this id or reference.")
_SAME = Problem("/report", "same_report", "A report is not linked to itself.")


@transaction.atomic(savepoint=False)
def link(*, caller: Caller, key: str, read: Read, precondition: Precondition) -> Report:
    """Say that two reports of one's force belong together. Said twice, it is written once."""
    return _act(caller, key, read, precondition, "linked")


@transaction.atomic(savepoint=False)
def unlink(*, caller: Caller, key: str, read: Read, precondition: Precondition) -> Report:
    """Say that they do not: of linked ones, or of a suggestion, which then does not come again."""
    return _act(caller, key, read, precondition, "unlinked")


def _act(
    caller: Caller, key: str, read: Read, precondition: Precondition, act: Literal["linked", "unlinked"]
) -> Report:
    report = queries.report_of_force(caller, key)
    policies.check_may_work_on(caller)
    precondition(report)
    pairing = read()
    other = _other(caller, report, pairing)
    # Both held, always the lower id first: two officers who link the same pair cannot wait for each other.
    rows = Report.objects.select_for_update(of=("self",)).filter(id__in=[report.id, other.id])
    held = {row.id: row for row in rows.order_by("id")}
    precondition(held[report.id])
    if _last(report.id, other.id) != act:
        _store(caller, held, pairing, act)
    return queries.report_of_force(caller, str(report.id))


def _other(caller: Caller, report: Report, pairing: Pairing) -> Report:
    try:
        other = queries.report_of_force(caller, pairing.report)
    except NotFound as found:  # where it is kept from the caller, that is told from its cause, and alarms
        raise Refused([_UNKNOWN]) from found
    if other.id == report.id:
        raise Refused([_SAME])
    return other


def _last(one: UUID, other: UUID) -> str | None:
    first, second = sorted((one, other))
    newest = LinkAct.objects.filter(first_id=first, second_id=second).order_by("-at", "-id").first()
    return newest.act if newest else None


def _store(caller: Caller, held: dict[UUID, Report], pairing: Pairing, act: str) -> None:
    first, second = (held[report_id] for report_id in sorted(held))
    LinkAct.objects.create(
        first=first,
        second=second,
        act=act,
        reason=pairing.reason,
        grounds=list(grounds(linked.sketch(first), linked.sketch(second))),
        at=timezone.now(),
        by_id=caller.person,
        staff_id=caller.staff_id,
    )
    for report in (first, second):
        report.version += 1
        report.save(update_fields=["version"])
    record(
        actor=caller.actor,
        action="combination" if act == "linked" else "alteration",
        verb=f"report_{act}",
        records=[first.id, second.id],
    )
