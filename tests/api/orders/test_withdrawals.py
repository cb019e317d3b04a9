"""POST .../{kind}/{id}/withdraw: what was recorded by mistake counts no more, and stays on record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from audit.models import Entry
from breaches.models import Assessment, Report
from breaches.tasks import assess_order_again
from demo.cast import Cast
from orders.models import Order, Service
from orders.serializers.records import ServicesOut, WithdrawalOut
from tests.api.orders.example import Json
from tests.support.api import Answer, Api, Apis
from tests.support.orders import NO_CONTACT, REFERENCE, SERVED, a_position, a_report, an_order, register
from webhooks.models import Event

ROOT = f"force/orders/{REFERENCE}"
REASON = {"reason": "Entered on the wrong order by a slip."}
BOTH = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}
QUASHED = {"lodged_on": "2026-03-20", "outcome": "quashed", "at": "2026-06-01T11:00:00Z"}
VISIT: Json = {
    "kind": "initial",
    "notified_at": "2026-03-03T10:00:00Z",
    "channel": "in_person_oral",
    "station": {"name": "Copy Lane", "force": "05"},
    "home_force": "05",
    "received_by": "PC 1234",
    "acknowledgement": "ACK-1",
    "told": {},
}
RECORDS: dict[str, Json] = {
    "service": SERVED,
    "determination": {"result": "granted", "at": "2026-06-01T11:00:00Z"},
    "discharge": {"discharged_at": "2026-06-01T11:00:00Z", "consents": BOTH},
    "appeal": QUASHED,
    "notifications": VISIT,
    "notification-events": {"kind": "new_name", "event_on": "2026-05-01"},
}
PENDING = {"reference": "APP-1", "applied_on": "2026-02-20"}


def registered(api: Apis, **changes: Any) -> Api:
    answer = api.force.put(f"{ROOT}/versions/1", an_order(**{"conditions": [NO_CONTACT], **changes}))
    assert answer.status == 201, answer.body
    return api.force


def interim(api: Apis) -> Api:
    return registered(api, kind="interim", expires_on="2026-12-31", main_application=PENDING)


def recorded(api: Api, what: str, **changes: Any) -> str:
    answer = api.post(f"{ROOT}/{what}", {**RECORDS[what], **changes})
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


def withdraw(api: Api, kind: str, record: str, body: Any = REASON, root: str = ROOT) -> Answer:
    return api.post(f"{root}/{kind}/{record}/withdraw", body)


def listed(api: Api, kind: str) -> list[Json]:
    body = api.get(f"{ROOT}/{kind}").body
    return list(body["notifications"] if kind == "notifications" else body["results"])


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_is_withdrawn_with_a_reason_and_stays_on_record(api: Apis, kind: str) -> None:
    force = interim(api)
    record = recorded(force, kind)
    answer = withdraw(force, kind, record)
    WithdrawalOut.model_validate_json(json.dumps(answer.body))
    assert (answer.status, answer.body["id"], answer.body["status"]) == (200, record, "in_force")
    (row,) = listed(force, kind)
    assert (row["id"], row["withdrawn"]["reason"]) == (record, REASON["reason"])
    assert row["withdrawn"] == answer.body["withdrawn"]
    assert answer.etag == force.get(ROOT).etag


@pytest.mark.parametrize("kind", RECORDS)
def test_withdrawn_twice_is_withdrawn_once(api: Apis, kind: str) -> None:
    force = interim(api)
    record = recorded(force, kind)
    first = withdraw(force, kind, record)
    before = (Entry.objects.count(), Event.objects.count(), OrmQ.objects.count())
    again = withdraw(force, kind, record, {"reason": "Another reason, told later."})
    assert (again.status, again.body, again.etag) == (200, first.body, first.etag)
    assert (Entry.objects.count(), Event.objects.count(), OrmQ.objects.count()) == before


@pytest.mark.parametrize("kind", RECORDS)
def test_what_was_withdrawn_can_be_recorded_anew(api: Apis, kind: str) -> None:
    force = interim(api)
    first = recorded(force, kind)
    withdraw(force, kind, first)
    second = recorded(force, kind)
    assert second != first
    assert [(row["id"], row["withdrawn"] is None) for row in listed(force, kind)] == [(first, False), (second, True)]
    assert recorded(force, kind) == second  # told again it is the same, as ever


@pytest.mark.parametrize("kind", RECORDS)
def test_the_etag_of_the_order_changes_with_each_withdrawal(api: Apis, kind: str) -> None:
    force = interim(api)
    record = recorded(force, kind)
    before = force.get(ROOT).etag
    withdraw(force, kind, record)
    assert force.get(ROOT).etag != before


def test_a_service_recorded_by_a_slip_is_withdrawn_and_an_earlier_incident_is_not_served_again_rule_25(
    api: Apis, cast: Cast
) -> None:
    """Served 2025-02-10 by a slip and 2025-12-10 in truth: on 2025-08-01 nobody had told him."""
    body = an_order(made_on="2025-02-03", effective_from="2025-02-03T10:00:00Z", expires_on="2027-02-02")
    body["change"]["decided_on"] = "2025-02-03"
    register(api, cast, body, served=False)
    slip = recorded(api.force, "service", served_at="2025-02-10T10:00:00Z")
    at = "2025-08-01T18:05:00+00:00"
    sent = a_report(happened={"from": at, "to": at, "certainty": "exact"}, positions=[a_position(recorded_at=at)])
    report = Report.objects.get(pk=api.victim.post("victim/reports", sent).body["id"])
    assert report.verdict == "breach_indicated"

    withdraw(api.force, "service", slip)
    recorded(api.force, "service", served_at="2025-12-10T10:00:00Z")
    judged_again(report)

    assert report.verdict == "needs_officer"
    finding = latest(report)["findings"][0]
    assert [reason["code"] for reason in finding["reasons"]][-1] == "not_served"
    assert finding["outcome_otherwise"] == "indicated"


def judged_again(report: Report) -> None:
    queued = {
        task.args()[0] for task in OrmQ.objects.filter(key="spo") if task.func() == "breaches.tasks.assess_order_again"
    }
    assert queued == {str(report.order_id)}
    assess_order_again(str(report.order_id))
    report.refresh_from_db()


def latest(report: Report) -> Json:
    return dict(Assessment.objects.filter(report=report).order_by("-assessed_at", "-id")[0].answer)


@pytest.mark.parametrize("kind", ["determination", "discharge", "appeal"])
def test_an_end_recorded_on_the_wrong_order_goes_away_and_as_known_then_it_was_there(api: Apis, kind: str) -> None:
    force = interim(api)
    record = recorded(force, kind)
    ended = force.get(f"{ROOT}?at=2026-06-02T00:00:00Z").body
    known_then = timezone.now().isoformat().replace("+", "%2B")
    assert withdraw(force, kind, record).body["status"] == "in_force"
    now = force.get(f"{ROOT}?at=2026-06-02T00:00:00Z").body
    assert (ended["status"] != "in_force", now["status"]) == (True, "in_force")
    then = force.get(f"{ROOT}?at=2026-06-02T00:00:00Z&known_at={known_then}").body
    assert (then["status"], then["in_force_until"]) == (ended["status"], ended["in_force_until"])
    assert [row["reference"] for row in force.get("force/orders?status=in_force").body["results"]] == [REFERENCE]
    assert force.get(f"force/orders?status={ended['status']}").body["results"] == []


def test_a_report_under_a_quashing_that_was_withdrawn_is_judged_by_the_order_again(api: Apis, cast: Cast) -> None:
    register(api, cast, an_order())
    record = recorded(api.force, "appeal")
    report = Report.objects.get(pk=api.victim.post("victim/reports", a_report()).body["id"])
    assert report.verdict == "no_order_in_force"
    withdraw(api.force, "appeal", record)
    judged_again(report)
    assert report.verdict == "breach_indicated"


def test_as_known_before_the_withdrawal_it_was_served(api: Apis) -> None:
    force = registered(api)
    record = recorded(force, "service")
    known_then = timezone.now().isoformat().replace("+", "%2B")
    withdraw(force, "service", record)
    assert force.get(ROOT).body["served_at"] is None
    assert force.get(f"{ROOT}?known_at={known_then}").body["served_at"] == "2026-03-02T15:00:00Z"


DUTIES = {
    "service": ([], ["notification.withdrawn", "order.service_withdrawn"]),
    "notifications": ([("initial", "missed")], ["notification.withdrawn"]),
    "notification-events": ([("initial", "met")], ["notification.withdrawn"]),
}


@pytest.mark.parametrize("kind", DUTIES)
def test_duties_and_candidates_are_drawn_anew_and_the_force_is_told_rules_26_to_32(api: Apis, kind: str) -> None:
    force = registered(api)
    records = {each: recorded(force, each) for each in ("service", "notifications", "notification-events")}
    duties, events = DUTIES[kind]
    told = Event.objects.count()
    withdraw(force, kind, records[kind])
    body = force.get(f"{ROOT}/notifications").body
    found = [
        (duty["kind"], duty["state"]) for duty in body["duties"] if kind != "notifications" or duty["kind"] == "initial"
    ]
    assert found == duties
    assert sorted(Event.objects.order_by("id").values_list("type", flat=True)[told:]) == events
    assert ("ST19003" in body["candidates"]) == (kind == "notifications")


def test_a_lie_that_was_recorded_by_mistake_is_no_candidate_any_more_rule_32(api: Apis) -> None:
    force = registered(api)
    recorded(force, "service")
    lie = recorded(force, "notification-events", kind="false_information")
    visit = recorded(force, "notifications", false_information=True, identity_check="refused")
    withdraw(force, "notification-events", lie)
    assert force.get(f"{ROOT}/notifications").body["candidates"] == ["ST19005", "ST19006"]
    withdraw(force, "notifications", visit)
    assert force.get(f"{ROOT}/notifications").body["candidates"] == ["ST19002"]


def test_who_was_told_of_an_end_is_told_that_it_is_gone(api: Apis) -> None:
    force = registered(api)
    record = recorded(force, "discharge")
    withdraw(force, "discharge", record)
    assert [(event.type, event.state) for event in Event.objects.order_by("occurred_at", "id")] == [
        ("order.registered", "in_force"), ("order.ended", "discharged"), ("order.end_withdrawn", "in_force"),
    ]  # fmt: skip


def test_an_appeal_that_ended_nothing_is_withdrawn_in_silence(api: Apis) -> None:
    force = registered(api)
    record = recorded(force, "appeal", outcome=None, at=None)
    told = Event.objects.count()
    assert withdraw(force, "appeal", record).status == 200
    assert Event.objects.count() == told


def test_it_leaves_a_trace_with_its_reason(api: Apis) -> None:
    record = recorded(registered(api), "service")
    withdraw(api.officer, "service", record, root=f"officer/orders/{REFERENCE}")
    entry = Entry.objects.get(verb="service_withdrawn")
    assert (entry.action, entry.reason_code, entry.reason) == ("alteration", "recorded_by_mistake", REASON["reason"])
    assert entry.record_ids == [str(Order.objects.get().id), record]
    assert Service.with_withdrawn.get().withdrawn_staff_id == "4401"


def test_the_history_of_the_order_marks_it(api: Apis) -> None:
    force = interim(api)
    for kind in ("service", "discharge", "notifications"):
        withdraw(force, kind, recorded(force, kind))
    rows = api.officer.get(f"officer/orders/{REFERENCE}/timeline").body["results"]
    marked = {row["kind"]: "withdrawn_at" in row["about"] for row in rows}
    assert marked == {"version": False, "served": True, "discharged": True, "notified": True}


def test_the_list_of_services_has_its_shape(api: Apis) -> None:
    force = registered(api)
    recorded(force, "service")
    found = ServicesOut.model_validate_json(json.dumps(force.get(f"{ROOT}/service").body))
    assert len(found.results) == 1


# --- refused ---------------------------------------------------------------------------------------------

BAD: dict[str, tuple[Any, tuple[str, str]]] = {
    "no reason": ({}, ("/reason", "required")),
    "a short one": ({"reason": "A slip."}, ("/reason", "too_short")),
    "a long one": ({"reason": "x" * 2_001}, ("/reason", "too_long")),
    "an unknown field": ({**REASON, "at": "2026-01-01"}, ("/at", "unknown_field")),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_refused_and_withdraws_nothing(api: Apis, name: str) -> None:
    record = recorded(registered(api), "service")
    body, problem = BAD[name]
    answer = withdraw(api.force, "service", record, body)
    assert (answer.status, answer.codes) == (422, {problem})
    assert Service.objects.count() == 1


def test_a_record_of_another_kind_order_or_force_is_not_found_whatever_the_body(api: Apis) -> None:
    record = recorded(registered(api), "service")
    other = api.force.put("force/orders/OTHER/versions/1", an_order(conditions=[NO_CONTACT]))
    assert other.status == 201
    tried = [
        withdraw(api.force, "discharge", record),
        withdraw(api.force, "service", record, root="force/orders/OTHER"),
        withdraw(api.force, "service", "01a203e7-034e-71e3-82b3-2a8c7ec19d79", {}),
        withdraw(api.other_force, "service", record, {}),
        withdraw(api.other_officer, "service", record, root=f"officer/orders/{REFERENCE}"),
        withdraw(api.force, "versions", record),
    ]
    assert [answer.status for answer in tried] == [404] * 6
    assert Service.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("supervisor", 200), ("reviewer", 403), ("auditor", 403)])
def test_whoever_may_record_may_withdraw(api: Apis, who: str, status: int) -> None:
    record = recorded(registered(api), "service")
    assert withdraw(getattr(api, who), "service", record, root=f"officer/orders/{REFERENCE}").status == status
