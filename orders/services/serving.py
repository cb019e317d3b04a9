"""That the respondent was given the order (rule 25), and whose account a protected person has."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from audit.types import Actor
from common.london import civil_date
from common.problems import NotFound, Problem, Refused
from orders import messages, queries
from orders.duties import redraw_duties
from orders.models import Order, OrderVersion, ProtectedPerson, Service
from orders.services.again import assess_again


@transaction.atomic
def record_service(
    *,
    caller: Caller,
    reference: str,
    served_at: datetime,
    method: str,
    served_by: str,
    version: int | None = None,
) -> Service:
    """That the respondent was given a version of the order (rule 25); where none is named, the one in force then.

    The same service told again is the same row; without a version it is so whatever version is in force since.
    """
    order = queries.order_for_update(caller, reference)
    named = order.versions.filter(number=version).first() if version is not None else None
    problems = _service_problems(order, served_at, version, named)
    if problems:
        raise Refused(problems)
    alike = order.services.filter(served_at=served_at, method=method, served_by=served_by).select_related("version")
    known = alike.filter(version=named).first() if named else alike.order_by("recorded_at", "id").first()
    if known is not None:
        return known
    service = Service.objects.create(
        order=order,
        version=named or queries.version_at(order, at=served_at).version,
        served_at=served_at,
        method=method,
        served_by=served_by,
        recorded_by=caller.id,
    )
    redraw_duties(order)
    record(actor=caller.actor, action="collection", verb="service_recorded", records=[order.id, service.id])
    messages.served(order, status=queries.status_of(order, at=timezone.now()))
    assess_again(order)
    return service


def _service_problems(
    order: Order, served_at: datetime, number: int | None, version: OrderVersion | None
) -> list[Problem]:
    problems = []
    if served_at > timezone.now():
        problems.append(Problem("/served_at", "served_at_in_future", "This is in the future."))
    made_on = queries.made_on(order)
    if civil_date(served_at) < made_on:
        problems.append(Problem("/served_at", "served_before_made", "It cannot be served before it was made."))
    if number is not None and version is None:
        problems.append(Problem("/version", "version_unknown", "The order has no version of this number."))
    if version is not None and civil_date(served_at) < _decided_on(version, made_on):
        problems.append(Problem("/version", "served_before_made", "It cannot be served before it was decided."))
    return problems


def _decided_on(version: OrderVersion, made_on: date) -> date:
    """The day from which a version can be in anybody's hands. A correction writes down what was served before it."""
    if version.change_kind in ("made", "correction"):
        return made_on
    return date.fromisoformat(version.body["change"]["decided_on"])


@transaction.atomic
def link_person(*, actor: Actor, order_id: UUID, key: str, user_id: UUID) -> None:
    """That the protected person of a key is this account: she may then report under the order (rule 83)."""
    linked = ProtectedPerson.objects.filter(order_id=order_id, key=key).update(user_id=user_id)
    if not linked:
        raise NotFound
    record(actor=actor, action="alteration", verb="protected_person_linked", records=[order_id, user_id])
