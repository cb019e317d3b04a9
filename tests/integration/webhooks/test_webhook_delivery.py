"""Deliveries to a real receiver: at least once, in order, one worker at an endpoint."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from django.apps import apps
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Schedule
from pytest_django import Settings

from tests.integration.webhooks.conftest import Happen, Make, Told, caller_of
from tests.integration.webhooks.receiver import Received
from webhooks import delivery, numbering, services, tasks
from webhooks.models import Delivery, Endpoint, Event
from webhooks.numbering import number_all
from webhooks.tasks import drain, sweep
from webhooks.types import Outcome
from webhooks.wake import MOMENT_S


def _lease_is(told: Told, *, seconds: float) -> None:
    Endpoint.objects.filter(pk=told.endpoint.pk).update(
        lease="01890000-0000-7000-8000-000000000001", leased_until=Now() + timedelta(seconds=seconds)
    )


def _take() -> delivery.Try:
    """What a worker does before it sends."""
    number_all()
    taken = delivery.take_any()
    assert taken is not None
    return taken


def test_a_message_arrives_signed_and_says_what_happened(told: Make, happen: Happen) -> None:
    to = told()
    (key,) = happen()
    drain()
    (received,) = to.receiver.received
    event = Event.objects.get()
    assert received.verified(to.secret) == {
        "type": "report.received",
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": {"id": str(event.subject), "reference": "R-0", "state": "received"},
    }
    assert received.id == key


def test_what_is_delivered_is_written_down_and_the_endpoint_given_back(told: Make, happen: Happen) -> None:
    to = told()
    happen()
    drain()
    (row,) = to.deliveries()
    assert (row.state, row.attempts, row.last_status, row.next_attempt_at) == ("delivered", 1, 200, None)
    assert row.delivered_at
    to.endpoint.refresh_from_db()
    assert (to.endpoint.lease, to.endpoint.leased_until) == (None, None)


def test_draining_again_sends_nothing_again(told: Make, happen: Happen) -> None:
    to = told()
    happen(3)
    for _ in range(3):
        drain()
    assert len(to.receiver.received) == 3


def test_events_arrive_in_order(told: Make, happen: Happen) -> None:
    to = told()
    keys = happen(12)
    drain()
    assert to.receiver.ids == keys


def test_a_retry_carries_the_same_id_and_holds_back_what_comes_after(told: Make, happen: Happen) -> None:
    answers = iter([500, 503, 200, 200])
    to = told(answer=lambda _: next(answers))
    first, second = happen(2)
    drain()
    drain()
    assert to.receiver.ids == [first]
    to.make_due()
    drain()
    to.make_due()
    drain()
    assert to.receiver.ids == [first, first, first, second]
    assert to.states() == ["delivered", "delivered"]


def test_each_try_is_signed_anew(told: Make, happen: Happen) -> None:
    to = told(answer=lambda _: 500)
    happen()
    drain()
    to.make_due()
    drain()
    assert [received.verified(to.secret)["type"] for received in to.receiver.received] == ["report.received"] * 2


def test_six_refusals_park_it_and_the_next_goes_on(told: Make, happen: Happen) -> None:
    bad = []
    to = told(events=["report.received"], answer=lambda received: 404 if received.id in bad else 200)
    bad += happen(1)
    (good,) = happen(1)
    for _ in range(6):
        drain()
        to.make_due()
    assert to.receiver.ids == [*bad * 6, good]
    assert to.states() == ["parked", "delivered"]
    assert to.deliveries()[0].refusals == 6


def test_parking_is_told_once_and_never_of_itself(told: Make, happen: Happen) -> None:
    to = told(answer=lambda _: 410)
    (key,) = happen()
    for _ in range(14):
        drain()
        to.make_due()
    assert to.states() == ["parked", "parked"]
    parked = Event.objects.get(type="webhook.parked")
    assert (parked.subject, parked.reference, parked.state, parked.sequence) == (
        to.endpoint.id,
        key,
        "parked",
        2,
    )
    assert Event.objects.count() == 2


def test_failures_are_parked_after_seventy_two_hours(told: Make, happen: Happen) -> None:
    to = told(answer=lambda _: 500)
    happen()
    drain()
    Delivery.objects.update(first_at=timezone.now() - timedelta(hours=72), next_attempt_at=timezone.now())
    drain()
    assert to.states()[0] == "parked"


def test_a_slow_endpoint_holds_up_no_other(told: Make, happen: Happen) -> None:
    release, quick_ones = threading.Event(), count(1)

    def at_leisure(_: Received) -> int:
        return 200 if release.wait(5) else 500

    def at_once(_: Received) -> int:
        if next(quick_ones) == 5:
            release.set()
        return 200

    slow, quick = told(answer=at_leisure), told(answer=at_once)
    happen(5)
    drain()
    assert quick.states() == ["delivered"] * 5
    assert slow.states()[0] == "delivered"
    assert slow.receiver.most_at_once == 1


def test_nobody_sends_to_an_endpoint_that_is_taken(told: Make, happen: Happen) -> None:
    to = told()
    happen()
    _lease_is(to, seconds=5)
    drain()
    assert to.receiver.received == []


def test_a_killed_workers_lease_runs_out_and_nothing_is_lost(told: Make, happen: Happen) -> None:
    to = told()
    (key,) = happen()
    _take()  # and here the worker was killed
    drain()
    assert to.receiver.received == []
    Endpoint.objects.update(leased_until=Now() - timedelta(seconds=1))
    drain()
    assert to.receiver.ids == [key]


def test_a_lease_is_given_to_one(told: Make, happen: Happen) -> None:
    to = told()
    assert delivery.take(to.endpoint.id)
    assert delivery.take(to.endpoint.id) is None


def test_an_outcome_that_comes_after_the_lease_was_lost_is_dropped(told: Make, happen: Happen) -> None:
    to = told()
    happen()
    tried = _take()
    _lease_is(to, seconds=5)
    assert not delivery.settle(tried, Outcome(200), started_at=timezone.now())
    assert to.states() == ["pending"]
    delivery.release(tried.lease)
    to.endpoint.refresh_from_db()
    assert to.endpoint.lease is not None


def test_what_is_replayed_while_it_is_being_sent_is_sent_again(told: Make, happen: Happen) -> None:
    to = told()
    happen()
    tried = _take()
    services.replay(caller=caller_of("05"), endpoint=to.endpoint.id, since=timezone.now() - timedelta(hours=1))
    assert not delivery.settle(tried, Outcome(200), started_at=timezone.now())
    delivery.release(tried.lease)
    drain()
    assert to.states() == ["delivered"]
    assert len(to.receiver.received) == 1


def test_an_endpoint_deleted_while_it_is_sent_to_breaks_nothing(told: Make, happen: Happen) -> None:
    to = told()
    happen()
    tried = _take()
    services.delete_endpoint(caller=caller_of("05"), endpoint=to.endpoint.id)
    assert not delivery.settle(tried, Outcome(500), started_at=timezone.now())
    assert delivery.following_try(tried.lease) is None
    drain()
    assert to.receiver.received == []


def test_a_disabled_endpoint_is_sent_nothing_and_loses_nothing(told: Make, happen: Happen) -> None:
    to = told()
    Endpoint.objects.update(state="disabled")
    keys = happen(2)
    drain()
    assert to.receiver.received == []
    Endpoint.objects.update(state="active")
    drain()
    assert to.receiver.ids == keys


def test_a_secret_that_cannot_be_opened_stops_only_its_own(told: Make, happen: Happen, settings: Settings) -> None:
    broken, sound = told(), told()
    Endpoint.objects.filter(pk=broken.endpoint.pk).update(sealed_secret=b"x" * 40)
    happen()
    drain()
    assert (broken.states(), sound.states()) == (["pending"], ["delivered"])
    assert broken.deliveries()[0].last_status is None


def test_a_test_goes_to_one_endpoint_beside_its_line(told: Make, happen: Happen) -> None:
    to, other = (
        told(answer=lambda received: 500 if received.json["type"] == "report.received" else 200),
        told(),
    )
    happen()
    drain()
    key = services.send_test(caller=caller_of("05"), endpoint=to.endpoint.id)
    drain()
    assert to.receiver.ids[-1] == str(key)
    assert to.receiver.received[-1].verified(to.secret)["type"] == "webhook.test"
    assert str(key) not in other.receiver.ids
    assert Event.objects.get(key=key).sequence is None


def test_a_test_that_fails_holds_back_no_event(told: Make, happen: Happen) -> None:
    to = told(answer=lambda received: 500 if received.json["type"] == "webhook.test" else 200)
    services.send_test(caller=caller_of("05"), endpoint=to.endpoint.id)
    drain()
    happen()
    drain()
    assert to.states() == ["pending", "delivered"]


def test_a_replay_sends_again_in_order_with_the_same_ids_before_what_waits(told: Make, happen: Happen) -> None:
    to = told()
    keys = happen(3)
    drain()
    since = Event.objects.get(key=keys[1]).occurred_at
    assert services.replay(caller=caller_of("05"), endpoint=to.endpoint.id, since=since) == 2
    (later,) = happen()
    drain()
    assert to.receiver.ids == [*keys, keys[1], keys[2], later]


def test_a_replay_reaches_back_before_the_endpoint_was_made(told: Make, happen: Happen) -> None:
    keys = happen(2)
    happen(1, type="report.verified")
    drain()
    to = told(events=["report.received"])
    services.replay(caller=caller_of("05"), endpoint=to.endpoint.id, since=timezone.now() - timedelta(hours=1))
    drain()
    assert to.receiver.ids == keys


def test_losing_every_queue_row_delays_and_loses_nothing(
    told: Make, happen: Happen, lose_queue: Callable[[], None]
) -> None:
    answers = iter([500])
    to = told(answer=lambda _: next(answers, 200))
    keys = happen(2)
    lose_queue()
    sweep()
    lose_queue()
    to.make_due()
    sweep()
    assert to.receiver.ids == [keys[0], *keys]


def test_a_retry_leaves_a_queue_row_for_its_instant(told: Make, happen: Happen, lose_queue: Callable[[], None]) -> None:
    to = told(answer=lambda _: 500)
    happen()
    lose_queue()
    drain()
    wait = OrmQ.objects.get().lock - to.deliveries()[0].next_attempt_at
    assert timedelta(0) < wait < timedelta(seconds=1)
    assert OrmQ.objects.get().lock - timezone.now() < timedelta(seconds=6)


def test_a_worker_that_is_killed_leaves_somebody_to_look_after_its_lease(
    told: Make, happen: Happen, lose_queue: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    to = told()
    happen()
    lose_queue()
    monkeypatch.setattr(tasks, "_send_what_is_due", lambda: delivery.take_any() and (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        drain()
    to.endpoint.refresh_from_db()
    assert to.endpoint.leased_until < OrmQ.objects.get().lock < timezone.now() + timedelta(seconds=20)


def test_a_worker_that_ends_well_leaves_no_queue_row(
    told: Make, happen: Happen, lose_queue: Callable[[], None]
) -> None:
    told()
    happen(3)
    lose_queue()
    drain()
    assert OrmQ.objects.count() == 0


def test_what_is_left_when_the_time_is_up_is_gone_on_with_at_once(
    told: Make, happen: Happen, lose_queue: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "BEGIN_FOR", timedelta(seconds=0.2))
    to = told(slow_s=0.15)
    keys = happen(4)
    lose_queue()
    drain()
    assert 0 < len(to.receiver.received) < 4
    assert OrmQ.objects.get().lock <= timezone.now() + timedelta(seconds=MOMENT_S)
    drain()
    drain()
    assert to.receiver.ids == keys


def test_a_backlog_longer_than_a_batch_is_gone_on_with_by_another_task(
    told: Make, happen: Happen, lose_queue: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "AT_A_TIME", 2)
    to = told()
    keys = happen(3)
    lose_queue()
    drain()
    assert OrmQ.objects.count() == 1
    drain()
    assert to.receiver.ids == keys


def test_an_event_that_comes_while_its_endpoint_is_taken_is_sent_by_whoever_has_it(
    told: Make, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that its own queue row wakes finds the endpoint taken and goes away: nobody comes after it."""
    to = told()
    late: list[str] = []
    happen()
    release = delivery.release

    def just_before_it_is_given_back(lease: delivery.Lease) -> None:
        if not late:
            late.extend(happen())
            drain()
        release(lease)

    monkeypatch.setattr(delivery, "release", just_before_it_is_given_back)
    drain()
    assert to.receiver.ids[-1:] == late


def test_applying_the_schedule_again_leaves_one_sweep(db: None) -> None:
    migration = importlib.import_module("webhooks.migrations.0002_sweep")
    for _ in range(2):
        migration.schedule(apps, None)
    row = Schedule.objects.get(func="webhooks.tasks.sweep")
    assert (row.schedule_type, row.minutes, row.repeats) == ("I", 1, -1)


@pytest.mark.parametrize("name", ["drain", "sweep"])
def test_the_queues_paths_lead_to_tasks(name: str) -> None:
    assert callable(import_string(f"webhooks.tasks.{name}"))
