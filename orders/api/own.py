"""The orders that protect somebody, in plain words, at /victim/."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from common.london import LONDON
from edge.pagination import paginate
from edge.views import ApiView, answer
from orders.queries.own import OwnOrder, own_orders, protections_of
from orders.rules.plain_words import plain_words
from orders.serializers.own import OwnOrdersOut

Json = dict[str, Any]
_FOR_OTHERS = "the person for whom you act"
_STATUS = {
    "pending": "This order is not in force yet.",
    "in_force": "This order is in force.",
    "superseded": "This order is over: another order took its place.",
    "expired": "This order is over: its time has run out, or what it waited for was decided.",
    "discharged": "This order is over: the court ended it.",
    "quashed": "This order is over: a higher court took it away.",
}
_A_MOMENT = timedelta(microseconds=1)
_SERVED = "The respondent was given it on {}."
_NOT_SERVED = (
    "It is not on record that the respondent was given it. Report what happens all the same: ask the police when "
    "the respondent will be told."
)


class OwnOrders(ApiView):
    audience = "victim"

    @extend_schema(responses={200: OwnOrdersOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """What courts forbade for one's protection, in plain words. Zones are named by their codes."""
        caller, now = self.caller(request), timezone.now()
        page = paginate(request, protections_of(caller, at=now), order=("order_id", "id"))
        found = own_orders(page.rows, at=now)
        record(actor=caller.actor, action="consultation", verb="own_orders_read", records=[o.order.id for o in found])
        whom = _FOR_OTHERS if caller.kind == "advocate" else "you"
        results = [_own_order_json(one, whom=whom) for one in found]
        return answer({"results": results, "next": page.next, "previous": page.previous})


def _own_order_json(one: OwnOrder, *, whom: str) -> Json:
    order = one.order
    return {
        "reference": order.reference,
        "force": {"code": order.force_id, "name": order.force.name},
        "kind": one.kind,
        "status": one.status,
        "in_force_from": one.starts,
        "in_force_until": one.ends,
        "terms_until": one.terms_until,
        "served_at": one.served_at,
        "says": _say_standing(one),
        "conditions": [_condition_json(condition, whom=whom) for condition in one.conditions],
    }


def _say_standing(one: OwnOrder) -> list[str]:
    # The last day is the one before the midnight at which it ends.
    end = (
        f"its last day is {_day_in_words(one.ends - _A_MOMENT)}"
        if one.ends
        else "it lasts until the court says otherwise"
    )
    period = f"It {'begins' if one.status == 'pending' else 'began'} on {_day_in_words(one.starts)}; {end}."
    served = _SERVED.format(_day_in_words(one.served_at)) if one.served_at else _NOT_SERVED
    changes = [f"Other terms count from {_day_in_words(one.terms_until)} on."] if one.terms_until else []
    return [_STATUS[one.status], period, *changes, served]


def _day_in_words(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


def _condition_json(condition: Json, *, whom: str) -> Json:
    return {
        "clause": condition["clause"],
        "kind": condition["kind"],
        "says": plain_words(condition, whom=whom),
        "zones": [zone["code"] for zone in condition.get("zones") or ()],
    }
