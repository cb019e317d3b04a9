"""No address of signing in lets anybody past a step, and guessing is slow without locking a force out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.forms.models import model_to_dict
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from accounts.attempts import keyed
from accounts.models import Attempt, Session
from accounts.sessions import SessionStore
from audit.models import Entry
from demo.cast import Cast
from identity.urls import WAYS
from tests.support.signing_in import App, totp

QUEUE = "officer/reports?queue=review"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
HOSTILE: list[object] = [None, {}, [], "x", {"code": ""}, {"code": "000000"}, {"credential": {}}, {"password": {}}]


@pytest.mark.parametrize("where", sorted(WAYS))
def test_nothing_gets_past_a_second_factor(cast: Cast, where: str) -> None:
    """As somebody who has the password and no more: every address, every method, and what a guesser would send."""
    app = App()
    app.password(cast.officer)
    for method in METHODS:
        for body in HOSTILE if method in WAYS[where].methods else HOSTILE[:1]:
            Attempt.objects.all().delete()
            answer = app.call(method, where, body)
            assert answer.status < 500
            assert app.api("GET", QUEUE).status in (400, 401), (method, body)
            assert app.get("auth/session").status in (401, 410)
    assert not Session.objects.filter(user_id=cast.officer.user_id).exists()


@pytest.mark.parametrize("where", ["auth/signup", "auth/password/request", "auth/password/reset", "auth/email/verify",
                                   "account/email", "account/phone", "auth/phone/verify", "auth/code/resend",
                                   "account/providers", "auth/provider/signup", "auth/webauthn/signup",
                                   "auth/2fa/trust", "auth/sessions", "tokens/refresh"])  # fmt: skip
@pytest.mark.parametrize("client", ["app", "browser"])
def test_the_rest_of_allauth_is_not_there(cast: Cast, client: str, where: str) -> None:
    app = App()
    assert app.post(f"/_allauth/{client}/v1/{where}", {}).status == 404
    assert app.get(f"/accounts/{where}/").status == 404


UNREADABLE = [
    b"\xff",
    b"{",
    b"[1]",
    b'"x"',
    b'{"username": "\\u0000"}',
    b'{"username": "\\ud800"}',
    b'{"username": 1e999}',
    b"{" * 2000,
    b'{"username":"' + b"x" * 70_000 + b'"}',
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
@pytest.mark.parametrize("where", ["auth/login", "auth/code/request", "auth/2fa/authenticate", "auth/webauthn/login"])
def test_what_cannot_be_read_is_refused(cast: Cast, where: str, body: bytes) -> None:
    assert App().post(where, body).status in (400, 401, 413)


def test_who_may_sign_in_is_not_told(cast: Cast) -> None:
    """A wrong password of somebody and any password of nobody are one answer."""
    known = App().password(cast.officer, "wrong password")
    unknown = App().post("auth/login", {"username": "nobody@police.example", "password": "wrong password"})
    assert (known.status, known.body) == (unknown.status, unknown.body) == (400, known.body)


@pytest.fixture
def still() -> Iterator[None]:
    """Time stands still: however slow the machine, no wait is over before the next try."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.mark.usefixtures("still")
def test_the_sixth_wrong_password_waits_and_each_further_one_longer(cast: Cast) -> None:
    app = App()
    statuses = [app.password(cast.officer, "wrong").status for _ in range(6)]
    assert statuses == [400] * 5 + [429]
    stopped = app.password(cast.officer)
    assert (stopped.status, stopped.code) == (429, "rate_limited")
    assert int(stopped.headers["Retry-After"]) >= 1
    verbs = list(Entry.objects.filter(record_ids=[cast.officer.user_id]).values_list("verb", flat=True))
    assert verbs.count("sign_in_refused") == 5
    assert "sign_in_stopped" in verbs


def test_waiting_is_enough(cast: Cast) -> None:
    app = App()
    for _ in range(5):
        app.password(cast.officer, "wrong")
    Attempt.objects.update(at=timezone.now() - timedelta(seconds=30))
    assert app.password(cast.officer).status == 401


@pytest.mark.usefixtures("still")
def test_nobodys_account_waits_in_the_same_way(cast: Cast) -> None:
    sent = {"username": "nobody@police.example", "password": "wrong"}
    app = App()
    assert [app.post("auth/login", sent).status for _ in range(6)] == [400] * 5 + [429]


@pytest.mark.usefixtures("still")
def test_a_locked_account_does_not_lock_the_colleague_behind_the_same_address(cast: Cast) -> None:
    app = App()
    for _ in range(8):
        app.password(cast.officer, "wrong")
    assert app.password(cast.officer).status == 429
    App(address=app.address).officer(cast.supervisor)


@pytest.mark.usefixtures("still")
def test_strangers_do_not_lock_somebody_out_of_where_she_always_signs_in(cast: Cast) -> None:
    App(address="192.0.2.7").officer(cast.officer)
    stranger = App(address="203.0.113.9")
    for _ in range(8):
        stranger.password(cast.officer, "wrong")
    assert stranger.password(cast.officer).status == 429
    assert App(address="192.0.2.7").password(cast.officer).status == 401


@pytest.mark.usefixtures("still")
def test_many_names_from_one_address_are_slowed_but_those_known_there_are_not(cast: Cast) -> None:
    """A whole force stands behind one address."""
    App(address="192.0.2.8").officer(cast.officer)
    crowd = App(address="192.0.2.8")
    crowd.post("auth/login", {"username": "guess@police.example", "password": "wrong"})
    row = Attempt.objects.get(outcome=Attempt.FAILED)
    more = {"at": row.at, "address": row.address, "step": row.step, "outcome": row.outcome}
    Attempt.objects.bulk_create(Attempt(account=keyed("account", str(n)), **more) for n in range(49))
    assert crowd.password(cast.supervisor).status == 429
    assert crowd.password(cast.officer).status == 401


@pytest.mark.usefixtures("still")
def test_a_right_password_does_not_buy_more_guesses_of_the_code(cast: Cast) -> None:
    app = App()
    tried = []
    for _ in range(6):
        if app.password(cast.officer).status != 401:
            break
        tried.append(app.post("auth/2fa/authenticate", {"code": "000000"}).status)
    assert tried.count(400) == 5
    assert app.post("auth/2fa/authenticate", {"code": totp(cast.officer.totp_secret)}).status == 429


def test_a_code_of_another_is_no_code(cast: Cast) -> None:
    app = App()
    app.password(cast.officer)
    assert app.post("auth/2fa/authenticate", {"code": totp(cast.supervisor.totp_secret)}).status == 400


def test_the_table_of_tries_names_nobody(cast: Cast) -> None:
    App().password(cast.officer, "wrong password")
    row = Attempt.objects.get()
    assert not {cast.officer.username, "192.0.2.1", "wrong password"} & {row.account, row.address, row.proof}


@pytest.mark.parametrize(("path", "body"), [("reveal", {"fields": ["respondent"], "reason": "To speak with her."}),
                                            ("zones/A/approve", {"reason": "Compared with the plan."})])  # fmt: skip
def test_reveal_and_approval_want_a_second_factor_shown_just_now(
    cast: Cast, order: str, path: str, body: dict[str, object]
) -> None:
    app = App().officer(cast.supervisor)
    assert app.api("POST", f"officer/orders/{order}/{path}", body).status == 200
    past = timezone.now() - timedelta(minutes=16)
    _shown_at(app, past.timestamp())
    refused = app.api("POST", f"officer/orders/{order}/{path}", body)
    assert (refused.status, refused.code) == (403, "step_up_required")
    assert app.api("GET", QUEUE).status == 200
    assert app.post("auth/reauthenticate", {"password": cast.supervisor.password}).status == 200
    assert app.api("POST", f"officer/orders/{order}/{path}", body).status == 403  # a password is no second factor
    assert app.post("auth/2fa/reauthenticate", {"code": totp(cast.supervisor.totp_secret, steps=1)}).status == 200
    assert app.api("POST", f"officer/orders/{order}/{path}", body).status == 200


def test_factors_are_changed_only_after_one_was_shown_just_now(cast: Cast) -> None:
    app = App().officer(cast.officer)
    _shown_at(app, (timezone.now() - timedelta(minutes=16)).timestamp())
    app.post("auth/reauthenticate", {"password": cast.officer.password})
    for method, where in (("DELETE", "totp"), ("POST", "recovery-codes"), ("POST", "webauthn")):
        answer = app.call(method, f"account/authenticators/{where}", {})
        assert (answer.status, answer.code) == (403, "step_up_required"), where


def _shown_at(app: App, at: float) -> None:
    session = SessionStore(app.token)
    session["account_authentication_methods"] = [
        {**method, "at": at} for method in session["account_authentication_methods"]
    ]
    session.save()


def test_no_secret_is_written_down(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    """Passwords, codes and tokens: not in a log line, not in the trail, not in a queue."""
    caplog.set_level(logging.DEBUG)
    app, code = App(), totp(cast.officer.totp_secret)
    app.password(cast.officer, "canary-wrong-password")
    app.officer(cast.officer)
    app.post("auth/2fa/reauthenticate", {"code": "135790"})
    App().post("auth/code/request", {"email": cast.victim.email})
    written = json.dumps(
        [
            [record.getMessage() for record in caplog.records],
            [model_to_dict(row) for row in Entry.objects.all()],
            [model_to_dict(row) for row in Attempt.objects.all()],
            [SignedPackage.loads(row.payload) for row in OrmQ.objects.all()],
        ],
        default=str,
    )
    secrets = (cast.officer.password, "canary-wrong-password", code, "135790", app.token, cast.officer.totp_secret)
    assert not [secret for secret in (*secrets, cast.victim.email) if secret in written]
