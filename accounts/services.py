"""Making accounts: officers, victims and advocates, and the clients of force systems."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import (
    get_access_token_model,
    get_grant_model,
    get_refresh_token_model,
    set_token_value,
)

from accounts.attempts import actor_of, succeeded
from accounts.clients import hash_of, new_secret
from accounts.models import ApiClient, Authority, ClientSecret, Device, Officer, Session, User
from accounts.types import AUTHORITY_SCOPES, Assurance, Role
from audit.services import record
from audit.types import Actor

AccessToken = get_access_token_model()


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client's id and its secret, which is stored hashed: it is shown this once."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Post:
    """An officer's place in one force."""

    force: str
    role: Role
    staff_id: str
    name: str


@transaction.atomic
def register_officer(*, actor: Actor, username: str, password: str | None, post: Post) -> Officer:
    """Without a password none opens it: they sign in with their force."""
    user = User(kind=User.OFFICER, username=username)
    user.set_password(password)
    user.save()
    officer = Officer.objects.create(
        user=user, force_id=post.force, role=post.role, staff_id=post.staff_id, name=post.name
    )
    record(actor=actor, action="collection", verb="officer_registered", records=[user.id])
    return officer


@transaction.atomic
def add_authenticator_app(*, actor: Actor, user: User) -> str:
    """A second factor made for somebody; gives its secret (base 32), to be put into their app and shown this once."""
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    record(actor=actor, action="collection", verb="totp_post", records=[user.id])
    return secret


@transaction.atomic
def register_person(*, actor: Actor, email: str, kind: str = User.VICTIM, passphrase: str | None = None) -> User:
    """A victim or an advocate. Without a passphrase they have their mailbox to sign in with, and no more."""
    user = User(kind=kind, username=email, email=email)
    user.set_password(passphrase)
    user.save()
    record(actor=actor, action="collection", verb=f"{kind}_registered", records=[user.id])
    return user


@transaction.atomic
def register_support(*, actor: Actor, username: str, password: str) -> User:
    """Somebody who looks after the service, with an account that opens the support screen and nothing else."""
    user = User(kind=User.SUPPORT, username=username, is_staff=True)
    user.set_password(password)
    user.save()
    record(actor=actor, action="collection", verb="support_registered", records=[user.id])
    return user


@transaction.atomic
def close_support(*, actor: Actor, username: str) -> bool:
    """The account opens nothing any more, sessions that are open included. False where there is none."""
    user = User.objects.select_for_update().filter(username=username, kind=User.SUPPORT, is_active=True).first()
    if user is None:
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(actor=actor, action="alteration", verb="support_closed", records=[user.id])
    return True


@dataclass(frozen=True, slots=True)
class Mandate:
    """For whom an advocate may act, how far and until when; `only_order`: under one order and no other.

    `granted_at`: the instant by which `expires_at` was judged; left out, now.
    """

    principal: UUID
    expires_at: datetime
    scopes: Collection[str] = tuple(AUTHORITY_SCOPES)
    only_order: UUID | None = None
    granted_at: datetime | None = None


@transaction.atomic
def record_authority(*, actor: Actor, advocate: UUID, mandate: Mandate, reason: str = "") -> Authority:
    """That an advocate may act for a person from now on (trap 29)."""
    authority = Authority.objects.create(
        advocate_id=advocate,
        principal_id=mandate.principal,
        granted_at=mandate.granted_at or timezone.now(),
        expires_at=mandate.expires_at,
        scopes=sorted(set(mandate.scopes)),
        only_order=mandate.only_order,
    )
    about = [authority.id, advocate, mandate.principal, *([mandate.only_order] if mandate.only_order else [])]
    record(actor=actor, action="collection", verb="authority_recorded", records=about, reason=reason)
    return authority


@transaction.atomic
def withdraw_authority(*, actor: Actor, authority: UUID, principal: UUID) -> bool:
    """It gives nothing from now on. Again is no mistake. False where the person gave none of that id."""
    row = Authority.objects.select_for_update().filter(id=authority, principal_id=principal).first()
    if row is None:
        return False
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        about = [row.id, row.advocate_id, principal, *([row.only_order] if row.only_order else [])]
        record(actor=actor, action="alteration", verb="authority_withdrawn", records=about)
    return True


@transaction.atomic
def register_client(*, actor: Actor, name: str, scopes: Collection[str], force: str | None) -> Credentials:
    """An OAuth client: a force's system, or with no force an app for people."""
    secret = new_secret()
    client = ApiClient(
        name=name,
        force_id=force,
        allowed_scopes=sorted(scopes),
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=(ApiClient.GRANT_CLIENT_CREDENTIALS if force else ApiClient.GRANT_AUTHORIZATION_CODE),
        redirect_uris="" if force else "https://app.invalid/signed-in",
    )
    client.save()
    ClientSecret.objects.create(client=client, hashed=hash_of(secret))
    record(actor=actor, action="collection", verb="client_registered", records=[client.client_id])
    return Credentials(client.client_id, secret)


@transaction.atomic
def register_app(*, actor: Actor, name: str, scope: str, redirect: str) -> str:
    """An app on somebody's own device: it keeps no secret, and proves itself by PKCE. Gives its client id."""
    client = ApiClient(
        name=name,
        allowed_scopes=[scope],
        client_type=ApiClient.CLIENT_PUBLIC,
        authorization_grant_type=ApiClient.GRANT_AUTHORIZATION_CODE,
        redirect_uris=redirect,
    )
    client.save()
    record(actor=actor, action="collection", verb="app_registered", records=[client.client_id])
    return str(client.client_id)


@transaction.atomic
def issue_token(*, actor: Actor, client_id: str, user: UUID, scope: str, lasts: timedelta) -> str:
    """A bearer token for a person, by way of an app; stored as its SHA-256 only."""
    token = secrets.token_urlsafe(32)
    row = AccessToken(
        user_id=user,
        application=ApiClient.objects.get(client_id=client_id),
        expires=timezone.now() + lasts,
        scope=scope,
    )
    set_token_value(row, token)
    row.save()
    record(actor=actor, action="collection", verb="token_issued", records=[user])
    return token


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """The device that somebody signed in from; `token` is set where it is new, for the device to keep."""

    id: UUID
    token: str = ""


@transaction.atomic
def sign_in(*, user: User, assurance: Assurance, address: str, device_token: str) -> KnownDevice:
    """Somebody is signed in: leave a trace, and find out whether the device is one of theirs."""
    actor = actor_of(user)
    record(actor=actor, action="consultation", verb="signed_in", records=[user.id], reason_code=assurance)
    succeeded(user=user, address=address)
    known = Device.objects.filter(user=user, digest=_digest(device_token)).first() if device_token else None
    if known is not None:
        return KnownDevice(known.id)
    token, first = secrets.token_urlsafe(32), not Device.objects.filter(user=user).exists()
    no_news = first or user.kind != User.VICTIM
    device = Device.objects.create(user=user, digest=_digest(token), told_at=timezone.now() if no_news else None)
    record(actor=actor, action="collection", verb="new_device", records=[user.id, device.id])
    return KnownDevice(device.id, token)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def end_session(*, actor: Actor, user: UUID, session: UUID) -> bool:
    """End one of a person's own sessions. False where there is none of that id."""
    gone, _ = Session.objects.filter(user_id=user, id=session).delete()
    if gone:
        record(actor=actor, action="alteration", verb="session_ended", records=[session, user])
    return bool(gone)


@transaction.atomic
def end_everything(*, actor: Actor, user: UUID, verb: str = "sessions_ended") -> int:
    """End all sessions and tokens of a person at once. How many there were."""
    ended = Session.objects.filter(user_id=user).delete()[0]
    for model in (get_grant_model(), get_refresh_token_model(), AccessToken):
        ended += model.objects.filter(user_id=user).delete()[0]
    record(actor=actor, action="alteration", verb=verb, records=[user])
    return ended


@transaction.atomic
def freeze(*, actor: Actor, user: UUID, reason: str) -> datetime:
    """Close a person's account at once, signed in or not, until an officer opens it again (rule 84)."""
    row = User.objects.select_for_update(no_key=True).get(pk=user)
    row.frozen_at, row.is_active = row.frozen_at or timezone.now(), False
    row.save(update_fields=["frozen_at", "is_active"])
    end_everything(actor=actor, user=user, verb="sessions_ended_by_freeze")
    record(actor=actor, action="alteration", verb="account_frozen", records=[user], reason=reason)
    return row.frozen_at


@transaction.atomic
def thaw(*, actor: Actor, user: UUID, reason: str) -> bool:
    """Open a frozen account again. False where it was not frozen."""
    opened = User.objects.filter(pk=user, frozen_at__isnull=False).update(frozen_at=None, is_active=True)
    if opened:
        record(actor=actor, action="alteration", verb="account_thawed", records=[user], reason=reason)
    return bool(opened)
