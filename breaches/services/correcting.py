"""What a reporter puts right in a report: beside what was said before, which officers go on seeing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import assessing, corrections, messages, queries, returning, routing
from breaches.additions import addition_row
from breaches.corrections import WORDS, Placing, PutRight, content_of
from breaches.models import Addition, Report, ReportPosition
from breaches.places import gazetteer
from breaches.reading import MOST_DRAWN, MOST_JUDGED, Reading, read_report
from breaches.services.submitting import Submission
from breaches.storing import position_columns
from breaches.subjects import people_unknown
from breaches.types import BEHAVIOURS, KINDS, Facts, ReportedContact, ReportedMention, ReportedPosition
from common.problems import Problem
from orders.types import OrderTerms

Json = Mapping[str, Any]
# What of a correction is judged, or says how urgent the report is.
_JUDGED = ("happened", "positions", "contacts", "social", "kinds", "behaviours", "risk")
_READ = ("positions", "contacts", "social", "kinds", "behaviours")
_Item = TypeVar("_Item", bound=ReportedPosition | ReportedContact | ReportedMention)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction as it was kept, and what could not be understood in it."""

    report: Report
    addition: Addition
    warnings: tuple[Problem, ...]


@transaction.atomic(savepoint=False)
def correct_report(*, caller: Caller, key: str, sent: Submission) -> Corrected:
    """Put something right in one's own report: both stay, and what a rule may look at is judged again.

    What was decided stays as it was decided, on the assessment of then.
    """
    report, body = queries.locked_own_report(caller.person, key), sent.body
    now, before = timezone.now(), queries.current_reading(report)
    addition = addition_row(caller, report, "correction", body.get("text") or "", now)
    changed = corrections.put_right(before, body, said_in=str(addition.id))
    sent_at = _find_content(body)
    reading = _read_new(body, changed, sent_at, now)
    addition.corrects, addition.body_sent = body.get("corrects") or "", sent.sent
    addition.immediate_danger = body.get("immediate_danger") is True
    addition.save(force_insert=True)
    returning.bring_back(report, actor=caller.actor, at=now, danger=addition.immediate_danger)
    _store_positions(addition, changed, reading)
    unknown: tuple[Problem, ...] = ()
    if any(body.get(name) is not None for name in _JUDGED):
        facts, terms = _judge_corrected(report, changed, reading, now)
        unknown = people_unknown(caller, replace(reading.facts, accounts=facts.accounts), terms)
    record(actor=caller.actor, action="collection", verb="report_corrected", records=[report.id, addition.id])
    messages.added_to(report)
    new = (_where_sent(warning, sent_at) for warning in (*reading.warnings, *unknown))
    return Corrected(report, addition, (*changed.warnings, *new))


def _find_content(body: Json) -> dict[str, list[int]]:
    """Where in the lists that were sent something is said, and not only struck."""
    return {name: [i for i, item in enumerate(body.get(name) or ()) if content_of(item) is not None] for name in _READ}


def _read_new(body: Json, changed: PutRight, sent_at: Mapping[str, list[int]], now: datetime) -> Reading:
    """What is new in a correction, as it is understood."""
    new: dict[str, Any] = {
        name: [content_of(body[name][index]) for index in indexes] for name, indexes in sent_at.items() if indexes
    }
    if body.get("happened") is not None:
        new["happened"] = changed.current.happened
    return read_report(new, now=now, gazetteer=gazetteer())


def _where_sent(warning: Problem, sent: Mapping[str, list[int]]) -> Problem:
    """A warning about what was read, with the place in what was sent."""
    _, name, *rest = [*warning.pointer.split("/"), ""]
    if name not in sent or not rest[0].isdigit():
        return warning
    path = "/".join(["", name, str(sent[name][int(rest[0])]), *rest[1:]])
    return replace(warning, pointer=path.rstrip("/"))


def _judge_corrected(
    report: Report, changed: PutRight, reading: Reading, now: datetime
) -> tuple[Facts, OrderTerms | None]:
    last = queries.assessments(report)[0]
    facts = _merge_facts(assessing.facts_again(report, last.question["facts"]), changed, reading.facts)
    terms = assessing.terms_of(report)
    judged = assessing.judge(facts, terms, at=now)
    if facts.interval is not None:
        report.incident_from, report.incident_to = facts.interval.start, facts.interval.end
    assessing.keep(report, judged, cause="corrected", at=now, never_lower=True)
    routing.keep_changed_whereabouts(report, routing.whereabouts(facts, judged.answer, at=now), at=now)
    messages.assessed_again(report)
    return facts, terms


def _store_positions(addition: Addition, changed: PutRight, reading: Reading) -> None:
    """Places beside those of the report, each under the number that it has among them."""
    placing = changed.placings.get("positions")
    numbers = [number for number in placing.numbers if number is not None] if placing else []
    ReportPosition.objects.bulk_create(
        ReportPosition(**{**position_columns(placed), "report": addition.report, "said_in": addition, "index": number})
        for number, placed in zip(numbers, reading.positions, strict=False)  # of very many the first are read
    )


def _merge_facts(before: Facts, changed: PutRight, new: Facts) -> Facts:
    """What was understood before, with what is new in its place. A time that cannot be read takes none away."""
    positions, more = _merge_items(before.positions, new.positions, changed.placings.get("positions"))
    contacts, more_contacts = _merge_items(before.contacts, new.contacts, changed.placings.get("contacts"))
    social, more_social = _merge_items(before.social, new.social, changed.placings.get("social"))
    over = {"positions": more, "contacts": more_contacts, "social": more_social}
    words = {name: frozenset(changed.current.list_words(name)[:MOST_JUDGED]) for name in WORDS}
    return replace(
        before,
        interval=new.interval or before.interval,
        kinds=words["kinds"] & KINDS if "kinds" in changed.placings else before.kinds,
        behaviours=words["behaviours"] & BEHAVIOURS if "behaviours" in changed.placings else before.behaviours,
        positions=positions,
        contacts=contacts,
        social=social,
        left_out=before.left_out | new.left_out | {name for name, left in over.items() if left},
    )


def _merge_items(
    before: Sequence[_Item], new: Sequence[_Item], placing: Placing | None
) -> tuple[tuple[_Item, ...], bool]:
    """One list by its numbers, and whether more was said than is judged: then what was said last is judged first.

    Places that an officer took from evidence have no number in it, and stay.
    """
    if placing is None:
        return tuple(before), False
    numbers = [number for number in placing.numbers if number is not None]
    placed: list[_Item] = [replace(item, index=numbers[item.index]) for item in new]
    kept: list[_Item] = [item for item in before if _of_evidence(item) or item.index not in placing.gone]
    chosen: list[_Item] = []
    drawn = 0
    for item in (*placed, *kept):
        is_drawn = _is_drawn(item)
        if len(chosen) < MOST_JUDGED and not (is_drawn and drawn == MOST_DRAWN):
            chosen.append(item)
            drawn += is_drawn
    chosen.sort(key=lambda item: (_of_evidence(item), item.index))
    return tuple(chosen), len(chosen) < len(placed) + len(kept)


def _of_evidence(item: ReportedPosition | ReportedContact | ReportedMention) -> bool:
    return isinstance(item, ReportedPosition) and bool(item.evidence)


def _is_drawn(item: ReportedPosition | ReportedContact | ReportedMention) -> bool:
    return isinstance(item, ReportedPosition) and item.fix is not None and item.fix.spread is not None
