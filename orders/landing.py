"""A batch of orders from a file into the tables, by the very rules by which one is registered by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from common.problems import Conflict, DomainError, Problem, Refused
from database.copying import copy_in
from edge.drafts import read_draft
from geo.zones import Zone, build
from orders import messages, rules
from orders.duties import redraw_duties_replacing
from orders.imports.comparing import changes, removals, says_the_same
from orders.imports.entries import Entry
from orders.imports.telling import RowProblem, told
from orders.imports.types import Outcome
from orders.matching import respondent_digests
from orders.models import (
    ImportedOrder,
    ImportProblem,
    InForce,
    MatchKey,
    Order,
    OrderImport,
    OrderVersion,
    PersonIdentifier,
)
from orders.queries import closed_among, kinds_by_reference, orders_open_to
from orders.queries.people import warnings_beside_others
from orders.serializers.document import OrderDocument
from orders.services.readers import note_attempt
from orders.services.registering import Document, body_digest, check, register_version
from orders.storing import Checked, Rows
from orders.timeline import in_force_row

# Nobody puts right more than this in one order at a time.
_MOST_PROBLEMS = 50
_LONGEST_FIELD, _LONGEST_DO = 200, 300
COUNTS: Mapping[Outcome, str] = {
    "created": "created",
    "versioned": "versioned",
    "duplicate": "duplicates",
    "bad": "bad",
}


@dataclass(slots=True)
class _Draft:
    """An order of the file with its document, and what becomes of it. `latest` None: not known before.

    `stands` is the version on record that the file is compared with.
    """

    entry: Entry
    value: dict[str, Any]
    document: Document
    latest: OrderVersion | None
    stands: OrderVersion | None = None
    verdict: rules.Verdict | None = None
    built: Mapping[tuple[int, int], Zone] = field(default_factory=dict)
    outcome: Outcome = "bad"
    problems: Sequence[RowProblem] = ()
    repeated: bool = False
    version: int | None = None
    changes: Sequence[str] = ()
    warnings: Sequence[RowProblem] = ()

    def refuse(self, problems: Sequence[RowProblem]) -> None:
        self.outcome, self.problems, self.version, self.changes, self.warnings = "bad", problems, None, (), ()

    def warn(self, warnings: Iterable[Problem]) -> None:
        """What PUT would have answered with, in the file's own words."""
        found = dict.fromkeys(self.entry.told(warning) for warning in warnings)
        self.warnings = list(found)[:_MOST_PROBLEMS]


def caller_of(job: OrderImport) -> Caller:
    """The system that sent the file: everything in it is recorded as its doing."""
    return Caller(kind="force_system", id=job.requested_by, force=job.force_id)


def land(job: OrderImport, entries: Sequence[Entry]) -> dict[str, int]:
    """Register what is right, write down what became of each order; how many came out how, and how many `warnings`.

    Inside the caller's transaction. A dry run stores only what became of each.
    """
    drafts = _drafts(job, entries)
    _decide(job, drafts)
    _keep(job, drafts)
    counts = dict.fromkeys(COUNTS.values(), 0)
    for draft in drafts:
        counts[COUNTS[draft.outcome]] += 1
    return {**counts, "warnings": sum(len(draft.warnings) for draft in drafts)}


def _drafts(job: OrderImport, entries: Sequence[Entry]) -> list[_Draft]:
    references = sorted({entry.reference for entry in entries if entry.reference})
    seen = set(ImportedOrder.objects.filter(job=job, reference__in=references).values_list("reference", flat=True))
    latest, closed = _latest(job, references), closed_among(caller_of(job), references)
    standing = _find_standing(latest)
    note_attempt(caller=caller_of(job), records=closed.values())
    drafts = []
    for entry in entries:
        draft = _draft(entry, latest.get(entry.reference), standing.get(entry.reference))
        draft.repeated = entry.reference in seen
        if draft.repeated:
            draft.refuse([told(entry.row, "", "reference_repeated")])
        elif entry.reference in closed:  # not told from any other row that could not be stored (rule 81)
            draft.refuse([told(entry.row, "", "row_not_stored")])
        elif entry.reference:
            seen.add(entry.reference)
        drafts.append(draft)
    return drafts


def _latest(job: OrderImport, references: Sequence[str]) -> dict[str, OrderVersion]:
    """The latest versions of the orders that are known, whose rows are then held."""
    orders = orders_open_to(caller_of(job)).filter(reference__in=references).order_by("reference")
    held = list(orders if job.dry_run else orders.select_for_update(of=("self",)))
    versions = OrderVersion.objects.filter(order__in=held).select_related("order").order_by("order_id", "-number")
    return {version.order.reference: version for version in versions.distinct("order_id").defer("body_sent")}


def _find_standing(latest: Mapping[str, OrderVersion]) -> dict[str, OrderVersion]:
    """The version of each order that governs last: a correction of an early one is the newest, and not that."""
    times = InForce.objects.filter(order__in=[version.order_id for version in latest.values()], known__upper_inf=True)
    rows = times.select_related("version__order").order_by("order_id", "-during").distinct("order_id") if latest else ()
    last = {row.order_id: row.version for row in rows}
    return {reference: last.get(version.order_id, version) for reference, version in latest.items()}


def _draft(entry: Entry, latest: OrderVersion | None, stands: OrderVersion | None) -> _Draft:
    value = entry.doc
    read, problems = read_draft(value, OrderDocument)
    body = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    draft = _Draft(entry, value, Document(body, entry.sent, tuple(problems)), latest, stands)
    draft.problems = entry.problems
    return draft


def _decide(job: OrderImport, drafts: Sequence[_Draft]) -> None:
    """New ones together, since most of a first file is new; the others one by one."""
    caller = caller_of(job)
    kinds = kinds_by_reference(caller, _replaced(drafts))
    for draft in drafts:
        # Of a row that could not be split into cells nothing more is known.
        if all(problem.field for problem in draft.problems):
            _check(caller, draft, kinds)
    wanted = [draft for draft in drafts if draft.outcome in ("created", "versioned")]
    alone = _meeting_others(job, [draft for draft in wanted if draft.latest is None])
    if job.dry_run:
        _warn_beside_others(job, [draft for draft in wanted if draft.latest is not None or id(draft) in alone])
        return
    alone |= {id(draft) for draft in wanted if draft.latest is not None or draft.document.body.get("restricted")}
    together = [draft for draft in wanted if id(draft) not in alone]
    if not _store_together(caller, together):
        alone |= {id(draft) for draft in together}
    for draft in sorted((d for d in wanted if id(d) in alone), key=lambda d: d.entry.reference):
        _register(caller, draft)


def _replaced(drafts: Sequence[_Draft]) -> set[str]:
    """The references of interim orders that these say they replace."""
    said = (draft.document.body.get("replaces_interim") for draft in drafts)
    return {reference for reference in said if reference}


def _check(caller: Caller, draft: _Draft, kinds: Mapping[str, str]) -> None:
    """What is to become of it, by the rules of registering; nothing is stored."""
    latest, stands, body, wrong = draft.latest, draft.stands, draft.document.body, draft.problems
    if stands is not None and not wrong and not draft.document.shape_problems and says_the_same(body, stands.body):
        draft.outcome, draft.version = "duplicate", stands.number
        return
    wrong = [*wrong, *_not_said(draft)]
    if stands is not None:
        _name_change(draft, stands)
    draft.version = latest.number + 1 if latest else 1
    try:
        draft.verdict = check(caller=caller, number=draft.version, document=draft.document, latest=latest, kinds=kinds)
    except Refused as refused:
        draft.refuse([*wrong, *_told(draft, [*refused.problems, *_never_found(rules.find_unusable(body))])])
    except Conflict as conflict:
        draft.refuse([*wrong, draft.entry.told(Problem("", conflict.code, conflict.detail))])
    else:
        wrong = [*wrong, *_told(draft, _never_found(draft.verdict.warnings))]
        if wrong:
            draft.refuse(wrong)
            return
        if latest is None:
            draft.built = _built(draft.verdict)
        draft.outcome = "versioned" if latest else "created"
        draft.changes = changes(draft.document.body, stands.body) if stands else ()
        draft.warn(draft.verdict.warnings)


def _never_found(warnings: Iterable[Problem]) -> list[Problem]:
    """Warnings of a PUT that refuse an order in a file: what a spreadsheet or a clerk made of a number is best put
    right where it still stands, and nobody reads the warnings of a hundred thousand orders."""
    return [warning for warning in warnings if warning.code in rules.NEVER_FOUND]


def _not_said(draft: _Draft) -> list[RowProblem]:
    """Of an order on record: that the file does not say what kind of change this is, and what it would take away.

    Nothing that a file leaves out is taken for struck out: rows get lost, and with them a place he must not be at.
    """
    if draft.stands is None or _said_change(draft) is not None:
        return []
    found = [Problem("/change/kind", "change_needed", "Say what kind of change this is.")]
    if not draft.problems and not draft.document.shape_problems:
        found += removals(draft.document.body, draft.stands.body)
    return [draft.entry.told(problem) for problem in found]


def _said_change(draft: _Draft) -> str | None:
    """The kind of change that the file names, in its own column or by the code of an application."""
    said = draft.value.get("change") or {}
    kind = said.get("kind") if isinstance(said, dict) else "unreadable"
    if kind in (None, "made"):
        return draft.entry.applied_for if draft.entry.applied_for in ("variation", "renewal") else None
    return str(kind)


def _built(verdict: rules.Verdict) -> dict[tuple[int, int], Zone]:
    """Zones while they are still at hand from being read: made ready anew they cost as much again."""
    return {place: build(reading.shape) for place, reading in verdict.shapes.items() if reading.shape is not None}


def _name_change(draft: _Draft, stands: OrderVersion) -> None:
    """The change that an application code says. One that the file does not name is looked at as if it were a
    correction, so that all else that is wrong with it is told too; it is refused (`_not_said`)."""
    said = draft.value.get("change") or {}
    if not isinstance(said, dict) or said.get("kind") not in (None, "made"):
        return
    if draft.entry.applied_for in ("variation", "renewal"):
        change = {**said, "kind": draft.entry.applied_for}
    else:
        day = (stands.body.get("change") or {}).get("decided_on") or draft.document.body.get("made_on")
        change = {"kind": "correction", "decided_on": day}
    draft.value = {**draft.value, "change": change}
    body = {**draft.document.body, "change": change}
    draft.document = Document(body, draft.document.sent, draft.document.shape_problems)


def _told(draft: _Draft, problems: Iterable[Problem]) -> list[RowProblem]:
    """In the file's own words; a cell that was told already is not told again."""
    found: dict[tuple[int, str, str], RowProblem] = {}
    cells = {(problem.row, problem.field) for problem in draft.problems}
    for problem in problems:
        row = draft.entry.told(problem)
        if (row.row, row.field) not in cells:
            found.setdefault((row.row, row.field, row.code), row)
    return list(found.values())


def _meeting_others(job: OrderImport, drafts: Sequence[_Draft]) -> set[int]:
    """Those whose respondent may be in another order of the force, or of this batch: they need a closer look."""
    digests = {id(draft): respondent_digests(force=job.force_id, body=draft.document.body) for draft in drafts}
    everyone = {digest for found in digests.values() for digest in found}
    # A digest holds the force: none is ever found in another's.
    known = MatchKey.objects.filter(digest__in=everyone).values_list("digest", flat=True).distinct()
    learned = PersonIdentifier.objects.filter(mark_digests__overlap=list(everyone), retired_at=None)
    marks = [digest for found in learned.values_list("mark_digests", flat=True) for digest in found]
    seen = {bytes(digest) for digest in (*known, *marks)}
    meeting = set()
    for draft_id, found in digests.items():
        if seen.intersection(found):
            meeting.add(draft_id)
        seen.update(found)
    return meeting


def _warn_beside_others(job: OrderImport, drafts: Sequence[_Draft]) -> None:
    """What registering each would warn of beside the orders on record: those of its own file are not there yet."""
    for draft in drafts:
        body, verdict = draft.document.body, draft.verdict
        if verdict is None:
            raise ValueError("an order that was not checked is not warned of")
        beside = warnings_beside_others(
            draft.latest.order if draft.latest else Order(force_id=job.force_id, reference=draft.entry.reference),
            body,
            period=verdict.period or rules.period_of(body),
            shapes=verdict.shapes,
            at=timezone.now(),
            new=draft.latest is None,
        )
        draft.warn([*verdict.warnings, *beside])


def _store_together(caller: Caller, drafts: Sequence[_Draft]) -> bool:
    """New orders in one statement a table. False where the database refused one: then nothing of it is stored."""
    if not drafts:
        return True
    try:
        with transaction.atomic():
            _store(caller, drafts)
    except OperationalError:
        raise
    except DatabaseError:
        return False
    return True


def _store(caller: Caller, drafts: Sequence[_Draft]) -> None:
    # Sorted, so that two imports wait for each other in one direction only.
    now = timezone.now()
    orders = [
        Order(force_id=caller.force, reference=reference, created_at=now)
        for reference in sorted(draft.entry.reference for draft in drafts)
    ]
    copy_in(orders)
    by_reference, rows = {order.reference: order for order in orders}, Rows()
    for draft in drafts:
        rows.add(_checked(caller, draft, by_reference[draft.entry.reference], now))
    rows.store_new()
    periods = [(version, rules.period_of(version.body)) for version in rows.versions]
    copy_in(
        [
            in_force_row(version.order_id, version.id, period, known_from=now)
            for version, period in periods
            if rules.in_force_periods([period])[0] is not None
        ]
    )
    # Of an order that nobody has served no notification duty arises: `orders.duties` would find none. One on record
    # may have said that it replaces an interim order that came only now.
    interims = [version.order.reference for version in rows.versions if version.kind == "interim"]
    if interims:
        redraw_duties_replacing(caller.force, interims)
    ids = [identifier for version in rows.versions for identifier in (version.order_id, version.id)]
    record(actor=caller.actor, action="collection", verb="order_version_registered", records=ids)
    messages.registered([(version.order, rules.status_in(period, at=now)) for version, period in periods])


def _checked(caller: Caller, draft: _Draft, order: Order, now: datetime) -> Checked:
    if draft.verdict is None:
        raise ValueError("an order that was not checked is not stored")
    document = draft.document
    digest = body_digest(draft.value)
    return Checked(
        order, 1, document.body, document.sent, digest, draft.verdict, (), now, recorded_by=caller.id, built=draft.built
    )


def _register(caller: Caller, draft: _Draft) -> None:
    """One by itself, in a savepoint: whatever refuses it takes no other with it."""
    try:
        with transaction.atomic():
            version, _ = register_version(
                caller=caller,
                reference=draft.entry.reference,
                number=draft.version or 1,
                document=draft.document,
                digest=body_digest(draft.value),
            )
    except Refused as refused:
        draft.refuse(_told(draft, refused.problems))
    except OperationalError:
        raise
    except (DomainError, DatabaseError):
        draft.refuse([told(draft.entry.row, "", "row_not_stored")])
    else:
        draft.warn(Problem(warning["pointer"], warning["code"], warning["detail"]) for warning in version.warnings)


def _keep(job: OrderImport, drafts: Sequence[_Draft]) -> None:
    """Write down what became of each, and every mistake. A reference is kept once: where it first stood."""
    ImportProblem.objects.bulk_create(
        ImportProblem(
            job=job, row=p.row, field=p.field[:_LONGEST_FIELD], code=p.code, do=p.do[:_LONGEST_DO], severity=severity
        )
        for draft in drafts
        for severity, problems in (("error", draft.problems[:_MOST_PROBLEMS]), ("warning", draft.warnings))
        for p in problems
    )
    rows = [
        ImportedOrder(
            job=job,
            row=draft.entry.row,
            reference=draft.entry.reference,
            outcome=draft.outcome,
            version=draft.version,
            changes=list(draft.changes),
        )
        for draft in drafts
        if draft.entry.reference and not draft.repeated
    ]
    copy_in(rows)
