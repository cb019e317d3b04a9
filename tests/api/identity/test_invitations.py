"""An invitation goes through a mailbox and by word of mouth, and needs both (rule 84)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.letters import send_due
from accounts.models import Attempt, User
from audit.models import Entry
from demo.cast import Cast
from edge.models import IdempotentAnswer
from orders.models import Invitation, ProtectedPerson
from tests.support.api import Answer, Apis
from tests.support.signing_in import App

EMAIL = "ama@mail.example"


def invite(api: Apis, order: str, email: str = EMAIL, **headers: str) -> Answer:
    return api.officer.post(f"officer/orders/{order}/protected-persons/P1/invitations", {"email": email}, **headers)


def token() -> str:
    send_due()
    return str(mail.outbox[-1].body).split("welcome#")[1].split()[0]


def accept(app: App, mailed: str, code: str) -> Answer:
    return app.api("POST", "victim/invitations/accept", {"token": mailed, "code": code})


def test_link_and_number_make_an_account_and_a_passphrase_is_set(api: Apis, order: str) -> None:
    made = invite(api, order)
    assert (made.status, made.body["state"]) == (201, "waiting")
    app = App()
    answer = accept(app, token(), made.body["code"])
    assert (answer.status, answer.body["sign_in"]) == (201, False)
    app.token = answer.body["session_token"]
    assert app.post("account/password/change", {"new_password": "a long sentence of hers"}).status == 200
    assert app.api("GET", "victim/diary").status == 200
    again = App()
    assert again.post("auth/login", {"email": EMAIL, "password": "a long sentence of hers"}).status == 200
    user = User.objects.get(username=EMAIL)
    assert ProtectedPerson.objects.get(key="P1").user_id == user.id


def test_the_mail_says_nothing_and_lasts_72_hours(api: Apis, order: str) -> None:
    made = invite(api, order)
    send_due()
    text = f"{mail.outbox[0].subject} {mail.outbox[0].body}".casefold()
    assert not any(word in text for word in ("stalk", "police", "order", "victim", "report", "protect", "ama"))
    assert made.body["code"] not in text
    row = Invitation.objects.get()
    assert row.expires_at - row.created_at == timedelta(hours=72)


def test_opening_the_link_uses_nothing_up(api: Apis, order: str) -> None:
    """A mail scanner opens every link."""
    made = invite(api, order)
    mailed = token()
    for _ in range(3):
        assert App().api("GET", f"victim/invitations/accept?token={mailed}").status == 405
    assert accept(App(), mailed, made.body["code"]).status == 201


def test_five_wrong_numbers_end_it(api: Apis, order: str) -> None:
    made = invite(api, order)
    mailed = token()
    wrong = f"{(int(made.body['code']) + 1) % 1_000_000:06}"
    for n in range(5):
        assert accept(App(address=f"198.51.100.{n}"), mailed, wrong).status == 404
    Attempt.objects.all().delete()
    assert accept(App(), mailed, made.body["code"]).status == 404
    assert Entry.objects.filter(verb="invitation_code_wrong").count() == 5


def test_it_is_taken_up_once(api: Apis, order: str) -> None:
    made = invite(api, order)
    mailed = token()
    assert accept(App(), mailed, made.body["code"]).status == 201
    assert accept(App(), mailed, made.body["code"]).status == 404


@pytest.mark.parametrize("code", ["\u00e9" * 6, "\u0661\u0662\u0663\u0664\u0665\u0666"])
def test_a_code_in_other_letters_is_a_wrong_one(api: Apis, order: str, code: str) -> None:
    invite(api, order)
    assert accept(App(), token(), code).status == 404
    assert Entry.objects.filter(verb="invitation_code_wrong").count() == 1
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize("why", ["revoked", "expired", "renewed", "wrong token"])
def test_what_is_no_more_looks_like_what_never_was(api: Apis, order: str, why: str) -> None:
    made = invite(api, order)
    mailed, code = token(), made.body["code"]
    if why == "revoked":
        where = f"officer/orders/{order}/protected-persons/P1/invitations/{made.body['id']}"
        assert api.officer.delete(where).status == 204
    elif why == "expired":
        past = timezone.now() - timedelta(seconds=1)
        Invitation.objects.update(created_at=past - timedelta(hours=72), expires_at=past)
    elif why == "renewed":
        invite(api, order)
    else:
        mailed = "x" * 43
    answer = accept(App(), mailed, code)
    assert (answer.status, answer.body) == (404, accept(App(), "y" * 43, "000000").body)


def test_an_account_that_is_there_gets_the_order_and_still_signs_in(api: Apis, cast: Cast, order: str) -> None:
    """Whoever has her mailbox and her number does not get her account."""
    made = invite(api, order, cast.other_victim.email)
    answer = accept(App(), token(), made.body["code"])
    assert answer.body == {"session_token": None, "sign_in": True}
    assert str(ProtectedPerson.objects.get(key="P1").user_id) == cast.other_victim.user_id


@pytest.mark.parametrize("who", ["advocate", "officer"])
def test_nobody_else_becomes_the_protected_person(api: Apis, cast: Cast, order: str, who: str) -> None:
    account = getattr(cast, who)
    made = invite(api, order, getattr(account, "email", None) or account.username)
    assert accept(App(), token(), made.body["code"]).status == 404
    assert str(ProtectedPerson.objects.get(key="P1").user_id) == cast.victim.user_id


def test_a_retry_shows_the_number_again_and_nothing_keeps_it(api: Apis, order: str) -> None:
    first, again = (invite(api, order, Idempotency_Key="k") for _ in range(2))
    assert (first.body, again.headers["Idempotency-Replayed"]) == (again.body, "true")
    assert not IdempotentAnswer.objects.filter(body__contains=first.body["code"]).exists()
    assert EMAIL.encode() not in bytes(Invitation.objects.get().sealed_email)


@pytest.mark.parametrize("email", ["", "x", "a b@c.example", "a@b\r\nBcc: c@d.example", "a@@b.example"])
def test_an_address_that_is_none_is_refused(api: Apis, order: str, email: str) -> None:
    assert invite(api, order, email).status == 422


def test_another_force_invites_nobody_here(api: Apis, order: str) -> None:
    where = f"orders/{order}/protected-persons/P1/invitations"
    assert api.other_officer.post(f"officer/{where}", {"email": EMAIL}).status == 404
    assert api.other_force.post(f"force/{where}", {"email": EMAIL}).status == 404
    assert api.force.post(f"force/{where}", {"email": EMAIL}).status == 201


@pytest.mark.parametrize(
    "change",
    [{"accepted_at": timezone.now()}, {"wrong": 6}, {"expires_at": timezone.now() - timedelta(days=900)}],
)
def test_the_database_keeps_what_an_invitation_is(api: Apis, order: str, change: dict[str, object]) -> None:
    invite(api, order)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.update(**change)
