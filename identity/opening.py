"""Signing somebody in who proved who they are in a way of our own: by an invitation."""

from __future__ import annotations

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from accounts.sessions import SessionStore
from identity.adapters import Accounts


def open_session(request: HttpRequest, user: User, *, method: str, factor_at: float | None = None) -> str:
    """A session of this person, in which `method` was proved (`accounts.rules`): its token.

    `factor_at`: when a second factor was shown elsewhere, in seconds since 1970; None: it was not.
    """
    before = request.session if hasattr(request, "session") else None
    request.session, request.user = SessionStore(), AnonymousUser()
    record_authentication(request, user, method)
    if factor_at is not None:
        request.session[AUTHENTICATION_METHODS_SESSION_KEY].append({"method": "mfa", "type": "oidc", "at": factor_at})
    Accounts(request).login(request, user)
    request.session.save()
    token = str(request.session.session_key)
    if before is not None:
        request.session = before
    return token
