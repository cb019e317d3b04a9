"""POST and GET notifications: what he told the police (sections 9 to 11, rules 26 to 32)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.models import Entry
from orders.models import Notification
from orders.serializers.notifications import NotificationsOut
from tests.api.orders.example import Json
from tests.support.api import Answer, Api, Apis
from tests.support.orders import NO_CONTACT, REFERENCE, SERVED, an_order

ROOT = f"force/orders/{REFERENCE}"
TOLD: Json = {
    "kind": "initial",
    "notified_at": "2026-03-03T10:00:00Z",
    "channel": "in_person_oral",
    "station": {"name": "Copy Lane", "force": "05"},
    "home_force": "05",
    "received_by": "PC 1234",
    "acknowledgement": "ACK-1",
    "told": {"names": ["Daniel Marsh"], "home_address": "7 Canary Row"},
}


@pytest.fixture
def force(api: Apis) -> Api:
    api.force.put(f"{ROOT}/versions/1", an_order(conditions=[NO_CONTACT]))
    api.force.post(f"{ROOT}/service", SERVED)
    return api.force


def notify(api: Api, **changes: Any) -> Answer:
    return api.post(f"{ROOT}/notifications", {**TOLD, **changes})


def state(api: Api) -> list[tuple[str, str, str | None]]:
    body = api.get(f"{ROOT}/notifications").body
    NotificationsOut.model_validate_json(json.dumps(body))
    return [(duty["kind"], duty["state"], duty["offence"]) for duty in body["duties"]]


def test_he_notified_in_time(force: Api) -> None:
    answer = notify(force)
    assert (answer.status, answer.body["told"]) == (201, TOLD["told"])
    assert state(force) == [("initial", "met", None)]


def test_the_same_told_again_is_one_notification(force: Api) -> None:
    assert [notify(force).status, notify(force).status] == [201, 201]
    assert Notification.objects.count() == 1


def test_what_was_missed_names_its_offence_and_never_breach_rule_32(force: Api) -> None:
    for kind in ("new_name", "new_address"):
        sent = {"kind": kind, "event_on": "2026-05-01"}
        answer = force.post(f"{ROOT}/notification-events", sent)
        assert (answer.status, answer.body["due_on"]) == (201, "2026-05-03")
    assert state(force) == [
        ("initial", "missed", "ST19002"),
        ("new_address", "missed", "ST19004"),
        ("new_name", "missed", "ST19003"),
    ]
    assert force.get(f"{ROOT}/notifications").body["candidates"] == ["ST19002", "ST19003", "ST19004"]


def test_refused_prints_and_false_details_are_offences_of_their_own_rule_32(force: Api) -> None:
    notify(force, identity_check="refused", false_information=True)
    assert force.get(f"{ROOT}/notifications").body["candidates"] == ["ST19005", "ST19006"]


@pytest.mark.parametrize(
    "changes",
    [
        {"false_information": True},
        {"identity_check": "refused"},
        {"told": {}},
        {"station": {"name": "X", "force": "05"}},
    ],
    ids=str,
)
def test_the_same_visit_told_otherwise_is_refused_not_lost(force: Api, changes: Json) -> None:
    notify(force)
    answer = notify(force, **changes)
    assert (answer.status, answer.code) == (409, "already_recorded")


def test_a_lie_found_out_later_is_recorded_rule_32(force: Api) -> None:
    notify(force)
    sent = {"kind": "false_information", "event_on": "2026-05-01"}
    assert force.post(f"{ROOT}/notification-events", sent).body["due_on"] is None
    assert force.get(f"{ROOT}/notifications").body["candidates"] == ["ST19006"]


@pytest.mark.parametrize("channel", ["web", "phone", "post", "email", ""])
def test_only_in_person_and_orally_rule_30(force: Api, channel: str) -> None:
    assert notify(force, channel=channel).codes == {("/channel", "notification_channel_invalid")}


@pytest.mark.parametrize("missing", ["station", "notified_at", "received_by", "channel", "acknowledgement"])
def test_each_part_of_the_record_is_needed_rule_30(force: Api, missing: str) -> None:
    body = {name: value for name, value in TOLD.items() if name != missing}
    assert force.post(f"{ROOT}/notifications", body).codes == {(f"/{missing}", "required")}


STATIONS: dict[str, tuple[str, str | None, int]] = {
    "in his area": ("06", "06", 201),
    "in another area than his": ("05", "06", 422),
    "in the court's area, without a home here": ("05", None, 201),
    "elsewhere, without a home here": ("06", None, 422),
}


@pytest.mark.parametrize("name", STATIONS)
def test_the_station_is_in_his_area_or_the_courts_rule_31(force: Api, name: str) -> None:
    station, home, status = STATIONS[name]
    answer = notify(force, station={"name": "A station", "force": station}, home_force=home)
    assert answer.status == status
    if status == 422:
        assert answer.codes == {("/station/force", "notification_station_invalid")}


def test_everything_wrong_is_told_at_once(force: Api) -> None:
    answer = notify(force, channel="web", notified_at="2099-01-01T00:00:00Z", event_on="2026-05-01", home_force="77")
    assert answer.codes == {
        ("/channel", "notification_channel_invalid"),
        ("/notified_at", "instant_in_future"),
        ("/event_on", "event_day_needed"),
        ("/home_force", "force_unknown"),
        ("/station/force", "notification_station_invalid"),
    }


def test_an_event_in_the_future_is_refused(force: Api) -> None:
    answer = force.post(f"{ROOT}/notification-events", {"kind": "new_name", "event_on": "2099-01-01"})
    assert answer.codes == {("/event_on", "event_in_future")}


def test_while_registered_under_the_2003_act_nothing_is_due_rule_29(force: Api) -> None:
    force.post(f"{ROOT}/notification-events", {"kind": "registration_began", "event_on": "2025-01-01"})
    assert state(force) == []
    force.post(f"{ROOT}/notification-events", {"kind": "registration_ended", "event_on": "2026-05-01"})
    assert state(force) == [("after_registration", "missed", "ST19002")]


def test_an_ended_order_asks_for_nothing_more(force: Api) -> None:
    consents = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}
    force.post(f"{ROOT}/discharge", {"discharged_at": "2026-03-03T12:00:00Z", "consents": consents})
    assert state(force) == [("initial", "lapsed", None)]


def test_reading_is_a_consultation_of_each_notification(force: Api) -> None:
    notify(force)
    force.get(f"{ROOT}/notifications")
    entry = Entry.objects.get(verb="notifications_read")
    assert str(Notification.objects.get().id) in {str(found) for found in entry.record_ids}


def test_what_he_said_is_in_no_trail_and_no_refusal(force: Api) -> None:
    notify(force)
    refused = notify(force, channel="7 Canary Row", acknowledgement="Canary")
    trail = json.dumps([[e.verb, e.reason, e.reason_code, list(map(str, e.record_ids))] for e in Entry.objects.all()])
    assert "Canary" not in trail + json.dumps(refused.body)


def event(api: Api, kind: str, event_on: str) -> Json:
    answer = api.post(f"{ROOT}/notification-events", {"kind": kind, "event_on": event_on})
    assert answer.status == 201, answer.body
    return dict(answer.body)


@pytest.mark.parametrize("kind", ["new_name", "new_address"])
def test_an_event_before_service_is_due_on_no_day_of_its_own_rule_28(api: Apis, kind: str) -> None:
    api.force.put(f"{ROOT}/versions/1", an_order(conditions=[NO_CONTACT]))
    assert event(api.force, kind, "2026-03-03")["due_on"] is None  # nobody has served it
    api.force.post(f"{ROOT}/service", {**SERVED, "served_at": "2026-03-05T10:00:00Z"})
    assert event(api.force, kind, "2026-03-04")["due_on"] is None
    assert event(api.force, kind, "2026-03-05")["due_on"] == "2026-03-07"


@pytest.mark.parametrize("kind", ["new_name", "new_address"])
def test_an_event_while_registered_under_the_2003_act_gives_no_due_day_rule_29(force: Api, kind: str) -> None:
    event(force, "registration_began", "2026-04-01")
    assert event(force, kind, "2026-04-10")["due_on"] is None
    assert event(force, "registration_ended", "2026-05-01")["due_on"] == "2026-05-03"
    assert event(force, kind, "2026-05-02")["due_on"] == "2026-05-04"


def test_registration_that_ends_when_the_order_is_over_gives_no_due_day_rule_29(force: Api) -> None:
    consents = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}
    force.post(f"{ROOT}/discharge", {"discharged_at": "2026-04-20T12:00:00Z", "consents": consents})
    event(force, "registration_began", "2026-04-01")
    assert event(force, "registration_ended", "2026-05-01")["due_on"] is None
    assert event(force, "new_name", "2026-05-02")["due_on"] is None


def test_a_change_under_an_order_that_replaced_an_interim_is_due_rule_27(api: Apis) -> None:
    interim = {"kind": "interim", "expires_on": "2026-12-31",
               "main_application": {"reference": "APP-1", "applied_on": "2026-02-20"}}  # fmt: skip
    put = api.force.put("force/orders/SPO-05-0000-26/versions/1", an_order(conditions=[NO_CONTACT], **interim))
    assert put.status == 201, put.body
    api.force.put(f"{ROOT}/versions/1", an_order(conditions=[NO_CONTACT], replaces_interim="SPO-05-0000-26"))
    api.force.post(f"{ROOT}/service", SERVED)
    assert state(api.force) == []
    assert event(api.force, "new_address", "2026-04-10")["due_on"] == "2026-04-12"
