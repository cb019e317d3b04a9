"""Many at once: real sessions, real commits, in a database of the test's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ
from pytest_django import Settings

from common.ids import uuid7
from tests.integration.webhooks.conftest import Happen, Make
from webhooks import delivery, numbering, queries
from webhooks.models import Event
from webhooks.services import enqueue
from webhooks.tasks import drain
from webhooks.types import Numbered


@pytest.fixture
def force(own_database: str, settings: Settings) -> str:
    settings.WEBHOOK_LOOPBACK_ALLOWED = True
    return "05"


def _enqueue(reference: str = "R-1") -> None:
    enqueue(force="05", type="report.received", subject=uuid7(), reference=reference, state="received")


def _events(after: int = 0) -> list[Numbered]:
    return queries.events_after(force="05", sequence=after, limit=200)


def _feed() -> list[tuple[int, str]]:
    return [(event.sequence, event.message.reference) for event in _events()]


def _numbers() -> list[int | None]:
    rows = Event.objects.filter(sequence__gt=0).order_by("sequence")
    return list(rows.values_list("sequence", flat=True))


def _at_once(number: int, work: Callable[[], object]) -> None:
    """Run it in so many threads, each with a session of its own."""

    def one() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        for future in [pool.submit(one) for _ in range(number)]:
            future.result()


@contextmanager
def _open_transaction() -> Iterator[None]:
    """An event written in another session, which commits when the block ends."""
    written, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            _enqueue("slow")
            written.set()
            go_on.wait(5)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(5)
    try:
        yield
    finally:
        go_on.set()
        thread.join()


def test_outside_a_transaction_an_event_is_refused(force: str) -> None:
    with pytest.raises(RuntimeError):
        _enqueue()


def test_an_open_transaction_has_no_number_and_holds_nobody_up(force: str) -> None:
    with _open_transaction():
        with transaction.atomic():
            _enqueue("fast")
        assert _feed() == [(1, "fast")]
    assert _feed() == [(1, "fast"), (2, "slow")]


def test_an_open_numbering_does_not_make_a_writer_wait(force: str) -> None:
    with transaction.atomic():
        numbering.hold(force)
        began = time.monotonic()
        with _open_transaction():
            assert time.monotonic() - began < 1


def test_many_writers_and_readers_at_once_leave_no_gap_and_no_second_thoughts(force: str) -> None:
    """Each reader follows the feed meanwhile; what it saw must be the whole truth in the end."""
    done, seen = threading.Event(), []

    def write() -> None:
        for index in range(20):
            with transaction.atomic():
                _enqueue()
                time.sleep(0.001 * (index % 3))

    def read() -> None:
        mine: list[tuple[int | None, UUID]] = []
        while True:
            ended = done.is_set()
            page = _events(mine[-1][0] or 0 if mine else 0)
            mine += [(event.sequence, event.message.id) for event in page]
            if ended and not page:
                seen.append(mine)
                return

    reading = threading.Thread(target=_at_once, args=(3, read))
    reading.start()
    _at_once(6, write)
    done.set()
    reading.join()
    truth = list(Event.objects.filter(sequence__gt=0).order_by("sequence").values_list("sequence", "key"))
    assert [sequence for sequence, _ in truth] == list(range(1, 121))
    assert seen == [truth] * 3


def test_of_many_who_want_a_lease_at_once_one_gets_it(told: Make) -> None:
    to, barrier, got = told(), threading.Barrier(8), []

    def want() -> None:
        barrier.wait(5)
        got.append(delivery.take(to.endpoint.id))

    _at_once(8, want)
    assert sum(lease is not None for lease in got) == 1


def test_many_workers_at_once_send_each_message_once_in_order_and_one_at_a_time(told: Make, happen: Happen) -> None:
    both = [told(slow_s=0.01), told(slow_s=0.01)]
    keys = happen(15)

    def work() -> None:
        for _ in range(4):
            drain()

    _at_once(4, work)
    for to in both:
        assert to.receiver.ids == keys
        assert to.receiver.most_at_once == 1


def test_no_transaction_is_open_while_a_message_is_sent(told: Make, happen: Happen) -> None:
    sessions: list[int] = []

    def look(_: object) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
            )
            sessions.append(cursor.fetchone()[0])
        connection.close()
        return 200

    told(answer=look)
    happen(2)
    drain()
    assert sessions == [0, 0]


def test_whoever_counts_on_a_look_that_comes_too_early_is_looked_for_again(force: str) -> None:
    """Two writers share one look; the second commits only after the look was taken."""
    with transaction.atomic():
        _enqueue("fast")
    with _open_transaction():
        assert OrmQ.objects.count() == 1
        OrmQ.objects.all().delete()
        drain()
        assert [reference for _, reference in _feed()] == ["fast"]
        assert OrmQ.objects.count() == 1
    OrmQ.objects.all().delete()
    drain()
    assert Event.objects.filter(sequence=None).count() == 0
    assert OrmQ.objects.count() == 0
