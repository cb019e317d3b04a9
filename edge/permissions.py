"""Closed by default: a view that names no audience answers nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.types import Caller

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
        return _has_scopes(caller, audience, view, request) and _has_role(caller, view)


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
