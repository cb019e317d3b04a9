"""Any stored verdict can be worked out again from its own question (rule 51; habit "store the question")."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from breaches import tasks
from breaches.models import Assessment
from breaches.replaying import replay_assessment
from common.ids import uuid7
from orders.models import Order
from tests.support.api import Apis
from tests.support.orders import (
    EXCLUSION,
    NO_CONTACT,
    NO_REFERENCE,
    a_condition,
    a_position,
    a_report,
    an_order,
    approve_all,
    register,
)

SMS = {"channel": "sms", "at": "2026-11-20T18:31:00Z", "from": {"kind": "phone", "value": "07700 900123"}}
REPORTS: dict[str, dict[str, Any]] = {
    "inside": {},
    "outside": {"positions": [a_position(longitude=-2.9721)]},
    "indeterminate": {"positions": [a_position(accuracy_m=4_000)]},
    "a grid reference": {
        "positions": [{"subject": "respondent", "method": "grid_reference", "grid_reference": "SJ 3501 9052"}]
    },
    "eastings and northings": {
        "positions": [{"subject": "respondent", "method": "gnss", "easting": 335010, "northing": 390520}]
    },
    "his vehicle": {"positions": [a_position(subject="respondent_vehicle")]},
    "unusable": {"positions": [a_position(longitude=400)]},
    "a message": {"kinds": ["contact"], "positions": [], "contacts": [SMS]},
    "an unknown time": {"happened": {"from": "2026-11-20T18:05:00Z", "certainty": "unknown"}},
    "no order": {"order": None},
}


def differs(text: str) -> bool:
    return "DIFFERS" in text


def said(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("replay", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_question_has_the_same_answer(api: Apis, order: str, name: str) -> None:
    answer = api.victim.post("victim/reports", a_report(**REPORTS[name]))
    assert answer.status == 201, answer.body
    found = replay_assessment(assessment=Assessment.objects.get(report_id=answer.body["id"]))
    assert (found.same, found.same_build, found.differences) == (True, True, ())


def test_it_is_asked_as_things_stood_then(api: Apis, cast: Any) -> None:
    """Approved, varied and corrected since: the first answer still follows from the first question."""
    body = an_order(conditions=[EXCLUSION, NO_CONTACT, NO_REFERENCE])
    reference = register(api, cast, body, approved=False)
    report = api.victim.post("victim/reports", a_report()).body["id"]
    approve_all(api, reference, body)
    change = {"kind": "correction", "decided_on": "2026-11-21"}
    moved = a_condition(EXCLUSION, windows=[{"days": ["mon"], "from": "08:00", "to": "09:00"}])
    corrected = an_order(conditions=[moved], change=change, effective_from="2026-03-02T11:30:00Z")
    assert api.force.put(f"force/orders/{reference}/versions/2", corrected).status == 201
    tasks.assess_order_again(str(Order.objects.get().id))
    rows = Assessment.objects.filter(report_id=report).order_by("assessed_at")
    assert [row.verdict for row in rows] == ["needs_officer", "no_order_in_force"]
    assert [replay_assessment(assessment=row).same for row in rows] == [True, True]


def test_a_correction_has_what_was_reported_judged_again_and_shows_what_changed(api: Apis, cast: Any) -> None:
    reference = register(api, cast, an_order(conditions=[EXCLUSION]))
    report = api.victim.post("victim/reports", a_report()).body["id"]
    change = {"kind": "correction", "decided_on": "2026-11-21"}
    corrected = an_order(conditions=[NO_CONTACT], change=change, effective_from="2026-03-02T11:30:00Z")
    assert api.force.put(f"force/orders/{reference}/versions/2", corrected).status == 201
    tasks.assess_order_again(str(Order.objects.get().id))
    newest, first = api.officer.get(f"officer/reports/{report}").body["assessments"]
    assert first["changes"] == []
    assert {"clause": None, "what": "verdict", "before": "breach_indicated", "after": "needs_officer"} in newest[
        "changes"
    ]
    assert {"clause": "1", "what": "outcome", "before": "indicated", "after": None} in newest["changes"]


@pytest.fixture
def altered(api: Apis, order: str) -> Assessment:
    """An answer that does not follow from its question: somebody had the database."""
    report = api.victim.post("victim/reports", a_report()).body["id"]
    row = Assessment.objects.get(report_id=report)
    question, answer = row.question, row.answer | {"verdict": "not_indicated"}
    row.pk, row.question, row.answer = uuid7(), question, answer
    row.save(force_insert=True)
    return row


def test_an_altered_answer_is_found_logged_and_on_the_trail(altered: Assessment, caplog: Any) -> None:
    found = replay_assessment(assessment=altered)
    assert found.differences == (
        {"clause": None, "what": "verdict", "before": "not_indicated", "after": "breach_indicated"},
    )
    assert [record.event for record in caplog.records] == ["assessment_not_reproduced"]
    assert Entry.objects.get(verb="assessment_replayed").reason_code == "differs"


def test_the_command_says_same_and_fails_where_it_differs(api: Apis, altered: Assessment) -> None:
    with pytest.raises(CommandError, match="1 of 2"):
        said(altered.report.reference)
    other = api.victim.post("victim/reports", a_report()).body["reference"]
    assert "same" in said(other) and not differs(said(other))


def test_the_command_takes_an_assessment_or_a_sample_and_says_when_there_is_none(api: Apis, order: str) -> None:
    api.victim.post("victim/reports", a_report())
    one = str(Assessment.objects.get().id)
    assert one in said(assessment=one) and one in said(sample=5)
    with pytest.raises(CommandError, match="no such"):
        said("R-NONE")


def test_the_nightly_look_replays_some(api: Apis, order: str, settings: Any) -> None:
    for _ in range(3):
        api.victim.post("victim/reports", a_report())
    settings.REPLAY_SAMPLE = 2
    tasks.replay_sample()
    assert Entry.objects.filter(verb="assessment_replayed", reason_code="same").count() == 2
