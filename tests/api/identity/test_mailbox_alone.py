"""Somebody who proved no more than a mailbox may report and read where reports stand: it may be his (rule 84)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from breaches.models import Addition, Report, Withdrawal
from breaches.urls import urlpatterns
from demo.cast import Cast
from tests.api.test_nothing_added_is_invisible import closed, row_of, verified, withdrawn, withdrawn_and_decided
from tests.support.api import Answer, Apis
from tests.support.evidence import begin, picture, send
from tests.support.following import asked, claimed, decided, detail, followed_up, submitted
from tests.support.orders import a_position, a_report
from tests.support.signing_in import App
from webhooks.models import Event

WORDS = {"text": "It was not him."}
FAR = {"text": "He was elsewhere.", "positions": [a_position(longitude=-2.90)]}


@pytest.fixture
def report(api: Apis, order: str) -> str:
    return submitted(api)


@pytest.fixture
def mailbox(cast: Cast) -> App:
    return App().mailbox(cast.victim.email)


def said(app: App, report: str, **body: Any) -> Answer:
    answer = app.api("POST", f"victim/reports/{report}/messages", {**WORDS, **body})
    assert answer.status == 201, answer.body
    return answer


def test_a_mailbox_corrects_nothing_and_is_told_to_sign_in(api: Apis, report: str, mailbox: App) -> None:
    """Rule 84."""
    answer = mailbox.api("POST", f"victim/reports/{report}/corrections", FAR)
    assert (answer.status, answer.code) == (403, "assurance_too_low")
    assert "passkey or passphrase" in answer.body["detail"]
    assert not Addition.objects.exists()
    assert len(detail(api, report)["assessments"]) == 1


@pytest.mark.parametrize("name", ["withdraw", "resume"])
def test_a_mailbox_withdraws_nothing_and_takes_no_withdrawal_back(
    api: Apis, report: str, mailbox: App, name: str
) -> None:
    """Rule 84: he could quiet her with the one, and undo her asking for care with the other."""
    if name == "resume":
        assert api.victim.post(f"victim/reports/{report}/withdraw", {}).status == 200
    before = Withdrawal.objects.count()
    answer = mailbox.api("POST", f"victim/reports/{report}/{name}", {})
    assert (answer.status, answer.code, Withdrawal.objects.count()) == (403, "assurance_too_low", before)


def test_a_mailbox_adds_no_evidence(api: Apis, report: str, cast: Cast, mailbox: App) -> None:
    """Rule 84: what a court may see is not from whoever reads her mail."""
    for path in (f"victim/reports/{report}/evidence", "victim/evidence-uploads/", "victim/evidence-uploads/x"):
        answer = mailbox.api("POST", path, {})
        assert (answer.status, answer.code) == (403, "assurance_too_low"), path
    assert send(api.victim, f"victim/reports/{report}/evidence", picture()).status == 201
    assert begin(api.victim, "victim", 5, report=report, filename="a.txt").status == 201


def test_a_message_of_a_mailbox_is_kept_and_shown_as_one(api: Apis, report: str, mailbox: App) -> None:
    said(mailbox, report)
    api.victim.post(f"victim/reports/{report}/messages", {"text": "He came again."})
    found = [(m["text"], m["assurance"]) for m in detail(api, report)["messages"]]
    assert found == [("It was not him.", "mailbox"), ("He came again.", "full")]
    force = api.force.get(f"force/reports/{report}").body["messages"]
    assert [m["assurance"] for m in force] == ["mailbox", "full"]


def test_a_message_of_a_mailbox_answers_no_question(api: Apis, report: str, mailbox: App) -> None:
    """Rule 84: he would answer what an officer asked her."""
    asked(api, report)
    said(mailbox, report)
    now = detail(api, report)
    assert (now["state"], now["messages"][0]["kind"]) == ("needs_information", "message")
    assert now["questions"][0]["answered"] is False
    api.victim.post(f"victim/reports/{report}/messages", {"text": "My sister was."})
    now = detail(api, report)
    assert (now["state"], now["messages"][1]["kind"], now["questions"][0]["answered"]) == ("in_review", "answer", True)


def test_danger_in_a_message_of_a_mailbox_is_danger_all_the_same(api: Apis, report: str, mailbox: App) -> None:
    """Rule 37 comes before rule 84."""
    decided(api, report)
    answer = said(mailbox, report, immediate_danger=True)
    assert "999" in answer.body["advice"][0]
    (row,) = api.officer.get("officer/reports?queue=review").body["results"]
    assert (row["id"], row["priority"]) == (report, 1)


@pytest.mark.parametrize("further", [verified, followed_up])
def test_a_message_of_a_mailbox_takes_nothing_from_whoever_follows_it_up(
    api: Apis, report: str, mailbox: App, further: Callable[[Apis, str], Any]
) -> None:
    """Rule 84: with her mailbox he would stop what is done against him. It shows in the row all the same."""
    before = further(api, report).body
    said(mailbox, report)
    now = detail(api, report)
    assert (now["state"], now["claimed_by"]) == (before["state"], before["claimed_by"])
    (row,) = api.officer.get("officer/reports?queue=follow_up").body["results"]
    assert (row["id"], "new_since_closed" in row["priority_reasons"], row["priority"] <= 3) == (report, True, True)
    assert [(m["text"], m["assurance"]) for m in now["messages"]] == [(WORDS["text"], "mailbox")]
    assert api.officer.get("officer/reports?queue=review").body["results"] == []
    assert Event.objects.filter(subject=report, type="report.information_received", force_id="05").count() == 1
    assert not Event.objects.filter(subject=report, type="report.reopened").exists()


@pytest.mark.parametrize("further", [decided, closed, withdrawn, withdrawn_and_decided])
def test_a_message_of_a_mailbox_is_before_somebody_where_nobody_has_the_report(
    api: Apis, report: str, mailbox: App, further: Callable[[Apis, str], Any]
) -> None:
    """Rule 37 before rule 84: in no queue "he is here" would be read by nobody. It costs an officer a look."""
    further(api, report)
    said(mailbox, report)
    assert "new_since_closed" in row_of(api, report)["priority_reasons"]


@pytest.mark.parametrize("further", [verified, followed_up])
def test_danger_in_a_mailbox_brings_what_is_followed_up_into_review(
    api: Apis, report: str, mailbox: App, further: Callable[[Apis, str], Any]
) -> None:
    """Rule 37."""
    further(api, report)
    said(mailbox, report, immediate_danger=True)
    assert row_of(api, report)["priority"] == 1


def test_what_a_mailbox_said_is_new_until_somebody_takes_it_up(api: Apis, report: str, mailbox: App) -> None:
    tag = followed_up(api, report).etag
    said(mailbox, report)
    assert api.officer.post(f"officer/reports/{report}/release", {}, If_Match=tag).status == 412
    assert api.officer.post(f"officer/reports/{report}/release", {}).status == 200
    assert "new_since_closed" in row_of(api, report, "follow_up")["priority_reasons"]
    assert "new_since_closed" not in claimed(api, report).body["priority_reasons"]


def test_a_report_made_by_a_mailbox_alone_is_marked_wherever_officers_and_forces_see_it(
    api: Apis, order: str, mailbox: App
) -> None:
    """Rule 84: it may be his."""
    report = mailbox.api("POST", "victim/reports", a_report()).body["id"]
    hers = submitted(api)
    of = {row["id"]: row["assurance"] for row in api.officer.get("officer/reports?queue=review").body["results"]}
    assert of == {report: "mailbox", hers: "full"}
    assert (detail(api, report)["assurance"], detail(api, hers)["assurance"]) == ("mailbox", "full")
    assert api.force.get(f"force/reports/{report}").body["assurance"] == "mailbox"
    rows = api.officer.get(f"officer/orders/{order}/timeline").body["results"]
    assert {r["record"]: r["about"]["assurance"] for r in rows if r["kind"] == "report"} == of


def test_a_report_by_receipt_an_officers_and_an_old_one_say_what_was_proved(api: Apis, order: str) -> None:
    api.nobody.post("public/reports", a_report())
    by = {"reported_by": {"role": "protected_person", "protected_person": "P1"}}
    passed_on = api.officer.post("officer/reports", a_report(**by)).body["id"]
    rows = api.officer.get("officer/reports?queue=review").body["results"]
    assert {row["id"] == passed_on: row["assurance"] for row in rows} == {True: "full", False: "receipt"}
    assert Report._meta.get_field("assurance").has_db_default()
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.filter(id=passed_on).update(assurance="mailbox")


def test_an_advocates_mailbox_is_a_mailbox(cast: Cast, api: Apis) -> None:
    app = App().mailbox(cast.advocate.email)
    report = app.api("POST", "victim/reports", a_report(order=None))
    assert report.status == 201
    said(app, report.body["id"])
    refused = app.api("POST", f"victim/reports/{report.body['id']}/corrections", FAR)
    assert (refused.status, refused.code) == (403, "assurance_too_low")
    assert Report.objects.get(id=report.body["id"]).additions.get().assurance == "mailbox"


# What is open to it, and nothing else: an address more needs its reason here.
OPEN = {
    ("victim.Reports", "GET"), ("victim.Reports", "POST"), ("victim.OneReport", "GET"), ("victim.Messages", "POST"),
    ("api.Limits", "GET"), ("uploads.VictimUploads", "OPTIONS"), ("uploads.VictimUpload", "OPTIONS"),
}  # fmt: skip


def test_a_mailbox_may_report_and_read_where_reports_stand_and_nothing_else() -> None:
    """Rule 84: of every address for victims."""
    found = {
        (f"{view.__module__.rsplit('.', 1)[-1]}.{view.__name__}", method)
        for view in _views(urlpatterns)
        for method in getattr(view, "mailbox_does", ())
    }
    assert found == OPEN


def _views(patterns: Any) -> list[Any]:
    found: list[Any] = []
    for pattern in patterns:
        inner = getattr(pattern, "url_patterns", None)
        found += _views(inner) if inner is not None else [pattern.callback.view_class]
    return found


def test_she_reads_back_what_came_by_the_mailbox_alone(api: Apis, report: str, mailbox: App) -> None:
    """Rule 84: what he said in her name she must be able to tell from her own."""
    said(mailbox, report)
    assert api.victim.post(f"victim/reports/{report}/messages", WORDS).status == 201
    sent = mailbox.api("POST", "victim/reports", a_report()).body["id"]
    hers = api.victim.get(f"victim/reports/{report}").body
    assert (hers["assurance"], [m["assurance"] for m in hers["messages"]]) == ("full", ["mailbox", "full"])
    assert api.victim.get(f"victim/reports/{sent}").body["assurance"] == "mailbox"
    assert mailbox.api("GET", f"victim/reports/{sent}").body["assurance"] is None
