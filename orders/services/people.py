"""Saying that two people of two orders are one, and taking it back: a named person, with a reason (rule 86)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts.types import Caller
from audit.services import record
from common.problems import Closed, Conflict, Problem, Refused
from orders import queries
from orders.models import Order, ProtectedPerson, SamePerson
from orders.queries.people import Match, Pair, findable_order, match_of
from orders.rules.people import PersonRole


@dataclass(frozen=True, slots=True)
class SamePersonSaid:
    """Whom a person means: the other order's reference, and for protected persons the key in each order."""

    order: str
    role: PersonRole
    key: str
    other_key: str
    reason: str


@transaction.atomic
def link_same_person(*, caller: Caller, reference: str, said: SamePersonSaid) -> Match:
    """They are one person. Raises `NotFound`; `Refused` with all that is wrong; `Conflict` (`already_linked`)."""
    return _say(caller, reference, said, linked=True)


@transaction.atomic
def unlink_same_person(*, caller: Caller, reference: str, said: SamePersonSaid) -> Match:
    """They are not, or it is not known: a row more, and what was said stays. `Conflict` (`not_linked`)."""
    return _say(caller, reference, said, linked=False)


def _say(caller: Caller, reference: str, said: SamePersonSaid, *, linked: bool) -> Match:
    order = queries.order_of(caller, reference)
    other, closed = _other(caller, said.order)
    problems = list(_problems(order, other, said))
    if problems or other is None:
        raise Refused(problems) from closed
    # Both rows, in the order of their ids: two people at once say it one after the other.
    list(Order.objects.select_for_update(no_key=True).filter(pk__in=[order.pk, other.pk]).order_by("pk"))
    pair = Pair(said.role, said.key, other.id, said.other_key)
    before = match_of(order, pair, reference=other.reference)
    if before.linked and linked:
        raise Conflict("already_linked", "They are linked already.")
    if not before.linked and not linked:
        raise Conflict("not_linked", "They are not linked.")
    row = _store(caller, order, before, linked=linked, reason=said.reason)
    record(
        actor=caller.actor,
        action="combination",
        verb="same_person_linked" if linked else "same_person_unlinked",
        records=[order.id, other.id, row.id],
        reason_code="same_person",
        reason=said.reason,
    )
    return match_of(order, pair, reference=other.reference)


def _other(caller: Caller, reference: str) -> tuple[Order | None, Closed | None]:
    """The other order; one that is kept from the caller is told of like none, and raises the same alarm."""
    try:
        return findable_order(caller, reference), None
    except Closed as closed:
        return None, closed


def _problems(order: Order, other: Order | None, said: SamePersonSaid) -> Iterator[Problem]:
    if other is None:
        yield Problem("/order", "order_unknown", "There is no such order for you.")
    elif other.id == order.id:
        yield Problem("/order", "same_order", "Name another order than this one.")
    if said.role == "respondent":
        for name, key in (("key", said.key), ("other_key", said.other_key)):
            if key:
                yield Problem(f"/{name}", "not_for_this_role", "A respondent has no key.")
        return
    for name, where, key in (("key", order, said.key), ("other_key", other, said.other_key)):
        if where is not None and not ProtectedPerson.objects.filter(order=where, key=key).exists():
            yield Problem(f"/{name}", "protected_person_unknown", "Nobody in that order has this key.")


def _store(caller: Caller, order: Order, before: Match, *, linked: bool, reason: str) -> SamePerson:
    pair = before.pair
    sides = sorted([(order.id, pair.key), (pair.other, pair.other_key)])
    return SamePerson.objects.create(
        role=pair.role,
        first_id=sides[0][0],
        first_key=sides[0][1],
        second_id=sides[1][0],
        second_key=sides[1][1],
        number=len(before.history) + 1,
        linked=linked,
        rests_on=list(before.rests_on),
        reason=reason,
        done_by_id=caller.person,
        staff_id=caller.staff_id,
    )
