"""A force with endpoints, and receivers to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django_q.models import OrmQ
from pytest_django import Settings

from accounts.types import Caller
from common.ids import uuid7
from tests.integration.webhooks.receiver import Receiver
from webhooks import services
from webhooks.models import Delivery, Endpoint, Event
from webhooks.vault import open_sealed

Receivers = Callable[..., Receiver]
Make = Callable[..., "Told"]
Happen = Callable[..., list[str]]


@pytest.fixture
def force(db: None, settings: Settings) -> str:
    """A force. A module that needs real commits has a fixture of the same name with a database of its own."""
    settings.WEBHOOK_LOOPBACK_ALLOWED = True
    return "05"


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    made: list[Receiver] = []

    def make(**kwargs: Any) -> Receiver:
        made.append(Receiver(**kwargs))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


def caller_of(force: str) -> Caller:
    scopes = frozenset({"webhooks:manage", "breaches:read"})
    return Caller(kind="force_system", id=f"client-{force}", force=force, scopes=scopes)


@dataclass
class Told:
    """An endpoint with its receiver and its secret."""

    endpoint: Endpoint
    receiver: Receiver
    secret: str

    def deliveries(self) -> list[Delivery]:
        return list(self.endpoint.deliveries.order_by("sequence", "id"))

    def states(self) -> list[str]:
        return [delivery.state for delivery in self.deliveries()]

    def make_due(self) -> None:
        """As if the time of the next try had come."""
        self.endpoint.deliveries.filter(state="pending", attempts__gt=0).update(next_attempt_at="2026-01-01T00:00Z")


@pytest.fixture
def told(force: str, receivers: Receivers) -> Make:
    """Make an endpoint of the force with a receiver behind it."""

    def make(*, events: Sequence[str] = ("*",), whose: str = force, **kwargs: Any) -> Told:
        receiver = receivers(**kwargs)
        wish = services.Wish(url=receiver.url, events=list(events), shape_problems=())
        endpoint = services.create_endpoint(caller=caller_of(whose), wish=wish).endpoint
        return Told(endpoint, receiver, open_sealed(bytes(endpoint.sealed_secret), endpoint=endpoint.id))

    return make


@pytest.fixture
def happen(force: str) -> Happen:
    """So many events, each in its own transaction; their webhook-ids in order."""

    def make(count: int = 1, *, type: str = "report.received", whose: str = force) -> list[str]:
        before = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
        for number in range(count):
            with transaction.atomic():
                services.enqueue(force=whose, type=type, subject=uuid7(), reference=f"R-{number}", state="received")
        found = Event.objects.filter(id__gt=before).order_by("id")
        return [str(key) for key in found.values_list("key", flat=True)]

    return make


@pytest.fixture
def lose_queue() -> Callable[[], None]:
    def lose() -> None:
        OrmQ.objects.all().delete()

    return lose
