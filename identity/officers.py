"""Officers whom their force's own sign-in vouches for: found or made, with the role that it says they have today."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.attempts import actor_of
from accounts.federation import Claimed
from accounts.models import Force, Officer, OfficerIdentity, User
from accounts.services import Post, end_everything, register_officer
from audit.services import record
from audit.types import SERVICE
from common.ids import uuid7
from common.problems import Forbidden


@transaction.atomic
def admit(*, force: str, issuer: str, who: Claimed) -> User:
    """The account of whoever signed in with their force. Its role and name become what the force says.

    A first time, an officer of this force with that staff id is the same person: the force says who its staff are.
    Raises `Forbidden` for an account that was closed, one of another force, a staff id that another person has, and one
    that is another than it was: it is what "a second person" is judged by, and does not change under an account.
    """
    Force.objects.select_for_update(no_key=True).get(code=force)  # one at a time: twice at once makes one account
    known = OfficerIdentity.objects.filter(issuer=issuer, subject=who.subject).first()
    officer = _post_of(known) if known else _of_staff(force, issuer, who) or _new(force, who)
    if officer.force_id != force or not officer.user.is_active:
        raise Forbidden("account_closed", "This account is closed, or is one of another force.")
    if known is None:
        _link(officer.user, issuer, who.subject)
    _as_the_force_says(officer, who)
    return officer.user


def _post_of(known: OfficerIdentity) -> Officer:
    return Officer.objects.select_related("user").get(user=known.user)


def _of_staff(force: str, issuer: str, who: Claimed) -> Officer | None:
    """Who has that staff id, if nobody else of this provider is that account already."""
    found = list(Officer.objects.select_related("user").filter(force_id=force, staff_id__iexact=who.staff_id)[:2])
    if len(found) > 1 or (found and found[0].user.identities.filter(issuer=issuer).exists()):
        raise Forbidden("staff_id_taken", "Another account of your force has this staff id.")
    return found[0] if found else None


def _new(force: str, who: Claimed) -> Officer:
    """Without a password: it opens by the force's own sign-in and by nothing else. Nobody types its name."""
    post = Post(force, who.role, who.staff_id, who.name)
    officer = register_officer(actor=SERVICE, username=f"{uuid7()}@{force}.force", password=None, post=post)
    return Officer.objects.select_related("user").get(pk=officer.pk)


def _link(user: User, issuer: str, subject: str) -> None:
    """From now on the force's own sign-in is the only one: a password kept here would outlast the person's post."""
    OfficerIdentity.objects.create(user=user, issuer=issuer, subject=subject)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    end_everything(actor=SERVICE, user=user.id)
    record(actor=SERVICE, action="collection", verb="officer_linked", records=[user.id])


def _as_the_force_says(officer: Officer, who: Claimed) -> None:
    if officer.staff_id.casefold() != who.staff_id.casefold():
        raise Forbidden("staff_id_changed", "Your account is under another staff id. It does not change.")
    if (officer.role, officer.name) == (who.role, who.name):
        return
    officer.role, officer.name = who.role, who.name
    officer.save(update_fields=["role", "name"])
    record(
        actor=actor_of(officer.user),
        action="alteration",
        verb="officer_changed_by_force",
        records=[officer.user_id],
        reason_code=f"role_{who.role}",
    )
