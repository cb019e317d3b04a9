"""POST /force/orders/{reference}/service: that the respondent was given the order (rule 25)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from audit.models import Entry
from orders.models import Order, Service
from orders.serializers.document import ServiceOut
from tests.api.orders.example import Json
from tests.support.api import Answer, Api, Apis
from tests.support.orders import NO_CONTACT, REFERENCE, SERVED, an_order
from webhooks.models import Event

PATH = f"force/orders/{REFERENCE}/service"


def registered(api: Apis, **changes: Any) -> Api:
    answer = api.force.put(f"force/orders/{REFERENCE}/versions/1", an_order(**{"conditions": [NO_CONTACT], **changes}))
    assert answer.status == 201, answer.body
    return api.force


def serve(api: Api, **changes: Any) -> Answer:
    return api.post(PATH, {**SERVED, **changes})


def test_it_is_recorded_and_shown_with_the_order(api: Apis) -> None:
    force = registered(api)
    answer = serve(force)
    ServiceOut.model_validate_json(json.dumps(answer.body))
    assert (answer.status, answer.body) == (
        201,
        {
            "id": str(Service.objects.get().id),
            "version": 1,
            "served_at": "2026-03-02T15:00:00Z",
            "method": "in_court",
            "notification_due": "2026-03-04",
        },
    )
    shown = force.get(f"force/orders/{REFERENCE}")
    assert (shown.body["served_at"], shown.etag) == ("2026-03-02T15:00:00Z", answer.etag)


DUE = {
    "a Monday, to the end of Wednesday": ("2026-03-02T15:00:00Z", "2026-03-04"),
    "a Friday, over the weekend": ("2026-03-06T09:00:00Z", "2026-03-08"),
    "before the leap day": ("2024-02-27T09:00:00Z", "2024-02-29"),
    "the last minute of a winter day": ("2026-03-02T23:59:00Z", "2026-03-04"),
    "half an hour past midnight by London's summer clock": ("2026-06-01T23:30:00Z", "2026-06-04"),
    "the day the clocks go forward": ("2026-03-29T12:00:00Z", "2026-03-31"),
    "an instant of another offset": ("2026-03-03T01:00:00+05:00", "2026-03-04"),
}


@pytest.mark.parametrize("name", DUE)
def test_notification_is_due_on_the_third_civil_day_rule_26(api: Apis, name: str) -> None:
    served_at, due = DUE[name]
    force = registered(api, made_on="2024-02-01", until_further_order=True, expires_on=None, effective_from=None)
    assert serve(force, served_at=served_at).body["notification_due"] == due


def test_an_order_that_replaces_an_interim_makes_no_new_duty_rule_27(api: Apis) -> None:
    pending = {"reference": "APP-1", "applied_on": "2026-02-20"}
    body = an_order(kind="interim", main_application=pending, conditions=[NO_CONTACT])
    assert api.force.put("force/orders/SPO-05-0000-26/versions/1", body).status == 201
    assert serve(registered(api, replaces_interim="SPO-05-0000-26")).body["notification_due"] is None


def test_an_interim_always_makes_one_rule_27(api: Apis) -> None:
    pending = {"reference": "APP-1", "applied_on": "2026-02-20"}
    force = registered(api, kind="interim", main_application=pending, replaces_interim="SPO-05-0000-26")
    assert serve(force).body["notification_due"] == "2026-03-04"


def test_it_leaves_a_trace_tells_the_force_and_has_reports_judged_again(api: Apis) -> None:
    force = registered(api)
    queued = OrmQ.objects.count()
    serve(force)
    order, entry, event = Order.objects.get(), Entry.objects.latest("id"), Event.objects.latest("id")
    assert (entry.action, entry.verb) == ("collection", "service_recorded")
    assert entry.record_ids == [str(order.id), str(Service.objects.get().id)]
    assert (event.type, event.subject, event.state) == ("order.served", order.id, "in_force")
    assert OrmQ.objects.count() > queued


def test_the_same_service_told_again_is_the_same_row(api: Apis) -> None:
    force = registered(api)
    first = serve(force)
    before = (Service.objects.count(), Event.objects.count(), Entry.objects.count())
    again = serve(force)
    assert (again.status, again.body, again.etag) == (201, first.body, first.etag)
    assert (Service.objects.count(), Event.objects.count(), Entry.objects.count()) == before


def test_the_first_of_several_services_counts(api: Apis) -> None:
    force = registered(api)
    for served_at in ("2026-03-05T10:00:00Z", "2026-03-03T10:00:00Z", "2026-03-04T10:00:00Z"):
        assert serve(force, served_at=served_at).status == 201
    assert force.get(f"force/orders/{REFERENCE}").body["served_at"] == "2026-03-03T10:00:00Z"


@pytest.mark.parametrize("who", ["officer", "supervisor"])
def test_officers_record_it_too(api: Apis, who: str) -> None:
    registered(api)
    assert getattr(api, who).post(f"officer/orders/{REFERENCE}/service", SERVED).status == 201


# --- refused ---------------------------------------------------------------------------------------------

BAD: dict[str, tuple[Json, tuple[str, str]]] = {
    "no time": ({"served_at": None}, ("/served_at", "wrong_type")),
    "no offset": ({"served_at": "2026-03-02T15:00:00"}, ("/served_at", "instant_offset_missing")),
    "the day before it was made": ({"served_at": "2026-03-01T23:59:59Z"}, ("/served_at", "served_before_made")),
    "an unknown method": ({"method": "pigeon"}, ("/method", "unknown_value")),
    "by nobody": ({"served_by": " "}, ("/served_by", "bad_format")),
    "NUL": ({"served_by": "PC\x00"}, ("/served_by", "text_not_storable")),
    "an unknown field": ({"place": "12 Acacia Avenue"}, ("/place", "unknown_field")),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_service_is_refused_and_leaves_nothing(api: Apis, name: str) -> None:
    force = registered(api)
    before = (Service.objects.count(), Event.objects.count(), Entry.objects.count())
    changes, problem = BAD[name]
    answer = serve(force, **changes)
    assert (answer.status, answer.codes) == (422, {problem})
    assert "Acacia" not in str(answer.body)
    assert (Service.objects.count(), Event.objects.count(), Entry.objects.count()) == before


def test_a_service_in_the_future_is_refused(api: Apis) -> None:
    later = (timezone.now() + timedelta(minutes=5)).isoformat()
    assert serve(registered(api), served_at=later).codes == {("/served_at", "served_at_in_future")}


def test_several_things_wrong_are_told_at_once(api: Apis) -> None:
    assert registered(api).post(PATH, {"served_at": 1}).codes == {
        ("/served_at", "wrong_type"),
        ("/method", "required"),
        ("/served_by", "required"),
    }


def test_an_order_of_another_force_is_not_found_whatever_the_body(api: Apis) -> None:
    registered(api)
    bodies: list[Any] = [SERVED, {}, []]
    assert [api.other_force.post(PATH, body).status for body in bodies] == [404] * 3
    assert api.other_officer.post(f"officer/orders/{REFERENCE}/service", SERVED).status == 404
    assert not Service.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("victim", 403), ("officer", 403)])
def test_the_forces_address_is_for_force_systems(api: Apis, who: str, status: int) -> None:
    registered(api)
    assert getattr(api, who).post(PATH, SERVED).status == status


@pytest.mark.parametrize("who", ["reviewer", "auditor"])
def test_reviewers_and_auditors_record_none(api: Apis, who: str) -> None:
    registered(api)
    assert getattr(api, who).post(f"officer/orders/{REFERENCE}/service", SERVED).status == 403


# --- when notification is due (rules 26 to 29) -------------------------------------------------------------


def tell_event(api: Api, kind: str, event_on: str) -> Answer:
    return api.post(f"force/orders/{REFERENCE}/notification-events", {"kind": kind, "event_on": event_on})


def test_service_gives_no_notification_due_while_the_duty_is_suspended_rule_29(api: Apis) -> None:
    force = registered(api)
    tell_event(force, "registration_began", "2026-01-05")
    assert serve(force).body["notification_due"] is None


def test_service_on_the_final_day_of_registration_gives_no_first_duty_rule_29(api: Apis) -> None:
    force = registered(api)
    tell_event(force, "registration_began", "2026-01-05")
    tell_event(force, "registration_ended", "2026-03-02")
    assert serve(force).body["notification_due"] is None
    assert force.get(f"force/orders/{REFERENCE}/notifications").body["duties"][0]["kind"] == "after_registration"


def test_a_later_service_begins_no_duty_rule_26(api: Apis) -> None:
    force = registered(api)
    serve(force)
    assert serve(force, served_at="2026-03-09T10:00:00Z").body["notification_due"] is None


def test_an_earlier_service_told_later_begins_the_duty_rule_26(api: Apis) -> None:
    force = registered(api)
    serve(force, served_at="2026-03-09T10:00:00Z")
    assert serve(force).body["notification_due"] == "2026-03-04"


def test_service_after_the_order_ended_gives_no_notification_due(api: Apis) -> None:
    force = registered(api)
    consents = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}
    force.post(f"force/orders/{REFERENCE}/discharge", {"discharged_at": "2026-03-05T10:00:00Z", "consents": consents})
    assert serve(force, served_at="2026-03-06T10:00:00Z").body["notification_due"] is None
    assert serve(force, served_at="2026-03-04T10:00:00Z").body["notification_due"] == "2026-03-06"
