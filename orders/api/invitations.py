"""Inviting protected persons, and closing their accounts at once; accepting is open to whoever has both halves."""

from __future__ import annotations

from math import ceil
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import attempts
from accounts.types import ANYONE, Caller
from common.problems import NotFound
from edge.parsing import read
from edge.permissions import Open
from edge.throttles import address_of
from edge.views import ApiView, answer
from identity.opening import open_session
from orders import queries
from orders.policies import MAY_APPROVE
from orders.serializers.invitations import AcceptedOut, AcceptIn, FrozenOut, InvitationIn, InvitationOut, ReasonIn
from orders.services import inviting
from orders.spoken import spoken_code

_MOVERS = frozenset({"reviewer", "officer", "supervisor"})


class _Invitations(ApiView):
    @extend_schema(request=InvitationIn, responses={201: InvitationOut})
    def post(self, request: Request, reference: str, key: str) -> Response:
        """Send her a link that says nothing; the code in this answer is for her ear only."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            email = read(request, InvitationIn).email
            row = inviting.invite(caller=caller, reference=reference, key=key, email=email)
            return answer({"id": str(row.id), "state": "waiting", "expires_at": row.expires_at}, status=201)

        response = self.write(request, effect)
        # Put in last: the answer that is kept for a retry must not hold it.
        data: dict[str, Any] = response.data
        response.data = {**data, "code": spoken_code(UUID(str(data["id"])))}
        return response


class _OneInvitation(ApiView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, reference: str, key: str, invitation: UUID) -> Response:
        """Take an invitation back at once."""
        inviting.revoke(caller=self.caller(request), reference=reference, key=key, invitation=invitation)
        return answer(None, status=204)


class ForceInvitations(_Invitations):
    audience, scopes = "force", {"POST": ("orders:write",)}


class OfficerInvitations(_Invitations):
    audience, roles = "officer", MAY_APPROVE


class ForceInvitation(_OneInvitation):
    audience, scopes = "force", {"DELETE": ("orders:write",)}


class OfficerInvitation(_OneInvitation):
    audience, roles = "officer", MAY_APPROVE


class Freezing(ApiView):
    audience, roles = "officer", _MOVERS

    @extend_schema(request=ReasonIn, responses={200: FrozenOut})
    def post(self, request: Request, reference: str, key: str) -> Response:
        """Close her account at once: every session and every app's access ends."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            reason = read(request, ReasonIn).reason
            return answer(
                {"frozen_at": inviting.freeze_person(caller=caller, reference=reference, key=key, reason=reason)}
            )

        return self.write(request, effect)


class Thawing(ApiView):
    audience, roles = "officer", MAY_APPROVE
    step_up = frozenset({"POST"})

    @extend_schema(request=ReasonIn, responses={200: FrozenOut})
    def post(self, request: Request, reference: str, key: str) -> Response:
        """Open her account again, once somebody has spoken with her."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            reason = read(request, ReasonIn).reason
            inviting.thaw_person(caller=caller, reference=reference, key=key, reason=reason)
            return answer({"frozen_at": None})

        return self.write(request, effect)


class Accepting(ApiView):
    """Only a POST with both halves does anything: a scanner that opens the link uses nothing up."""

    permission_classes = (Open,)
    authentication_classes = ()
    audience = "public"

    def caller(self, request: Request) -> Caller:
        return ANYONE

    @extend_schema(request=AcceptIn, responses={201: AcceptedOut}, auth=[])
    def post(self, request: Request) -> Response:
        """Take an invitation up with the link's token and the number told by word of mouth."""
        sent = read(request, AcceptIn)
        login = f"invitation {sent.token}"
        trying = attempts.begin(login=login, address=address_of(request), step="invitation")
        if trying.wait:
            raise Throttled(wait=ceil(trying.wait.total_seconds()))
        try:
            accepted = inviting.accept(token=sent.token, code=sent.code)
        except NotFound:
            attempts.failed(trying, login=login)
            raise
        attempts.passed(trying, login=login)
        token = open_session(request._request, accepted.user, method="invitation") if accepted.new else None
        return answer({"session_token": token, "sign_in": not accepted.new}, status=201)
