"""That the respondent was given the order (rule 25), and whose account a protected person has."""

from __future__ import annotations

from datetime import datetime
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
from orders.models import Order, ProtectedPerson, Service
from orders.services.again import assess_again


@transaction.atomic
def record_service(*, caller: Caller, reference: str, served_at: datetime, method: str, served_by: str) -> Service:
    """That the respondent was given the order (rule 25). The same service told again is the same row."""
    order = queries.order_for_update(caller, reference)
    problems = _service_problems(order, served_at)
    if problems:
        raise Refused(problems)
    known = order.services.filter(served_at=served_at, method=method, served_by=served_by).first()
    if known is not None:
        return known
    service = Service.objects.create(
        order=order, served_at=served_at, method=method, served_by=served_by, recorded_by=caller.id
    )
    redraw_duties(order)
    record(actor=caller.actor, action="collection", verb="service_recorded", records=[order.id, service.id])
    messages.served(order, status=queries.status_of(order, at=timezone.now()))
    assess_again(order)
    return service


def _service_problems(order: Order, served_at: datetime) -> list[Problem]:
    problems = []
    if served_at > timezone.now():
        problems.append(Problem("/served_at", "served_at_in_future", "This is in the future."))
    made_on = queries.made_on(order)
    if civil_date(served_at) < made_on:
        problems.append(Problem("/served_at", "served_before_made", "It cannot be served before it was made."))
    return problems


@transaction.atomic
def link_person(*, actor: Actor, order_id: UUID, key: str, user_id: UUID) -> None:
    """That the protected person of a key is this account: she may then report under the order (rule 83)."""
    linked = ProtectedPerson.objects.filter(order_id=order_id, key=key).update(user_id=user_id)
    if not linked:
        raise NotFound
    record(actor=actor, action="alteration", verb="protected_person_linked", records=[order_id, user_id])
