"""A batch of orders from a file into the tables, by the very rules by which one is registered by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from common.problems import Conflict, DomainError, Problem, Refused
from database.copying import copy_in
from geo.zones import Zone, build
from orders import messages, rules
from orders.duties import redraw_duties_replacing
from orders.import_drafts import (
    MOST_PROBLEMS,
    Draft,
    caller_of,
    changes_not_said,
    find_drafts,
    name_change,
    told_in_file,
)
from orders.import_warnings import find_meeting_others, warn_alike_references, warn_beside_others
from orders.imports.entries import Entry
from orders.imports.telling import told
from orders.imports.types import Outcome
from orders.models import (
    ImportedOrder,
    ImportProblem,
    Order,
    OrderImport,
)
from orders.queries import kinds_by_reference
from orders.rules.comparing import changes, says_the_same
from orders.services.registering import LookedUp, body_digest, check, register_version
from orders.storing import Checked, Rows
from orders.timeline import in_force_row

_LONGEST_FIELD, _LONGEST_DO = 200, 300
COUNTS: Mapping[Outcome, str] = {
    "created": "created",
    "versioned": "versioned",
    "duplicate": "duplicates",
    "bad": "bad",
}


def land(job: OrderImport, entries: Sequence[Entry]) -> dict[str, int]:
    """Register what is right, write down what became of each order; how many came out how, and how many `warnings`.

    Inside the caller's transaction. A dry run stores only what became of each.
    """
    drafts = find_drafts(job, entries)
    _decide(job, drafts)
    _keep(job, drafts)
    counts = dict.fromkeys(COUNTS.values(), 0)
    for draft in drafts:
        counts[COUNTS[draft.outcome]] += 1
    return {**counts, "warnings": sum(len(draft.warnings) for draft in drafts)}


def _decide(job: OrderImport, drafts: Sequence[Draft]) -> None:
    """New ones together, since most of a first file is new; the others one by one."""
    caller = caller_of(job)
    kinds = kinds_by_reference(caller, _references_replaced(drafts))
    for draft in drafts:
        # Of a row that could not be split into cells nothing more is known.
        if all(problem.field for problem in draft.problems):
            _check(caller, draft, kinds)
    wanted = [draft for draft in drafts if draft.outcome in ("created", "versioned")]
    new = [draft for draft in wanted if draft.latest is None]
    alone = find_meeting_others(job, new)
    warn_alike_references(job, new, alone)
    if job.dry_run:
        warn_beside_others(job, wanted, alone)
        return
    alone |= {id(draft) for draft in wanted if draft.latest is not None or draft.document.body.get("restricted")}
    together = [draft for draft in wanted if id(draft) not in alone]
    if not _store_together(caller, together):
        alone |= {id(draft) for draft in together}
    for draft in sorted((d for d in wanted if id(d) in alone), key=lambda d: d.entry.reference):
        _register(caller, draft)


def _references_replaced(drafts: Sequence[Draft]) -> set[str]:
    """The references of interim orders that these say they replace."""
    said = (draft.document.body.get("replaces_interim") for draft in drafts)
    return {reference for reference in said if reference}


def _check(caller: Caller, draft: Draft, kinds: Mapping[str, str]) -> None:
    """What is to become of it, by the rules of registering; nothing is stored."""
    latest, stands, body, wrong = draft.latest, draft.stands, draft.document.body, draft.problems
    if stands is not None and not wrong and not draft.document.shape_problems and says_the_same(body, stands.body):
        draft.outcome, draft.version = "duplicate", stands.number
        return
    wrong = [*wrong, *changes_not_said(draft)]
    if stands is not None:
        name_change(draft, stands)
    draft.version = latest.number + 1 if latest else 1
    try:
        draft.verdict = check(
            caller=caller,
            reference=draft.entry.reference,
            number=draft.version,
            document=draft.document,
            latest=latest,
            looked_up=LookedUp(kinds),  # what is alike is looked up for all together (`warn_alike_references`)
        )
    except Refused as refused:
        draft.refuse([*wrong, *told_in_file(draft, [*refused.problems, *_never_found(rules.find_unusable(body))])])
    except Conflict as conflict:
        draft.refuse([*wrong, draft.entry.told(Problem("", conflict.code, conflict.detail))])
    else:
        wrong = [*wrong, *told_in_file(draft, _never_found(draft.verdict.warnings))]
        if wrong:
            draft.refuse(wrong)
            return
        if draft.verdict.repeats:
            draft.outcome, draft.version = "duplicate", draft.verdict.base
            draft.add_warnings(draft.verdict.warnings)
            return
        if latest is None:
            draft.built = _built(draft.verdict)
        draft.outcome = "versioned" if latest else "created"
        draft.changes = _list_changes(draft)
        draft.add_warnings(draft.verdict.warnings)


def _list_changes(draft: Draft) -> Sequence[str]:
    """Where the document differs from the version that it changes: of a correction, from the one that it corrects."""
    base, stands = draft.verdict.base if draft.verdict else None, draft.stands
    if stands is None or base is None:
        return ()
    known = stands if base == stands.number else stands.order.versions.defer("body_sent").get(number=base)
    return changes(draft.document.body, known.body)


def _never_found(warnings: Iterable[Problem]) -> list[Problem]:
    """Warnings of a PUT that refuse an order in a file: what a spreadsheet or a clerk made of a number is best put
    right where it still stands, and nobody reads the warnings of a hundred thousand orders."""
    return [warning for warning in warnings if warning.code in rules.NEVER_FOUND]


def _built(verdict: rules.Verdict) -> dict[tuple[int, int], Zone]:
    """Zones while they are still at hand from being read: made ready anew they cost as much again."""
    return {place: build(reading.shape) for place, reading in verdict.shapes.items() if reading.shape is not None}


def _store_together(caller: Caller, drafts: Sequence[Draft]) -> bool:
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


def _store(caller: Caller, drafts: Sequence[Draft]) -> None:
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


def _checked(caller: Caller, draft: Draft, order: Order, now: datetime) -> Checked:
    if draft.verdict is None:
        raise ValueError("an order that was not checked is not stored")
    document = draft.document
    digest = body_digest(draft.value)
    return Checked(
        order, 1, document.body, document.sent, digest, draft.verdict, (), now, recorded_by=caller.id, built=draft.built
    )


def _register(caller: Caller, draft: Draft) -> None:
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
        draft.refuse(told_in_file(draft, refused.problems))
    except OperationalError:
        raise
    except (DomainError, DatabaseError):
        draft.refuse([told(draft.entry.row, "", "row_not_stored")])
    else:
        draft.add_warnings(
            Problem(warning["pointer"], warning["code"], warning["detail"]) for warning in version.warnings
        )


def _keep(job: OrderImport, drafts: Sequence[Draft]) -> None:
    """Write down what became of each, and every mistake. A reference is kept once: where it first stood."""
    ImportProblem.objects.bulk_create(
        ImportProblem(
            job=job, row=p.row, field=p.field[:_LONGEST_FIELD], code=p.code, do=p.do[:_LONGEST_DO], severity=severity
        )
        for draft in drafts
        for severity, problems in (("error", draft.problems[:MOST_PROBLEMS]), ("warning", draft.warnings))
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
