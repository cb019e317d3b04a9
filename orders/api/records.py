"""What was recorded of an order, as lists with ids, and withdrawing one of them; for force systems and for officers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit.services import record
from edge.etags import etag
from edge.parsing import read
from edge.views import ApiView, answer
from orders import queries, services
from orders.api.instants import read_instants
from orders.models import Appeal, Determination, Discharge, NotificationEvent, Order, Service
from orders.serializers.records import WithdrawalIn, WithdrawalOut
from orders.types import RecordKind


def withdrawal_of(row: Any) -> dict[str, Any] | None:
    """When, by whom and why it was withdrawn, or None where it stands."""
    if row.withdrawn_at is None:
        return None
    return {
        "at": row.withdrawn_at,
        "by": row.withdrawn_staff_id or row.withdrawn_by,
        "reason": row.withdrawn_reason,
    }


def _withdrawal_known(row: Any, known_at: datetime | None) -> dict[str, Any] | None:
    withdrawn_later = known_at is not None and row.withdrawn_at is not None and row.withdrawn_at > known_at
    return None if withdrawn_later else withdrawal_of(row)


def _service_json(row: Service) -> dict[str, Any]:
    return {
        "version": row.version.number,
        "served_at": row.served_at,
        "method": row.method,
        "served_by": row.served_by,
    }


def _determination_json(row: Determination) -> dict[str, Any]:
    return {"result": row.result, "at": row.at}


def _discharge_json(row: Discharge) -> dict[str, Any]:
    consents = {
        "defendant": row.defendant_consents,
        "applying_chief_officer": row.applying_officer_consents,
        "residence_force": row.residence_force or None,
        "residence_chief_officer": row.residence_officer_consents,
    }
    return {"discharged_at": row.discharged_at, "consents": consents}


def _appeal_json(row: Appeal) -> dict[str, Any]:
    return {"lodged_on": row.lodged_on, "outcome": row.outcome or None, "at": row.at}


def _event_json(row: NotificationEvent) -> dict[str, Any]:
    return {"kind": row.kind, "event_on": row.event_on}


_SHOWN: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "service": _service_json,
    "determination": _determination_json,
    "discharge": _discharge_json,
    "appeal": _appeal_json,
    "notification-events": _event_json,
}


@transaction.atomic
def list_records(caller: Caller, request: Request, reference: str, kind: RecordKind) -> Response:
    """Every record of a kind, withdrawn ones marked; as it was known at `?known_at`. Leaves a consultation of each."""
    order = queries.order_of(caller, reference)
    _, known_at = read_instants(request)
    rows = queries.records_of(order, kind, known_at=known_at)
    verb = f"{kind.replace('-', '_')}_read"
    record(actor=caller.actor, action="consultation", verb=verb, records=[order.id, *(row.pk for row in rows)])
    results = [
        {
            "id": row.pk,
            **_SHOWN[kind](row),
            "recorded_at": row.recorded_at,
            "withdrawn": _withdrawal_known(row, known_at),
        }
        for row in rows
    ]
    return answer({"results": results, "next": None, "previous": None}, etag=_etag_of(order))


def _etag_of(order: Order) -> str:
    return etag(order.id, queries.revision(order))


class _Withdrawals(ApiView):
    @extend_schema(request=WithdrawalIn, responses={200: WithdrawalOut})
    def post(self, request: Request, reference: str, kind: str, record_id: str) -> Response:
        """Withdraw what was recorded by mistake. It stays on record, and counts no more; again is the same answer."""

        def effect() -> Response:
            caller, wanted, found = self.caller(request), cast("RecordKind", kind), UUID(record_id)
            queries.record_of(queries.order_of(caller, reference), wanted, found)
            sent = read(request, WithdrawalIn)
            row = services.withdraw_record(
                caller=caller, reference=reference, kind=wanted, record_id=found, reason=sent.reason
            )
            status = queries.status_of(row.order, at=timezone.now())
            told = {"id": row.pk, "kind": kind, "withdrawn": withdrawal_of(row), "status": status}
            return answer(told, etag=_etag_of(row.order))

        return self.write(request, effect)


class ForceWithdrawals(_Withdrawals):
    audience, scopes = "force", {"POST": ("orders:write",)}


class OfficerWithdrawals(_Withdrawals):
    audience, roles = "officer", frozenset({"officer", "supervisor"})
