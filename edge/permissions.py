"""Closed by default: a view that names no audience answers nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.types import Caller
from common.problems import Forbidden

KINDS = {"force": {"force_system"}, "officer": {"officer"}, "victim": {"victim", "advocate"}}
SCOPES = {"officer": "officer", "victim": "victim"}


class ClosedByDefault(BasePermission):
    """Lets in the audience that the view names, with the scopes and roles it names for the method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        caller = request.user
        if not isinstance(caller, Caller):
            raise NotAuthenticated
        audience: str = getattr(view, "audience", "nobody")
        if caller.kind not in KINDS.get(audience, ()):
            return False
        if not (_has_scopes(caller, audience, view, request) and _has_role(caller, view)):
            return False
        _check_proved(caller, view, request.method or "")
        return True


def _check_proved(caller: Caller, view: Any, method: str) -> None:
    """What was proved at signing in is enough for this: raises `Forbidden`, with what to do about it."""
    if caller.kind == "officer" and caller.assurance != "full":
        raise Forbidden("second_factor_required", "Set up a second factor, and sign in with it.")
    mailbox_does: frozenset[str] = getattr(view, "mailbox_does", frozenset())
    if caller.assurance != "full" and (caller.assurance == "none" or method not in mailbox_does):
        raise Forbidden("assurance_too_low", "Sign in with your passkey or passphrase for this.")
    if method in getattr(view, "step_up", ()) and not caller.stepped_up:
        raise Forbidden("step_up_required", "Show your second factor again first.")


def _has_scopes(caller: Caller, audience: str, view: Any, request: Request) -> bool:
    if audience != "force":
        return SCOPES[audience] in caller.scopes
    asked: Mapping[str, tuple[str, ...]] = getattr(view, "scopes", {})
    needed = asked.get(request.method or "")
    return needed is not None and caller.scopes.issuperset(needed)


def _has_role(caller: Caller, view: Any) -> bool:
    roles: frozenset[str] | None = getattr(view, "roles", None)
    return roles is None or caller.role in roles


class Open(BasePermission):
    """Answers without signing in. A test holds the short list of views that may."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return True
