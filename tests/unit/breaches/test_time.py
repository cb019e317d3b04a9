"""When a condition bites: periods, windows by London's clock, both clock changes (rule 60)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breaches.rules.time import Coverage, coverage, served
from breaches.types import Interval
from orders.types import DAYS, Period, Window

YEAR = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
SCHOOL = Window(frozenset({"mon", "tue", "wed", "thu", "fri"}), time(8), time(17))
NIGHT = Window(frozenset(DAYS), time(22), time(6))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def interval(start: str, end: str | None = None) -> Interval:
    return Interval(at(start), at(end or start))


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2026-05-01T10:00Z", "2026-05-01T11:00Z", "all"),
        ("2026-01-01T00:00Z", None, "all"),  # the first instant counts
        ("2027-01-01T00:00Z", None, "none"),  # the end does not
        ("2026-12-31T23:59:59.999999Z", None, "all"),
        ("2026-12-31T23:00Z", "2027-01-01T01:00Z", "part"),
        ("2025-12-31T23:00Z", "2026-01-01T00:00Z", "none"),  # an interval's own end does not count either
        ("2025-01-01T00:00Z", "2028-01-01T00:00Z", "part"),
    ],
)
def test_period_is_half_open(start: str, end: str | None, wanted: Coverage) -> None:
    assert coverage([YEAR], (), interval(start, end)) == wanted


def test_periods_that_meet_leave_no_gap() -> None:
    first = Period(YEAR.start, at("2026-06-01T00:00Z"))
    second = Period(at("2026-06-01T00:00Z"), None)
    assert coverage([second, first], (), interval("2026-05-31T23:00Z", "2026-06-01T01:00Z")) == "all"


def test_a_gap_between_periods_is_seen() -> None:
    first = Period(YEAR.start, at("2026-06-01T00:00Z"))
    second = Period(at("2026-06-01T00:00:01Z"), None)
    assert coverage([first, second], (), interval("2026-05-31T23:00Z", "2026-06-01T01:00Z")) == "part"


@pytest.mark.parametrize(
    ("window", "start", "end", "wanted"),
    [
        (SCHOOL, "2026-11-20T08:00+00:00", None, "all"),  # a Friday, winter time
        (SCHOOL, "2026-11-20T17:00+00:00", None, "none"),
        (SCHOOL, "2026-11-21T12:00+00:00", None, "none"),  # a Saturday
        (SCHOOL, "2026-07-03T07:30Z", None, "all"),  # summer time: half past eight in London
        (SCHOOL, "2026-07-03T16:30Z", None, "none"),
        (SCHOOL, "2026-11-20T16:30Z", "2026-11-20T17:30Z", "part"),
        (SCHOOL, "2026-11-20T07:00Z", "2026-11-20T08:00Z", "none"),
        (NIGHT, "2026-11-21T02:00Z", None, "all"),  # yesterday's window, past midnight
        (NIGHT, "2026-11-21T06:00Z", None, "none"),
        (NIGHT, "2026-11-20T21:59:59Z", None, "none"),
        (NIGHT, "2026-11-20T22:00Z", "2026-11-21T06:00Z", "all"),
    ],
)
def test_windows_follow_londons_clock(window: Window, start: str, end: str | None, wanted: Coverage) -> None:
    assert coverage([YEAR], [window], interval(start, end)) == wanted


def test_in_the_hour_that_comes_twice_a_window_begins_at_the_first() -> None:
    """25 October 2026: 01:30 comes at 00:30Z and again at 01:30Z."""
    window = Window(frozenset(DAYS), time(1, 30), time(3))
    assert coverage([YEAR], [window], interval("2026-10-25T00:30Z", "2026-10-25T03:00Z")) == "all"


def test_in_the_hour_that_comes_twice_a_window_ends_at_the_second() -> None:
    window = Window(frozenset(DAYS), time(0), time(1, 30))
    assert coverage([YEAR], [window], interval("2026-10-25T01:29Z")) == "all"
    assert coverage([YEAR], [window], interval("2026-10-25T01:30Z")) == "none"


def test_a_time_that_the_clock_leaps_over_is_taken_an_hour_later() -> None:
    """29 March 2026: 01:30 does not come; it is 02:30 summer time, 01:30Z."""
    window = Window(frozenset(DAYS), time(1, 30), time(4))
    assert coverage([YEAR], [window], interval("2026-03-29T01:29Z")) == "none"
    assert coverage([YEAR], [window], interval("2026-03-29T01:30Z")) == "all"


def test_dates_limit_the_day_on_which_a_window_begins() -> None:
    window = Window(NIGHT.days, NIGHT.start, NIGHT.end, ((date(2026, 11, 20), date(2026, 11, 20)),))
    assert coverage([YEAR], [window], interval("2026-11-21T05:00Z")) == "all"
    assert coverage([YEAR], [window], interval("2026-11-21T23:00Z")) == "none"


def test_windows_that_meet_at_midnight_leave_no_gap() -> None:
    day = Window(frozenset(DAYS), time(6), time(22))
    assert coverage([YEAR], [NIGHT, day], interval("2026-03-01T00:00Z", "2026-10-30T00:00Z")) == "all"


def test_a_window_from_a_time_to_itself_is_the_whole_day() -> None:
    window = Window(frozenset({"fri"}), time(8), time(8))
    assert coverage([YEAR], [window], interval("2026-11-20T08:00Z", "2026-11-21T08:00Z")) == "all"


def test_an_unknown_time_is_covered_in_part() -> None:
    assert coverage([YEAR], (), None) == "part"
    assert coverage([], (), None) == "none"


def test_a_very_long_interval_is_covered_in_part() -> None:
    assert coverage([Period(YEAR.start, None)], [SCHOOL], interval("1970-01-01T00:00Z", "2999-01-01T00:00Z")) == "part"


@pytest.mark.parametrize(
    ("served_at", "wanted"),
    [
        (None, "none"),
        ("2026-11-20T09:00Z", "all"),
        ("2026-11-20T10:00Z", "all"),
        ("2026-11-20T10:30Z", "part"),
        ("2026-11-20T11:00Z", "none"),
    ],
)
def test_service_before_during_and_after(served_at: str | None, wanted: Coverage) -> None:
    """Rule 25."""
    when = interval("2026-11-20T10:00Z", "2026-11-20T11:00Z")
    assert served(at(served_at) if served_at else None, when) == wanted


_WHEN = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
_CLOCK = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(
    _WHEN,
    st.integers(0, 5000),
    st.lists(st.builds(Window, st.sets(st.sampled_from(DAYS), min_size=1).map(frozenset), _CLOCK, _CLOCK), max_size=3),
)
def test_part_of_a_covered_interval_is_covered(start: datetime, minutes: int, windows: list[Window]) -> None:
    """Whatever holds throughout an interval holds at each of its instants, and so does what holds at none."""
    whole = coverage([YEAR], windows, Interval(start, start + timedelta(minutes=minutes)))
    instants = [start + timedelta(minutes=m) for m in range(0, max(minutes, 1), max(minutes // 7, 1))]
    parts = {coverage([YEAR], windows, Interval(at, at)) for at in instants}
    assert whole == "part" or parts == {whole}
