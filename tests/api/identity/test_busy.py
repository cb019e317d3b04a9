"""A flood of sign-ins must not keep reports out, nor somebody who is refused because of it (`bench.signing_in`)."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

from accounts.hashing import Aside
from accounts.models import Attempt, User
from audit.models import Entry
from demo.cast import Cast
from identity.door import TooBusy, hashing
from tests.support.signing_in import App


def taken() -> ExitStack:
    """Every hash that may be made, and every wait for one."""
    held = ExitStack()
    for _ in range(settings.SIGN_INS_AT_ONCE + 1):
        held.enter_context(hashing())
    return held


def test_whoever_comes_when_it_is_busy_is_told_to_come_back_and_nothing_is_counted(cast: Cast) -> None:
    with taken():
        answers = [App().password(cast.officer) for _ in range(8)]
    assert {(a.status, a.code, a.headers["Retry-After"]) for a in answers} == {(429, "rate_limited", "1")}
    assert not Attempt.objects.exists()
    assert not Entry.objects.filter(verb__startswith="sign_in").exists()
    assert App().password(cast.officer).status == 401  # on to the second factor: nobody was made to wait


def test_what_needs_no_hash_is_open_all_the_same(cast: Cast) -> None:
    app = App()
    app.password(cast.officer)
    with taken():
        assert app.post("auth/2fa/authenticate", {"code": "000000"}).status == 400


def test_a_place_is_given_back_however_it_ended() -> None:
    with pytest.raises(ZeroDivisionError), hashing():
        1 / 0  # noqa: B018 - the point of it
    with taken(), pytest.raises(TooBusy), hashing():
        pass


def test_a_hash_is_made_on_a_thread_that_yields_to_those_who_report(monkeypatch: pytest.MonkeyPatch) -> None:
    ranks = []

    def seen(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        ranks.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return "argon2"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", seen)
    Aside().encode("correct horse", "saltsaltsaltsalt")
    assert ranks[0] > os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_hash_of_an_earlier_release_opens_and_is_renewed(cast: Cast) -> None:
    user = User.objects.get(pk=cast.victim.user_id)
    User.objects.filter(pk=user.pk).update(password=Argon2PasswordHasher().encode(cast.victim.passphrase, "s" * 16))
    user.refresh_from_db()
    assert "p=8" in user.password
    assert user.check_password(cast.victim.passphrase)
    user.refresh_from_db()
    assert "p=1" in user.password


def test_it_is_memory_hard() -> None:
    made = make_password("correct horse")
    assert made.startswith("argon2$argon2id$v=19$m=102400,t=2,p=1$")
    assert check_password("correct horse", made)
    assert not check_password("correct hors", made)
