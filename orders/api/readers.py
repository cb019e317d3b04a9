"""Who may read a restricted order, who tried, and what happened to it: for those on its list (rule 81)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Officer
from audit.models import Entry
from audit.queries import attempts_at
from audit.services import record
from common.problems import NotFound
from edge.pagination import paginate
from edge.parsing import read
from edge.views import ApiView, answer
from orders import policies, queries
from orders.models import Order, OrderReader
from orders.queries.access import current_readers, unattended
from orders.serializers.readers import ChargeIn, QuietEventsOut, ReaderIn, ReaderOut, ReadersOut
from orders.services.readers import ATTEMPT, Reader, list_reader, take_charge, unlist_reader
from webhooks.models import Event
from webhooks.queries import quiet_events

_SUPERVISORS = frozenset({"supervisor"})
_MOST_ATTEMPTS = 200


class Readers(ApiView):
    audience = "officer"

    @extend_schema(responses={200: ReadersOut})
    @transaction.atomic
    def get(self, request: Request, reference: str) -> Response:
        """Who is on the list of this order, and who tried to read it without being there."""
        caller = self.caller(request)
        order = queries.order_of(caller, reference)
        record(actor=caller.actor, action="consultation", verb="restricted_readers_read", records=[order.id])
        return answer(_list_of(order))

    @extend_schema(request=ReaderIn, responses={201: ReaderOut})
    def post(self, request: Request, reference: str) -> Response:
        """Put somebody of the force, or one of its systems, on the list."""
        return _said(self, request, reference, list_reader)


class ReadersRemoved(ApiView):
    audience = "officer"

    @extend_schema(request=ReaderIn, responses={201: ReaderOut})
    def post(self, request: Request, reference: str) -> Response:
        """Take somebody off the list."""
        return _said(self, request, reference, unlist_reader)


def _said(view: ApiView, request: Request, reference: str, verb: Callable[..., OrderReader]) -> Response:
    def effect() -> Response:
        caller = view.caller(request)
        queries.order_of(caller, reference)
        policies.check_keeps_readers(caller)
        sent = read(request, ReaderIn)
        reader = Reader(sent.staff_id or "", sent.client or "")
        row = verb(caller=caller, reference=reference, reader=reader, reason=sent.reason)
        return answer(_reader(row), status=201)

    return view.write(request, effect)


def _list_of(order: Order) -> dict[str, Any]:
    attempts = list(attempts_at(order.id, verb=ATTEMPT).order_by("-at", "-id")[:_MOST_ATTEMPTS])
    staff = _staff_ids(attempts)
    return {
        "reference": order.reference,
        "restricted": order.restricted,
        "readers": [_reader(row) for row in current_readers(order)],
        "attempts": [
            {
                "at": entry.at,
                "staff_id": staff.get(entry.actor),
                "actor": entry.actor,
                "actor_kind": entry.actor_kind,
                "organisation": entry.organisation,
                "record_ids": entry.record_ids,
            }
            for entry in attempts
        ],
    }


def _staff_ids(attempts: Iterable[Entry]) -> dict[str, str]:
    people = {UUID(entry.actor) for entry in attempts if entry.actor_kind == "officer"}
    return {str(pk): staff for pk, staff in Officer.objects.filter(pk__in=people).values_list("pk", "staff_id")}


def _reader(row: OrderReader) -> dict[str, Any]:
    officer = getattr(row.person, "officer", None) if row.person else None
    return {
        "staff_id": officer.staff_id if officer else None,
        "client": row.client or None,
        "role": officer.role if officer else None,
        "active": row.person is None or (row.person.is_active and officer is not None),
        "reason": row.reason,
        "by": row.staff_id or row.done_by,
        "at": row.done_at,
    }


class _Events(ApiView):
    @extend_schema(responses={200: QuietEventsOut})
    @transaction.atomic
    def get(self, request: Request, reference: str) -> Response:
        """What happened to a restricted order and its reports, oldest first: nobody else is told of it."""
        caller = self.caller(request)
        order = queries.order_of(caller, reference)
        page = paginate(request, quiet_events(order.id), order=("id",))
        seen = {event.subject for event in page.rows}
        record(actor=caller.actor, action="consultation", verb="events_read", records=[order.id, *sorted(seen)])
        results = [_event(event) for event in page.rows]
        return answer({"results": results, "next": page.next, "previous": page.previous})


def _event(event: Event) -> dict[str, Any]:
    data = {"id": str(event.subject), "reference": event.reference, "state": event.state}
    return {"id": event.key, "type": event.type, "occurred_at": event.occurred_at, "data": data}


class ForceOrderEvents(_Events):
    audience, scopes = "force", {"GET": ("breaches:read",)}


class OfficerOrderEvents(_Events):
    audience = "officer"


class Charge(ApiView):
    audience, roles = "officer", _SUPERVISORS

    @extend_schema(request=ChargeIn, responses={201: ReaderOut})
    def post(self, request: Request, order: UUID) -> Response:
        """Look after a restricted order that nobody looks after: it is on the trail, and alarms."""

        def effect() -> Response:
            caller = self.caller(request)
            if not unattended(caller.force).filter(pk=order).exists():
                raise NotFound
            sent = read(request, ChargeIn)
            return answer(_reader(take_charge(caller=caller, order_id=order, reason=sent.reason)), status=201)

        return self.write(request, effect)
