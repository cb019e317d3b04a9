"""GET|POST /victim/diary and POST /victim/diary/{id}/report: private until she makes a report of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.models import Entry
from breaches.models import DiaryEntry, Report
from edge.models import IdempotentAnswer
from tests.support.api import Answer, Apis
from tests.support.following import detail
from tests.support.orders import a_report

CANARY = "canary-diary-words"


def write(api: Apis, headers: dict[str, str] | None = None, **changes: Any) -> Answer:
    answer = api.victim.post("victim/diary", a_report(description=CANARY, **changes), **(headers or {}))
    assert answer.status == 201, answer.body
    return answer


def test_she_reads_back_what_she_wrote_in_order(api: Apis, order: str) -> None:
    first = write(api)
    api.victim.post("victim/diary", {"description": "Second."})
    rows = api.victim.get("victim/diary").body["results"]
    assert [row["entry"].get("description") for row in rows] == [CANARY, "Second."]
    assert rows[0] == {**first.body, "entry": a_report(description=CANARY)}


def test_nothing_is_required_and_nothing_is_judged(api: Apis) -> None:
    assert api.victim.post("victim/diary", {}).status == 201
    assert not Report.objects.exists()


def test_an_entry_is_sealed_at_rest_also_in_an_answer_kept_for_a_retry(api: Apis) -> None:
    answer = write(api, {"Idempotency_Key": "k"})
    again = write(api, {"Idempotency_Key": "k"})
    assert (again.body, DiaryEntry.objects.count()) == (answer.body, 1)
    assert CANARY.encode() not in bytes(DiaryEntry.objects.get().sealed)
    assert CANARY not in (IdempotentAnswer.objects.get().body or "")


@pytest.mark.parametrize("who", ["other_victim", "insider"])
def test_nobody_else_reads_it_or_reports_it(api: Apis, who: str) -> None:
    """Rule 83."""
    entry = write(api).body["id"]
    caller = getattr(api, who)
    assert caller.get("victim/diary").body["results"] == []
    assert caller.post(f"victim/diary/{entry}/report", {}).status == 404


def test_an_advocate_has_no_diary_of_hers(api: Apis) -> None:
    write(api)
    assert api.advocate.get("victim/diary").status == 403


def test_officers_and_systems_never_see_a_diary(api: Apis, order: str) -> None:
    entry = write(api).body["id"]
    seen = [
        api.officer.get("officer/reports").body,
        api.supervisor.get(f"officer/reports/{entry}").body,
        api.force.get(f"force/reports/{entry}").body,
        api.force.get("force/events").body,
    ]
    assert CANARY not in json.dumps(seen) and entry not in json.dumps([seen[0], seen[3]])
    assert {api.officer.get("victim/diary").status, api.force.get("victim/diary").status} == {403}


def test_an_entry_becomes_a_report_like_any_other(api: Apis, order: str) -> None:
    entry = write(api)
    answer = api.victim.post(f"victim/diary/{entry.body['id']}/report", {})
    assert (answer.status, answer.body["status"]) == (201, "received")
    found = detail(api, answer.body["id"])
    assert (found["order"], found["report"]["description"]) == (order, CANARY)
    assert found["assessment"]["verdict"] == "breach_indicated"
    assert [row["report"] for row in api.victim.get("victim/diary").body["results"]] == [answer.body["reference"]]


def test_what_she_adds_stands_in_place_of_what_she_wrote(api: Apis, order: str) -> None:
    entry = api.victim.post("victim/diary", {"description": CANARY}).body["id"]
    also = {"happened": {"from": "2026-11-20T18:05:00Z"}, "order": order}
    answer = api.victim.post(f"victim/diary/{entry}/report", also)
    assert json.loads(Report.objects.get(id=answer.body["id"]).body_sent) == {"description": CANARY, **also}


def test_an_entry_that_lacks_what_a_report_needs_stays_an_entry(api: Apis) -> None:
    entry = api.victim.post("victim/diary", {"description": CANARY}).body["id"]
    answer = api.victim.post(f"victim/diary/{entry}/report", {})
    assert (answer.status, answer.codes) == (422, {("/happened/from", "required")})
    assert not Report.objects.exists()


def test_an_entry_becomes_a_report_once(api: Apis, order: str) -> None:
    path = f"victim/diary/{write(api).body['id']}/report"
    assert api.victim.post(path, {}).status == 201
    again = api.victim.post(path, {})
    assert (again.status, again.code, Report.objects.count()) == (409, "already_reported", 1)


@pytest.mark.parametrize("entry", ["01a20b0c-03df-7bdf-a774-e0f4215a5198", "x", "%00"])
def test_an_entry_that_is_none_is_not_there(api: Apis, entry: str) -> None:
    assert api.victim.post(f"victim/diary/{entry}/report", {}).status == 404


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"description": 5}, {("/description", "wrong_type")}),
        ({"mood": "x"}, {("/mood", "unknown_field")}),
        ([], {("", "wrong_type")}),
        ({"description": "a\ud800"}, {("/description", "text_not_storable")}),
    ],
)
def test_what_is_refused_is_told_all_at_once(api: Apis, body: Any, problems: set[tuple[str, str]]) -> None:
    answer = api.victim.post("victim/diary", body)
    assert (answer.status, answer.codes) == (422, problems)


@pytest.mark.parametrize("path", ["victim/diary", "victim/diary/{entry}/report"])
def test_a_number_beyond_all_measure_is_refused(api: Apis, path: str) -> None:
    address = path.format(entry=write(api).body["id"])
    answer = api.victim.post(address, b'{"positions": [{"longitude": 1e400}]}')
    assert (answer.status, answer.codes) == (422, {("/positions/0/longitude", "number_not_finite")})
    assert api.victim.get("victim/diary").status == 200


def test_no_refusal_repeats_what_was_sent(api: Apis) -> None:
    answer = api.victim.post("victim/diary", b'{"positions": [{"geometry": {"14 Canary Street": 1e400}}]}')
    assert (answer.status, answer.codes) == (422, {("/positions/0/geometry", "number_not_finite")})


def test_it_is_traced_by_ids_only(api: Apis) -> None:
    """Rule 76."""
    entry = write(api).body["id"]
    api.victim.get("victim/diary")
    found = Entry.objects.filter(verb__startswith="diary_").order_by("id").values_list("verb", "record_ids", "reason")
    assert list(found) == [("diary_written", [entry], ""), ("diary_read", [entry], "")]
