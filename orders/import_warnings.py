"""What a file's orders are warned of beside others: those on record, and those that stand before them in the file."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from django.utils import timezone

from geo.shapes import shape_sha256
from orders import rules
from orders.import_drafts import Draft
from orders.matching import respondent_digests
from orders.models import MatchKey, Order, OrderImport, PersonIdentifier
from orders.queries.alike import find_alike_references, reference_warnings
from orders.queries.interims import meant_interims
from orders.queries.people import warnings_beside_others
from orders.rules.compatibility import OtherOrder, incompatibilities
from orders.rules.references import is_alike_reference
from orders.types import Period


def find_meeting_others(job: OrderImport, drafts: Sequence[Draft]) -> set[int]:
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


def order_registered(drafts: Sequence[Draft], alone: AbstractSet[int]) -> list[Draft]:
    """Drafts in the order in which they are registered: together what meets nobody, then each `alone`, by reference."""
    together = [draft for draft in drafts if id(draft) not in alone]
    one_by_one = [draft for draft in drafts if id(draft) in alone]
    return [*together, *sorted(one_by_one, key=lambda draft: draft.entry.reference)]


def warn_alike_references(job: OrderImport, drafts: Sequence[Draft], alone: AbstractSet[int]) -> None:
    """`reference_alike` for new orders beside those on record, and beside those that come before them in this batch."""
    known = find_alike_references(job.force_id, [draft.entry.reference for draft in drafts])
    above: list[str] = []
    for draft in order_registered(drafts, alone):
        reference = draft.entry.reference
        alike = [*known.get(reference, ()), *(one for one in above if is_alike_reference(reference, one))]
        if draft.verdict and alike:
            warnings = (*draft.verdict.warnings, *reference_warnings(sorted(set(alike))))
            draft.verdict = replace(draft.verdict, warnings=warnings)
            draft.add_warnings(warnings)
        if not draft.document.body.get("restricted"):
            above.append(reference)


def warn_beside_others(job: OrderImport, drafts: Sequence[Draft], alone: AbstractSet[int]) -> None:
    """What registering each of a dry run would warn of: beside orders on record, and beside those of its batch.

    `alone` are the ids of new drafts whose respondent may be in another order; later versions are looked at too.
    """
    closer = {id(draft) for draft in drafts if draft.latest is not None or id(draft) in alone}
    before: list[Draft] = []
    for draft in order_registered(drafts, closer):
        if id(draft) not in closer:
            before.append(draft)
            continue
        verdict = draft.verdict
        if verdict is None:
            raise ValueError("an order that was not checked is not warned of")
        beside = warnings_beside_others(
            draft.latest.order if draft.latest else Order(force_id=job.force_id, reference=draft.entry.reference),
            draft.document.body,
            period=_period_of(draft),
            shapes=verdict.shapes,
            at=timezone.now(),
            new=draft.latest is None,
        )
        in_file = incompatibilities(draft.document.body, verdict.shapes, _find_live_in_file(job, draft, before))
        draft.add_warnings([*verdict.warnings, *beside, *in_file])
        if draft.latest is None:
            before.append(draft)


def _find_live_in_file(job: OrderImport, draft: Draft, before: Sequence[Draft]) -> list[OtherOrder]:
    """The terms of those before it that may be against the same person, in force in any part of its time from now."""
    force, body = job.force_id, draft.document.body
    mine, period = set(respondent_digests(force=force, body=body)), _period_of(draft)
    begins = max(period.start, timezone.now())
    replaced = meant_interims(body, [other.entry.reference for other in before])
    return [
        OtherOrder(other.entry.reference, other.document.body, _list_drawings(other))
        for other in before
        if not other.document.body.get("restricted")
        and other.entry.reference not in replaced
        and mine.intersection(respondent_digests(force=force, body=other.document.body))
        and _periods_overlap(_period_of(other), Period(begins, period.end))
    ]


def _period_of(draft: Draft) -> Period:
    return (draft.verdict.period if draft.verdict else None) or rules.period_of(draft.document.body)


def _periods_overlap(one: Period, other: Period) -> bool:
    ends = [period.end for period in (one, other) if period.end is not None]
    return max(one.start, other.start) < min(ends) if ends else True


def _list_drawings(draft: Draft) -> dict[str, str]:
    shapes = draft.verdict.shapes if draft.verdict else {}
    return {
        zone["code"]: shape_sha256(reading.shape)
        for index, condition in enumerate(draft.document.body["conditions"])
        for inner, zone in enumerate(condition.get("zones") or ())
        if (reading := shapes.get((index, inner))) and reading.shape is not None
    }
