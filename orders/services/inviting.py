"""Inviting a protected person, taking it back, her accepting it, and closing her account at once (rule 84)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import letters
from accounts import services as accounts
from accounts.models import User
from accounts.types import Caller
from audit.services import record
from audit.types import Actor
from common.ids import uuid7
from common.problems import Conflict, Forbidden, NotFound
from database import tenancy
from database.envelope import open_sealed, seal
from orders.models import Invitation
from orders.models.invitations import MOST_WRONG, sealed_for
from orders.queries import person_for_update
from orders.services.serving import link_person
from orders.spoken import is_spoken_code

_SUBJECT = "A link for you"
# Whoever else reads the mailbox learns nothing from it, and can do nothing with it alone.
_BODY = """You were told that this link would come:

{url}

It asks for the six-digit number that you were given. It can be used until {until}.
If you were not expecting it, leave it: nothing happens.
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Whose account it is now, and whether it was made by this: then she sets a passphrase or passkey next."""

    user: User
    new: bool


@transaction.atomic
def invite(*, caller: Caller, reference: str, key: str, email: str, advocate: User | None = None) -> Invitation:
    """Owe the mail. Earlier invitations of the same person that wait are revoked. Raises `NotFound`.

    `advocate`: an account that is there, and invited to be taken up by whom it is for.
    """
    person, now, token = person_for_update(caller, reference, key), timezone.now(), secrets.token_urlsafe(32)
    person.invitations.filter(accepted_at=None, revoked_at=None, advocate=advocate).update(revoked_at=now)
    row = Invitation(id=uuid7(), person=person, advocate=advocate, digest=_digest(token), invited_by=caller.id)
    row.created_at, row.expires_at = now, now + timedelta(hours=settings.INVITATION_HOURS)
    row.sealed_email = seal(email.strip().lower().encode(), context=sealed_for(row.id))
    row.save(force_insert=True)
    until = row.expires_at.strftime("%d %B, %H:%M UTC")
    body = _BODY.format(url=f"{settings.INVITATION_URL}{token}", until=until)
    letters.owe(to=email.strip().lower(), subject=_SUBJECT, body=body, lasts=timedelta(hours=settings.INVITATION_HOURS))
    record(actor=caller.actor, action="collection", verb="person_invited", records=[person.order_id, person.id, row.id])
    return row


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def revoke(*, caller: Caller, reference: str, key: str, invitation: UUID) -> None:
    """Take it back. Again is no mistake. Raises `NotFound`; `Conflict` where she accepted it."""
    row = (
        Invitation.objects.select_for_update()
        .filter(person=person_for_update(caller, reference, key), id=invitation)
        .first()
    )
    if row is None:
        raise NotFound
    if row.accepted_at is not None:
        raise Conflict("already_accepted", "It was accepted. Freeze the account if it is in the wrong hands.")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record(actor=caller.actor, action="alteration", verb="invitation_revoked", records=[row.person_id, row.id])


def accept(*, token: str, code: str) -> Accepted:
    """Give the account to whoever has both. Everything else is refused alike, and a wrong number is counted.

    An account of this address that is there already gets the order, and its owner still has to sign in.
    """
    with transaction.atomic():
        row = Invitation.objects.select_for_update().filter(digest=_digest(token)).first()
        right = is_spoken_code(row.id if row else uuid7(), code)
        if row is None or not _open(row, at=timezone.now()):
            raise NotFound
        with tenancy.acting(tenancy.Tenant(force=_inviting_force(row))):
            if right:
                return _accepted(row)
            row.wrong += 1
            row.save(update_fields=["wrong"])
            record(actor=_ANYONE, action="consultation", verb="invitation_code_wrong", records=[row.person_id, row.id])
    raise NotFound


def _inviting_force(row: Invitation) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_force_of_protected(%s)", [row.person_id])
        return str(cursor.fetchone()[0])


_ANYONE = Actor("public", "anyone")


def _open(row: Invitation, *, at: datetime) -> bool:
    return row.accepted_at is None and row.revoked_at is None and at < row.expires_at and row.wrong < MOST_WRONG


def _accepted(row: Invitation) -> Accepted:
    if row.advocate is not None:
        return _accepted_by_advocate(row, row.advocate)
    email = open_sealed(bytes(row.sealed_email), context=sealed_for(row.id)).decode()
    user, new = User.objects.filter(username=email).first(), False
    if user is None:
        user, new = _registered(email), True
    if user.kind != User.VICTIM or not user.is_active:
        raise NotFound
    actor = Actor("victim", str(user.id))
    row.accepted_at, row.accepted_by = timezone.now(), user
    row.save(update_fields=["accepted_at", "accepted_by"])
    link_person(actor=actor, order_id=row.person.order_id, key=row.person.key, user_id=user.id)
    record(actor=actor, action="alteration", verb="invitation_accepted", records=[row.person_id, row.id, user.id])
    return Accepted(user, new)


def _accepted_by_advocate(row: Invitation, user: User) -> Accepted:
    """The account is there; with no passphrase yet it is as good as new, and one is set next."""
    if not user.is_active:
        raise NotFound
    row.accepted_at, row.accepted_by = timezone.now(), user
    row.save(update_fields=["accepted_at", "accepted_by"])
    actor = Actor("advocate", str(user.id))
    record(actor=actor, action="alteration", verb="invitation_accepted", records=[row.person_id, row.id, user.id])
    return Accepted(user, not user.has_usable_password())


def _registered(email: str) -> User:
    try:
        with transaction.atomic():
            return accounts.register_person(actor=_ANYONE, email=email)
    except IntegrityError:
        raise NotFound from None


@transaction.atomic
def freeze_person(*, caller: Caller, reference: str, key: str, reason: str) -> datetime:
    """Close the account of a protected person at once, whoever is signed in to it. Raises `NotFound`."""
    person = person_for_update(caller, reference, key)
    if person.user_id is None:
        raise NotFound
    record(actor=caller.actor, action="alteration", verb="person_frozen", records=[person.order_id, person.id])
    return accounts.freeze(actor=caller.actor, user=person.user_id, reason=reason)


@transaction.atomic
def thaw_person(*, caller: Caller, reference: str, key: str, reason: str) -> None:
    """Open it again. Raises `NotFound`; `Conflict` where it was not frozen; officers and supervisors only."""
    if caller.role == "reviewer":
        raise Forbidden("wrong_role", "Your role does not allow this.")
    person = person_for_update(caller, reference, key)
    if person.user_id is None:
        raise NotFound
    record(actor=caller.actor, action="alteration", verb="person_thawed", records=[person.order_id, person.id])
    if not accounts.thaw(actor=caller.actor, user=person.user_id, reason=reason):
        raise Conflict("not_frozen", "The account is not frozen.")
