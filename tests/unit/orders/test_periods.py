"""When an order is in force: civil dates, London's midnights, versions that overtake each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.london import civil_date
from orders.rules import in_force_periods, period_of, status_in, two_years_from
from orders.types import End, Period


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


TWO_YEARS = [
    ("2026-03-02", "2028-03-01"),
    ("2028-02-29", "2030-02-28"),
    ("2026-03-01", "2028-02-29"),
    ("2026-02-28", "2028-02-27"),
    ("2026-01-01", "2027-12-31"),
    ("9998-05-01", "9999-12-31"),
]


@pytest.mark.parametrize(("made", "last"), TWO_YEARS)
def test_two_years_begin_with_the_day_made_rule_3(made: str, last: str) -> None:
    assert two_years_from(date.fromisoformat(made)).isoformat() == last


PERIODS = {
    "winter to winter": ("2026-03-02", "2028-03-01", "2026-03-02T00:00:00Z", "2028-03-02T00:00:00Z"),
    "summer to summer": ("2026-06-01", "2028-05-31", "2026-05-31T23:00:00Z", "2028-05-31T23:00:00Z"),
    "to the day the clocks go forward": ("2024-03-31", "2026-03-29", "2024-03-31T00:00:00Z", "2026-03-29T23:00:00Z"),
    "to the day the clocks go back": ("2024-10-27", "2026-10-25", "2024-10-26T23:00:00Z", "2026-10-26T00:00:00Z"),
    "to a leap day": ("2026-03-01", "2028-02-29", "2026-03-01T00:00:00Z", "2028-03-01T00:00:00Z"),
}


@pytest.mark.parametrize("name", PERIODS)
def test_a_period_ends_with_the_midnight_after_its_last_day_rule_22(name: str) -> None:
    made, last, start, end = PERIODS[name]
    assert period_of({"made_on": made, "expires_on": last}) == Period(
        datetime.fromisoformat(start), datetime.fromisoformat(end)
    )


def test_until_further_order_has_no_end() -> None:
    assert period_of({"made_on": "2026-03-02", "until_further_order": True}).end is None


def test_the_instant_from_which_it_counts_is_taken_as_sent() -> None:
    doc = {"made_on": "2026-03-02", "effective_from": "2026-03-02T11:30:00+01:00"}
    assert period_of(doc).start == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["variation", "renewal", "correction"])
def test_a_change_counts_from_the_day_it_was_decided_rule_17(kind: str) -> None:
    doc = {"made_on": "2026-03-02", "change": {"kind": kind, "decided_on": "2026-06-01"}}
    assert period_of(doc).start == datetime(2026, 5, 31, 23, tzinfo=UTC)


def test_the_order_as_made_counts_from_the_day_made_whenever_it_was_decided() -> None:
    doc = {"made_on": "2026-03-02", "change": {"kind": "made", "decided_on": "2026-03-05"}}
    assert period_of(doc).start == datetime(2026, 3, 2, tzinfo=UTC)


@given(st.dates(date(2020, 1, 20), date(2200, 1, 1)), st.integers(0, 5000))
def test_the_last_moment_lies_on_the_last_day_in_london(made: date, days: int) -> None:
    last = made + timedelta(days=days)
    period = period_of({"made_on": made.isoformat(), "expires_on": last.isoformat()})
    assert period.end is not None
    assert civil_date(period.end - timedelta(microseconds=1)) == last
    assert (civil_date(period.start), civil_date(period.end)) == (made, last + timedelta(days=1))


JUNE = Period(at(1), at(20))
STATUS = [
    (at(1) - timedelta(microseconds=1), "pending"),
    (at(1), "in_force"),
    (at(19, 23), "in_force"),
    (at(20), "expired"),
]


@pytest.mark.parametrize(("when", "status"), STATUS)
def test_status_is_computed_rule_22(when: datetime, status: str) -> None:
    assert status_in(JUNE, at=when) == status


@pytest.mark.parametrize(("when", "status"), [(at(19), "in_force"), (at(20), "superseded"), (at(25), "superseded")])
def test_a_version_is_superseded_where_another_takes_over(when: datetime, status: str) -> None:
    assert status_in(JUNE, at=when, superseded=True) == status


@pytest.mark.parametrize("ended", ["discharged", "quashed", "superseded", "expired"])
def test_an_order_that_was_ended_says_how_from_that_instant_rule_22(ended: Any) -> None:
    end = End(at(10), ended)
    cut = Period(at(1), at(10))
    assert [status_in(cut, at=at(day), end=end) for day in (1, 9, 10, 20)] == ["in_force", "in_force", ended, ended]


def test_what_ran_out_first_is_expired_until_it_was_quashed() -> None:
    end = End(at(25), "quashed")
    assert [status_in(JUNE, at=at(day), end=end) for day in (19, 20, 25)] == ["in_force", "expired", "quashed"]


def test_a_later_version_takes_over_from_its_start() -> None:
    assert in_force_periods([Period(at(1), None), Period(at(10), at(20))]) == [
        Period(at(1), at(10)),
        Period(at(10), at(20)),
    ]


def test_a_version_ends_by_itself_before_the_next_begins() -> None:
    assert in_force_periods([Period(at(1), at(5)), Period(at(10), None)])[0] == Period(at(1), at(5))


def test_a_correction_of_version_1_governs_until_version_2_starts() -> None:
    periods = [Period(at(1), None), Period(at(10), None), Period(at(5), None)]
    assert in_force_periods(periods) == [Period(at(1), at(5)), Period(at(10), None), Period(at(5), at(10))]


def test_two_variations_registered_out_of_order_both_stand() -> None:
    periods = [Period(at(1), None), Period(at(20), None), Period(at(10), at(25))]
    assert in_force_periods(periods) == [Period(at(1), at(10)), Period(at(20), None), Period(at(10), at(20))]


@pytest.mark.parametrize("start", [at(1), at(3), at(1) - timedelta(days=9)])
def test_a_correction_takes_the_place_of_the_version_it_names_wholly(start: datetime) -> None:
    """Also where its own start differs: then version 1 governs at no instant."""
    periods = [Period(at(1), None), Period(at(10), None), Period(start, None)]
    assert in_force_periods(periods, corrects={3: 1}) == [None, Period(at(10), None), Period(start, at(10))]


@pytest.mark.parametrize("third", [1, 2])
def test_of_the_corrections_of_one_version_the_newest_has_its_place(third: int) -> None:
    """A chain of corrections, and a second correction of the same version."""
    periods = [Period(at(1), None), Period(at(2), None), Period(at(3), None)]
    assert in_force_periods(periods, corrects={2: 1, 3: third}) == [None, None, Period(at(3), None)]


def test_a_version_that_ran_out_leaves_nothing_in_force_although_an_earlier_one_would_run_on() -> None:
    periods = [Period(at(1), None), Period(at(10), at(12))]
    assert in_force_periods(periods) == [Period(at(1), at(10)), Period(at(10), at(12))]


def test_a_correction_from_the_same_instant_leaves_nothing() -> None:
    assert in_force_periods([Period(at(1), None), Period(at(1), None)]) == [None, Period(at(1), None)]


def test_an_end_cuts_what_is_in_force_and_leaves_nothing_of_what_would_begin_after() -> None:
    periods = [Period(at(1), None), Period(at(10), None)]
    assert in_force_periods(periods, at(5)) == [Period(at(1), at(5)), None]


INSTANTS = st.integers(0, 60).map(lambda hours: at(1) + timedelta(hours=hours))
VERSIONS = st.builds(
    lambda start, length: Period(start, length and start + timedelta(hours=length)),
    INSTANTS,
    st.none() | st.integers(1, 60),
)


@given(st.lists(VERSIONS, min_size=1, max_size=6), st.data(), INSTANTS, st.none() | INSTANTS)
def test_exactly_one_version_governs_at_each_instant_and_it_is_the_one_the_rule_says(
    periods: list[Period], data: st.DataObject, when: datetime, end: datetime | None
) -> None:
    """Rule 18, said again in other words: of those not corrected the latest start, then the higher number."""
    numbers = range(1, len(periods) + 1)
    named = {n: data.draw(st.none() | st.integers(1, n - 1), label=f"{n} corrects") for n in numbers if n > 1}
    corrects = {n: earlier for n, earlier in named.items() if earlier}
    roots = {n: n if n not in corrects else None for n in numbers}
    for n in numbers:
        roots[n] = roots[n] or roots[corrects[n]]
    stand = [n for n in numbers if all(roots[later] != roots[n] for later in numbers if later > n)]
    begun = [n for n in stand if periods[n - 1].start <= when]
    governs = max(begun, key=lambda n: (periods[n - 1].start, n), default=None)
    alive = governs and (end is None or when < end) and when < (periods[governs - 1].end or when + timedelta(1))

    effective = in_force_periods(periods, end, corrects=corrects)
    current = [n for n, p in enumerate(effective, 1) if p and p.start <= when and (p.end is None or when < p.end)]
    assert current == ([governs] if alive else [])
