"""Tries to sign in: counted durably, by account and by address, so that guessing is slow and nobody locks a force out.

A person who has signed in from an address before is counted there by herself: what strangers try from elsewhere does
not make her wait, and what they try behind the same address does not either.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Attempt, User
from accounts.rules import ADDRESS_WAIT, COUNTED_FOR, FREE_FROM_ONE_ADDRESS, wait_after
from audit.services import record
from audit.types import Actor

REMEMBERED = timedelta(days=30)
_PROOF_S = 600
_WRONG = (Attempt.TRIED, Attempt.FAILED)


@dataclass(frozen=True, slots=True)
class Trying:
    """One try: its row, and how long it would still have to wait (nothing: it may go on)."""

    row: Attempt
    wait: timedelta


class ProofUsed(Exception):
    """A one-time code that has opened once already."""


def keyed(*parts: str) -> str:
    """A keyed hash: equal for what is equal, and telling nothing to whoever has the table alone."""
    text = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(f"attempts {settings.SECRET_KEY}".encode(), text, hashlib.sha256).hexdigest()


def begin(*, login: str, address: str, step: str, waits: bool = True) -> Trying:
    """Write the try down as wrong until it is known to be right, and say how long it has to wait.

    `waits`: False for what cannot be guessed, which is counted and never stopped.
    """
    account, origin, at = keyed("account", login.strip().casefold()), keyed("address", address), timezone.now()
    row = Attempt.objects.create(at=at, account=account, address=origin, step=step)
    wait = _wait(account, origin, at, row) if waits else timedelta()
    if wait:
        row.outcome = Attempt.STOPPED
        row.save(update_fields=["outcome"])
        _leave_trace(login, row, verb="sign_in_stopped")
    return Trying(row, wait)


def _wait(account: str, address: str, at: datetime, row: Attempt) -> timedelta:
    before = Attempt.objects.filter(at__gt=at - REMEMBERED).exclude(pk=row.pk)
    here = before.filter(account=account, address=address, outcome=Attempt.SUCCEEDED).order_by("-at").first()
    tries = before.filter(account=account, outcome__in=_WRONG, at__gt=at - COUNTED_FOR)
    if here is not None:
        return wait_after(_times(tries.filter(address=address, at__gt=here.at)), at=at)
    wait = wait_after(_times(_from_strangers(tries, account)), at=at)
    crowd = before.filter(address=address, outcome__in=_WRONG, at__gt=at - ADDRESS_WAIT)
    return max(wait, ADDRESS_WAIT) if crowd.count() >= FREE_FROM_ONE_ADDRESS else wait


def _from_strangers(tries: QuerySet[Attempt], account: str) -> QuerySet[Attempt]:
    """Tries from addresses that this account has never signed in from."""
    known = Attempt.objects.filter(account=account, address=OuterRef("address"), outcome=Attempt.SUCCEEDED)
    return tries.filter(~Exists(known))


def _times(tries: QuerySet[Attempt]) -> list[datetime]:
    return list(tries.order_by("-at").values_list("at", flat=True)[:40])[::-1]


def proof_of(login: str, code: str, *, at: datetime, earlier: int = 0) -> str:
    """What a one-time code leaves behind for some minutes, so that it opens once only, however it is written."""
    written = "".join(letter for letter in code.casefold() if letter.isalnum())
    return keyed("proof", login.strip().casefold(), written, str(int(at.timestamp()) // _PROOF_S - earlier))


def check_unused(trying: Trying, *, login: str, code: str) -> None:
    """Raise `ProofUsed` for a code that has opened in the last minutes."""
    proofs = [proof_of(login, code, at=trying.row.at, earlier=earlier) for earlier in (0, 1)]
    if Attempt.objects.filter(account=trying.row.account, proof__in=proofs, outcome=Attempt.PASSED).exists():
        raise ProofUsed


def passed(trying: Trying, *, login: str, code: str = "") -> None:
    """Its secret was right. Raises `ProofUsed` where the same code opened at the same moment elsewhere."""
    row = trying.row
    row.outcome, row.proof = Attempt.PASSED, proof_of(login, code, at=row.at) if code else ""
    try:
        with transaction.atomic():
            row.save(update_fields=["outcome", "proof"])
    except IntegrityError:
        raise ProofUsed from None


def succeeded(*, user: User, address: str) -> None:
    """Somebody is signed in: from here on tries from this address are counted anew, and apart from strangers'."""
    Attempt.objects.create(
        at=timezone.now(),
        account=keyed("account", user.username.casefold()),
        address=keyed("address", address),
        step="signed_in",
        outcome=Attempt.SUCCEEDED,
    )


@transaction.atomic
def failed(trying: Trying, *, login: str) -> None:
    """It was wrong, and that is written down, whether there is such an account or not."""
    Attempt.objects.filter(pk=trying.row.pk).update(outcome=Attempt.FAILED)
    _leave_trace(login, trying.row, verb="sign_in_refused")


@transaction.atomic
def _leave_trace(login: str, row: Attempt, *, verb: str) -> None:
    """Under the account where there is one; a name that is none may be somebody's address, and is not kept."""
    user = User.objects.select_related("officer").filter(username=login.strip().lower()).first()
    if verb == "sign_in_stopped" and _told_lately(row):
        return
    actor = actor_of(user) if user else Actor("public", "anyone")
    records = [user.id] if user else []
    record(actor=actor, action="consultation", verb=verb, records=records, reason_code=row.step)


def _told_lately(row: Attempt) -> bool:
    """A flood of tries is one line a minute in the trail, not thousands."""
    lately = Attempt.objects.filter(account=row.account, outcome=Attempt.STOPPED, at__gt=row.at - timedelta(minutes=1))
    return lately.exclude(pk=row.pk).exists()


def actor_of(user: User) -> Actor:
    """A person as the trail names them."""
    force = user.officer.force_id if user.kind == User.OFFICER and hasattr(user, "officer") else ""
    return Actor(user.kind, str(user.id), force)  # type: ignore[arg-type]


def forget_attempts() -> int:
    """Drop what is too old to count. Safe to run any number of times."""
    gone, _ = Attempt.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()
    return gone
