"""One transaction for a report: all of it or nothing, in a fixed number of statements."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from audit.models import Entry
from breaches import messages
from breaches.models import Assessment, Report, ReportPosition
from database.writes import BETWEEN
from tests.support.api import Apis
from tests.support.orders import a_position, a_report
from webhooks.models import Event

MOST_STATEMENTS = 12


def statements(api: Apis, positions: int, key: str) -> list[str]:
    """What PostgreSQL is asked to run; those sent together count one by one."""
    report = a_report(positions=[a_position() for _ in range(positions)])
    with CaptureQueriesContext(connection) as captured:
        assert api.victim.post("victim/reports", report, Idempotency_Key=key).status == 201
    found = [one for query in captured for one in query["sql"].split(BETWEEN)]
    return [sql[:60] for sql in found if not sql.startswith(("SAVEPOINT", "RELEASE"))]


def test_a_report_takes_the_same_few_statements_however_much_it_tells(api: Apis, order: str) -> None:
    """Issue 2: constant, 12 at most. Savepoints stand for the test's own transaction and are not counted."""
    one, many = statements(api, 1, "one"), statements(api, 40, "many")
    assert 3 <= len(one) == len(many) <= MOST_STATEMENTS, one


def test_what_fails_at_the_end_leaves_nothing_behind(api: Apis, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (Entry.objects.count(), Event.objects.count(), OrmQ.objects.count())

    def fail(report: Report, *, about: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(messages, "received", fail)
    with pytest.raises(RuntimeError):
        api.victim.post("victim/reports", a_report())
    assert not any(model.objects.exists() for model in (Report, ReportPosition, Assessment))
    assert (Entry.objects.count(), Event.objects.count(), OrmQ.objects.count()) == before


def test_a_fault_of_the_rules_loses_no_report(api: Apis, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the rules ever raise, the report is kept and an officer judges it."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("breaches.assessing.assess", fail)
    report = api.victim.post("victim/reports", a_report())
    assert report.status == 201
    answer = api.officer.get(f"officer/reports/{report.body['id']}").body["assessment"]
    assert (answer["verdict"], answer["reasons"][0]["code"]) == ("needs_officer", "could_not_be_judged")


def test_the_question_is_kept_with_the_answer(api: Apis, order: str) -> None:
    """Rule 51; architecture, habit 7."""
    api.victim.post("victim/reports", a_report())
    kept = Assessment.objects.get()
    assert kept.question["facts"]["positions"][0]["fix"]["r95_m"] == 30.0
    assert kept.question["terms"]["versions"][0]["approvals"]["A"]["staff_id"] == "4403"
    assert "convertbng" in kept.engine_build
