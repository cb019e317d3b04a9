"""What the database keeps about signing in, whatever the code does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from accounts import letters
from accounts.attempts import REMEMBERED, keyed
from accounts.models import Attempt, Letter, Session, User
from accounts.sessions import digest_of
from demo.cast import Cast
from identity.tasks import forget_sign_ins, send_letters
from tests.support.api import Api, token_of
from tests.support.signing_in import App


def test_a_frozen_account_is_closed(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=cast.victim.user_id).update(frozen_at=timezone.now())


@pytest.mark.parametrize(
    "change",
    [
        {"expire_date": F("ends_at") + timedelta(seconds=1)},
        {"ends_at": F("started_at"), "expire_date": F("started_at")},
    ],
)
def test_no_session_outlives_its_end(cast: Cast, change: dict[str, object]) -> None:
    App().passphrase(cast.victim)
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.update(**change)


def test_a_proof_opens_once(cast: Cast) -> None:
    row = {"at": timezone.now(), "account": keyed("a"), "address": "x", "step": "password", "proof": keyed("p")}
    Attempt.objects.create(**row, outcome="passed")
    Attempt.objects.create(**row, outcome="failed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(**row, outcome="passed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(**{**row, "proof": ""}, outcome="something")


def test_tokens_that_expired_are_forgotten_and_the_others_open(cast: Cast) -> None:
    """A force's system asks for one every few minutes: they would add up for ever."""
    old, new = token_of(cast.force), token_of(cast.force)
    tokens = get_access_token_model().objects
    tokens.filter(token_checksum=digest_of(old)).update(expires=timezone.now() - timedelta(seconds=1))
    forget_sign_ins()
    assert (tokens.filter(token_checksum=digest_of(old)).exists(), Api(new).get("force/client").status) == (False, 200)


def test_what_is_over_is_forgotten_and_the_rest_is_not(cast: Cast) -> None:
    App().passphrase(cast.victim)
    App().passphrase(cast.other_victim)
    old = timezone.now() - REMEMBERED - timedelta(seconds=1)
    Attempt.objects.filter(account=keyed("account", cast.victim.email)).update(at=old)
    Session.objects.filter(user_id=cast.victim.user_id).update(expire_date=timezone.now() - timedelta(seconds=1))
    forget_sign_ins()
    assert not Attempt.objects.filter(account=keyed("account", cast.victim.email)).exists()
    assert Attempt.objects.filter(account=keyed("account", cast.other_victim.email)).exists()
    assert [str(row.user_id) for row in Session.objects.all()] == [cast.other_victim.user_id]


def test_a_letter_is_sealed_sent_once_and_gone(cast: Cast) -> None:
    letters.owe(to="a@mail.example", subject="s", body="a secret", lasts=timedelta(minutes=5))
    assert b"secret" not in bytes(Letter.objects.get().sealed)
    send_letters()
    send_letters()
    assert [one.body for one in mail.outbox] == ["a secret\n"]
    assert not Letter.objects.exists()


def test_a_letter_that_came_too_late_is_not_sent(cast: Cast) -> None:
    letters.owe(to="a@mail.example", subject="s", body="a secret", lasts=timedelta(seconds=-1))
    send_letters()
    assert mail.outbox == []
    assert not Letter.objects.exists()


def test_a_letter_that_cannot_be_sent_waits(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    letters.owe(to="a@mail.example", subject="s", body="a secret", lasts=timedelta(minutes=5))
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuses)
        send_letters()
    assert Letter.objects.get().next_try_at > timezone.now()
    Letter.objects.update(next_try_at=timezone.now())
    send_letters()
    assert len(mail.outbox) == 1
