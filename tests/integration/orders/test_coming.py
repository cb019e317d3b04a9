"""What is coming: lists and events of orders to run out, to review, with a notification due or missed (rule 24)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import Error, IntegrityError, transaction
from django.utils import timezone
from django_q.models import OrmQ

from common.london import civil_date
from orders.models import NotificationDuty, Order, OrderReview, Told
from orders.tasks import tell_of_order, tell_what_is_coming
from tests.support.api import Apis
from tests.support.orders import NO_CONTACT, an_order
from webhooks.models import Event

TODAY = civil_date(timezone.now())


def look() -> None:
    """One look, and the worker's tasks that it queues."""
    OrmQ.objects.all().delete()
    tell_what_is_coming()
    for queued in OrmQ.objects.all():
        assert queued.func() == "orders.tasks.tell_of_order"
        tell_of_order(*queued.args())


def register(api: Apis, reference: str, **changes: Any) -> str:
    made = TODAY - timedelta(days=800)
    body = an_order(
        **{"conditions": [NO_CONTACT], "made_on": str(made), "effective_from": None, "expires_on": None, **changes}
    )
    body["until_further_order"] = body["expires_on"] is None
    answer = api.force.put(f"force/orders/{reference}/versions/1", body)
    assert answer.status == 201, answer.body
    return reference


def listed(api: Apis, due: str) -> list[tuple[str, str]]:
    rows = api.force.get(f"force/orders?due={due}").body["results"]
    return [(row["reference"], row["due_on"]) for row in rows]


def day(distance: int) -> str:
    return str(TODAY + timedelta(days=distance))


def test_orders_that_run_out_within_ninety_days_are_listed_rule_24(api: Apis) -> None:
    """They run out with the midnight after their last day."""
    for reference, last in (("A", -1), ("B", 0), ("C", 89), ("D", 90)):
        register(api, reference, expires_on=day(last))
    register(api, "E")
    assert listed(api, "expiring") == [("B", day(0)), ("C", day(89))]


def test_a_renewed_order_is_not_expiring_rule_24(api: Apis) -> None:
    register(api, "A", expires_on=day(10))
    renewal = an_order(
        conditions=[NO_CONTACT],
        made_on=str(TODAY - timedelta(days=800)),
        expires_on=day(800),
        effective_from=None,
        change={"kind": "renewal", "decided_on": str(TODAY)},
    )
    assert api.force.put("force/orders/A/versions/2", renewal).status == 201
    assert listed(api, "expiring") == []


def test_an_order_without_an_end_is_reviewed_each_year_rule_24(api: Apis) -> None:
    register(api, "A")
    register(api, "B", made_on=str(TODAY - timedelta(days=364)))
    assert listed(api, "review") == [("A", str(TODAY - timedelta(days=800 - 365)))]


def test_a_review_says_when_to_look_again_rule_24(api: Apis) -> None:
    register(api, "A")
    sent = {"reason": "Read with the officer in the case.", "next_review_on": day(30)}
    answer = api.officer.post("officer/orders/A/reviews", sent)
    assert (answer.status, answer.body["next_review_on"]) == (201, day(30))
    assert listed(api, "review") == []


@pytest.mark.parametrize("when", [0, -1])
def test_the_next_review_is_after_today(api: Apis, when: int) -> None:
    register(api, "A")
    sent = {"reason": "Read with the officer in the case.", "next_review_on": day(when)}
    answer = api.officer.post("officer/orders/A/reviews", sent)
    assert answer.codes == {("/next_review_on", "review_not_in_future")}


def serve(api: Apis, reference: str, distance: int) -> None:
    at = datetime.combine(TODAY + timedelta(days=distance), datetime.min.time(), tzinfo=UTC)
    body = {"served_at": at.isoformat(), "method": "in_court", "served_by": "PC 1"}
    assert api.force.post(f"force/orders/{reference}/service", body).status == 201


def test_notifications_due_and_missed_are_listed_until_he_notifies_rule_26(api: Apis) -> None:
    serve(api, register(api, "A"), -1)
    serve(api, register(api, "B"), -9)
    assert listed(api, "notification") == [("A", day(1)), ("B", day(-7))]
    told = {
        "kind": "initial", "notified_at": f"{day(-8)}T12:00:00Z", "channel": "in_person_oral",
        "station": {"name": "Copy Lane", "force": "05"}, "home_force": "05", "received_by": "PC 1",
        "acknowledgement": "ACK-1",
    }  # fmt: skip
    assert api.force.post("force/orders/B/notifications", told).status == 201
    assert listed(api, "notification") == [("A", day(1))]


def test_both_filters_together_and_a_word_that_is_none(api: Apis) -> None:
    register(api, "A", expires_on=day(10))
    assert [r["reference"] for r in api.force.get("force/orders?due=expiring&status=in_force").body["results"]] == ["A"]
    assert api.force.get("force/orders?due=expiring&status=pending").body["results"] == []
    assert api.force.get("force/orders?due=soon").codes == {("?due", "unknown_value")}


def test_each_is_told_once_however_often_one_looks(api: Apis) -> None:
    register(api, "A", expires_on=day(10))
    serve(api, register(api, "B"), -1)
    serve(api, register(api, "C"), -9)
    for _ in range(3):
        look()
    events = Event.objects.filter(type__in=["order.expiring", "notification.due", "notification.missed"])
    assert sorted(events.values_list("type", "reference")) == [
        ("notification.due", "B"),
        ("notification.missed", "C"),
        ("order.expiring", "A"),
    ]


def test_what_was_due_and_told_is_told_again_once_it_is_missed(api: Apis) -> None:
    serve(api, register(api, "A"), -1)
    look()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        look()
    told = Event.objects.filter(type__startswith="notification").order_by("occurred_at")
    assert [event.type for event in told] == ["notification.due", "notification.missed"]


def test_what_was_met_between_the_look_and_the_telling_is_not_told(api: Apis) -> None:
    serve(api, register(api, "A"), -9)
    order = Order.objects.get()
    NotificationDuty.objects.update(met_at=timezone.now())
    tell_of_order(str(order.id))
    assert not Event.objects.filter(type__startswith="notification").exists()


def test_what_was_told_stays(api: Apis) -> None:
    order = Order.objects.get(reference=register(api, "A", expires_on=day(10)))
    look()
    with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
        Told.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError, match="told_once"):
        Told.objects.create(order=order, event="order.expiring", about=Told.objects.get().about)


DUTY = {"kind": "initial", "event_on": date(2026, 3, 2), "due_on": date(2026, 3, 4)}
NO_SENSE: dict[str, tuple[dict[str, Any], str]] = {
    "a duty of a kind that is none": ({"kind": "x"}, "notification_duty_known"),
    "due before its day": ({"due_on": date(2026, 3, 1)}, "notification_duty_days"),
    "met and lapsed": ({"lapses_at": timezone.now(), "met_at": timezone.now()}, "notification_duty_met_or_lapsed"),
}


@pytest.mark.parametrize("name", NO_SENSE)
def test_a_duty_that_makes_no_sense_is_not_kept(api: Apis, name: str) -> None:
    changes, constraint = NO_SENSE[name]
    order = Order.objects.get(reference=register(api, "A"))
    with pytest.raises(IntegrityError, match=constraint):
        NotificationDuty.objects.create(order=order, until=timezone.now(), **{**DUTY, **changes})


def test_a_review_without_a_reason_is_not_kept(api: Apis, cast: Any) -> None:
    order = Order.objects.get(reference=register(api, "A"))
    with pytest.raises(IntegrityError, match="order_review_has_reason"):
        OrderReview.objects.create(
            order=order, reviewed_by_id=cast.officer.user_id, staff_id="1", reason="", next_review_on=TODAY
        )
