"""The same person across orders, for officers of the force. Never for protected persons (rule 83)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from edge.parsing import read
from edge.views import ApiView, answer
from orders import queries
from orders.models import SamePerson
from orders.queries.people import Match, matches_of
from orders.serializers.people import MatchesOut, MatchOut, SamePersonIn
from orders.services.people import SamePersonSaid, link_same_person, unlink_same_person

_ROLES = frozenset({"officer", "supervisor"})


class SamePersons(ApiView):
    audience, roles = "officer", _ROLES

    @extend_schema(responses={200: MatchesOut})
    @transaction.atomic
    def get(self, request: Request, reference: str) -> Response:
        """Who of this order may be in other orders of the force: suggested, or linked by a named person."""
        caller = self.caller(request)
        order = queries.order_of(caller, reference)
        found = matches_of(order, caller=caller)
        records = [order.id, *dict.fromkeys(row.pair.other for row in found.rows)]
        record(actor=caller.actor, action="consultation", verb="same_person_read", records=records)
        rows = [_shown(row) for row in found.rows]
        return answer({"reference": order.reference, "matches": rows, "more": found.more})


def _shown(match: Match) -> dict[str, Any]:
    return {
        "role": match.pair.role,
        "key": match.pair.key or None,
        "order": match.reference,
        "other_key": match.pair.other_key or None,
        "state": match.state,
        "rests_on": list(match.rests_on),
        "history": [_said(row) for row in match.history],
    }


def _said(row: SamePerson) -> dict[str, Any]:
    return {
        "done": "linked" if row.linked else "unlinked",
        "by": row.staff_id,
        "at": row.done_at,
        "rests_on": row.rests_on,
        "reason": row.reason,
    }


class _Saying(ApiView):
    audience, roles = "officer", _ROLES

    def said(self, request: Request, reference: str, verb: Callable[..., Match]) -> Response:
        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            sent = read(request, SamePersonIn)
            said = SamePersonSaid(sent.order, sent.role, sent.key or "", sent.other_key or sent.key or "", sent.reason)
            return answer(_shown(verb(caller=caller, reference=reference, said=said)), status=201)

        return self.write(request, effect)


class SamePersonLinks(_Saying):
    @extend_schema(request=SamePersonIn, responses={201: MatchOut})
    def post(self, request: Request, reference: str) -> Response:
        """Say that two people of two orders are one person, and why."""
        return self.said(request, reference, link_same_person)


class SamePersonUnlinks(_Saying):
    @extend_schema(request=SamePersonIn, responses={201: MatchOut})
    def post(self, request: Request, reference: str) -> Response:
        """Take it back, and say why. What was said before stays on record."""
        return self.said(request, reference, unlink_same_person)
