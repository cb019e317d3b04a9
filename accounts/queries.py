"""Reading who somebody is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import Authority, User
from accounts.types import Caller, CallerKind, Role

# One statement, written out: every request asks it, and building it from models costs as much as running it.
_CALLER = """
SELECT t.scope, t.user_id, c.client_id, c.force_id, c.allowed_scopes, u.kind, u.is_active,
       o.force_id, o.role, o.staff_id
  FROM oauth2_provider_accesstoken t
  JOIN accounts_apiclient c ON c.id = t.application_id
  LEFT JOIN accounts_user u ON u.id = t.user_id
  LEFT JOIN accounts_officer o ON o.user_id = u.id
 WHERE t.token_checksum = %s AND t.expires > %s
"""


class _Row(NamedTuple):
    scope: str
    user_id: UUID | None
    client_id: str
    client_force: str | None
    client_scopes: list[str]
    kind: CallerKind
    is_active: bool
    officer_force: str | None
    role: Role
    staff_id: str


def caller_for_token(token: str, *, at: datetime) -> Caller | None:
    """The caller that a bearer token proves at an instant, or None. One statement.

    Tokens are looked up by their SHA-256, so that the comparison cannot be timed.
    """
    checksum = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_CALLER, [checksum, at])
        found = cursor.fetchone()
    if found is None:
        return None
    row = _Row(*found)
    return _force_system(row) if row.user_id is None else _person(row, row.user_id)


def _force_system(row: _Row) -> Caller | None:
    if row.client_force is None:
        return None
    # A scope taken from the client since the token was issued is gone at once.
    granted = frozenset(row.scope.split()) & frozenset(row.client_scopes)
    return Caller(kind="force_system", id=row.client_id, force=row.client_force, scopes=granted)


def _person(row: _Row, user_id: UUID) -> Caller | None:
    """An officer without a post, or anyone whose account was closed, is nobody."""
    scopes = frozenset(row.scope.split())
    if not row.is_active:
        return None
    if row.kind != User.OFFICER:
        return Caller(kind=row.kind, id=str(user_id), scopes=scopes, user_id=user_id)
    if row.officer_force is None:
        return None
    return Caller(
        kind="officer",
        id=str(user_id),
        force=row.officer_force,
        role=row.role,
        staff_id=row.staff_id,
        scopes=scopes,
        user_id=user_id,
    )


def principals_of(advocate_id: UUID, *, at: datetime) -> list[UUID]:
    """The people an advocate may act for at an instant: expiry and withdrawal count at once."""
    return list(
        Authority.objects.filter(
            advocate_id=advocate_id, granted_at__lte=at, expires_at__gt=at, revoked_at__isnull=True
        ).values_list("principal_id", flat=True)
    )
