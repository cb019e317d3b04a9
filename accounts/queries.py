"""Reading who somebody is."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from accounts.models import Authority, Session, User
from accounts.rules import SKEW, assurance_of, second_factor_at
from accounts.sessions import SessionStore, digest_of
from accounts.types import Caller, CallerKind, Role

# One statement, written out: every request asks it, and building it from models costs as much as running it.
_CALLER = """
SELECT t.scope, t.user_id, c.client_id, c.force_id, c.allowed_scopes, u.kind, u.is_active,
       o.force_id, o.role, o.staff_id, t.source_refresh_token_id IS NULL, coalesce(b.certificate, '')
  FROM oauth2_provider_accesstoken t
  JOIN accounts_apiclient c ON c.id = t.application_id
  LEFT JOIN accounts_user u ON u.id = t.user_id
  LEFT JOIN accounts_officer o ON o.user_id = u.id
  LEFT JOIN accounts_tokenbinding b ON b.token_id = t.id
  LEFT JOIN accounts_clientsecret s ON s.id = b.secret_id
 WHERE t.token_checksum = %s AND t.expires > %s AND s.revoked_at IS NULL
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
    fresh: bool
    certificate: str


def caller_for_token(token: str, *, at: datetime, certificate: str = "") -> Caller | None:
    """The caller that a bearer token proves at an instant, or None. One statement.

    Tokens are looked up by their SHA-256, so that the comparison cannot be timed. One that is bound to a certificate
    proves nobody without it (RFC 8705 section 3), and one got with a secret that was revoked since proves nobody.
    """
    checksum = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_CALLER, [checksum, at])
        found = cursor.fetchone()
    if found is None:
        return None
    row = _Row(*found)
    if row.certificate and row.certificate != certificate:
        return None
    return _force_system(row) if row.user_id is None else _person(row, row.user_id)


def _force_system(row: _Row) -> Caller | None:
    if row.client_force is None:
        return None
    # A scope taken from the client since the token was issued is gone at once.
    granted = frozenset(row.scope.split()) & frozenset(row.client_scopes)
    return Caller(
        kind="force_system",
        id=row.client_id,
        force=row.client_force,
        scopes=granted,
        certificate=row.certificate,
    )


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
        # A token lasts no longer than a second factor counts as shown; one that was renewed was not shown one.
        stepped_up=row.fresh,
    )


_SIGNED_IN = """
SELECT s.id, s.session_data, s.seen_at, u.id, u.password, u.kind, o.force_id, o.role, o.staff_id
  FROM accounts_session s
  JOIN accounts_user u ON u.id = s.user_id AND u.is_active
  LEFT JOIN accounts_officer o ON o.user_id = u.id
 WHERE s.session_key = %s AND s.expire_date > %s
"""
_SEEN = """
UPDATE accounts_session SET seen_at = %s, expire_date = LEAST(%s + idle_s * interval '1 second', ends_at)
 WHERE id = %s
"""
_SEEN_EVERY = timedelta(minutes=1)


class _SignedIn(NamedTuple):
    session: UUID
    data: str
    seen_at: datetime
    user_id: UUID
    password: str
    kind: CallerKind
    force: str | None
    role: Role
    staff_id: str


def caller_for_session(token: str, *, at: datetime) -> Caller | None:
    """The caller whose signed-in session a token is at an instant, or None. One statement, one more each minute.

    `assurance` says what was proved in it; a session of somebody who is still signing in is nobody's.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED_IN, [digest_of(token), at])
        found = cursor.fetchone()
    if found is None:
        return None
    row = _SignedIn(*found)
    data = SessionStore(token).decode(row.data)
    hashed = User(password=row.password).get_session_auth_hash()
    if not constant_time_compare(str(data.get("_auth_user_hash", "")), hashed) or row.kind == User.SUPPORT:
        return None
    if row.kind == User.OFFICER and row.force is None:
        return None
    if at - row.seen_at > _SEEN_EVERY:
        _touch(row.session, at)
    return _signed_in(row, data.get("account_authentication_methods") or [], at)


def _touch(session: UUID, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [at, at, session])


def _signed_in(row: _SignedIn, methods: list[dict[str, object]], at: datetime) -> Caller:
    shown = second_factor_at(methods)
    officer = row.kind == User.OFFICER
    return Caller(
        kind=row.kind,
        id=str(row.user_id),
        force=row.force or "",
        role=row.role if officer else "",
        staff_id=row.staff_id if officer else "",
        scopes=frozenset({"officer" if officer else "victim"}),
        user_id=row.user_id,
        assurance=assurance_of(row.kind, methods),
        stepped_up=shown is not None and -SKEW <= at - shown < timedelta(minutes=settings.STEP_UP_MINUTES),
        session=row.session,
    )


def sessions_of(user: UUID, *, at: datetime) -> list[Session]:
    """Where a person is signed in, the last one used first."""
    return list(Session.objects.filter(user_id=user, expire_date__gt=at).order_by("-seen_at", "id"))


def good_authorities(*, at: datetime) -> QuerySet[Authority]:
    """Those that give something at an instant: expiry and withdrawal count at once."""
    return Authority.objects.filter(granted_at__lte=at, expires_at__gt=at, revoked_at__isnull=True)


def principals_of(advocate_id: UUID, *, at: datetime) -> list[UUID]:
    """The people an advocate may act for at an instant."""
    return list(good_authorities(at=at).filter(advocate_id=advocate_id).values_list("principal_id", flat=True))


class HeldAuthority(NamedTuple):
    """By which an advocate acts for a person; `only_order`: under that order alone."""

    id: UUID
    principal: UUID
    only_order: UUID | None


def authorities_held(advocate_id: UUID, *, scope: str, at: datetime) -> list[HeldAuthority]:
    """Those by which an advocate may do one thing at an instant."""
    rows = good_authorities(at=at).filter(advocate_id=advocate_id, scopes__contains=[scope])
    return [HeldAuthority(*row) for row in rows.order_by("id").values_list("id", "principal_id", "only_order")]


def authorities_given(principal: UUID, *, at: datetime) -> QuerySet[Authority]:
    """Who may act for a person at an instant, the first named first."""
    return good_authorities(at=at).filter(principal_id=principal).select_related("advocate").order_by("id")
