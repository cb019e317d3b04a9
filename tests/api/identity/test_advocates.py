"""An advocate acts by a recorded authority: its scope, its end, its withdrawal at once (trap 29)."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from accounts.letters import send_due
from accounts.models import Authority, User
from accounts.services import register_person
from audit.models import Entry
from audit.types import SERVICE
from breaches.models import Report
from demo.cast import Cast
from orders.models import Order, ProtectedPerson
from orders.services import advocates
from tests.support.api import Answer, Api, Apis
from tests.support.orders import a_report, an_order, register
from tests.support.restricted import restrict
from tests.support.signing_in import App

EMAIL = "helper@advocates.example"
WHY = "She came with her to the station; the service's letter is in the file."


@pytest.fixture
def nobody_yet(cast: Cast) -> None:
    """Without the authority that the cast begins with."""
    Authority.objects.all().delete()


def wish(**changes: Any) -> dict[str, Any]:
    end = (timezone.now() + timedelta(days=90)).isoformat()
    return {"email": EMAIL, "scopes": ["report", "follow"], "expires_at": end, "reason": WHY, **changes}


def recorded(api: Apis, order: str, who: Api | None = None, **changes: Any) -> Answer:
    return (who or api.officer).post(f"officer/orders/{order}/protected-persons/P1/advocates", wish(**changes))


def taken_up(made: Answer) -> App:
    """The advocate takes the new account up, with what was mailed and what was said."""
    send_due()
    token = str(mail.outbox[-1].body).split("welcome#")[1].split()[0]
    app = App()
    answer = app.api("POST", "victim/invitations/accept", {"token": token, "code": made.body["code"]})
    assert (answer.status, answer.body["sign_in"]) == (201, False), answer.body
    app.token = answer.body["session_token"]
    return app


def matched(answer: Answer) -> bool:
    assert answer.status == 201, answer.body
    return "order_not_matched" not in [warning["code"] for warning in answer.body["warnings"]]


def test_an_advocate_is_recorded_invited_and_acts(api: Apis, cast: Cast, order: str, nobody_yet: None) -> None:
    made = recorded(api, order)
    assert (made.status, made.body["email"], made.body["only_this_order"]) == (201, EMAIL, True)
    app = taken_up(made)
    assert app.post("account/password/change", {"new_password": "a long sentence of theirs"}).status == 200
    answer = app.api("POST", "victim/reports", a_report())
    assert matched(answer)
    row = Report.objects.get(id=answer.body["id"])
    assert (row.reporter_kind, row.reporter_role) == ("advocate", "advocate")
    assert app.api("GET", f"victim/reports/{row.id}").status == 200
    assert app.api("GET", "victim/diary").status == 403
    assert User.objects.get(username=EMAIL).kind == "advocate"


def test_nothing_is_mailed_that_says_what_it_is_about(api: Apis, order: str, nobody_yet: None) -> None:
    recorded(api, order)
    send_due()
    text = f"{mail.outbox[-1].subject} {mail.outbox[-1].body}".lower()
    assert not [word for word in ("police", "stalk", "order", "advocate", "protect") if word in text]


def test_an_advocate_with_an_account_is_not_invited_again(api: Apis, cast: Cast, order: str, nobody_yet: None) -> None:
    made = recorded(api, order, email=cast.advocate.email)
    assert (made.status, made.body["code"]) == (201, None)
    assert matched(api.advocate.post("victim/reports", a_report()))


def test_the_same_two_have_one_authority_under_an_order(api: Apis, cast: Cast, order: str, nobody_yet: None) -> None:
    recorded(api, order, email=cast.advocate.email)
    recorded(api, order, email=cast.advocate.email, scopes=["report"])
    assert [row["scopes"] for row in api.victim.get("victim/advocates").body["results"]] == [["report"]]


def test_reporting_alone_reads_nothing_back(api: Apis, cast: Cast, order: str, nobody_yet: None) -> None:
    recorded(api, order, email=cast.advocate.email, scopes=["report"])
    made = api.advocate.post("victim/reports", a_report())
    assert matched(made)
    assert api.advocate.get(f"victim/reports/{made.body['id']}").status == 404
    assert api.advocate.get("victim/reports").body["results"] == []
    assert api.advocate.post(f"victim/reports/{made.body['id']}/messages", {"text": "more"}).status == 404


def test_following_alone_reports_under_no_order(api: Apis, cast: Cast, order: str, nobody_yet: None) -> None:
    recorded(api, order, email=cast.advocate.email, scopes=["follow"])
    assert not matched(api.advocate.post("victim/reports", a_report()))


def test_an_authority_under_one_order_is_none_under_another(
    api: Apis, cast: Cast, order: str, nobody_yet: None
) -> None:
    other = register(api, cast, an_order(), reference="SPO-05-0002-26")
    recorded(api, order, email=cast.advocate.email)
    assert matched(api.advocate.post("victim/reports", a_report()))
    answer = api.advocate.post("victim/reports", a_report(order=other))
    assert [warning["code"] for warning in answer.body["warnings"]] == ["order_assumed"]
    assert str(Report.objects.get(id=answer.body["id"]).order) == order
    assert matched(api.victim.post("victim/reports", a_report(order=other)))


@pytest.mark.parametrize("by", ["victim", "officer", "reviewer"])
def test_a_withdrawn_advocate_sees_and_does_nothing_more_at_once(api: Apis, cast: Cast, order: str, by: str) -> None:
    """Her own word is enough, and so is an officer's; what they reported themselves is closed to them too."""
    report = api.advocate.post("victim/reports", a_report()).body["id"]
    assert api.advocate.get(f"victim/reports/{report}").status == 200
    authority = api.victim.get("victim/advocates").body["results"][0]["id"]
    where = "victim" if by == "victim" else f"officer/orders/{order}/protected-persons/P1"
    for _ in range(2):
        assert getattr(api, by).delete(f"{where}/advocates/{authority}").status == 204
    assert api.advocate.get(f"victim/reports/{report}").status == 404
    assert api.advocate.get("victim/reports").body["results"] == []
    assert not matched(api.advocate.post("victim/reports", a_report()))
    assert api.victim.get("victim/advocates").body["results"] == []
    assert Entry.objects.filter(verb="authority_withdrawn", record_ids__contains=[authority]).count() == 1


def test_an_authority_ends_by_itself(api: Apis, cast: Cast, order: str, nobody_yet: None) -> None:
    recorded(api, order, email=cast.advocate.email, expires_at=(timezone.now() + timedelta(hours=1)).isoformat())
    report = api.advocate.post("victim/reports", a_report()).body["id"]
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert api.advocate.get(f"victim/reports/{report}").status == 404
        assert not matched(api.advocate.post("victim/reports", a_report()))


def test_an_advocates_report_without_an_order_stays_their_own(api: Apis, nobody_yet: None) -> None:
    report = api.advocate.post("victim/reports", a_report(order=None)).body["id"]
    assert api.advocate.get(f"victim/reports/{report}").status == 200


@pytest.mark.parametrize("held", ["never", "once"])
def test_without_an_authority_no_answer_tells_a_restricted_order(
    api: Apis, cast: Cast, order: str, nobody_yet: None, held: str
) -> None:
    """Rule 81: an order that is closed, one of another force and none are the same to who speaks for nobody."""
    if held == "once":
        made = recorded(api, order, email=cast.advocate.email).body["id"]
        assert api.victim.delete(f"victim/advocates/{made}").status == 204
    assert restrict(api).status == 201
    assert api.other_force.put("force/orders/SPO-06-0001-26/versions/1", an_order()).status == 201
    told = {}
    for name in (order, "NO-SUCH", "SPO-06-0001-26"):
        cache.clear()  # how many calls in a second is another matter
        answer = api.advocate.post("victim/reports", a_report(order=name, force="05"))
        assert not matched(answer)
        path = f"victim/reports/{answer.body['id']}"
        listed = answer.body["id"] in [row["id"] for row in api.advocate.get("victim/reports").body["results"]]
        more = api.advocate.post(f"{path}/messages", {"text": "more"}).status
        put_right = api.advocate.post(f"{path}/corrections", {"text": "It was a day earlier."}).status
        back = api.advocate.post(f"{path}/withdraw", {"reason": "Sent by mistake."}).status
        told[name] = (answer.status, api.advocate.get(path).status, listed, more, put_right, back)
    assert len(set(told.values())) == 1
    assert told[order][:5] == (201, 200, True, 201, 201)
    assert told[order][5] < 300
    assert Report.objects.filter(order__reference=order).count() == 1


def test_every_problem_is_told_at_once(api: Apis, order: str) -> None:
    answer = recorded(api, order, email="no address", scopes=["everything"], expires_at="2026-12-01", reason="x", y=1)
    assert (answer.status, {pointer for pointer, _ in answer.codes}) == (
        422,
        {"/email", "/scopes/0", "/expires_at", "/reason", "/y"},
    )


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_an_end_in_the_past_or_over_a_year_away_is_refused(api: Apis, order: str, days: int) -> None:
    answer = recorded(api, order, expires_at=(timezone.now() + timedelta(days=days)).isoformat())
    assert (answer.status, answer.codes) == (422, {("/expires_at", "out_of_range")})
    assert not User.objects.filter(username=EMAIL).exists()


def test_nobody_acts_for_somebody_without_an_account(api: Apis, cast: Cast) -> None:
    assert api.force.put("force/orders/LONE/versions/1", an_order()).status == 201
    answer = recorded(api, "LONE")
    assert (answer.status, answer.code) == (409, "person_has_no_account")


@pytest.mark.parametrize("who", ["victim", "other_victim", "insider", "officer"])
def test_an_address_of_somebody_else_is_no_advocates(api: Apis, cast: Cast, order: str, who: str) -> None:
    account: Any = getattr(cast, who)
    answer = recorded(api, order, email=getattr(account, "email", None) or account.username)
    assert (answer.status, answer.code) == (409, "not_an_advocate")


def test_asking_whether_an_address_is_known_leaves_a_trace(api: Apis, cast: Cast, order: str) -> None:
    """The refusal says that it is somebody's: who asks for one after another is found on the trail."""
    assert recorded(api, order, email=cast.other_victim.email).status == 409
    row = Entry.objects.get(verb="advocate_refused")
    about = {str(Order.objects.get(reference=order).id), str(ProtectedPerson.objects.get(order__reference=order).id)}
    assert (row.actor, row.action, set(row.record_ids)) == (cast.officer.user_id, "consultation", about)
    assert cast.other_victim.email not in str(vars(row))


def test_the_same_new_address_twice_at_once_is_one_account(committed_cast: tuple[Cast, Apis]) -> None:
    cast, api = committed_cast
    order, begun = register(api, cast, an_order()), threading.Event()

    def elsewhere() -> None:
        try:
            with transaction.atomic():
                register_person(actor=SERVICE, email=EMAIL, kind=User.ADVOCATE)
                begun.set()
                time.sleep(0.5)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(elsewhere)
        assert begun.wait(10)
        assert recorded(api, order).status == 201
        other.result()
    assert User.objects.filter(username=EMAIL).count() == 1


def test_an_end_is_judged_by_the_instant_it_is_granted_from(
    api: Apis, cast: Cast, order: str, nobody_yet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashes and locks take their time: an end that was to come when it was looked at is one that came after."""
    then = timezone.now() - timedelta(seconds=5)
    monkeypatch.setattr(advocates, "timezone", SimpleNamespace(now=lambda: then))
    end = (then + timedelta(seconds=1)).isoformat()
    assert recorded(api, order, email=cast.advocate.email, expires_at=end).status == 201
    assert Authority.objects.get().granted_at == then


def test_an_officer_of_another_force_records_and_withdraws_nothing(api: Apis, order: str) -> None:
    authority = api.victim.get("victim/advocates").body["results"][0]["id"]
    where = f"officer/orders/{order}/protected-persons/P1/advocates"
    assert recorded(api, order, api.other_officer).status == 404
    assert api.other_officer.get(where).status == api.other_officer.delete(f"{where}/{authority}").status == 404
    assert api.other_victim.delete(f"victim/advocates/{authority}").status == 404
    assert Authority.objects.get(id=authority).revoked_at is None


def test_an_authority_of_another_order_is_not_an_officers_to_withdraw(
    api: Apis, cast: Cast, order: str, nobody_yet: None
) -> None:
    other = register(api, cast, an_order(), reference="SPO-05-0002-26")
    made = recorded(api, order, email=cast.advocate.email).body["id"]
    where = f"officer/orders/{other}/protected-persons/P1/advocates"
    assert (api.officer.get(where).body["results"], api.officer.delete(f"{where}/{made}").status) == ([], 404)


def test_her_mailbox_alone_withdraws_nothing(api: Apis, cast: Cast) -> None:
    """Rule 84: whoever reads her mail would cut her off from who helps her."""
    app = App().mailbox(cast.victim.email)
    answer = app.api("GET", "victim/advocates")
    assert (answer.status, answer.code) == (403, "assurance_too_low")
    authority = Authority.objects.get().id
    assert app.api("DELETE", f"victim/advocates/{authority}").status == 403


def test_recording_wants_the_second_factor_again(api: Apis, cast: Cast, order: str) -> None:
    app = App().officer(cast.officer)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        where = f"officer/orders/{order}/protected-persons/P1/advocates"
        answer = app.api("POST", where, wish())
    assert (answer.status, answer.code) == (403, "step_up_required")


def test_who_recorded_it_and_why_is_on_the_trail(api: Apis, cast: Cast, order: str, nobody_yet: None) -> None:
    made = recorded(api, order, email=cast.advocate.email).body["id"]
    row = Entry.objects.get(verb="authority_recorded", record_ids__contains=[made])
    assert (row.actor, row.reason) == (cast.officer.user_id, WHY)
    assert str(Order.objects.get(reference=order).id) in row.record_ids


@pytest.mark.parametrize("scopes", [[], ["everything"], ["report", "more"]])
def test_the_database_knows_the_scopes(cast: Cast, scopes: list[str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Authority.objects.update(scopes=scopes)


# ---- what she sees of it -------------------------------------------------------------------------------------------


def test_she_sees_that_an_advocate_reported_for_her_and_not_what_they_said(api: Apis, cast: Cast, order: str) -> None:
    """Where it stands is hers to know; what they were told, by her or by others, is theirs to tell her."""
    hers = api.victim.post("victim/reports", a_report()).body["id"]
    made = api.advocate.post("victim/reports", a_report(description="canary-71")).body["id"]
    rows = api.victim.get("victim/reports").body["results"]
    assert [(row["id"], row["reported_by"]) for row in rows] == [(hers, "you"), (made, "advocate")]
    answer = api.victim.get(f"victim/reports/{made}")
    assert (answer.status, answer.body["status"], answer.body["reported_by"]) == (200, "received", "advocate")
    assert (answer.body["report"], answer.body["current"], answer.body["messages"]) == (None, None, [])
    assert "canary" not in str(answer.body)
    assert [row["reported_by"] for row in api.advocate.get("victim/reports").body["results"]] == ["you"]
    for name in ("messages", "corrections", "withdraw", "resume"):
        assert api.victim.post(f"victim/reports/{made}/{name}", {"text": "x"}).status == 404, name
    assert api.victim.get(f"victim/reports/{made}/evidence").status == 404


def test_whoever_opened_her_mailbox_is_not_told_that_somebody_reported_for_her(
    api: Apis, cast: Cast, order: str
) -> None:
    """Rule 84."""
    made = api.advocate.post("victim/reports", a_report()).body["id"]
    app = App().mailbox(cast.victim.email)
    assert app.api("GET", "victim/reports").body["results"] == []
    assert app.api("GET", f"victim/reports/{made}").status == 404


def test_she_sees_no_report_that_an_advocate_made_for_somebody_else(api: Apis, cast: Cast, order: str) -> None:
    """Neither one without an authority of hers then, nor under an order that does not protect her."""
    made = api.advocate.post("victim/reports", a_report()).body["id"]
    assert api.other_victim.get("victim/reports").body["results"] == []
    assert api.other_victim.get(f"victim/reports/{made}").status == 404
    Authority.objects.update(revoked_at=timezone.now())
    later = api.advocate.post("victim/reports", a_report()).body["id"]
    assert [row["id"] for row in api.victim.get("victim/reports").body["results"]] == [made]
    assert api.victim.get(f"victim/reports/{later}").status == 404
