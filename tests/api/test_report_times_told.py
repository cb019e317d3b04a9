"""Times that say nothing or cannot be read are told, and danger is now (rules 33 and 37)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from breaches.models import Report
from tests.support.api import Api, Apis
from tests.support.orders import a_position, a_report

UNREADABLE = ["", " ", "\t", "yesterday evening", "2026-13-45", "20/11/2026 18:05"]


def submit(client: Api, path: str = "victim/reports", **changes: Any) -> list[tuple[str, str]]:
    answer = client.post(path, a_report(**changes))
    assert answer.status == 201, answer.body
    return [(w["pointer"], w["code"]) for w in answer.body["warnings"]]


@pytest.mark.parametrize("said", UNREADABLE)
def test_a_time_that_says_nothing_is_told_and_refuses_nothing(api: Apis, order: str, said: str) -> None:
    assert ("/happened/from", "time_unreadable") in submit(api.victim, happened={"from": said})
    assert Report.objects.get().incident_from is None


@pytest.mark.parametrize("said", UNREADABLE)
def test_danger_at_a_time_that_cannot_be_read_is_now_and_told(api: Apis, order: str, said: str) -> None:
    warnings = submit(api.victim, happened={"from": said}, immediate_danger=True)
    report = Report.objects.get()
    assert ("/happened/from", "time_unreadable") in warnings
    assert (report.incident_from, report.incident_to) == (report.received_at, report.received_at)


@pytest.mark.parametrize("happened", [None, {}, {"from": None}, {"to": ""}])
def test_danger_without_a_time_is_now(api: Apis, order: str, happened: Any) -> None:
    body = {"immediate_danger": True, **({} if happened is None else {"happened": happened})}
    assert api.victim.post("victim/reports", body).status == 201
    report = Report.objects.get()
    assert report.incident_from == report.received_at


def test_null_is_no_time_where_nobody_is_in_danger(api: Apis, order: str) -> None:
    answer = api.victim.post("victim/reports", {**a_report(), "happened": {"from": None}})
    assert (answer.status, answer.codes) == (422, {("/happened/from", "required")})


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"happened": {"from": "2026-11-20T18:05:00Z", "to": ""}}, "/happened/to"),
        ({"positions": [a_position(recorded_at="")]}, "/positions/0/recorded_at"),
        ({"contacts": [{"channel": "sms", "at": " "}]}, "/contacts/0/at"),
        ({"social": [{"platform": "instagram", "seen_at": ""}]}, "/social/0/seen_at"),
    ],
)
def test_every_empty_time_is_told_where_it_stands(api: Apis, order: str, changes: dict[str, Any], pointer: str) -> None:
    assert (pointer, "time_unreadable") in submit(api.victim, **changes)


def test_a_force_that_passes_an_empty_time_on_is_told_as_well(api: Apis, order: str) -> None:
    by = {"role": "protected_person", "protected_person": "P1"}
    assert ("/happened/from", "time_unreadable") in submit(
        api.force, "force/reports", happened={"from": ""}, reported_by=by
    )


def test_a_widening_word_still_widens_the_now_of_somebody_in_danger(api: Apis, order: str) -> None:
    submit(api.victim, happened={"from": "just now", "certainty": "about"}, immediate_danger=True)
    report = Report.objects.get()
    assert report.incident_from is not None and report.incident_to is not None
    assert report.incident_to - report.incident_from == timedelta(minutes=30)
