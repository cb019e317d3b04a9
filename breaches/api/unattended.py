"""Restricted orders that nobody looks after, and how many reports wait under them: for supervisors (rule 81)."""

from __future__ import annotations

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from breaches.queries import unattended_counts
from edge.views import ApiView, answer
from orders.serializers.readers import UnattendedOut


class Unattended(ApiView):
    audience, roles = "officer", frozenset({"supervisor"})

    @extend_schema(responses={200: UnattendedOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """By id only. Whoever takes charge of one is on its list from then on, and on the trail."""
        caller = self.caller(request)
        rows = unattended_counts(caller.force)
        record(actor=caller.actor, action="consultation", verb="unattended_listed", records=[row.order for row in rows])
        results = [
            {"id": row.order, "reports_waiting": row.waiting, "oldest_review_due": row.review_due} for row in rows
        ]
        return answer({"results": results})
