"""What PostgreSQL keeps of the feed, what the tasks do, and two batches at once (rules 76, 82)."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone
from django_q.models import OrmQ

from audit.models import Entry
from breaches import tasks
from breaches.models import Report, TrackedDevice, TrackFix, Visit
from breaches.tracking.services import forget_far, tell_silence
from demo.cast import Cast
from tests.api.tracking.feed import NOON, NOW, at, authorise, taken
from tests.support.api import Apis
from tests.support.orders import REFERENCE, an_order, register
from webhooks.models import Event


@pytest.fixture
def feed(api: Apis, order: str) -> Apis:
    authorise(api, devices=["tag-1"])
    return api


def refused(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError:
        return True
    return False


# --- the tables -----------------------------------------------------------------------------------------


def test_each_month_has_a_part_of_its_own(feed: Apis) -> None:
    months = [NOON - timedelta(days=40 * n) for n in range(3)]
    assert taken(feed, *[at(0, metres=5000, recorded_at=m.isoformat()) for m in months])["accepted"] == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM breaches_trackfix ORDER BY recorded_at DESC")
        assert [row[0] for row in cursor.fetchall()] == [f"breaches_trackfix_{m:%Y_%m}" for m in months]


def test_the_first_and_last_instant_of_a_month_have_a_part(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT breaches_trackfix_month(at), breaches_trackfix_month(at)
                 FROM unnest(ARRAY['2025-12-31T23:59:59.999999Z', '2026-01-01T00:00:00Z']::timestamptz[]) AS at"""
        )
        cursor.execute("SELECT to_regclass('breaches_trackfix_2025_12'), to_regclass('breaches_trackfix_2026_01')")
        assert None not in cursor.fetchone()


@pytest.mark.parametrize(
    "values",
    [
        {"longitude": -2.9},
        {"near": "none"},
        {"received_at": NOW},
        {"probability": 0.5},
        {"r95_m": 1.0},
        {"zones": []},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_fix_is_never_edited(feed: Apis, values: dict[str, Any]) -> None:
    taken(feed, at(0))
    assert refused(lambda: TrackFix.objects.update(**values))
    assert not refused(lambda: TrackFix.objects.update(held=True))


def test_only_a_fix_near_nothing_and_not_held_can_go(feed: Apis) -> None:
    taken(feed, at(0), at(1, metres=250), at(2, metres=5000))
    near, ring, far = TrackFix.objects.order_by("recorded_at")
    assert all(refused(TrackFix.objects.filter(recorded_at=fix.recorded_at).delete) for fix in (near, ring))
    TrackFix.objects.update(held=True)
    assert refused(TrackFix.objects.filter(recorded_at=far.recorded_at).delete)


FIX: dict[str, Any] = {
    "device": "t", "recorded_at": NOON, "received_at": NOW, "longitude": -2.9, "latitude": 53.4, "accuracy_m": 10.0,
    "accuracy_basis": "p95", "r95_m": 10.0, "near": "none",
}  # fmt: skip


@pytest.mark.parametrize(
    "values",
    [
        {"longitude": 181.0},
        {"latitude": -91.0},
        {"longitude": float("nan")},
        {"accuracy_m": 0.0},
        {"accuracy_m": float("inf")},
        {"accuracy_basis": "p50"},
        {"accuracy_sent": 1.0},
        {"receiver_status": "perhaps"},
        {"r95_m": 0.0},
        {"r95_m": float("nan")},
        {"near": "far"},
        {"near": "ring"},
        {"distance_m": 5.0},
        {"zones": []},
        {"recorded_at": NOON.replace(year=2031)},
    ],
    ids=str,
)
def test_a_fix_cannot_be_what_none_is(feed: Apis, values: dict[str, Any]) -> None:
    taken(feed, at(0, metres=5000))
    own = {**FIX, "order_id": TrackFix.objects.get().order_id}
    assert refused(lambda: TrackFix.objects.create(**{**own, **values}))
    assert not refused(lambda: TrackFix.objects.create(**own))
    assert refused(lambda: TrackFix.objects.create(**own))


@pytest.mark.parametrize("act", ["delete", "device", "backwards", "at once", "report", "joined"])
def test_a_visit_stays_what_it_was(feed: Apis, act: str) -> None:
    taken(feed, at(0), at(10))
    visit = Visit.objects.get()
    same = {"order_id": visit.order_id, "device": visit.device, "zone": "A", "report_id": visit.report_id}
    acts: dict[str, Callable[[], object]] = {
        "delete": Visit.objects.all().delete,
        "device": lambda: Visit.objects.update(device="other"),
        "report": lambda: Visit.objects.update(report=None),
        "backwards": lambda: Visit.objects.update(last_at=visit.entered_at - timedelta(seconds=1)),
        "joined": lambda: Visit.objects.update(joined_to=None, report=None),
        "at once": lambda: Visit.objects.create(**same, entered_at=visit.last_at, last_at=visit.last_at),
    }
    assert refused(acts[act])


@pytest.mark.parametrize("act", ["delete", "device", "twice", "half heard of"])
def test_a_device_stays_itself(feed: Apis, act: str) -> None:
    taken(feed, at(0, metres=5000))
    own = {"order_id": TrackedDevice.objects.get().order_id, "device": "tag-1"}
    acts: dict[str, Callable[[], object]] = {
        "delete": TrackedDevice.objects.all().delete,
        "device": lambda: TrackedDevice.objects.update(device="other"),
        "half heard of": lambda: TrackedDevice.objects.update(last_received_at=None),
        "twice": lambda: TrackedDevice.objects.create(**own, last_recorded_at=NOON, last_received_at=NOON),
    }
    assert refused(acts[act])


# --- forgetting -----------------------------------------------------------------------------------------


def test_what_is_near_nothing_goes_after_seven_days_rule_82(feed: Apis) -> None:
    taken(feed, at(0), at(1, metres=250), at(2, metres=5000), at(3, metres=5000))
    now = timezone.now()
    assert forget_far(at=now + timedelta(days=6, hours=23), most=100) == 0
    assert [forget_far(at=now + timedelta(days=7, hours=1), most=1) for _ in range(3)] == [1, 1, 0]
    assert set(TrackFix.objects.values_list("near", flat=True)) == {"touch", "ring"}
    entry = Entry.objects.filter(verb="positions_forgotten")[0]
    assert (entry.action, entry.actor_kind) == ("erasure", "service")
    assert entry.record_ids == [str(TrackFix.objects.all()[0].order_id)]


def test_the_task_forgets_in_chunks(feed: Apis, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    taken(feed, *[at(n, metres=5000) for n in range(5)])
    settings.POSITION_FAR_DAYS = 0
    monkeypatch.setattr(tasks, "_FORGOTTEN_AT_ONCE", 2)
    tasks.forget_far_positions()
    assert TrackFix.objects.count() == 0
    monkeypatch.setattr(tasks, "_SECONDS", -1.0)
    taken(feed, *[at(n, metres=5000) for n in range(5, 10)])
    before = OrmQ.objects.count()
    tasks.forget_far_positions()
    assert (TrackFix.objects.count(), OrmQ.objects.count() - before) == (3, 1)


# --- silence --------------------------------------------------------------------------------------------


def told() -> int:
    return Event.objects.filter(type="device.silent").count()


def test_a_silence_is_told_once_and_a_new_one_again(feed: Apis) -> None:
    taken(feed, at(metres=5000, recorded_at=(timezone.now() - timedelta(minutes=61)).isoformat()))
    for _ in range(2):
        tasks.tell_silent_devices()
    assert told() == 1
    device = TrackedDevice.objects.get()
    event = Event.objects.get(type="device.silent")
    assert (event.subject, event.reference, event.state, event.force_id) == (device.id, REFERENCE, "silent", "05")
    assert Entry.objects.filter(verb="device_silence_told").count() == 1
    taken(feed, at(metres=5000, recorded_at=timezone.now().isoformat()))
    tasks.tell_silent_devices()
    assert told() == 1
    later = timezone.now() + timedelta(minutes=61)
    assert [tell_silence(device_id=device.id, at=later) for _ in range(2)] == [True, False]
    assert told() == 2


def test_late_data_does_not_end_a_silence(feed: Apis) -> None:
    taken(feed, at(metres=5000, recorded_at=(timezone.now() - timedelta(minutes=61)).isoformat()))
    tasks.tell_silent_devices()
    taken(feed, at(0, metres=5000))
    assert TrackedDevice.objects.get().silent_told_at is not None


@pytest.mark.parametrize("minutes", [1, 59])
def test_a_device_that_was_just_heard_of_is_not_silent(feed: Apis, minutes: int) -> None:
    taken(feed, at(metres=5000, recorded_at=(timezone.now() - timedelta(minutes=minutes)).isoformat()))
    tasks.tell_silent_devices()
    assert told() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"until": (NOON + timedelta(minutes=1)).isoformat()},
        {"from": (NOW - timedelta(minutes=5)).isoformat()},
        {"devices": ["tag-2"], "from": (NOW + timedelta(days=1)).isoformat()},
    ],
    ids=["its authority is over", "its authority just began", "no authority names it"],
)
def test_a_device_that_need_not_send_is_not_silent_rule_82(feed: Apis, changes: dict[str, Any]) -> None:
    taken(feed, at(0, metres=5000))
    authorise(feed, **changes)
    tasks.tell_silent_devices()
    assert told() == 0


def test_a_tag_that_never_sends_is_silent_from_the_start_of_its_authority_and_told_once(feed: Apis) -> None:
    for _ in range(2):
        tasks.tell_silent_devices()
    device, event = TrackedDevice.objects.get(), Event.objects.get(type="device.silent")
    assert (device.device, device.last_recorded_at, event.subject) == ("tag-1", None, device.id)
    span = {"from": (NOW - timedelta(days=1)).isoformat(), "until": NOW.isoformat(), "reason": "Is it worn at all?"}
    shown = feed.officer.post(f"officer/orders/{REFERENCE}/track", span).body["devices"]
    assert [(d["device"], d["last_recorded_at"], d["silent"]) for d in shown] == [("tag-1", None, True)]
    taken(feed, at(0, metres=5000))
    device.refresh_from_db()
    assert (device.last_recorded_at, device.silent_told_at) == (NOON, None)


def test_a_device_that_was_added_later_and_never_sends_is_silent_too(feed: Apis) -> None:
    taken(feed, at(metres=5000, recorded_at=timezone.now().isoformat()))
    authorise(feed, devices=["tag-1", "tag-2"])
    tasks.tell_silent_devices()
    assert TrackedDevice.objects.get(silent_told_at__isnull=False).device == "tag-2"
    assert told() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"from": (NOW + timedelta(days=1)).isoformat()},
        {"from": (NOW - timedelta(minutes=5)).isoformat()},
        {"until": (NOW - timedelta(minutes=1)).isoformat()},
    ],
    ids=["it begins tomorrow", "it began just now", "it is over"],
)
def test_a_device_that_need_not_send_yet_or_any_more_is_not_silent(feed: Apis, changes: dict[str, Any]) -> None:
    authorise(feed, devices=["tag-1"], **changes)
    tasks.tell_silent_devices()
    assert (told(), TrackedDevice.objects.count()) == (0, 0)


# --- what leaves ----------------------------------------------------------------------------------------


def test_no_place_is_in_events_queue_or_trail(feed: Apis) -> None:
    """Rules 71 and 73."""
    taken(feed, at(0, longitude=-2.97812345), at(metres=0, minutes=60))
    tasks.tell_silent_devices()
    rows = [*Event.objects.values(), *Entry.objects.values(), *OrmQ.objects.values("payload")]
    text = json.dumps(rows, default=str)
    assert "2.978" not in text
    assert "53.40" not in text


# --- two at once ----------------------------------------------------------------------------------------


def test_batches_at_once_raise_one_report(committed_cast: tuple[Cast, Apis]) -> None:
    """One visit told in eight batches, none of which has a row of another's: only the held device keeps them apart."""
    cast, api = committed_cast
    register(api, cast, an_order())
    authorise(api)
    taken(api, at(-300, metres=5000))  # making the month's part would have the first batch keep the others waiting
    together = Barrier(8)

    def one(number: int) -> int:
        try:
            together.wait(30)
            return int(taken(api, at(number))["accepted"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        accepted = sum(pool.map(one, range(8)))
    assert accepted == TrackFix.objects.count() - 1 == 8
    assert Report.objects.count() == Visit.objects.count() == 1
    visit = Visit.objects.get()
    assert (visit.last_at - visit.entered_at) == timedelta(minutes=7)
