"""Officers through their force's own sign-in: two halves, open to anybody, of which the second signs somebody in."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import attempts
from accounts.attempts import ProofUsed, Trying
from accounts.federation import Claimed, NotClaimed, Provider, claimed
from accounts.types import ANYONE, Caller
from common.problems import Forbidden, NotFound, Unavailable
from edge.parsing import read
from edge.permissions import Open
from edge.shapes import Shape, Text
from edge.throttles import address_of
from edge.views import ApiView, answer
from identity import officers, oidc
from identity.adapters import DEVICE_HEADER
from identity.opening import open_session

_WHY = {
    "claims_missing": "Your force's sign-in does not say who you are: no staff id, or no name.",
    "no_role_here": "Your force has given you no role here.",
}


class BeginIn(Shape):
    """`again`: show everything once more, for what wants a second factor shown just now."""

    force: Text = Field(min_length=2, max_length=2)
    again: bool = False


class BegunOut(Shape):
    """Send the browser to `authorization_url`; keep `flow`, and compare the `state` it comes back with."""

    authorization_url: str
    state: str
    flow: str


class CompleteIn(Shape):
    """`state`, `code` and, where there is one, `iss` as the browser came back with them (RFC 9207)."""

    flow: Text = Field(max_length=4_000)
    state: Text = Field(max_length=200)
    code: Text = Field(min_length=1, max_length=4_000)
    iss: Text | None = Field(None, max_length=255)


class SignedInOut(Shape):
    """`session_token` goes into `X-Session-Token`."""

    session_token: str


class _Halves(ApiView):
    audience = "public"
    permission_classes = (Open,)
    authentication_classes = ()

    def caller(self, request: Request) -> Caller:
        return ANYONE


class Begin(_Halves):
    @extend_schema(request=BeginIn, responses={200: BegunOut}, auth=[])
    def post(self, request: Request) -> Response:
        """Begin to sign in as an officer of a force; 404 where it has no sign-in of its own here."""
        sent = read(request, BeginIn)
        try:
            where, state, flow = oidc.begin(sent.force, _provider(sent.force), at=timezone.now(), again=sent.again)
        except oidc.NotVouchedFor:
            raise Unavailable("force_sign_in_down", "Your force's sign-in does not answer now.") from None
        except oidc.TooBusy:
            raise Throttled(wait=1) from None
        return answer({"authorization_url": where, "state": state, "flow": flow})


class Complete(_Halves):
    @extend_schema(request=CompleteIn, responses={201: SignedInOut}, auth=[])
    def post(self, request: Request) -> Response:
        """Be signed in, by what the browser came back with. Once."""
        sent = read(request, CompleteIn)
        try:
            with oidc.asking():
                force, issuer, who = _vouched_for(sent, address_of(request))
        except oidc.TooBusy:  # nothing was tried, and nothing is counted
            raise Throttled(wait=1) from None
        user = officers.admit(force=force, issuer=issuer, who=who)
        token = open_session(request._request, user, method="socialaccount", factor_at=who.second_factor_at)
        response = answer({"session_token": token}, status=201)
        if device := request._request.META.pop("identity.device_token", ""):
            response[DEVICE_HEADER] = device
        return response


def _vouched_for(sent: CompleteIn, address: str) -> tuple[str, str, Claimed]:
    """The force, its provider's name, and whom that vouches for: with a second factor, and with a role."""
    now = timezone.now()
    begun = _begun(sent, at=now)
    login = f"force sign-in {begun.state if begun else hashlib.sha256(sent.flow.encode()).hexdigest()}"
    # Nothing here can be guessed, and a force is many people behind one address: a crowd of wrong tries stops nobody.
    trying = attempts.begin(login=login, address=address, step="force_sign_in", waits=False)
    try:
        if begun is None:
            raise oidc.NotVouchedFor
        provider = _provider(begun.force)
        attempts.check_unused(trying, login=login, code=begun.state)
        oidc.check_answerer(provider, sent.iss)
        attempts.passed(trying, login=login, code=begun.state)
        who = claimed(oidc.claims_of(provider, begun, sent.code), provider, at=now)
    except (oidc.NotVouchedFor, ProofUsed):
        _refuse(trying, login, "not_vouched_for", "This sign-in did not come to an end. Begin again.")
    except NotClaimed as refusal:
        _refuse(trying, login, refusal.code, _WHY[refusal.code])
    if who.second_factor_at is None:
        _refuse(trying, login, "second_factor_required", "Your force's sign-in did not ask for a second factor.")
    return begun.force, provider.issuer, who


def _begun(sent: CompleteIn, *, at: datetime) -> oidc.Begun | None:
    try:
        return oidc.opened(sent.flow, state=sent.state, at=at)
    except oidc.NotVouchedFor:
        return None


def _refuse(trying: Trying, login: str, code: str, detail: str) -> NoReturn:
    attempts.failed(trying, login=login)
    raise Forbidden(code, detail)


def _provider(force: str) -> Provider:
    providers: dict[str, Any] = settings.OFFICER_SIGN_IN
    found: Provider | None = providers.get(force)
    if found is None:
        raise NotFound
    return found
