"""The history of an order for its force's officers."""

from __future__ import annotations

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from breaches.api.shapes import TimelineOut
from breaches.timeline import timeline_of
from edge.views import ApiView, answer
from orders.queries import order_of


class Timeline(ApiView):
    audience = "officer"

    @extend_schema(responses={200: TimelineOut})
    @transaction.atomic
    def get(self, request: Request, reference: str) -> Response:
        """What the court and the force did, what was reported and decided: the oldest first, all of it."""
        caller = self.caller(request)
        order = order_of(caller, reference)
        found = timeline_of(order)
        reports = dict.fromkeys(one.record for one in found if one.kind == "report")
        record(actor=caller.actor, action="consultation", verb="timeline_read", records=[order.id, *reports])
        results = [{"at": one.at, "kind": one.kind, "record": one.record, "about": one.about} for one in found]
        return answer({"results": results, "next": None, "previous": None})
