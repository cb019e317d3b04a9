"""What a reporter adds to a report, changes in it, and takes back: always beside it, never in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import assessing, messages, queries, workflow
from breaches.models import Addition, Report, Withdrawal
from breaches.moving import moved
from breaches.places import gazetteer
from breaches.reading import read_report
from breaches.services.submitting import Submission
from breaches.subjects import people_unknown
from breaches.types import Facts
from common.problems import Problem
from orders.queries import terms_by_id
from orders.types import OrderTerms

Json = Mapping[str, Any]
# What of a correction is judged: each stands in place of what was said before of the same.
_JUDGED = ("happened", "positions", "contacts", "social")


@dataclass(frozen=True, slots=True)
class Said:
    """What a reporter says later. `immediate_danger` puts the report first in the queue, whatever it was."""

    text: str
    immediate_danger: bool = False


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction as it was kept, and what could not be understood in it."""

    report: Report
    addition: Addition
    warnings: tuple[Problem, ...]


@transaction.atomic(savepoint=False)
def add_message(*, caller: Caller, key: str, said: Said) -> Addition:
    """Say more about one's own report. Where a question waits, this answers it."""
    return _add(caller, queries.locked_own_report(caller.person, key), said)


@transaction.atomic(savepoint=False)
def add_by_receipt(*, caller: Caller, report_id: UUID, said: Said) -> Addition:
    """The same for somebody without an account, who has shown the receipt of this report."""
    return _add(caller, Report.objects.select_for_update(of=("self",)).get(pk=report_id), said)


@transaction.atomic(savepoint=False)
def correct(*, caller: Caller, key: str, sent: Submission) -> Corrected:
    """Put something right in one's own report: both stay, and what a rule may look at is judged again."""
    report, now, body = queries.locked_own_report(caller.person, key), timezone.now(), sent.body
    reading = read_report(_as_corrected(report, body), now=now, gazetteer=gazetteer())
    addition = _row(caller, report, "correction", body["text"], now)
    addition.corrects, addition.body_sent = body.get("corrects", ""), sent.sent
    addition.save(force_insert=True)
    unknown: tuple[Problem, ...] = ()
    if any(body.get(name) is not None for name in _JUDGED):
        facts, terms = _judge(report, body, reading.facts, now)
        unknown = people_unknown(caller, replace(reading.facts, accounts=facts.accounts), terms)
    else:
        _bump(report)
    record(actor=caller.actor, action="collection", verb="report_corrected", records=[report.id, addition.id])
    messages.added_to(report)
    return Corrected(report, addition, (*reading.warnings, *unknown))


@transaction.atomic(savepoint=False)
def withdraw(*, caller: Caller, key: str, reason: str) -> Report:
    """Take one's report back. It is kept, and an officer decides what becomes of it. Done twice, once."""
    report = queries.locked_own_report(caller.person, key)
    _, new = Withdrawal.objects.get_or_create(
        report=report,
        defaults={"reason": reason, "withdrawn_at": timezone.now(), "withdrawn_by": caller.id},
    )
    if new:
        _bump(report)
        record(actor=caller.actor, action="alteration", verb="report_withdrawn", records=[report.id])
        messages.withdrawn(report)
    return report


def _add(caller: Caller, report: Report, said: Said) -> Addition:
    question, now = queries.open_question(report), timezone.now()
    addition = _row(caller, report, "answer" if question else "message", said.text, now)
    addition.question, addition.immediate_danger = question, said.immediate_danger
    addition.save(force_insert=True)
    record(actor=caller.actor, action="collection", verb="report_added_to", records=[report.id, addition.id])
    if said.immediate_danger:
        _first_in_the_queue(report)
    answer_move = workflow.move("answer", report.state)
    if question is None or answer_move is None:
        _bump(report)
        messages.added_to(report)
    else:
        report.claimed_by_id, report.claimed_at = question.asked_by_id, now
        moved(caller, report, answer_move)
    return addition


def _row(caller: Caller, report: Report, kind: str, text: str, now: datetime) -> Addition:
    return Addition(
        report=report,
        kind=kind,
        text=text,
        sent_at=now,
        sender_kind=caller.kind,
        sender=caller.id,
        staff_id=caller.staff_id,
    )


def _first_in_the_queue(report: Report) -> None:
    report.priority = 1
    report.priority_reasons = list(dict.fromkeys(["immediate_danger", *report.priority_reasons]))
    report.save(update_fields=["priority", "priority_reasons"])
    messages.danger(report)


def _bump(report: Report) -> None:
    """Whoever decides now has not seen this: their ETag is of before. What was put aside is to be seen again."""
    report.version, report.snoozed_until = report.version + 1, None
    report.save(update_fields=["version", "snoozed_until"])


def _as_corrected(report: Report, body: Json) -> dict[str, Any]:
    """The part of a correction that is read. Of a time, what is not said again stays as it was said first."""
    read = {name: body[name] for name in _JUDGED if body.get(name) is not None}
    if "happened" in read:
        first = json.loads(report.body_sent).get("happened") or {}
        read["happened"] = {**first, **{name: value for name, value in read["happened"].items() if value is not None}}
    return read


def _judge(report: Report, body: Json, read: Facts, now: datetime) -> tuple[Facts, OrderTerms | None]:
    last = queries.assessments(report)[0]
    facts = assessing.facts_again(report, last.question["facts"])
    names = {"happened": "interval", "positions": "positions", "contacts": "contacts", "social": "social"}
    said = {names[name]: getattr(read, names[name]) for name in _JUDGED if body.get(name) is not None}
    if "positions" in said:
        said["positions"] = (*said["positions"], *(p for p in facts.positions if p.evidence))
    facts = replace(facts, **said)
    terms = terms_by_id(report.order_id) if report.order_id else None
    judged = assessing.judge(facts, terms, at=now)
    if facts.interval is not None:
        report.incident_from, report.incident_to = facts.interval.start, facts.interval.end
    assessing.keep(report, judged, cause="corrected", at=now, never_lower=True)
    messages.assessed_again(report)
    return facts, terms
