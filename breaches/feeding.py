"""The feed of decisions that a force reads at `GET /force/breaches`: what is added to it, and its numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from breaches.models import BreachEntry, Decision, Report
from breaches.queries import readers_of
from common.ids import uuid7
from webhooks.models import Event
from webhooks.numbering import hold

_AT_A_TIME = 1_000


def add_decision(report: Report, decision: Decision, earlier: Sequence[Decision]) -> None:
    """Add what a decision changes for those who were told of an earlier one, or are to be told of this one.

    The same decision again changes nothing, and neither does opening a report again: what was decided stands until
    it is decided otherwise. `earlier` are the report's decisions before it, the newest first. Call it with the
    report's row held and in the state that follows from the decision.
    """
    told = _find_standing_entries(report.id)
    if told and earlier and _decides_alike(decision, earlier[0]):
        return
    entries = [_build_entry(report, decision, force, overturns=key) for force, key in told.items()]
    if report.order is not None and report.order.restricted:
        _strip_entries(entries)
    if decision.kind == "verified":
        forces = dict.fromkeys([report.force_id, *(copy.force_id for copy in readers_of(report)), *told])
        entries += [_build_entry(report, decision, force) for force in forces]
    BreachEntry.objects.bulk_create(entries)


def _strip_entries(entries: Sequence[BreachEntry]) -> None:
    """Of `overturned` entries about a restricted order leave those bare that take back what may have been read.

    Whoever read that would keep it for true (rule 81 closes the rest to them): they are told that it does not stand,
    and nothing of the order or of what was decided.
    """
    keys = [entry.overturns for entry in entries if entry.overturns]
    seen = set(BreachEntry.objects.filter(key__in=keys, sequence__gte=1).values_list("key", flat=True))
    for entry in entries:
        if entry.overturns in seen:
            entry.about, entry.order_reference, entry.order_force, entry.state = None, "", "", BreachEntry.BARE


def tell_new_readers(report: Report) -> None:
    """Add the decision that stands for those who read the report since, by a transfer, and were never told of it.

    It is a new entry at the end of their own feed. Call it with the report's row held and its readers stored.
    """
    decision = report.decisions.order_by("-decided_at", "-id").select_related("assessment").first()
    if decision is None or decision.kind != BreachEntry.VERIFIED:
        return
    told = _find_standing_entries(report.id)
    forces = dict.fromkeys([report.force_id, *(copy.force_id for copy in readers_of(report))])
    entries = [_build_entry(report, decision, force) for force in forces if force not in told]
    for entry in entries:
        entry.state = decision.kind  # as it was decided, whatever became of the report since
    BreachEntry.objects.bulk_create(entries)


def _find_standing_entries(report: UUID) -> dict[str, UUID]:
    """Of each force that was told that this report is verified and not otherwise since: by which entry."""
    rows = BreachEntry.objects.filter(report=report).order_by("id").values_list("force_id", "kind", "key")
    newest = {force: (kind, key) for force, kind, key in rows}
    return {force: key for force, (kind, key) in newest.items() if kind == BreachEntry.VERIFIED}


def _decides_alike(one: Decision, other: Decision) -> bool:
    """Whether the same views, offences and assessment: the words of the reasons do not count."""
    return _content_of(one) == _content_of(other)


def _content_of(decision: Decision) -> tuple[Any, ...]:
    views = {(finding["clause"], finding["view"]) for finding in decision.findings}
    return decision.kind, decision.assessment_id, views, set(decision.offences)


def _build_entry(report: Report, decision: Decision, force: str, *, overturns: UUID | None = None) -> BreachEntry:
    order = report.order
    return BreachEntry(
        force_id=force,
        key=uuid7(),
        kind=BreachEntry.OVERTURNED if overturns else BreachEntry.VERIFIED,
        report=report.id,
        decision=decision.id,
        overturns=overturns,
        decided_at=decision.decided_at,
        reference=report.reference,
        state=report.state,
        about=order.id if order else None,
        order_reference=order.reference if order else "",
        order_force=order.force_id if order else "",
    )


def entries_after(*, force: str, sequence: int, limit: int) -> list[BreachEntry]:
    """At most `limit` entries of a force above a number, lowest first; what is committed is numbered first."""
    while _number_entries(force) == _AT_A_TIME:
        continue
    rows = _entries_shown_to(force).filter(sequence__gt=sequence).order_by("sequence")
    return list(rows[:limit])


def _entries_shown_to(force: str) -> QuerySet[BreachEntry]:
    """Entries of which the force may hear: not those about an order of which it is told nothing (rule 81)."""
    quiet = Event.objects.filter(force=force, about=OuterRef("about"), quiet=True)
    return BreachEntry.objects.filter(Q(about=None) | ~Exists(quiet), force=force)


def _number_entries(force: str) -> int:
    """Number what this force has committed, oldest first and at most `_AT_A_TIME`; how many that were."""
    waiting = _entries_shown_to(force).filter(sequence=None)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        hold(force)  # a number once seen is never preceded by one given later
        last = BreachEntry.objects.filter(force=force).aggregate(last=Max("sequence"))["last"] or 0
        ids = list(waiting.order_by("id").values_list("id", flat=True)[:_AT_A_TIME])
        for number, row in enumerate(ids, start=last + 1):
            BreachEntry.objects.filter(pk=row).update(sequence=number)
    return len(ids)


def place_of_event(force: str, sequence: int) -> int:
    """Where somebody goes on who read the feed up to an event, when it was one of events.

    Before the first entry that they cannot have read: one numbered later then, or one that takes another back.
    What they read already may come again, under its own id.
    """
    entries_after(force=force, sequence=0, limit=1)
    unread = Q(event_sequence=None) | Q(event_sequence__gt=sequence)
    rows = BreachEntry.objects.filter(unread, force=force, sequence__gte=1)
    first = rows.order_by("sequence").values_list("sequence", flat=True).first()
    last = BreachEntry.objects.filter(force=force).aggregate(last=Max("sequence"))["last"] or 0
    return (first - 1 if first else last) or 0


def reports_kept(reports: Collection[UUID]) -> set[UUID]:
    """Those of the reports that the caller's force was told of which are on record, whether or not it may read them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_reports_kept(%s)", [list(reports)])
        found: list[UUID] | None = cursor.fetchone()[0]
    return set(found or ())


def decisions_behind(entries: Collection[BreachEntry]) -> dict[UUID, Decision]:
    """The decisions that these entries tell of; of an erased report there is none."""
    rows = Decision.objects.filter(pk__in=[entry.decision for entry in entries])
    return {row.id: row for row in rows.select_related("assessment", "report__order")}
