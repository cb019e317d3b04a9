"""Who may act for a protected person: recorded by officers of her order, seen and taken back by herself as well."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Authority
from accounts.queries import authorities_given
from accounts.services import withdraw_authority
from accounts.types import Caller
from audit.services import record
from common.problems import Forbidden, NotFound
from edge.parsing import read
from edge.views import ApiView, answer
from orders import queries
from orders.policies import MAY_APPROVE
from orders.serializers.advocates import AdvocateIn, AdvocatesOut, RecordedOut
from orders.services import advocates
from orders.spoken import spoken_code


class OfficerAdvocates(ApiView):
    audience, roles = "officer", MAY_APPROVE
    step_up = frozenset({"POST"})

    @extend_schema(responses={200: AdvocatesOut})
    @transaction.atomic
    def get(self, request: Request, reference: str, key: str) -> Response:
        """Who may act for her under this order now."""
        caller = self.caller(request)
        person = queries.person_for_update(caller, reference, key)
        given = authorities_given(person.user_id, at=timezone.now()) if person.user_id else Authority.objects.none()
        rows = [row for row in given if row.only_order in (None, person.order_id)]
        return _list(caller, rows, about=person.order_id)

    @extend_schema(request=AdvocateIn, responses={201: RecordedOut})
    def post(self, request: Request, reference: str, key: str) -> Response:
        """Record that somebody may act for her. A new account is invited: its code is for the advocate's ear."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            sent = read(request, AdvocateIn)
            wish = advocates.Wish(sent.email, sent.scopes, sent.expires_at, sent.reason)
            made = advocates.record_advocate(caller=caller, reference=reference, key=key, wish=wish)
            invitation = str(made.invitation.id) if made.invitation else None
            return answer({**_shown(made.authority), "code": invitation}, status=201)

        response = self.write(request, effect)
        # Put in last: the answer that is kept for a retry must not hold it.
        data: dict[str, Any] = response.data
        invitation = data["code"]
        response.data = {**data, "code": spoken_code(UUID(invitation)) if invitation else None}
        return response


class OfficerAdvocate(ApiView):
    audience, roles = "officer", frozenset({"reviewer", "officer", "supervisor"})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, reference: str, key: str, authority: UUID) -> Response:
        """Withdraw it at once."""
        advocates.withdraw_advocate(
            caller=self.caller(request), reference=reference, key=key, authority=UUID(str(authority))
        )
        return answer(None, status=204)


class OwnAdvocates(ApiView):
    audience = "victim"

    @extend_schema(responses={200: AdvocatesOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """Who may act for oneself now."""
        caller = _herself(self.caller(request))
        return _list(caller, list(authorities_given(caller.person, at=timezone.now())))


class OwnAdvocate(ApiView):
    audience = "victim"

    @extend_schema(responses={204: None})
    def delete(self, request: Request, authority: UUID) -> Response:
        """Take it back at once, without asking anybody."""
        caller = _herself(self.caller(request))
        if not withdraw_authority(actor=caller.actor, authority=authority, principal=caller.person):
            raise NotFound
        return answer(None, status=204)


def _herself(caller: Caller) -> Caller:
    if caller.kind != "victim":
        raise Forbidden("wrong_role", "Only the person herself can do this.")
    return caller


def _list(caller: Caller, rows: list[Authority], about: UUID | None = None) -> Response:
    seen = [*([about] if about else []), *(row.id for row in rows)]
    record(actor=caller.actor, action="consultation", verb="advocates_listed", records=seen)
    return answer({"results": [_shown(row) for row in rows]})


def _shown(row: Authority) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "email": row.advocate.email,
        "scopes": row.scopes,
        "granted_at": row.granted_at,
        "expires_at": row.expires_at,
        "only_this_order": row.only_order is not None,
    }
