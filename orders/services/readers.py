"""Who is on the list of a restricted order, and what is done when somebody else asks for it (rule 81)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.models import ApiClient, Officer
from accounts.types import Caller
from audit.services import record
from common.alarms import raise_alarm
from common.problems import Conflict, NotFound, Problem, Refused
from orders import policies, queries
from orders.models import Order, OrderReader, OrderVersion
from orders.queries.access import unattended
from orders.services.again import assess_again
from webhooks.services import set_quiet

ATTEMPT = "restricted_attempt"
_FIRST = "Restricted the order."
_NAMED = "Named by whoever restricted the order."


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of a force by their staff id, or a force's system by its client id: one of the two."""

    staff_id: str = ""
    client: str = ""


@dataclass(frozen=True, slots=True)
class _Who:
    """The account or the client that rows of the list name."""

    person: UUID | None
    client: str = ""


@transaction.atomic
def list_reader(*, caller: Caller, reference: str, reader: Reader, reason: str) -> OrderReader:
    """Put somebody on the list. Raises `NotFound`, `Forbidden`, `Conflict`, `Refused`."""
    order = _kept_by(caller, reference)
    if not order.restricted:
        raise Conflict("order_not_restricted", "Everybody of the force may read this order: there is no list.")
    who = _found(order, reader)
    last = _last(order, who)
    if last is not None and last.listed:
        raise Conflict("already_listed", "This reader is on the list already.")
    row = _say(order, who, caller, reason, last)
    _leave_trace(caller, order, row, "restricted_reader_listed", reason)
    return row


@transaction.atomic
def unlist_reader(*, caller: Caller, reference: str, reader: Reader, reason: str) -> OrderReader:
    """Take somebody off the list; a row more, and what was stays. Somebody must remain who looks after it."""
    order = _kept_by(caller, reference)
    who = _found(order, reader)
    last = _last(order, who)
    if last is None or not last.listed:
        raise Conflict("not_listed", "This reader is not on the list.")
    row = _say(order, who, caller, reason, last)
    if order.restricted and unattended(order.force_id).filter(pk=order.pk).exists():
        raise Conflict("last_supervisor", "Put another supervisor on the list first: nobody would see its reports.")
    _leave_trace(caller, order, row, "restricted_reader_unlisted", reason)
    return row


@transaction.atomic
def take_charge(*, caller: Caller, order_id: UUID, reason: str) -> OrderReader:
    """Go onto the list of an order that nobody looks after. It alarms: whoever is on the list later sees it."""
    policies.check_keeps_readers(caller)
    order = Order.objects.select_for_update(of=("self",)).filter(pk=order_id, force_id=caller.force).first()
    if order is None or not unattended(caller.force).filter(pk=order.pk).exists():
        raise NotFound
    who = _Who(caller.user_id)
    row = _say(order, who, caller, reason, _last(order, who))
    _leave_trace(caller, order, row, "restricted_order_taken_charge", reason)
    raise_alarm("restricted_order_taken_charge", [caller.id, order.id])
    return row


def _kept_by(caller: Caller, reference: str) -> Order:
    order = queries.order_for_update(caller, reference)
    policies.check_keeps_readers(caller)
    return order


def _found(order: Order, reader: Reader) -> _Who:
    """Who is meant."""
    if bool(reader.staff_id) == bool(reader.client):
        raise Refused([Problem("", "reader_unclear", "Name a staff id or a client, one of the two.")])
    if reader.staff_id:
        people = officers_of(order.force_id, [reader.staff_id])
        if reader.staff_id in people:
            return _Who(people[reader.staff_id])
        raise Refused([Problem("/staff_id", "reader_unknown", "Your force has nobody of this staff id.")])
    if ApiClient.objects.filter(client_id=reader.client, force=order.force_id).exists():
        return _Who(None, reader.client)
    raise Refused([Problem("/client", "reader_unknown", "Your force has no system of this client id.")])


def officers_of(force: str, staff_ids: Iterable[str]) -> dict[str, UUID]:
    """Accounts that are open, by the staff ids asked for; written in capitals or not."""
    found = Officer.objects.filter(force_id=force, user__is_active=True).values_list("staff_id", "user_id")
    by_id = {staff_id.strip().casefold(): user_id for staff_id, user_id in found}
    return {wanted: by_id[key] for wanted in staff_ids if (key := wanted.strip().casefold()) in by_id}


def _last(order: Order, who: _Who) -> OrderReader | None:
    return OrderReader.objects.filter(person_id=who.person, client=who.client, order=order).order_by("-number").first()


def _say(order: Order, who: _Who, caller: Caller, reason: str, last: OrderReader | None) -> OrderReader:
    number = last.number + 1 if last else 1
    return OrderReader.objects.create(
        order=order,
        number=number,
        listed=number % 2 == 1,
        reason=reason,
        done_by=caller.id,
        staff_id=caller.staff_id,
        person_id=who.person,
        client=who.client,
    )


def _leave_trace(caller: Caller, order: Order, row: OrderReader, verb: str, reason: str) -> None:
    record(
        actor=caller.actor,
        action="alteration",
        verb=verb,
        records=[order.id, row.id],
        reason_code="restricted",
        reason=reason,
    )


def reader_problems(*, caller: Caller, body: dict[str, object], restricted: bool) -> Iterator[Problem]:
    """What is wrong with the readers that a document names; `restricted`: whether the order was so before it."""
    named = body.get("readers")
    if not isinstance(named, list) or not named:
        return
    if restricted:
        yield Problem("/readers", "readers_kept_by_supervisor", "A supervisor on the list changes it, with a reason.")
    elif body.get("restricted") is not True:
        yield Problem("/readers", "readers_need_restricted", "Only a restricted order has readers.")
    else:
        known = officers_of(caller.force, named)
        for index, staff_id in enumerate(named):
            if staff_id not in known:
                yield Problem(f"/readers/{index}", "reader_unknown", "Your force has nobody of this staff id.")


def apply_restriction(*, caller: Caller, version: OrderVersion) -> None:
    """What a version says of the restriction takes effect: whoever restricts an order is its first reader.

    Inside the caller's transaction, with the order's row held; `version.order` is then as PostgreSQL has it.
    """
    order = version.order
    before = order.restricted
    order.refresh_from_db(fields=["restricted"])
    if order.restricted == before:
        return
    if order.restricted:
        _first_readers(caller, order, version.body.get("readers") or ())
    set_quiet(about=order.id, subject=order.id, quiet=order.restricted)
    verb = "order_restricted" if order.restricted else "order_restriction_lifted"
    record(actor=caller.actor, action="alteration", verb=verb, records=[order.id, version.id])
    if before:  # what is told of anew is judged as it stands
        assess_again(order)


def _first_readers(caller: Caller, order: Order, named: Sequence[str]) -> None:
    own = _Who(caller.user_id) if caller.user_id else _Who(None, caller.id)
    people = officers_of(order.force_id, named).values()
    for who, reason in [(own, _FIRST), *((_Who(person), _NAMED) for person in dict.fromkeys(people))]:
        last = _last(order, who)
        if last is None or not last.listed:
            _say(order, who, caller, reason, last)


def note_attempt(*, caller: Caller, records: Iterable[UUID]) -> None:
    """Somebody of the force who is not on the list asked for what is kept from them: a line and a row on the trail."""
    asked = list(records)
    if asked:
        record(actor=caller.actor, action="consultation", verb=ATTEMPT, records=asked, reason_code="restricted")
        raise_alarm(ATTEMPT, [caller.id, *asked])
