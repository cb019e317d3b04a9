"""Which reports may tell of one thing: only ever a suggestion, and never one without a common time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breaches.rules.similar import Sketch, grounds, words_of
from breaches.types import Interval

AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
TOLD = "He was standing across the road from my house."
PLACE = ("respondent", -2.9781, 53.4074)
# A degree of latitude is about 111,195 m on the sphere that the rule takes.
METRE = 1 / 111_195


def a_sketch(text: str = TOLD, *, after_h: float = 0, places: tuple[tuple[str, float, float], ...] = ()) -> Sketch:
    start = AT + timedelta(hours=after_h)
    return Sketch(Interval(start, start + timedelta(hours=1)), words_of(text), places)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (TOLD, True),
        ("HE WAS STANDING, across the road; from my house!", True),
        ("Hé was standing across the road from my house.", True),
        ("He was standing across the road from my house again.", True),
        ("He was standing across the road from her car.", False),
        ("", False),
        ("He was there.", False),
    ],
)
def test_near_same_words(text: str, same: bool) -> None:
    assert grounds(a_sketch(), a_sketch(text)) == (("same_words",) if same else ())


def test_few_words_are_no_ground() -> None:
    """`He was there` is what half of all reports say."""
    assert grounds(a_sketch("He was there."), a_sketch("He was there.")) == ()


@pytest.mark.parametrize(("metres", "near"), [(0, True), (149, True), (151, False), (5_000, False)])
def test_near_places_of_the_same_subject(metres: float, near: bool) -> None:
    other = ("respondent", PLACE[1], PLACE[2] + metres * METRE)
    found = grounds(a_sketch("", places=(PLACE,)), a_sketch("", places=(other,)))
    assert found == (("same_place",) if near else ())


def test_the_place_of_somebody_else_is_no_ground() -> None:
    assert grounds(a_sketch("", places=(PLACE,)), a_sketch("", places=(("reporter", *PLACE[1:]),))) == ()


@pytest.mark.parametrize(("hours", "found"), [(0, True), (1, True), (1.01, False), (-1, True), (-1.01, False)])
def test_times_must_touch(hours: float, found: bool) -> None:
    assert bool(grounds(a_sketch(), a_sketch(after_h=hours))) is found


def test_without_a_time_nothing_is_suggested() -> None:
    assert grounds(Sketch(None, words_of(TOLD)), a_sketch()) == ()


@given(st.text(max_size=200), st.text(max_size=200), st.floats(-2, 2))
def test_it_is_total_and_the_same_from_both_sides(one: str, other: str, hours: float) -> None:
    left, right = a_sketch(one, places=(PLACE,)), a_sketch(other, after_h=hours)
    assert grounds(left, right) == grounds(right, left)
