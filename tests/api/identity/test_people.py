"""Victims and advocates: a mailbox opens little, because it may be his (rule 84)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.letters import send_due
from accounts.models import Authority, Device, Letter, User
from audit.models import Entry
from breaches.models import DeviceNotice
from breaches.tasks import tell_of_new_devices
from demo.cast import Cast
from tests.support.api import Apis
from tests.support.orders import a_report
from tests.support.signing_in import App, code_sent_to

CANARY = "canary-27-Laburnum-Road"
SAFE = {"channels": ["sms"], "hours": [], "voicemail": False}


def test_a_code_by_mail_signs_in_to_report(cast: Cast, order: str) -> None:
    app = App().mailbox(cast.victim.email)
    made = app.api("POST", "victim/reports", a_report(description=CANARY))
    assert made.status == 201
    reference = made.body["reference"]
    assert app.api("GET", f"victim/reports/{reference}").body["status"] == "received"
    assert app.api("POST", f"victim/reports/{reference}/messages", {"text": CANARY}).status == 201
    listed = app.api("GET", "victim/reports")
    assert [row["reference"] for row in listed.body["results"]] == [reference]


def test_a_code_by_mail_opens_nothing_that_was_said(cast: Cast, api: Apis, order: str) -> None:
    """Rule 84: narratives, questions, messages, diary, evidence, safe contact, who has looked, withdrawing."""
    reference = api.victim.post("victim/reports", a_report(description=CANARY)).body["reference"]
    api.victim.post(f"victim/reports/{reference}/messages", {"text": CANARY})
    report = api.officer.get("officer/reports?queue=review").body["results"][0]["id"]
    api.officer.get(f"officer/reports/{report}")
    tag = api.officer.post(f"officer/reports/{report}/claim", {}).etag
    asked = api.officer.post(
        f"officer/reports/{report}/request-information", {"question": CANARY, "due": "2099-07-01"}, If_Match=tag
    )
    assert asked.status in (200, 201), asked.body
    api.victim.post("victim/diary", {"description": CANARY})
    app = App().mailbox(cast.victim.email)
    seen = [app.api("GET", "victim/reports").body, app.api("GET", f"victim/reports/{reference}").body]
    assert CANARY not in json.dumps(seen)
    assert (seen[1]["messages"], seen[1]["looked"], seen[1]["questions"]) == ([], [], [])
    for method, path in (
        ("GET", "victim/diary"), ("POST", "victim/diary"), ("GET", "victim/safe-contact"),
        ("PUT", "victim/safe-contact"), ("GET", f"victim/reports/{reference}/evidence"),
        ("POST", f"victim/reports/{reference}/withdraw"), ("GET", "victim/sessions"), ("DELETE", "victim/sessions"),
    ):  # fmt: skip
        answer = app.api(method, path, {})
        assert (answer.status, answer.code) == (403, "assurance_too_low"), path


def test_a_passphrase_opens_what_was_said(cast: Cast, api: Apis, order: str) -> None:
    reference = api.victim.post("victim/reports", a_report(description=CANARY)).body["reference"]
    api.victim.post(f"victim/reports/{reference}/messages", {"text": CANARY})
    app = App().passphrase(cast.victim)
    assert CANARY in json.dumps(app.api("GET", f"victim/reports/{reference}").body)
    assert app.api("GET", "victim/diary").status == 200


def test_a_mailbox_is_raised_by_the_passphrase(cast: Cast) -> None:
    app = App().mailbox(cast.victim.email)
    assert app.post("auth/reauthenticate", {"password": "not hers"}).status == 400
    assert app.api("GET", "victim/diary").status == 403
    assert app.post("auth/reauthenticate", {"password": cast.victim.passphrase}).status == 200
    assert app.api("GET", "victim/diary").status == 200


@pytest.mark.parametrize(
    ("method", "where"),
    [("POST", "account/password/change"), ("GET", "account/authenticators/webauthn"), ("GET", "account/authenticators"),
     ("POST", "account/authenticators/webauthn"), ("POST", "account/authenticators/recovery-codes"),
     ("GET", "account/authenticators/totp")],
)  # fmt: skip
def test_a_mailbox_sets_no_passphrase_and_adds_no_passkey(cast: Cast, method: str, where: str) -> None:
    """Whoever reads her mail would keep the account."""
    User.objects.filter(pk=cast.victim.user_id).update(password="!")
    app = App().mailbox(cast.victim.email)
    answer = app.call(method, where, {"new_password": "a new long sentence"})
    assert answer.status == 403
    assert answer.code in ("assurance_too_low", "wrong_role")


def test_known_and_unknown_addresses_look_alike_and_only_one_gets_mail(cast: Cast) -> None:
    known, unknown = App(), App()
    answers = [known.post("auth/code/request", {"email": cast.victim.email}),
               unknown.post("auth/code/request", {"email": "nobody@mail.example"})]  # fmt: skip
    shapes = [(a.status, a.body["data"], sorted(a.body["meta"])) for a in answers]
    assert shapes[0] == shapes[1]
    assert Letter.objects.count() == 2
    assert len({len(row.sealed) for row in Letter.objects.all()}) <= 2
    send_due()
    assert [one.to for one in mail.outbox] == [[cast.victim.email]]
    wrong = [app.post("auth/code/confirm", {"code": "AAA-AAA"}) for app in (known, unknown)]
    assert (wrong[0].status, wrong[0].body) == (wrong[1].status, wrong[1].body)


def test_a_mail_says_nothing(cast: Cast) -> None:
    App().post("auth/code/request", {"email": cast.victim.email})
    send_due()
    assert _told(f"{mail.outbox[0].subject} {mail.outbox[0].body}") == set()


def _told(text: str) -> set[str]:
    """What of the matter a mail gives away."""
    return {word for word in ("stalk", "police", "order", "victim", "report", "protect") if word in text.casefold()}


def test_officers_get_no_code_by_mail(cast: Cast) -> None:
    App().post("auth/code/request", {"email": cast.officer.username})
    send_due()
    assert mail.outbox == []


def test_a_code_is_guessed_three_times_and_no_more(cast: Cast) -> None:
    app = App()
    app.post("auth/code/request", {"email": cast.victim.email})
    right = code_sent_to(cast.victim.email)
    assert [app.post("auth/code/confirm", {"code": "AAA-AAA"}).status for _ in range(3)] == [400] * 3
    assert app.post("auth/code/confirm", {"code": right}).status != 200


def test_codes_are_not_sent_without_end(cast: Cast) -> None:
    app = App()
    asked = [App().post("auth/code/request", {"email": cast.victim.email}).status for _ in range(6)]
    assert asked == [401] * 5 + [429]
    assert app.post("auth/code/request", {"email": "other@mail.example"}).status == 401


def test_a_code_opens_the_session_that_asked_for_it_and_no_other(cast: Cast) -> None:
    hers, his = App(), App()
    hers.post("auth/code/request", {"email": cast.victim.email})
    code = code_sent_to(cast.victim.email)
    his.post("auth/code/request", {"email": cast.other_victim.email})
    assert his.post("auth/code/confirm", {"code": code}).status == 400
    assert hers.post("auth/code/confirm", {"code": code}).status == 200


def test_sessions_are_short_listed_and_ended(cast: Cast) -> None:
    one, other = App().passphrase(cast.victim), App().passphrase(cast.victim)
    listed = one.api("GET", "victim/sessions").body["results"]
    assert [row["current"] for row in listed].count(True) == 1
    (away,) = [row["id"] for row in listed if not row["current"]]
    assert one.api("DELETE", f"victim/sessions/{away}").status == 204
    assert one.api("DELETE", f"victim/sessions/{away}").status == 404
    assert other.api("GET", "victim/reports").status == 401
    assert one.api("GET", "victim/reports").status == 200


def test_ending_everything_ends_tokens_too(cast: Cast, api: Apis) -> None:
    app = App().passphrase(cast.victim)
    assert app.api("DELETE", "victim/sessions").body["ended"] >= 2
    assert app.api("GET", "victim/reports").status == 401
    assert api.victim.get("victim/reports").status == 401


def test_nobody_ends_somebody_elses_session(cast: Cast) -> None:
    hers, his = App().passphrase(cast.victim), App().passphrase(cast.insider)
    (row,) = hers.api("GET", "victim/sessions").body["results"]
    assert his.api("DELETE", f"victim/sessions/{row['id']}").status == 404
    assert hers.api("GET", "victim/reports").status == 200


def test_an_officer_freezes_an_account_at_once(cast: Cast, api: Apis, order: str) -> None:
    app = App().passphrase(cast.victim)
    why = {"reason": "She told us that he has her phone."}
    where = f"officer/orders/{order}/protected-persons/P1"
    assert api.other_officer.post(f"{where}/freeze", why).status == 404
    assert api.officer.post(f"{where}/freeze", why).status == 200
    assert app.api("GET", "victim/reports").status == 401
    assert api.victim.get("victim/reports").status == 401
    again = App()
    assert again.post("auth/login", {"email": cast.victim.email, "password": cast.victim.passphrase}).status == 400
    again.post("auth/code/request", {"email": cast.victim.email})
    send_due()
    assert mail.outbox == []
    entry = Entry.objects.get(verb="account_frozen")
    assert (entry.actor, entry.record_ids) == (cast.officer.user_id, [cast.victim.user_id])
    assert api.reviewer.post(f"{where}/thaw", why).status == 403
    assert api.officer.post(f"{where}/thaw", why).status == 200
    App().passphrase(cast.victim)
    assert api.officer.post(f"{where}/thaw", why).code == "not_frozen"


def test_a_new_device_is_told_by_a_safe_channel_and_never_past_it(cast: Cast, api: Apis) -> None:
    first = App().passphrase(cast.victim)
    assert first.device
    known = App(device=first.device).passphrase(cast.victim)
    assert known.device == first.device
    App().passphrase(cast.victim)
    tell_of_new_devices()
    assert not DeviceNotice.objects.exists()  # nobody asked her yet how she can be reached
    assert api.victim.put("victim/safe-contact", SAFE).status == 200
    tell_of_new_devices()
    tell_of_new_devices()
    (notice,) = DeviceNotice.objects.all()
    assert (notice.channel, str(notice.person_id)) == ("sms", cast.victim.user_id)
    assert Device.objects.filter(told_at=None).count() == 0


def test_an_advocate_acts_by_an_authority_that_ends_at_once(cast: Cast, order: str) -> None:
    app = App().passphrase(cast.advocate)
    body = a_report()
    assert app.api("POST", "victim/reports", body).body["warnings"] == []
    Authority.objects.update(revoked_at=timezone.now())
    told = app.api("POST", "victim/reports", body).body["warnings"]
    assert "order_not_matched" in [warning["code"] for warning in told]


def test_sessions_of_victims_are_shorter_than_those_of_officers(cast: Cast) -> None:
    App().passphrase(cast.victim)
    row = User.objects.get(pk=cast.victim.user_id).sessions.get()
    assert row.ends_at - row.started_at == timedelta(minutes=120)
    assert row.expire_date - row.seen_at == timedelta(minutes=15)
