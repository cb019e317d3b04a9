"""Reading what is kept, until when, and what a request for one's own data is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from breaches.models import Report
from common.london import civil_date
from common.problems import NotFound
from database.locks import hold
from orders.models import OrderVersion
from retention.models import AccessDecision, AccessRequest, Disposal, HoldAct, Review
from retention.rules import review_on
from retention.types import UNREVIEWED, Keeping, RecordKind


def keeping_of(reports: Iterable[Report]) -> dict[UUID, Keeping]:
    """How each stands, by its id, in two statements for all of them."""
    rows = list(reports)
    ids = [report.id for report in rows]
    reviews = {r.report: r for r in Review.objects.filter(report__in=ids).order_by("reviewed_at", "id")}
    holds = {h.report: h.held for h in HoldAct.objects.filter(report__in=ids).order_by("at", "id")}
    return {r.id: _keeping(r, reviews.get(r.id), held=holds.get(r.id, False)) for r in rows}


def _keeping(report: Report, review: Review | None, *, held: bool) -> Keeping:
    if review is None:
        return Keeping(UNREVIEWED, review_on(civil_date(report.received_at), UNREVIEWED), held, reviewed=False)
    return Keeping(review.group, review.review_on, held, reviewed=True)  # type: ignore[arg-type]


def due(force: str, *, on: date) -> QuerySet[Report]:
    """Reports of a force that may have to be looked at by that day: those that no review has put off beyond it."""
    later = Review.objects.filter(review_on__gt=on).values("report")
    return Report.objects.filter(force_id=force).exclude(pk__in=later)


def disposal_of(force: str, disposal: UUID) -> Disposal:
    """Held until the end of the transaction; `NotFound` for another force's."""
    hold(f"disposal {disposal}")  # a row that is only ever added cannot be held itself
    found = Disposal.objects.filter(pk=disposal, force_id=force).first()
    if found is None:
        raise NotFound
    return found


def request_of(force: str, request: UUID) -> AccessRequest:
    found = AccessRequest.objects.filter(pk=request, force_id=force).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """One record that a request is about, and the decision that counts for it, if there is one."""

    kind: RecordKind
    record: UUID
    decision: AccessDecision | None


def records_of(request: AccessRequest) -> list[Held]:
    """Everything that this force holds of what was asked for, in one order whatever it is.

    For a respondent: his orders, version by version, and every report under them; for a protected person: her reports.
    """
    decided = {d.record: d for d in request.decisions.order_by("decided_at", "id")}
    found: list[tuple[RecordKind, UUID]] = []
    if request.subject == "protected_person":
        mine = Report.objects.filter(force_id=request.force_id, reporter_user_id=request.person)
        found += [("report", pk) for pk in mine.order_by("id").values_list("id", flat=True)]
    else:
        versions = OrderVersion.objects.filter(order__in=request.orders, order__force_id=request.force_id)
        found += [("order_version", pk) for pk in versions.order_by("order_id", "number").values_list("id", flat=True)]
        under = Report.objects.filter(order__in=request.orders, force_id=request.force_id)
        found += [("report", pk) for pk in under.order_by("id").values_list("id", flat=True)]
    return [Held(kind, pk, decided.get(pk)) for kind, pk in found]
