"""Making accounts: officers, victims and advocates, and the clients of force systems."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, set_token_value

from accounts.models import ApiClient, Authority, Officer, User
from accounts.types import Role
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
def register_officer(*, actor: Actor, username: str, password: str, post: Post) -> Officer:
    user = User(kind=User.OFFICER, username=username)
    user.set_password(password)
    user.save()
    officer = Officer.objects.create(
        user=user, force_id=post.force, role=post.role, staff_id=post.staff_id, name=post.name
    )
    record(actor=actor, action="collection", verb="officer_registered", records=[user.id])
    return officer


@transaction.atomic
def register_person(*, actor: Actor, email: str, kind: str = User.VICTIM) -> User:
    """A victim or an advocate. No password: they sign in through a safe channel."""
    user = User(kind=kind, username=email, email=email)
    user.set_unusable_password()
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


@transaction.atomic
def record_authority(*, actor: Actor, advocate: UUID, principal: UUID, expires_at: datetime) -> Authority:
    """That an advocate may act for a person until an instant (trap 29)."""
    authority = Authority.objects.create(
        advocate_id=advocate, principal_id=principal, granted_at=timezone.now(), expires_at=expires_at
    )
    record(actor=actor, action="collection", verb="authority_recorded", records=[authority.id])
    return authority


@transaction.atomic
def register_client(*, actor: Actor, name: str, scopes: Collection[str], force: str | None) -> Credentials:
    """An OAuth client: a force's system, or with no force an app for people."""
    secret = secrets.token_urlsafe(32)
    client = ApiClient(
        name=name,
        force_id=force,
        allowed_scopes=sorted(scopes),
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=(ApiClient.GRANT_CLIENT_CREDENTIALS if force else ApiClient.GRANT_AUTHORIZATION_CODE),
        redirect_uris="" if force else "https://app.invalid/signed-in",
        client_secret=secret,
    )
    client.save()
    record(actor=actor, action="collection", verb="client_registered", records=[client.client_id])
    return Credentials(client.client_id, secret)


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
