"""GET /force/breaches, GET /force/reports/{id}, POST /force/orders/{reference}/check."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from breaches.models import Consultation, Report
from tests.support.api import Apis
from tests.support.orders import INSIDE, a_report
from webhooks.models import Event

VIEWS = [{"clause": c, "view": "agree", "reason": "Seen on the doorstep camera."} for c in ("1", "5")]
HAPPENED = {"from": "2026-11-20T18:05:00+00:00", "to": "2026-11-20T18:20:00+00:00"}


def verified(api: Apis) -> str:
    report = str(api.victim.post("victim/reports", a_report()).body["id"])
    tag = api.officer.post(f"officer/reports/{report}/claim", {}).etag
    body = {"findings": VIEWS, "offences": ["ST19001"]}
    assert api.officer.post(f"officer/reports/{report}/verify", body, If_Match=tag).status == 200
    return report


def test_only_verified_reports_are_breaches(api: Apis, order: str) -> None:
    assert api.force.get("force/breaches").body["results"] == []
    api.victim.post("victim/reports", a_report())
    first, second = verified(api), verified(api)
    rows = api.force.get("force/breaches").body["results"]
    assert [row["report"] for row in rows] == [first, second]
    assert (rows[0]["order"], rows[0]["offences"]) == (order, ["ST19001"])
    assert rows[0]["findings"][0] == {"clause": "1", "view": "agree"}


def test_a_force_asks_again_for_what_came_since(api: Apis, order: str) -> None:
    empty = api.force.get("force/breaches").body
    first = verified(api)
    page = api.force.get(f"force/breaches?cursor={empty['cursor']}").body
    assert [row["report"] for row in page["results"]] == [first]
    assert api.force.get(f"force/breaches?cursor={page['cursor']}").body["results"] == []
    second = verified(api)
    later = api.force.get(f"force/breaches?cursor={page['cursor']}").body
    assert [row["report"] for row in later["results"]] == [second]


def test_pages_follow_each_other(api: Apis, order: str) -> None:
    reports = [verified(api) for _ in range(3)]
    first = api.force.get("force/breaches?limit=2").body
    second = api.force.get(f"force/breaches?limit=2&cursor={first['next']}").body
    assert [row["report"] for row in first["results"] + second["results"]] == reports
    assert second["next"] is None


def test_another_force_is_told_of_none(api: Apis, order: str) -> None:
    verified(api)
    assert api.other_force.get("force/breaches").body["results"] == []


def test_reading_breaches_leaves_a_trace(api: Apis, order: str) -> None:
    report = verified(api)
    api.force.get("force/breaches")
    assert Entry.objects.filter(verb="breaches_read").latest("id").record_ids == [report]


def test_a_force_reads_a_report_of_its_own_whole(api: Apis, order: str) -> None:
    report = verified(api)
    answer = api.force.get(f"force/reports/{report}")
    assert answer.body["report"] == a_report()
    assert answer.body["assessment"]["findings"][0]["location"]["zone"] == "A"
    assert api.other_force.get(f"force/reports/{report}").status == 404


def test_would_this_be_a_breach(api: Apis, order: str) -> None:
    """Kept as a question and its answer, audited as consultation, and no report is raised."""
    answer = api.force.post(f"force/orders/{order}/check", {"happened": HAPPENED, "positions": [INSIDE]})
    assert answer.status == 200
    assert answer.body["assessment"]["verdict"] == "breach_indicated"
    assert (Consultation.objects.count(), Report.objects.count()) == (1, 0)
    assert Entry.objects.get(verb="order_checked").action == "consultation"
    assert not Event.objects.filter(type__startswith="report.").exists()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("/happened/from", "required")),
        ({"happened": HAPPENED, "description": "x"}, ("/description", "unknown_field")),
        ({"happened": HAPPENED, "positions": {}}, ("/positions", "wrong_type")),
    ],
)
def test_a_question_that_is_none_is_refused(api: Apis, order: str, body: Any, problem: tuple[str, str]) -> None:
    answer = api.force.post(f"force/orders/{order}/check", body)
    assert (answer.status, problem in answer.codes) == (422, True)
    assert not Consultation.objects.exists()


def test_nobody_asks_about_another_forces_order(api: Apis, order: str) -> None:
    answer = api.other_force.post(f"force/orders/{order}/check", {"happened": HAPPENED})
    assert answer.status == 404
