"""Who may act for a protected person: recorded by an officer who made sure, limited, withdrawn at once (trap 29)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Authority, User
from accounts.types import Caller
from audit.services import record
from common.problems import Conflict, NotFound, Problem, Refused, Traced
from orders.models import Invitation, ProtectedPerson
from orders.queries import person_for_update
from orders.services.inviting import invite

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom she asks to act for her, how far, until when, and how the officer made sure of both of them."""

    email: str
    scopes: Collection[str]
    expires_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The authority, and the invitation of an account that nobody has taken up yet."""

    authority: Authority
    invitation: Invitation | None


@transaction.atomic
def record_advocate(*, caller: Caller, reference: str, key: str, wish: Wish) -> Recorded:
    """Let somebody act for a protected person under this order. An account is made where there is none.

    An earlier authority of the same two under this order is withdrawn. Raises `NotFound`, `Refused` for an end that
    has passed or is over a year away, `Conflict` where she has no account or the address is not an advocate's.
    """
    person, now = person_for_update(caller, reference, key), timezone.now()
    if not now < wish.expires_at <= now + LONGEST:
        raise Refused([Problem("/expires_at", "out_of_range", "This is to come, and at most a year away.")])
    if person.user_id is None:
        raise Conflict("person_has_no_account", "Invite her first: only somebody with an account can be acted for.")
    advocate = _advocate(caller, person, wish.email.strip().lower())
    _withdraw_earlier(caller, person, advocate)
    mandate = accounts.Mandate(person.user_id, wish.expires_at, wish.scopes, only_order=person.order_id, granted_at=now)
    authority = accounts.record_authority(actor=caller.actor, advocate=advocate.id, mandate=mandate, reason=wish.reason)
    new = not advocate.has_usable_password()
    invitation = (
        invite(caller=caller, reference=reference, key=key, email=wish.email, advocate=advocate) if new else None
    )
    return Recorded(authority, invitation)


def _advocate(caller: Caller, person: ProtectedPerson, email: str) -> User:
    user = User.objects.filter(username=email).first() or _registered(caller, email)
    if user.kind != User.ADVOCATE or not user.is_active:
        raise Traced(
            "not_an_advocate",
            "This address cannot be used for an advocate.",
            verb="advocate_refused",
            records=[person.order_id, person.id],
        )
    return user


def _registered(caller: Caller, email: str) -> User:
    """Made anew; or, where somebody else named the same address at the same moment, what they made."""
    try:
        with transaction.atomic():
            return accounts.register_person(actor=caller.actor, email=email, kind=User.ADVOCATE)
    except IntegrityError:
        return User.objects.get(username=email)


def _withdraw_earlier(caller: Caller, person: ProtectedPerson, advocate: User) -> None:
    rows = Authority.objects.filter(
        advocate=advocate, principal_id=person.user_id, only_order=person.order_id, revoked_at=None
    )
    for earlier in rows.order_by("id"):
        accounts.withdraw_authority(actor=caller.actor, authority=earlier.id, principal=earlier.principal_id)


@transaction.atomic
def withdraw_advocate(*, caller: Caller, reference: str, key: str, authority: UUID) -> None:
    """Take it back at once. Raises `NotFound`, also for an authority over another order alone."""
    person = person_for_update(caller, reference, key)
    row = Authority.objects.filter(id=authority, principal_id=person.user_id).first()
    if person.user_id is None or row is None or row.only_order not in (None, person.order_id):
        raise NotFound
    if row.revoked_at is None:
        about = [person.order_id, person.id, row.id]
        record(actor=caller.actor, action="alteration", verb="advocate_withdrawn", records=about)
    accounts.withdraw_authority(actor=caller.actor, authority=authority, principal=person.user_id)
