"""What was said about a report after it was made, as its reporter and as an officer are shown it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.types import Caller
from breaches import linked, queries, workflow
from breaches.advice import advice
from breaches.corrections import reading_json
from breaches.looks import looks_at
from breaches.models import Addition, Note, Outcome, Question, Report, Withdrawal
from breaches.offences import suggested
from breaches.order_candidates import order_candidates
from breaches.reporter import reporter_of
from breaches.sent import as_sent
from orders.queries import orders_open_to

Json = dict[str, Any]


def status(report: Report) -> str:
    """Where it stands, in the reporter's words."""
    return workflow.told(report.state, withdrawn=report.withdrawn_at is not None)


def questions(asked: Sequence[Question]) -> list[Json]:
    """What the reporter was asked, the oldest first; by whom is not hers to know."""
    return [
        {
            "id": question.id,
            "question": question.text,
            "asked_at": question.asked_at,
            "due": question.due,
            "answered": hasattr(question, "answer"),
        }
        for question in asked
    ]


def own_detail(report: Report) -> Json:
    """What the reporter reads back beside where her report stands: what she said, and what it says now."""
    return {
        "report": as_sent(report.body_sent),
        "assurance": report.assurance or None,
        "current": current_json(report),
        "messages": [_addition(row) for row in _additions(report)],
        "looked": [{"role": look.role, "force": look.force, "at": look.at} for look in looks_at(report)],
        "advice": advice(immediate_danger=report.immediate_danger, area=report.force_id),
    }


def closed_detail(report: Report) -> Json:
    """The same without what was said and who has looked, which a mailbox alone does not open (rule 84)."""
    return {
        "report": None,
        "assurance": None,
        "current": None,
        "messages": [],
        "looked": [],
        "advice": advice(immediate_danger=report.immediate_danger, area=report.force_id),
    }


def current_json(report: Report) -> Json:
    """What a report says now, with the number of each thing by which a correction names it."""
    return reading_json(queries.current_reading(report))


def added(addition: Addition, *, warnings: list[Json]) -> Json:
    """That it arrived: rule 88 holds for every acknowledgement."""
    report = addition.report
    return {
        "id": addition.id,
        "sent_at": addition.sent_at,
        "status": status(report),
        "warnings": warnings,
        "advice": advice(immediate_danger=addition.immediate_danger, area=report.force_id),
    }


def public_status(report: Report) -> Json:
    """Nothing of what was sent, no id and no reference: a receipt may have been found by somebody else."""
    found = queries.questions_of([report.id])[report.id]
    asked = [{name: q[name] for name in ("question", "asked_at", "due", "answered")} for q in questions(found)]
    return {
        "status": status(report),
        "received_at": report.received_at,
        "questions": asked,
        "advice": advice(immediate_danger=report.immediate_danger, area=report.force_id),
    }


def afterwards(report: Report) -> Json:
    """Everything that the reporter and whoever asked her said, for those who may read the report whole."""
    acts = list(Withdrawal.objects.filter(report=report).order_by("at", "id"))
    asked = queries.questions_of([report.id])[report.id]
    return {
        "questions": [_asked(question) for question in asked],
        "messages": [
            _addition(row) | {"from": row.sender_kind, "by": row.staff_id or None} for row in _additions(report)
        ],
        "withdrawn": {"at": acts[-1].at, "reason": acts[-1].reason} if report.withdrawn_at and acts else None,
        "withdrawals": [{"act": act.act, "at": act.at, "reason": act.reason} for act in acts],
    }


def beside(report: Report, caller: Caller) -> Json:
    """What officers wrote beside a report, and what is put before them to judge."""
    return {
        "notes": [
            {"text": note.text, "at": note.written_at, "by": note.staff_id}
            for note in Note.objects.filter(report=report).order_by("written_at", "id")
        ],
        "outcomes": [
            {
                "kind": outcome.kind,
                "crime_reference": outcome.crime_reference,
                "reason": outcome.reason,
                "at": outcome.recorded_at,
                "by": outcome.staff_id,
            }
            for outcome in Outcome.objects.filter(report=report).order_by("recorded_at", "id")
        ],
        "links": [_link(link) for link in linked.links_of(report, caller=caller)],
        "order_candidates": [
            {"order": one.order.reference, "order_force": one.order.force_id, "grounds": list(one.grounds)}
            for one in order_candidates(report, caller)
        ],
        "order_changes": _order_changes(report, caller),
        "reporter": reporter_of(report, at=timezone.now()),
        "offences_suggested": [
            {"cjs_code": offence.code, "title": offence.title, "ho_class": offence.ho_class} for offence in suggested()
        ],
    }


def _order_changes(report: Report, caller: Caller) -> list[Json]:
    """Under which orders it was put, the oldest first; the reference of one that the caller may not read is null."""
    changes = list(report.order_changes.order_by("at", "id"))
    ids = {one for change in changes for one in (change.before_id, change.order_id) if one}
    references: dict[UUID | None, str] = {}
    if ids:
        references |= dict(orders_open_to(caller).filter(pk__in=ids).values_list("pk", "reference"))
        detached = queries.detached_order(report)
        if detached is not None:
            references[detached.id] = detached.reference
    return [
        {
            "from": references.get(change.before_id),
            "to": references.get(change.order_id),
            "attached": change.order_id is not None,
            "reason": change.reason,
            "at": change.at,
            "by": change.staff_id,
        }
        for change in changes
    ]


def _additions(report: Report) -> list[Addition]:
    return list(Addition.objects.filter(report=report).order_by("sent_at", "id"))


def _addition(row: Addition) -> Json:
    return {
        "id": row.id,
        "kind": row.kind,
        "text": row.text,
        "sent_at": row.sent_at,
        "question": row.question_id,
        "immediate_danger": row.immediate_danger,
        "corrects": row.corrects or None,
        "correction": as_sent(row.body_sent) if row.body_sent else None,
        "assurance": row.assurance,
    }


def _asked(question: Question) -> Json:
    return {
        "id": question.id,
        "question": question.text,
        "asked_at": question.asked_at,
        "due": question.due,
        "by": question.staff_id,
        "answered": hasattr(question, "answer"),
    }


def _link(link: linked.Link) -> Json:
    other = link.report
    return {
        "id": other.id,
        "reference": other.reference,
        "status": link.status,
        "grounds": list(link.grounds),
        "reason": link.reason or None,
        "by": link.staff_id or None,
        "at": link.at,
        "state": other.state,
        "received_at": other.received_at,
        "incident_from": other.incident_from,
    }
