"""POST /victim/reports, /force/reports, /officer/reports: kept whatever it says, judged at once, in the queue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.models import Entry
from breaches.models import Report
from tests.support.api import Answer, Api, Apis
from tests.support.orders import INSIDE, a_position, a_report
from webhooks.models import Event

BY_HER = {"role": "protected_person", "protected_person": "P1"}


def submit(api: Api, **changes: Any) -> Answer:
    return api.post("victim/reports", a_report(**changes))


def verdict_of(api: Apis, report_id: str) -> str:
    return str(api.officer.get(f"officer/reports/{report_id}").body["assessment"]["verdict"])


def test_a_report_is_in_the_queue_at_once(api: Apis, order: str) -> None:
    answer = submit(api.victim)
    assert answer.status == 201
    rows = api.officer.get("officer/reports?queue=review").body["results"]
    assert [(r["reference"], r["verdict"], r["order"]) for r in rows] == [
        (answer.body["reference"], "breach_indicated", order)
    ]


def test_the_answer_holds_no_verdict_distance_or_zone(api: Apis, order: str) -> None:
    answer = submit(api.victim)
    assert set(answer.body) == {
        "id", "reference", "received_at", "review_due", "officer_contact_due", "status", "warnings", "advice",
    }  # fmt: skip
    assert not any(word in json.dumps(answer.body) for word in ("indicated", "zone", "metres", "assess"))


def test_every_answer_says_first_that_nobody_is_being_sent(api: Apis, order: str) -> None:
    """Rule 88."""
    assert submit(api.victim).body["advice"][0] == (
        "This report is not a 999 call. Nobody is being sent because of it."
    )


def test_in_immediate_danger_999_and_55_come_first_and_nothing_is_required(api: Apis) -> None:
    """Rules 37 and 38."""
    answer = api.victim.post("victim/reports", {"immediate_danger": True})
    assert answer.status == 201
    assert "999" in answer.body["advice"][0]
    assert "55" in answer.body["advice"][1]


def test_immediate_danger_tops_the_queue_and_is_told_at_once(api: Apis, order: str) -> None:
    submit(api.victim)
    danger = api.victim.post("victim/reports", {"immediate_danger": True, "order": order})
    rows = api.officer.get("officer/reports?queue=review").body["results"]
    assert rows[0]["reference"] == danger.body["reference"]
    assert Event.objects.filter(type="report.immediate_danger", subject=danger.body["id"]).count() == 1


def test_the_clocks_are_four_and_forty_eight_hours(api: Apis, order: str) -> None:
    """Rule 36."""
    report = Report.objects.get(id=submit(api.victim).body["id"])
    assert (report.review_due - report.received_at).total_seconds() == 4 * 3600
    assert (report.officer_contact_due - report.received_at).total_seconds() == 48 * 3600


def test_a_report_leaves_a_trace_and_an_event_without_its_content(api: Apis, order: str) -> None:
    """Rules 73 and 76."""
    answer = submit(api.victim)
    entry = Entry.objects.get(verb="report_submitted")
    event = Event.objects.get(type="report.received")
    assert (entry.record_ids, entry.action, entry.actor_kind) == ([answer.body["id"]], "collection", "victim")
    assert (str(event.subject), event.reference, event.state) == (
        answer.body["id"],
        answer.body["reference"],
        "received",
    )


@pytest.mark.parametrize("sender", ["force", "officer"])
def test_a_force_or_an_officer_passes_a_report_on(api: Apis, order: str, sender: str) -> None:
    caller: Api = getattr(api, sender)
    answer = caller.post(f"{sender}/reports", a_report(reported_by=BY_HER))
    assert answer.status == 201
    read = caller.get(f"{sender}/reports/{answer.body['id']}").body
    assert read["report"] == a_report(reported_by=BY_HER)
    assert read["assessment"]["verdict"] == "breach_indicated"


@pytest.mark.parametrize("sender", ["force", "officer"])
def test_who_reported_must_be_said_by_whoever_passes_it_on(api: Apis, order: str, sender: str) -> None:
    answer = getattr(api, sender).post(f"{sender}/reports", a_report())
    assert (answer.status, answer.codes) == (422, {("/reported_by", "required")})


def test_an_advocate_reports_under_the_order_of_whom_she_acts_for(api: Apis, order: str) -> None:
    answer = submit(api.advocate)
    assert (answer.status, answer.body["warnings"]) == (201, [])


@pytest.mark.parametrize("who", ["other_victim", "insider"])
def test_somebody_elses_order_and_none_look_alike(api: Apis, order: str, who: str) -> None:
    """api.md: 201, `order_not_matched`, none attached, nothing revealed."""
    theirs, none = (submit(getattr(api, who), order=name) for name in (order, "SPO-NO-SUCH"))
    assert theirs.status == none.status == 201
    assert theirs.body["warnings"] == none.body["warnings"]
    assert [w["code"] for w in theirs.body["warnings"]] == ["order_not_matched"]
    assert not Report.objects.filter(order__isnull=False).exists()


def test_another_forces_order_is_not_matched_either(api: Apis, order: str) -> None:
    answer = api.other_force.post("force/reports", a_report(reported_by=BY_HER))
    assert [w["code"] for w in answer.body["warnings"]] == ["order_not_matched"]


def test_without_an_order_the_chosen_force_reviews_it(api: Apis) -> None:
    answer = submit(api.other_victim, order=None, force="06")
    assert api.other_officer.get(f"officer/reports/{answer.body['id']}").status == 200
    assert api.officer.get(f"officer/reports/{answer.body['id']}").status == 404


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"force": "99", "order": None}, ("/force", "value_not_recognised")),
        ({"happened": {"from": "2099-01-01T00:00:00Z"}}, ("/happened/from", "occurred_in_future")),
        ({"happened": {"from": "1999-01-01T00:00:00Z"}, "positions": []}, None),
        ({"positions": [a_position(longitude=53.4, latitude=-2.9)]}, ("/positions/0/longitude", "coordinates_swapped")),
        ({"positions": [a_position(longitude=1.0, latitude=1.0)]}, ("/positions/0/longitude", "outside_uk")),
        ({"positions": [a_position(longitude=None)]}, ("/positions/0/longitude", "location_incomplete")),
        (
            {"positions": [a_position(easting=335000.0, northing=390000.0)]},
            ("/positions/0", "location_multiple_crs"),
        ),
        ({"kinds": ["haunting"]}, ("/kinds/0", "value_not_recognised")),
        ({"order": "x" * 5000}, ("/order", "order_assumed")),
        ({"description": ""}, None),
    ],
)
def test_nothing_said_is_a_reason_to_refuse(
    api: Apis, order: str, changes: dict[str, Any], warning: tuple[str, str] | None
) -> None:
    """Rule 33: late, unprovable, outside: kept, and told as a warning."""
    answer = submit(api.victim, **changes)
    told = {(w["pointer"], w["code"]) for w in answer.body["warnings"]}
    assert answer.status == 201
    assert told >= ({warning} if warning else set())


def test_a_report_before_the_order_is_kept_rule_35(api: Apis, order: str) -> None:
    """Rule 35."""
    answer = submit(api.victim, happened={"from": "2026-01-01T00:00:00Z"}, positions=[])
    assert verdict_of(api, answer.body["id"]) == "no_order_in_force"


def test_what_was_sent_is_kept_to_the_letter(api: Apis, order: str) -> None:
    sent = json.dumps(a_report(), indent=7).encode() + b"\n"
    answer = api.victim.post("victim/reports", sent)
    assert Report.objects.get(id=answer.body["id"]).body_sent.encode() == sent


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, {("/happened/from", "required"), ("/description", "required")}),
        ([], {("", "wrong_type")}),
        ({**a_report(), "extra": 1}, {("/extra", "unknown_field")}),
        ({**a_report(), "happened": "now"}, {("/happened", "wrong_type"), ("/happened/from", "required")}),
        ({**a_report(), "positions": [{**INSIDE, "latitude": "53.4"}]}, {("/positions/0/latitude", "wrong_type")}),
        ({**a_report(), "immediate_danger": "yes"}, {("/immediate_danger", "wrong_type")}),
        ({**a_report(), "description": "a\x00b"}, {("/description", "text_not_storable")}),
        ({**a_report(), "description": "a\ud800b"}, {("/description", "text_not_storable")}),
        (
            {"kinds": "x", "description": 5, "nonsense": {}},
            {
                ("/kinds", "wrong_type"),
                ("/description", "wrong_type"),
                ("/nonsense", "unknown_field"),
                ("/happened/from", "required"),
            },
        ),
    ],
)
def test_what_is_refused_is_told_all_at_once(api: Apis, body: Any, problems: set[tuple[str, str]]) -> None:
    answer = api.victim.post("victim/reports", body)
    assert (answer.status, answer.codes) == (422, problems)
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"nonsense", b'{"a": NaN}', b"[" * 100_000, b'{"a":' * 100 + b"1" + b"}" * 100]
)
def test_what_is_no_json_is_malformed_or_lacks_everything(api: Apis, raw: bytes) -> None:
    answer = api.victim.post("victim/reports", raw)
    assert (answer.status, answer.headers["Content-Type"]) in (
        (400, "application/problem+json"),
        (422, "application/problem+json"),
    )


@pytest.mark.parametrize("number", ["1e400", "-1e400", "-0.0", "1" + "0" * 400, "1" + "0" * 4000, "1e-400"])
def test_numbers_beyond_all_measure_are_kept_or_refused_but_break_nothing(api: Apis, order: str, number: str) -> None:
    text = json.dumps(a_report()).replace("-2.9781", number)
    assert api.victim.post("victim/reports", text.encode()).status in (201, 422)


def test_a_body_over_the_limit_is_refused(api: Apis) -> None:
    answer = api.victim.post("victim/reports", {"description": "x" * 5 * 1024 * 1024})
    assert (answer.status, answer.code) == (413, "body_too_large")


def test_another_content_type_is_refused(api: Apis) -> None:
    answer = api.victim.post("victim/reports", b"<report/>", Content_Type="text/xml")
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_no_refusal_repeats_what_was_sent(api: Apis) -> None:
    canary = "14 Canary Street"
    body = {"happened": canary, "kinds": canary, "positions": [{"latitude": canary, "longitude": [canary]}]}
    answer = api.victim.post("victim/reports", body)
    assert answer.status == 422
    assert canary not in json.dumps(answer.body)


def test_more_items_than_anybody_tells_are_refused_at_once(api: Apis) -> None:
    answer = submit(api.victim, kinds=["a"] * 10_001, positions=[1] * 10_001)
    assert answer.status == 422
    assert ("/kinds", "too_many") in answer.codes


def test_words_beyond_the_first_five_hundred_are_kept_and_told_of_once(api: Apis, order: str) -> None:
    answer = submit(api.victim, kinds=["a"] * 5_000)
    assert answer.status == 201
    assert len(answer.body["warnings"]) == 501
