"""When a message is tried again, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Any

import pytest

from webhooks.backoff import GIVE_UP_AFTER, Tries, is_refusal, next_try
from webhooks.types import Outcome

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _next(
    status: int | None,
    *,
    attempts: int = 1,
    refusals: int = 0,
    first_at: datetime = NOW,
    now: datetime = NOW,
    retry_after_s: float | None = None,
) -> datetime | None:
    tries = Tries(attempts=attempts, refusals=refusals, first_at=first_at)
    return next_try(Outcome(status, retry_after_s), tries, now=now, random=SystemRandom())


def _again(status: int | None, **kwargs: Any) -> datetime:
    """When it is tried again, of a message that is."""
    again = _next(status, **kwargs)
    assert again is not None
    return again


@pytest.mark.parametrize("status", [400, 401, 404, 410, 499])
def test_a_refusal_says_that_it_will_never_be_taken(status: int | None) -> None:
    assert is_refusal(status)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503, 302, None])
def test_everything_else_may_be_taken_later(status: int | None) -> None:
    assert not is_refusal(status)


def test_the_first_retry_comes_after_about_five_seconds() -> None:
    assert timedelta(seconds=5) <= _again(500) - NOW <= timedelta(seconds=5.5)


def test_six_refusals_fit_in_fifteen_minutes_and_the_sixth_parks() -> None:
    now, waits = NOW, []
    for refusals in range(1, 7):
        again = _next(404, attempts=refusals, refusals=refusals, now=now)
        waits.append(again)
        now = (again or now) + timedelta(seconds=10)
    assert waits[-1] is None
    assert None not in waits[:-1]
    assert now - NOW <= timedelta(minutes=15)


def test_a_failure_is_retried_until_seventy_two_hours_after_the_first_try() -> None:
    late = NOW + GIVE_UP_AFTER - timedelta(seconds=1)
    assert _next(500, attempts=300, now=late) == NOW + GIVE_UP_AFTER
    assert _next(500, attempts=301, now=NOW + GIVE_UP_AFTER) is None


def test_a_failure_is_not_parked_by_how_often_it_failed() -> None:
    assert _next(503, attempts=1000, refusals=5, now=NOW + timedelta(hours=71)) is not None


def test_a_receiver_may_ask_for_more_time_but_not_for_less_or_for_days() -> None:
    assert _next(429, retry_after_s=120) == NOW + timedelta(seconds=120)
    assert _again(503, retry_after_s=0.0) >= NOW + timedelta(seconds=5)
    assert _next(503, retry_after_s=1e9) == NOW + timedelta(hours=1)
    assert _again(500, retry_after_s=120) < NOW + timedelta(seconds=6)
