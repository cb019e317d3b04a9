"""Days of review and of answering (rule 79; Data Protection Act 2018, section 54)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention.rules import answer_due, review_on
from retention.types import YEARS, Group


@pytest.mark.parametrize(
    ("start", "group", "day"),
    [
        (date(2026, 11, 24), 1, date(2036, 11, 24)),
        (date(2026, 11, 24), 3, date(2032, 11, 24)),
        (date(2028, 2, 29), 2, date(2038, 3, 1)),
    ],
)
def test_the_next_review(start: date, group: Group, day: date) -> None:
    assert review_on(start, group) == day


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 2), date(2026, 12, 2)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
    ],
)
def test_an_answer_is_due_in_a_month(received: date, due: date) -> None:
    assert answer_due(received) == due


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(day=st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_every_day_has_a_review_and_an_answer_after_it(day: date) -> None:
    assert all(review_on(day, group) > day for group in YEARS)
    assert 28 <= (answer_due(day) - day).days <= 31
