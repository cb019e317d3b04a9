"""Signing somebody in who proved who they are in a way of our own: by an invitation."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from accounts.sessions import SessionStore
from identity.adapters import Accounts


def open_session(request: HttpRequest, user: User, *, method: str) -> str:
    """A session of this person, in which `method` was proved (`accounts.rules`): its token."""
    before = request.session if hasattr(request, "session") else None
    request.session, request.user = SessionStore(), AnonymousUser()
    record_authentication(request, user, method)
    Accounts(request).login(request, user)
    request.session.save()
    token = str(request.session.session_key)
    if before is not None:
        request.session = before
    return token
