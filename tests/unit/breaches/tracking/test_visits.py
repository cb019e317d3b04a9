"""Visits by the order of event: hits, gaps, and what a late fix changes (rules 50 and 51)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breaches.tracking.types import Seen, Stay, TrackPoint
from breaches.tracking.visits import GAP, apart, attach, choose_shown, hits, support

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def point(number: float, probability: float, *, zone: str = "A", counts: bool = True) -> TrackPoint:
    seen = (Seen(zone, 0.0, probability, counts),)
    return TrackPoint(minute(number), 0.0, 0.0, 10.0, "p95", 10.0, "touch", seen)


@pytest.mark.parametrize(
    ("probabilities", "found"),
    [
        ([0.95], [0]),
        ([0.9499], []),
        ([0.5, 0.5], [0, 1]),
        ([0.5, 0.4999], []),
        ([0.5, 0.95], [0, 1]),
        ([0.5, 0.0, 0.5], [0, 2]),
        ([0.5, 0.5, 0.0, 0.5], [0, 1, 3]),
        ([], []),
    ],
)
def test_which_fixes_place_him_in_a_zone(probabilities: list[float], found: list[int]) -> None:
    track = [point(number, probability) for number, probability in enumerate(probabilities)]
    assert [track.index(hit) for hit in hits(track, "A")] == found


def test_two_that_lie_far_apart_in_time_are_not_running() -> None:
    assert hits([point(0, 0.5), point(30, 0.5)], "A") != []
    assert hits([point(0, 0.5), point(31, 0.5)], "A") == []


def test_what_was_not_forbidden_then_is_no_hit() -> None:
    assert hits([point(0, 1.0, counts=False), point(1, 0.5)], "A") == []


def test_another_zone_is_another_matter() -> None:
    assert hits([point(0, 1.0, zone="B")], "A") == []


def stays(known: list[Stay], *numbers: float) -> list[tuple[float, float, bool]]:
    found = attach(known, "A", [minute(number) for number in numbers])
    return [
        ((s.entered_at - START).total_seconds() / 60, (s.last_at - START).total_seconds() / 60, s.id is not None)
        for s in found
    ]


def on_record(first: float, last: float) -> Stay:
    return Stay("A", minute(first), minute(last), (), UUID(int=int(first)))


def test_a_stay_ends_after_thirty_minutes() -> None:
    assert stays([], 0, 30, 61) == [(0, 30, False), (61, 61, False)]


def test_what_is_on_record_is_extended_at_either_end() -> None:
    assert stays([on_record(0, 10)], 40) == [(0, 40, True)]
    assert stays([on_record(40, 50)], 10) == [(10, 50, True)]
    assert stays([on_record(40, 50)], 9) == [(9, 9, False)]


def test_what_is_on_record_and_not_touched_is_not_told() -> None:
    assert stays([on_record(0, 10)], 300) == [(300, 300, False)]


def test_two_on_record_become_one_where_a_fix_lies_between() -> None:
    assert stays([on_record(0, 10), on_record(45, 50)], 30) == [(0, 50, True)]
    (whole,) = attach([on_record(45, 50), on_record(0, 10), on_record(70, 80)], "A", [minute(30)])
    assert (whole.id, whole.joins) == (UUID(int=0), (UUID(int=45), UUID(int=70)))


def test_two_of_one_instant_are_not_running() -> None:
    assert hits([point(0, 0.5), point(0, 0.6)], "A") == []
    assert len(hits([point(0, 0.5), point(0, 0.6), point(1, 0.5)], "A")) == 3


def test_what_is_shown_of_a_visit_is_what_is_sound() -> None:
    """However many doubtful ones came before."""
    doubtful = [point(n, 1.0)._replace(accuracy_sent=-1.0) for n in range(5)]
    likely, sound = [point(n, 0.6) for n in (5, 6)], [point(7, 1.0)]
    assert choose_shown([*doubtful, *likely, *sound], "A", 2) == [likely[0], *sound]
    assert choose_shown(doubtful, "A", 2) == doubtful[:2]


@given(
    st.lists(st.integers(0, 400), unique=True, min_size=1, max_size=40),
)
def test_in_one_batch_the_stays_are_the_runs_without_a_gap(numbers: list[int]) -> None:
    """Against a plain reading of "a visit ends after thirty minutes outside or unseen"."""
    instants = sorted(numbers)
    runs: list[list[int]] = [[instants[0]]]
    for one, other in pairwise(instants):
        if other - one > 30:
            runs.append([])
        runs[-1].append(other)
    assert stays([], *instants) == [(run[0], run[-1], False) for run in runs]


@given(st.permutations([0, 25, 50, 75, 130, 150]), st.integers(0, 6))
def test_however_they_arrive_stays_never_overlap_and_hold_every_hit(order: list[int], split: int) -> None:
    known: list[Stay] = []
    for batch in (sorted(order[:split]), sorted(order[split:])):
        found = {s.entered_at: s for s in attach(known, "A", [minute(n) for n in batch])}
        gone = {id for f in found.values() for id in (f.id, *f.joins)}
        kept = [s for s in known if s.id not in gone]
        known = [*kept, *(s if s.id else _numbered(s) for s in found.values())]
    known.sort(key=lambda stay: stay.entered_at)
    assert all(one.last_at + GAP < other.entered_at for one, other in pairwise(known))
    assert all(any(s.entered_at <= minute(n) <= s.last_at for s in known) for n in order)
    assert all(abs(s.last_at - s.entered_at) <= 5 * GAP for s in known)


def _numbered(stay: Stay) -> Stay:
    return Stay(stay.zone, stay.entered_at, stay.last_at, (), UUID(int=int(stay.entered_at.timestamp())))


@pytest.mark.parametrize(("numbers", "runs"), [([], 0), ([0], 1), ([0, 120], 1), ([0, 121], 2), ([0, 1, 200, 201], 2)])
def test_runs_that_say_nothing_of_each_other_are_looked_at_apart(numbers: list[int], runs: int) -> None:
    assert len(list(apart([minute(number) for number in numbers]))) == runs


def test_one_fix_is_a_single_position() -> None:
    assert [support(n) for n in (1, 2, 9)] == ["single_position", "consecutive_positions", "consecutive_positions"]
