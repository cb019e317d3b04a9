"""Officers sign in with a password and a second factor, and with no less."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Session, User
from audit.models import Entry
from demo.cast import Cast
from tests.support.signing_in import App, totp

QUEUE = "officer/reports?queue=review"


def test_password_and_code_open_the_queue(cast: Cast) -> None:
    app = App().officer(cast.officer)
    assert app.api("GET", QUEUE).status == 200
    entry = Entry.objects.filter(verb="signed_in", actor=cast.officer.user_id).get()
    assert (entry.organisation, entry.reason_code) == ("05", "full")


def test_a_password_alone_opens_nothing(cast: Cast) -> None:
    app = App()
    answer = app.password(cast.officer)
    assert answer.status == 401
    assert [flow["id"] for flow in answer.body["data"]["flows"] if flow.get("is_pending")] == ["mfa_authenticate"]
    assert app.api("GET", QUEUE).status == 401


def test_an_officer_without_a_factor_gets_no_further_than_adding_one(cast: Cast) -> None:
    Authenticator.objects.filter(user_id=cast.officer.user_id).delete()
    app = App()
    assert app.password(cast.officer).status == 200
    refused = app.api("GET", QUEUE)
    assert (refused.status, refused.code) == (403, "second_factor_required")
    changing = app.post(
        "account/password/change", {"current_password": cast.officer.password, "new_password": "x" * 20}
    )
    assert (changing.status, changing.code) == (403, "second_factor_required")
    assert app.post("auth/reauthenticate", {"password": cast.officer.password}).status == 200
    secret = app.get("account/authenticators/totp").body["meta"]["secret"]
    assert app.post("account/authenticators/totp", {"code": totp(secret)}).status == 200
    assert app.api("GET", QUEUE).status == 403  # only signing in with it counts
    assert Entry.objects.filter(verb="totp_post", actor=cast.officer.user_id).exists()
    again = App()
    assert again.password(cast.officer).status == 401
    assert again.post("auth/2fa/authenticate", {"code": totp(secret)}).status == 200
    assert again.api("GET", QUEUE).status == 200


def test_a_code_opens_once(cast: Cast) -> None:
    """Replay of what somebody read over a shoulder."""
    code = totp(cast.officer.totp_secret)
    first, second = App(), App()
    for app in (first, second):
        app.password(cast.officer)
    assert first.post("auth/2fa/authenticate", {"code": code}).status == 200
    answer = second.post("auth/2fa/authenticate", {"code": code})
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, "incorrect_code")
    assert second.api("GET", QUEUE).status == 401


def test_a_code_opens_once_even_where_the_cache_forgot(cast: Cast) -> None:
    """Each web process has a cache of its own; what was used is known by the database."""
    code = totp(cast.officer.totp_secret)
    first, second = App(), App()
    for app in (first, second):
        app.password(cast.officer)
    assert first.post("auth/2fa/authenticate", {"code": code}).status == 200
    cache.clear()
    for again in (code, f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}"):
        assert second.post("auth/2fa/authenticate", {"code": again}).status == 400


def test_recovery_codes_open_once_each(cast: Cast) -> None:
    app = App().officer(cast.officer)
    assert app.post("auth/2fa/reauthenticate", {"code": totp(cast.officer.totp_secret, steps=1)}).status == 200
    made = app.post("account/authenticators/recovery-codes").body["data"]["unused_codes"]
    for code, status in ((made[0], 200), (made[0], 400), (made[1], 200)):
        other = App()
        other.password(cast.officer)
        assert other.post("auth/2fa/authenticate", {"code": code}).status == status


def test_the_session_before_is_not_the_session_after(cast: Cast) -> None:
    """Session fixation: a token that was known before signing in is worth nothing afterwards."""
    app = App()
    app.password(cast.officer)
    planted = app.token
    app.post("auth/2fa/authenticate", {"code": totp(cast.officer.totp_secret)})
    assert app.token != planted
    stale = App()
    stale.token = planted
    assert stale.api("GET", QUEUE).status == 401


@pytest.mark.parametrize("token", ["x", "é" * 32, "a" * 32, "\x00", "' OR 1=1 --", "a" * 10_000])
def test_a_forged_session_is_nobody(cast: Cast, token: str) -> None:
    app = App()
    app.token = token
    assert app.api("GET", QUEUE).status in (400, 401)
    assert app.get("auth/session").status in (400, 401, 410)


def test_a_session_and_a_bearer_token_at_once_are_refused(cast: Cast) -> None:
    app = App().officer(cast.officer)
    answer = app.call("GET", f"/api/v1/{QUEUE}", None, Authorization=f"Bearer {cast.auditor.token}")
    assert answer.status == 401


def test_an_officers_session_is_no_victims(cast: Cast) -> None:
    app = App().officer(cast.officer)
    assert app.api("GET", "victim/reports").status == 403


@pytest.mark.parametrize("column", ["expire_date", "started_at"])
def test_a_session_ends_idle_and_at_its_latest(cast: Cast, column: str) -> None:
    app = App().officer(cast.officer)
    row = Session.objects.get(user_id=cast.officer.user_id)
    assert row.ends_at - row.started_at == timedelta(minutes=600)
    assert row.expire_date - row.seen_at == timedelta(minutes=30)
    past = timezone.now() - timedelta(seconds=1)
    if column == "expire_date":
        Session.objects.update(expire_date=past)
    else:
        Session.objects.update(started_at=past - timedelta(hours=1), ends_at=past, expire_date=past)
    assert app.api("GET", QUEUE).status == 401


def test_using_a_session_keeps_it_but_not_beyond_its_end(cast: Cast) -> None:
    app = App().officer(cast.officer)
    ends = timezone.now() + timedelta(minutes=5)
    then = timezone.now() - timedelta(minutes=2)
    Session.objects.update(ends_at=ends, expire_date=ends, seen_at=then)
    assert app.api("GET", QUEUE).status == 200
    row = Session.objects.get(user_id=cast.officer.user_id)
    assert row.seen_at > then
    assert row.expire_date == ends


def test_a_closed_account_is_out_at_once(cast: Cast) -> None:
    app = App().officer(cast.officer)
    User.objects.filter(pk=cast.officer.user_id).update(is_active=False)
    assert app.api("GET", QUEUE).status == 401
    assert App().password(cast.officer).status == 400


def test_a_changed_password_ends_every_other_session(cast: Cast) -> None:
    app, other = App().officer(cast.officer), App().officer(cast.officer, steps=1)
    new = "a long sentence of her own"
    assert (
        app.post("account/password/change", {"current_password": cast.officer.password, "new_password": new}).status
        == 200
    )
    assert app.api("GET", QUEUE).status == 200
    assert other.api("GET", QUEUE).status == 401


def test_the_table_of_sessions_opens_nothing(cast: Cast) -> None:
    app = App().officer(cast.officer)
    row = Session.objects.get(user_id=cast.officer.user_id)
    assert app.token not in (row.session_key, row.session_data)
    stolen = App()
    stolen.token = row.session_key
    assert stolen.api("GET", QUEUE).status == 401
