"""GET /officer/audit: who did what with a record, for auditors (rules 76 and 77)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from audit.sealing import chain
from breaches.models import Report
from breaches.serializers import TrailOut
from orders.models import Order
from tests.support.api import Apis
from tests.support.orders import a_report


@pytest.fixture
def report(api: Apis, order: str) -> str:
    made = str(api.victim.post("victim/reports", a_report()).body["id"])
    api.officer.get(f"officer/reports/{made}")
    return made


def verbs(api: Apis, query: str = "") -> list[str]:
    body = api.auditor.get(f"officer/audit{query}").body
    TrailOut.model_validate_json(json.dumps(body))
    return [row["verb"] for row in body["results"]]


def test_everything_done_with_a_record_is_shown_whoever_did_it(api: Apis, report: str) -> None:
    assert verbs(api, f"?about={report}") == ["report_submitted", "report_read"]


def test_without_a_record_it_is_what_the_force_did(api: Apis, report: str) -> None:
    rows = api.auditor.get("officer/audit").body["results"]
    assert {row["organisation"] for row in rows} == {"05"}
    assert "report_read" in [row["verb"] for row in rows]


def test_a_row_says_when_it_was_chained_by_its_hash(api: Apis, report: str) -> None:
    assert [r["hash"] for r in api.auditor.get(f"officer/audit?about={report}").body["results"]] == [None, None]
    chain(everything=True)
    rows = api.auditor.get(f"officer/audit?about={report}").body["results"]
    assert all(len(row["hash"]) == 64 for row in rows[:2])


def test_reading_the_trail_is_on_the_trail_rule_77(api: Apis, report: str) -> None:
    verbs(api, f"?about={report}")
    entry = Entry.objects.get(verb="trail_read")
    assert (entry.action, entry.record_ids) == ("consultation", [report])
    assert verbs(api, f"?about={report}")[-1] == "trail_read"


def test_an_order_has_a_trail_too(api: Apis, order: str) -> None:
    assert "order_version_registered" in verbs(api, f"?about={Order.objects.get().id}")


def test_a_record_of_another_force_looks_like_none(api: Apis, report: str) -> None:
    Report.objects.filter(id=report).update(force_id="06")
    assert verbs(api, f"?about={report}") == []
    assert verbs(api, "?about=01a20b0c-03df-7bdf-a774-e0f4215a5198") == []


def test_a_span_is_half_open(api: Apis, report: str) -> None:
    at = Entry.objects.get(verb="report_read").at.isoformat().replace("+00:00", "Z")
    assert verbs(api, f"?about={report}&from={at}")[:2] == ["report_submitted", "report_read"]
    assert verbs(api, f"?about={report}&until={at}") == []
    assert verbs(api, f"?from={timezone.now().year + 1}-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        ("?about=x", {("?about", "bad_format")}),
        ("?from=yesterday&until=2026-01-01", {("?from", "instant_unreadable"), ("?until", "instant_unreadable")}),
        ("?from=2026-01-01T00:00:00", {("?from", "instant_unreadable")}),
        ("?about=%00&from=%00", {("?about", "bad_format"), ("?from", "instant_unreadable")}),
    ],
)
def test_what_cannot_be_read_is_told_at_once(api: Apis, query: str, problems: Any) -> None:
    assert api.auditor.get(f"officer/audit{query}").codes == problems


def test_it_goes_on_by_cursor(api: Apis, report: str) -> None:
    first = api.auditor.get("officer/audit?limit=2").body
    second = api.auditor.get(f"officer/audit?limit=2&cursor={first['next']}").body
    assert len(first["results"]) == len(second["results"]) == 2
    assert first["results"] != second["results"]
