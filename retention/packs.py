"""What is given to somebody who asked, and the internal list of what was not: made only once all is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.types import Caller
from audit.services import record
from breaches.models import Addition, Report
from breaches.sent import as_sent
from common.problems import Conflict
from orders.models import OrderVersion
from retention import policies, queries
from retention.letters import letter
from retention.models import AccessRequest
from retention.queries import Held

# Of an order he was served with; never who is protected, where zones lie, or what they are called (rule 71).
_ORDER_MEMBERS = ("kind", "route", "court", "made_on", "until_further_order", "expires_on")
_CONDITION_MEMBERS = ("clause", "kind", "wording", "starts_on", "ends_on")


@transaction.atomic
def pack_for(*, caller: Caller, request_id: UUID) -> dict[str, Any]:
    """The letter and what goes with it. Raises `Conflict` `undecided` while a record waits for its decision."""
    request, records = _decided(caller, request_id)
    given = [held for held in records if held.decision and held.decision.choice == "disclose"]
    record(
        actor=caller.actor,
        action="disclosure",
        verb="access_pack_made",
        records=[request.id, *(held.record for held in given)],
        recipient=f"data subject {request.reference}"[:64],
    )
    shown = _her_reports(given) if request.subject == "protected_person" else _his_orders(given)
    return {"letter": letter(reference=request.reference, received_on=request.received_on), "enclosed": shown}


@transaction.atomic
def withheld_from(*, caller: Caller, request_id: UUID) -> list[Held]:
    """For the force's own file, never for whoever asked: what was not given, by whose decision, on which ground."""
    request = queries.request_of(caller.force, request_id)
    records = queries.records_of(request)
    ids = [request.id, *(held.record for held in records)]
    record(actor=caller.actor, action="consultation", verb="access_list_read", records=ids)
    return records


def _decided(caller: Caller, request_id: UUID) -> tuple[AccessRequest, list[Held]]:
    request = queries.request_of(caller.force, request_id)
    policies.check_may_decide(caller)
    records = queries.records_of(request)
    if any(held.decision is None for held in records):
        raise Conflict("undecided", "Each record needs a named person's decision first.")
    return request, records


def _her_reports(given: Sequence[Held]) -> list[dict[str, Any]]:
    reports = Report.objects.filter(pk__in=[held.record for held in given]).order_by("received_at", "id")
    said: dict[UUID, list[str]] = {}
    for added in Addition.objects.filter(report__in=reports, sender_kind="victim").order_by("sent_at", "id"):
        said.setdefault(added.report_id, []).append(added.text)
    return [
        {
            "reference": report.reference,
            "received_at": report.received_at,
            "report": as_sent(report.body_sent),
            "added": said.get(report.id, []),
        }
        for report in reports
    ]


def _his_orders(given: Sequence[Held]) -> list[dict[str, Any]]:
    versions = OrderVersion.objects.filter(pk__in=[held.record for held in given]).select_related("order")
    return [
        {
            "reference": version.order.reference,
            "version": version.number,
            **{name: version.body.get(name) for name in _ORDER_MEMBERS},
            "conditions": [
                {name: condition.get(name) for name in _CONDITION_MEMBERS} for condition in version.body["conditions"]
            ],
        }
        for version in versions.order_by("order__reference", "number")
    ]
