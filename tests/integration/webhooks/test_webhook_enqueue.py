"""Owing a message: what it costs, and that it shares the fate of its cause."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from common.ids import uuid7
from webhooks.models import Event
from webhooks.services import enqueue
from webhooks.wake import DRAIN


def _enqueue(**kwargs: Any) -> None:
    enqueue(**{"force": "05", "type": "report.received", "reference": "R-1", "state": "received", **kwargs})


def test_it_costs_two_statements(force: str) -> None:
    with CaptureQueriesContext(connection) as seen:
        _enqueue(subject=uuid7())
    owed, woken = (query["sql"].strip() for query in seen.captured_queries)
    assert owed.startswith("SELECT webhooks_owe(")
    assert woken.startswith("SELECT webhooks_look(")


def test_one_look_serves_what_is_written_within_a_moment(force: str) -> None:
    for _ in range(3):
        _enqueue(subject=uuid7())
    assert (Event.objects.count(), OrmQ.objects.count()) == (3, 1)


def test_a_look_that_is_being_taken_serves_nothing_written_after_it(force: str) -> None:
    """A taken row is locked for as long as its worker may need: it is no look to come."""
    _enqueue(subject=uuid7())
    OrmQ.objects.update(lock=timezone.now() + timedelta(seconds=90))
    _enqueue(subject=uuid7())
    assert OrmQ.objects.count() == 2


def test_a_look_due_already_serves_nothing_more(force: str) -> None:
    """Its worker may be reading just now."""
    _enqueue(subject=uuid7())
    OrmQ.objects.update(lock=timezone.now())
    _enqueue(subject=uuid7())
    assert OrmQ.objects.count() == 2


def test_the_event_is_unnumbered_and_has_an_id(force: str) -> None:
    subject = uuid7()
    _enqueue(subject=subject)
    event = Event.objects.get()
    assert (event.sequence, event.subject, event.force_id) == (None, subject, "05")
    assert event.key.version == 7


def test_the_queue_row_says_look_and_nothing_else(force: str) -> None:
    _enqueue(subject=uuid7())
    task = SignedPackage.loads(OrmQ.objects.get().payload)
    assert (task["func"], task["args"], task["kwargs"]) == (DRAIN, (), {})


def test_it_rolls_back_with_its_cause(force: str) -> None:
    with transaction.atomic():
        _enqueue(subject=uuid7())
        transaction.set_rollback(True)
    assert (Event.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_an_event_nobody_was_told_of_is_refused(force: str) -> None:
    with pytest.raises(IntegrityError, match="event_type_known"), transaction.atomic():
        _enqueue(subject=uuid7(), type="report.lost")
