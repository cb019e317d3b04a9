"""What a court did to end an order: determination, discharge, appeal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts.models import Force
from accounts.types import Caller
from audit.services import record
from common.london import civil_date
from common.problems import Conflict, Problem, Refused
from orders import messages, queries, rules
from orders.models import Appeal, Determination, Discharge, Order
from orders.services.again import assess_again
from orders.timeline import moment, redraw
from orders.types import AppealOutcome, DeterminationResult


@dataclass(frozen=True, slots=True)
class Consents:
    """Who agreed to a discharge. `residence_force` is where he lives now: empty nowhere in England and Wales, None
    where nobody said.
    """

    defendant: bool
    applying_officer: bool
    residence_force: str | None
    residence_officer: bool


@transaction.atomic
def record_determination(*, caller: Caller, reference: str, result: DeterminationResult, at: datetime) -> Determination:
    """The main application was decided: the interim ends at that instant, whatever its expiry (rule 5; section 5(7)).

    Raises `NotFound`; `Conflict` `not_interim`, `already_determined`, `order_ended`; `Refused`.
    """
    order = queries.order_for_update(caller, reference)
    if not queries.is_interim(order):
        raise Conflict("not_interim", "Only an interim order ends with its main application.")
    known = Determination.objects.filter(order=order).first()
    if known is not None:
        _same_or_conflict((known.result, known.at) == (result, at), "already_determined")
        return known
    now = moment(order)
    _refuse([*_instant_problems(order, "/at", at, now)])
    _not_ended(order)
    row = Determination.objects.create(order=order, result=result, at=at, recorded_at=now, recorded_by=caller.id)
    _ended(caller, order, row, verb="determination_recorded", at=now)
    return row


@transaction.atomic
def record_discharge(*, caller: Caller, reference: str, discharged_at: datetime, consents: Consents) -> Discharge:
    """The court discharged the order (section 4). Within two years of its making, with consents only (rule 19).

    Raises `NotFound`; `Conflict` `already_discharged`, `order_ended`; `Refused` (`discharge_consent_missing`).
    """
    order = queries.order_for_update(caller, reference)
    wanted = _columns(consents)
    known = Discharge.objects.filter(order=order).first()
    if known is not None:
        alike = known.discharged_at == discharged_at and all(getattr(known, k) == v for k, v in wanted.items())
        _same_or_conflict(alike, "already_discharged")
        return known
    now = moment(order)
    _refuse(
        [
            *_instant_problems(order, "/discharged_at", discharged_at, now),
            *_residence_problems(consents),
            *_consent_problems(order, discharged_at, consents),
        ]
    )
    _not_ended(order)
    if queries.status_of(order, at=discharged_at) == "expired":
        raise Conflict("order_ended", "The order had run out by then.")
    row = Discharge.objects.create(
        order=order, discharged_at=discharged_at, recorded_at=now, recorded_by=caller.id, **wanted
    )
    _ended(caller, order, row, verb="discharge_recorded", at=now)
    return row


@transaction.atomic
def record_appeal(
    *, caller: Caller, reference: str, lodged_on: date, outcome: AppealOutcome | None, at: datetime | None
) -> Appeal:
    """An appeal to the Crown Court was lodged, or decided (section 7). Only a quashing ends the order (rule 21).

    Raises `NotFound`; `Conflict` `already_decided`, `order_ended`; `Refused`.
    """
    order = queries.order_for_update(caller, reference)
    alike = Appeal.objects.filter(order=order, lodged_on=lodged_on)
    known = alike.exclude(outcome="").first() if outcome else alike.filter(outcome="").first()
    if known is not None:
        _same_or_conflict((known.outcome, known.at) == (outcome or "", at), "already_decided")
        return known
    now = moment(order)
    _refuse(_appeal_problems(order, lodged_on, outcome, at, now))
    if outcome == "quashed":
        _not_ended(order)
    row = Appeal.objects.create(
        order=order, lodged_on=lodged_on, outcome=outcome or "", at=at, recorded_at=now, recorded_by=caller.id
    )
    if outcome == "quashed":
        _ended(caller, order, row, verb="appeal_recorded", at=now)
    else:
        record(actor=caller.actor, action="collection", verb="appeal_recorded", records=[order.id, row.pk])
    return row


def _columns(consents: Consents) -> dict[str, Any]:
    return {
        "defendant_consents": consents.defendant,
        "applying_officer_consents": consents.applying_officer,
        "residence_force": consents.residence_force or "",
        "residence_officer_consents": consents.residence_officer,
    }


def _ended(caller: Caller, order: Order, row: Model, *, verb: str, at: datetime) -> None:
    redraw(order, at=at)
    record(actor=caller.actor, action="collection", verb=verb, records=[order.id, row.pk])
    messages.ended(order, status=queries.status_of(order, at=at))
    assess_again(order)


def _same_or_conflict(same: bool, code: str) -> None:
    if not same:
        raise Conflict(code, "This is on record already, and otherwise.")


def _not_ended(order: Order) -> None:
    """No order ends twice."""
    if queries.end_of(order) is not None:
        raise Conflict("order_ended", "The order has ended already.")


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise Refused(found)


def _instant_problems(order: Order, pointer: str, at: datetime, now: datetime) -> Iterable[Problem]:
    if at > now:
        yield Problem(pointer, "instant_in_future", "This is in the future.")
    if civil_date(at) < queries.made_on(order):
        yield Problem(pointer, "before_made", "This is before the order was made.")


def _residence_problems(consents: Consents) -> Iterable[Problem]:
    if consents.residence_force and not Force.objects.filter(code=consents.residence_force).exists():
        yield Problem("/consents/residence_force", "force_unknown", "This is not the code of a force.")


def _consent_problems(order: Order, discharged_at: datetime, consents: Consents) -> Iterable[Problem]:
    """Section 4: he, the chief officer who applied and, if another, the one where he lives. Interims: section 5."""
    if queries.is_interim(order) or not rules.discharge_needs_consents(queries.made_on(order), discharged_at):
        return
    if consents.residence_force is None:
        yield Problem("/consents/residence_force", "required", "Say where he lives now: it decides who must consent.")
    given = {"defendant": consents.defendant, "applying_chief_officer": consents.applying_officer}
    if consents.residence_force and consents.residence_force != order.force_id:
        given["residence_chief_officer"] = consents.residence_officer
    for name, consented in given.items():
        if not consented:
            yield Problem(
                f"/consents/{name}",
                "discharge_consent_missing",
                "In the first two years an order is discharged with this consent only.",
            )


def _appeal_problems(
    order: Order, lodged_on: date, outcome: str | None, at: datetime | None, now: datetime
) -> Iterable[Problem]:
    if lodged_on > civil_date(now):
        yield Problem("/lodged_on", "lodged_in_future", "This is in the future.")
    if lodged_on < queries.made_on(order):
        yield Problem("/lodged_on", "before_made", "This is before the order was made.")
    if (outcome is None) != (at is None):
        missing = "/at" if at is None else "/outcome"
        yield Problem(missing, "required", "An outcome and its instant are told together.")
    if at is not None:
        yield from _instant_problems(order, "/at", at, now)
        if civil_date(at) < lodged_on:
            yield Problem("/at", "decided_before_lodged", "It cannot be decided before it was lodged.")
