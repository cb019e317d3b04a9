"""PostgreSQL keeps what was said afterwards: no writer, whatever its code, edits it or makes it contradict itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from breaches.models import (
    Addition,
    DiaryEntry,
    DiaryReport,
    LinkAct,
    Note,
    Outcome,
    Question,
    Receipt,
    Report,
    SafeContact,
    Snooze,
    Transfer,
    TransferEnd,
    Withdrawal,
)
from common.ids import uuid7
from tests.support.api import Apis
from tests.support.following import asked, followed_up, in_hours, submitted
from tests.support.orders import a_report

WHY = {"reason": "The same evening, told twice."}


@pytest.fixture
def report(api: Apis, order: str) -> Report:
    return Report.objects.get(id=submitted(api))


def refused(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError:
        return True
    return False


@pytest.fixture
def everything(api: Apis, report: Report) -> None:
    """One row of each table, by the real verbs."""
    key = str(report.id)
    asked(api, key)
    api.victim.post(f"victim/reports/{key}/messages", {"text": "My sister."})
    api.victim.post(f"victim/reports/{key}/withdraw", {})
    api.officer.post(f"officer/reports/{key}/note", {"text": "Rang."})
    api.officer.post(f"officer/reports/{key}/link", {"report": submitted(api), **WHY})
    other = submitted(api)
    tag = followed_up(api, other).etag
    body = {"kind": "charged", "crime_reference": "1", "reason": "Charged with it."}
    assert api.officer.post(f"officer/reports/{other}/outcome", body, If_Match=tag).status == 200
    api.nobody.post("public/reports", a_report())
    entry = api.victim.post("victim/diary", a_report()).body["id"]
    api.victim.post(f"victim/diary/{entry}/report", {})
    api.victim.put("victim/safe-contact", {"channels": []})
    third = submitted(api)
    api.officer.post(f"officer/reports/{third}/snooze", {"until": in_hours(1), **WHY})
    api.officer.post(f"officer/reports/{third}/transfer", {"force": "06", **WHY}, If_Match="*")
    api.officer.post(f"officer/reports/{third}/transfer/return", WHY)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Question, {"text": b"x"}),
        (Addition, {"text": b"x"}),
        (Withdrawal, {"reason": b"x"}),
        (Note, {"text": b"x"}),
        (Outcome, {"reason": b"x"}),
        (LinkAct, {"act": "unlinked"}),
        (Receipt, {"fingerprint": b"x"}),
        (DiaryEntry, {"sealed": b"x"}),
        (DiaryReport, {"report_id": UUID(int=0)}),
        (SafeContact, {"sealed": b"x"}),
        (Snooze, {"reason": b"x"}),
        (Transfer, {"is_open": True}),
        (TransferEnd, {"reason": b"x"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_was_written_down_stays(everything: None, model: Any, values: dict[str, Any]) -> None:
    """Habit 15: added, never edited."""
    row = model.objects.latest("pk")
    assert refused(lambda: model.objects.filter(pk=row.pk).update(**values))
    assert refused(lambda: model.objects.filter(pk=row.pk)._raw_delete("default"))


def an_addition(report: Report, **changes: Any) -> Addition:
    values = {"kind": "message", "text": "x", "sent_at": timezone.now(), "sender_kind": "victim", "sender": "x"}
    return Addition(id=uuid7(), report=report, **{**values, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "rumour"},
        {"kind": "answer"},  # to nothing
        {"kind": "correction"},  # as sent nowhere
        {"body_sent": "{}"},  # a message corrects nothing
        {"corrects": "/happened"},
    ],
    ids=str,
)
def test_an_addition_is_of_one_kind(report: Report, changes: dict[str, Any]) -> None:
    assert refused(an_addition(report, **changes).save)
    assert not refused(an_addition(report).save)


def test_a_question_is_answered_once_and_by_an_answer(api: Apis, report: Report) -> None:
    asked(api, str(report.id))
    question = Question.objects.get()
    assert refused(an_addition(report, question=question).save)
    assert not refused(an_addition(report, kind="answer", question=question).save)
    assert refused(an_addition(report, kind="answer", question=question).save)


@pytest.mark.parametrize(
    "changes", [{"text": ""}, {"due": timezone.now() - timedelta(days=1)}], ids=["empty", "earlier"]
)
def test_a_question_asks_something_by_a_later_time(report: Report, cast: Any, changes: dict[str, Any]) -> None:
    now = timezone.now()
    values = {"text": "Who?", "due": now + timedelta(hours=1), "asked_at": now, "asked_by_id": cast.officer.user_id}
    assert refused(Question(report=report, staff_id="4401", **{**values, **changes}).save)
    assert not refused(Question(report=report, staff_id="4401", **values).save)


def test_a_note_says_something(report: Report, cast: Any) -> None:
    note = Note(report=report, text="", written_at=timezone.now(), written_by_id=cast.officer.user_id)
    assert refused(note.save)


def an_outcome(report: Report, cast: Any, **changes: Any) -> Outcome:
    values = {
        "kind": "charged",
        "crime_reference": "05/1",
        "reason": "Charged.",
        "force_id": "05",
        "recorded_at": timezone.now(),
        "recorded_by_id": cast.officer.user_id,
    }
    return Outcome(report=report, **{**values, **changes})


@pytest.mark.parametrize("changes", [{"kind": "won"}, {"reason": ""}], ids=str)
def test_an_outcome_is_known_and_has_a_reason(report: Report, cast: Any, changes: dict[str, Any]) -> None:
    assert refused(an_outcome(report, cast, **changes).save)


def test_a_crime_reference_stands_for_one_report_of_a_force_rule_40(api: Apis, report: Report, cast: Any) -> None:
    """Rule 40."""
    other = Report.objects.get(id=submitted(api))
    an_outcome(report, cast).save()
    assert refused(an_outcome(other, cast).save)
    assert not refused(an_outcome(report, cast).save)
    assert not refused(an_outcome(other, cast, force_id="06").save)
    assert not refused(an_outcome(other, cast, crime_reference="").save)


def a_link(first: Report, second: Report, cast: Any, **changes: Any) -> LinkAct:
    values = {"act": "linked", "reason": "x", "at": timezone.now(), "by_id": cast.officer.user_id}
    return LinkAct(first=first, second=second, **{**values, **changes})


def test_a_pair_is_two_reports_written_one_way_round(api: Apis, report: Report, cast: Any) -> None:
    other = Report.objects.get(id=submitted(api))
    assert refused(a_link(report, report, cast).save)
    assert refused(a_link(other, report, cast).save)
    assert refused(a_link(report, other, cast, act="merged").save)
    assert refused(a_link(report, other, cast, reason="").save)
    assert not refused(a_link(report, other, cast).save)


def test_a_receipt_is_of_one_report(api: Apis, order: str) -> None:
    for _ in range(2):
        api.nobody.post("public/reports", a_report())
    one, other = Receipt.objects.all()
    assert refused(lambda: Receipt(report=other.report, fingerprint=bytes(one.fingerprint)).save(force_insert=True))


@pytest.mark.parametrize("target", ["verified", "closed", "not_verified", "received"])
def test_a_report_that_waits_for_an_answer_goes_nowhere_else_rule_45(api: Apis, report: Report, target: str) -> None:
    """Rule 45: the trigger holds the same table as `workflow.py`."""
    asked(api, str(report.id))
    assert refused(lambda: Report.objects.filter(pk=report.pk).update(state=target))


def test_a_queue_costs_the_same_however_many_links_there_are(api: Apis, report: Report) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.officer.get("officer/reports").status == 200
        return len(captured)

    def link() -> None:
        api.officer.post(f"officer/reports/{report.id}/link", {"report": submitted(api), **WHY})

    link()
    few = queries()
    for _ in range(4):
        link()
    assert queries() == few


def a_transfer(report: Report, cast: Any, **changes: Any) -> Transfer:
    values = {
        "from_force_id": "05",
        "to_force_id": "06",
        "reason": "There.",
        "offered_at": timezone.now(),
        "offered_by_id": cast.officer.user_id,
        "staff_id": "4401",
    }
    return Transfer(report=report, **{**values, **changes})


@pytest.mark.parametrize("changes", [{"reason": ""}, {"to_force_id": "05"}], ids=str)
def test_an_offer_goes_to_another_force_for_a_reason(report: Report, cast: Any, changes: dict[str, Any]) -> None:
    assert refused(a_transfer(report, cast, **changes).save)
    assert not refused(a_transfer(report, cast).save)


def test_a_report_is_on_offer_once_and_an_offer_says_what_it_said(report: Report, cast: Any) -> None:
    transfer = a_transfer(report, cast)
    transfer.save()
    assert refused(a_transfer(report, cast, to_force_id="07").save)
    assert refused(lambda: Transfer.objects.filter(pk=transfer.pk).update(to_force_id="07"))
    assert not refused(lambda: Transfer.objects.filter(pk=transfer.pk).update(is_open=False))


@pytest.mark.parametrize("changes", [{"kind": "lost"}, {"kind": "returned", "reason": ""}], ids=str)
def test_an_offer_ends_in_one_of_three_ways(report: Report, cast: Any, changes: dict[str, Any]) -> None:
    transfer = a_transfer(report, cast)
    transfer.save()
    values = {"kind": "accepted", "at": timezone.now(), "by_id": cast.officer.user_id, "staff_id": "4401"}
    assert refused(TransferEnd(transfer=transfer, **{**values, **changes}).save)
    assert not refused(TransferEnd(transfer=transfer, **values).save)


@pytest.mark.parametrize("changes", [{"reason": ""}, {"until": timezone.now() - timedelta(days=1)}], ids=["", "past"])
def test_what_is_put_aside_comes_back_later_and_has_a_reason(
    report: Report, cast: Any, changes: dict[str, Any]
) -> None:
    now = timezone.now()
    values = {"until": now + timedelta(hours=1), "reason": "x", "at": now, "by_id": cast.officer.user_id}
    assert refused(Snooze(report=report, staff_id="4401", **{**values, **changes}).save)
    assert not refused(Snooze(report=report, staff_id="4401", **values).save)
