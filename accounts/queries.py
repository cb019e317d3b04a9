"""Reading who somebody is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import cast
from uuid import UUID

from oauth2_provider.models import get_access_token_model

from accounts.models import ApiClient, Authority, User
from accounts.types import Caller, CallerKind, Role

AccessToken = get_access_token_model()


def caller_for_token(token: str, *, at: datetime) -> Caller | None:
    """The caller that a bearer token proves at an instant, or None. One statement.

    Tokens are looked up by their SHA-256, so that the comparison cannot be timed.
    """
    checksum = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    row = (
        AccessToken.objects.select_related("application", "user__officer")
        .defer("token", "application__client_secret", "user__password")
        .filter(token_checksum=checksum, expires__gt=at)
        .first()
    )
    if row is None or row.application is None:
        return None
    scopes = frozenset(cast(str, row.scope).split())
    if row.user is None:
        return _force_system(row.application, scopes)
    return _person(row.user, scopes)


def _force_system(client: ApiClient, scopes: frozenset[str]) -> Caller | None:
    if client.force_id is None:
        return None
    # A scope taken from the client since the token was issued is gone at once.
    granted = scopes & frozenset(client.allowed_scopes)
    return Caller(kind="force_system", id=client.client_id, force=client.force_id, scopes=granted)


def _person(user: User, scopes: frozenset[str]) -> Caller | None:
    if not user.is_active:
        return None
    officer = getattr(user, "officer", None)
    if user.kind == User.OFFICER:
        if officer is None:
            return None
        return Caller(
            kind="officer",
            id=str(user.id),
            force=officer.force_id,
            role=cast(Role, officer.role),
            staff_id=officer.staff_id,
            scopes=scopes,
            user_id=user.id,
        )
    return Caller(kind=cast(CallerKind, user.kind), id=str(user.id), scopes=scopes, user_id=user.id)


def principals_of(advocate_id: UUID, *, at: datetime) -> list[UUID]:
    """The people an advocate may act for at an instant: expiry and withdrawal count at once."""
    return list(
        Authority.objects.filter(
            advocate_id=advocate_id, granted_at__lte=at, expires_at__gt=at, revoked_at__isnull=True
        ).values_list("principal_id", flat=True)
    )
