"""Numbers rise by one within a force, never show an open transaction, and never make writers wait."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from common.ids import uuid7
from tests.integration.webhooks.conftest import Happen, Make
from webhooks import numbering, queries
from webhooks.models import Counter, Delivery, Event
from webhooks.services import enqueue
from webhooks.types import Numbered


def _enqueue(reference: str = "R-1", whose: str = "05") -> None:
    enqueue(force=whose, type="report.received", subject=uuid7(), reference=reference, state="received")


def _numbers(whose: str = "05") -> list[int | None]:
    rows = Event.objects.filter(force=whose, sequence__gt=0).order_by("sequence")
    return list(rows.values_list("sequence", flat=True))


def _feed(after: int = 0, **kwargs: Any) -> list[tuple[int, str]]:
    return [(e.sequence, e.message.reference) for e in _events(after, **kwargs)]


def _events(after: int = 0, **kwargs: Any) -> list[Numbered]:
    return queries.events_after(force="05", sequence=after, limit=200, **kwargs)


def test_one_writers_events_keep_their_order(force: str, happen: Happen) -> None:
    happen(30)
    with transaction.atomic():
        for index in range(30):
            _enqueue(f"last-{index}")
    references = [reference for _, reference in _feed()]
    assert references == [f"R-{n}" for n in range(30)] + [f"last-{n}" for n in range(30)]


def test_a_rolled_back_numbering_gives_its_numbers_out_again(force: str, happen: Happen) -> None:
    happen(2)
    with transaction.atomic():
        assert numbering.number(force) == 2
        transaction.set_rollback(True)
    assert _numbers() == []
    assert numbering.number(force) == 2
    assert _numbers() == [1, 2]


def test_forces_count_for_themselves(force: str, happen: Happen) -> None:
    happen(2)
    happen(3, whose="06")
    numbering.number_all()
    assert (_numbers("05"), _numbers("06")) == ([1, 2], [1, 2, 3])
    assert Counter.objects.get(pk="06").last == 3


def test_numbering_again_changes_nothing(force: str, happen: Happen, told: Make) -> None:
    told()
    happen(3)
    numbering.number_all()
    before = list(Event.objects.order_by("id").values_list("sequence", flat=True))
    numbering.number_all()
    assert list(Event.objects.order_by("id").values_list("sequence", flat=True)) == before
    assert Delivery.objects.count() == 3


def test_a_backlog_is_numbered_in_batches(force: str, happen: Happen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "AT_A_TIME", 4)
    happen(10)
    assert [numbering.number_all() for _ in range(3)] == [True, True, False]
    assert _numbers() == list(range(1, 11))


def test_an_event_is_owed_to_those_who_asked_for_it(force: str, happen: Happen, told: Make) -> None:
    everything, some, other = told(), told(events=["report.verified"]), told(whose="06")
    happen(1, type="report.received")
    happen(1, type="report.verified")
    numbering.number_all()
    assert [d.sequence for d in everything.deliveries()] == [1, 2]
    assert [d.sequence for d in some.deliveries()] == [2]
    assert other.deliveries() == []


def test_the_feed_gives_what_is_asked_for(force: str, happen: Happen) -> None:
    happen(2, type="report.received")
    happen(1, type="report.verified")
    assert [s for s, _ in _feed(types=["report.verified"])] == [3]
    assert [s for s, _ in _feed(types=[])] == []
    assert [s for s, _ in _feed(after=1)] == [2, 3]


def test_an_idle_feed_takes_no_lock(
    force: str, happen: Happen, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    happen(1)
    _feed()
    with django_assert_num_queries(2):
        _feed(after=1)
