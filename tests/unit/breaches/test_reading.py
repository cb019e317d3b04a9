"""What is doubtful in a report becomes a warning; nothing is a reason to refuse it (rules 33, 34, 56, 57)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breaches.reading import missing, read_report
from breaches.types import Interval
from tests.support.orders import a_position, a_report
from tests.support.terms import NOW


def warned(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(w.pointer, w.code) for w in read_report(report, now=NOW).warnings}


def at(position: dict[str, Any]) -> dict[str, Any]:
    return a_report(positions=[position])


@pytest.mark.parametrize(
    ("report", "warning"),
    [
        (a_report(happened={"from": "2026-11-22T10:00:00Z"}), ("/happened/from", "occurred_in_future")),
        (a_report(happened={"from": "2026-11-20T10:00:00"}), ("/happened/from", "offset_missing")),
        (a_report(happened={"from": "yesterday"}), ("/happened/from", "time_unreadable")),
        (a_report(happened={"from": "0001-01-01T00:00:00Z"}), ("/happened/from", "time_unreadable")),
        (
            a_report(happened={"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T09:00:00Z"}),
            ("/happened/to", "interval_reversed"),
        ),
        (a_report(kinds=["exclusion_zone", "ghost"]), ("/kinds/1", "value_not_recognised")),
        (at(a_position(subject=None)), ("/positions/0/subject", "subject_not_known")),
        (at(a_position(longitude=None)), ("/positions/0/longitude", "location_incomplete")),
        (at(a_position(easting=1.0, northing=2.0)), ("/positions/0", "location_multiple_crs")),
        (at(a_position(longitude=53.4, latitude=-2.9)), ("/positions/0/longitude", "coordinates_swapped")),
        (at(a_position(longitude=10.0, latitude=10.0)), ("/positions/0/longitude", "outside_uk")),
        (at(a_position(accuracy_m=None)), ("/positions/0/accuracy_m", "accuracy_assumed")),
        (at(a_position(longitude=float("inf"))), ("/positions/0/longitude", "not_finite")),
        (a_report(positions=[a_position()] * 501), ("/positions", "not_all_judged")),
    ],
)
def test_doubts_become_warnings(report: dict[str, Any], warning: tuple[str, str]) -> None:
    assert warning in warned(report)


def test_a_report_without_doubts_has_no_warning() -> None:
    assert warned(a_report()) == set()


def test_a_time_without_offset_is_londons() -> None:
    facts = read_report(a_report(happened={"from": "2026-07-01T10:00:00"}), now=NOW).facts
    assert facts.interval
    assert facts.interval.start == datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(("certainty", "by"), [("exact", 0), ("about", 15), ("unknown", 720), (None, 0)])
def test_certainty_widens_the_interval(certainty: str | None, by: int) -> None:
    happened = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T11:00:00Z", "certainty": certainty}
    start, end = datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 11, tzinfo=UTC)
    wide = timedelta(minutes=by)
    assert read_report(a_report(happened=happened), now=NOW).facts.interval == Interval(start - wide, end + wide)


def test_in_immediate_danger_now_is_taken_and_nothing_is_required() -> None:
    """Rule 37."""
    assert read_report({"immediate_danger": True}, now=NOW).facts.interval == Interval(NOW, NOW)
    assert missing({"immediate_danger": True}) == []


def test_what_is_missing_is_told_together() -> None:
    assert {p.pointer for p in missing({})} == {"/happened/from", "/description"}
