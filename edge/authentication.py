"""Who is calling: a bearer token or a signed-in session's, in a header and nowhere else."""

from __future__ import annotations

from typing import cast

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.certificates import shown_certificate
from accounts.queries import caller_for_session, caller_for_token
from accounts.types import Caller


class BearerAuthentication(BaseAuthentication):
    """RFC 6750 section 2.1. Tokens in a query or a body are ignored: URLs are logged."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        session = request.headers.get("X-Session-Token", "")
        if session and "Authorization" in request.headers:
            raise AuthenticationFailed  # two proofs of who it is: which one counts must not be a matter of luck
        if session:
            return self._signed_in(session), None
        if scheme.lower() != "bearer" or not token.strip():
            return None
        caller = caller_for_token(token.strip(), at=timezone.now(), certificate=shown_certificate(request.META))
        if caller is None:
            raise AuthenticationFailed
        return caller, None

    def _signed_in(self, token: str) -> Caller:
        caller = caller_for_session(token, at=timezone.now())
        if caller is None:
            raise AuthenticationFailed
        return caller

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def caller_of(request: Request) -> Caller:
    """The caller of a request that passed a permission class other than `Open`."""
    return cast(Caller, request.user)
