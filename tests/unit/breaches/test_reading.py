"""What is doubtful in a report becomes a warning; nothing is a reason to refuse it (rules 33, 34, 56, 57)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breaches.reading import missing, read_report
from breaches.types import Interval
from breaches.written import facts_from_json, facts_json
from geo.gazetteer import Found
from geo.spread import middle
from geo.types import Area, Corridor
from tests.support.orders import a_position, a_report
from tests.support.terms import NOW


def warned(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(w.pointer, w.code) for w in read_report(report, now=NOW).warnings}


def at(position: dict[str, Any]) -> dict[str, Any]:
    return a_report(positions=[position])


def drawn(kind: str, coordinates: Any) -> dict[str, Any]:
    nowhere = {"longitude": None, "latitude": None}
    return a_position(**nowhere, geometry={"type": kind, "coordinates": coordinates})


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
        (a_report(happened={"from": "1970-01-01T00:00:00Z"}), ("/happened/from", "occurred_long_ago")),
        (at(a_position(recorded_at="2031-01-01T00:00:00Z")), ("/positions/0/recorded_at", "recorded_in_future")),
        (at(a_position(recorded_at="1980-01-06T00:00:00Z")), ("/positions/0/recorded_at", "recorded_long_ago")),
        (at(a_position(geometry={"type": "Polygon", "coordinates": []})), ("/positions/0", "location_multiple_crs")),
        (at(drawn("Polygon", [])), ("/positions/0/geometry/coordinates", "geometry_empty")),
        (a_report(positions=[drawn("Point", [-2.97, 53.4])] * 21), ("/positions/20/geometry", "not_all_judged")),
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


def test_a_position_of_an_impossible_time_is_kept_and_not_judged() -> None:
    """Issue 4, bad input: the position is marked unusable, the report stands."""
    (position,) = read_report(at(a_position(recorded_at="1970-01-01T00:00:00Z")), now=NOW).facts.positions
    assert position.fix is None


def test_a_position_of_the_future_is_kept_and_judged_for_an_officer() -> None:
    """Issue 13, line 16: `needs_officer`, with what it would be otherwise."""
    (position,) = read_report(at(a_position(recorded_at="2031-01-01T00:00:00Z")), now=NOW).facts.positions
    assert position.fix is not None and position.ahead


def test_a_drawn_place_is_a_fact_with_its_shape() -> None:
    square = [[[-2.98, 53.40], [-2.97, 53.40], [-2.97, 53.41], [-2.98, 53.41], [-2.98, 53.40]]]
    (position,) = read_report(at(drawn("Polygon", square)), now=NOW).facts.positions
    assert position.fix is not None and isinstance(position.fix.spread, Area)


def test_the_twenty_first_drawn_place_is_kept_and_not_judged() -> None:
    facts = read_report(a_report(positions=[drawn("Point", [-2.97, 53.4])] * 21), now=NOW).facts
    assert [position.fix is None for position in facts.positions] == [False] * 20 + [True]


class _Made:
    """A gazetteer that knows one road."""

    def find(self, kind: str, text: str) -> Found:
        road = Corridor("EPSG:4326", ((-2.98, 53.4), (-2.97, 53.4)), 20.0)
        return Found(middle(road), None, "gazetteer test") if kind == "road" else Found(None, "location_not_found", "")


def test_a_place_in_words_is_looked_up_where_there_is_a_gazetteer() -> None:
    words = a_position(longitude=None, latitude=None, address="High Street", method="road")
    report = at(words)
    (without,) = read_report(report, now=NOW).facts.positions
    (found,) = read_report(report, now=NOW, gazetteer=_Made()).facts.positions
    assert without.fix is None
    assert found.fix is not None and isinstance(found.fix.spread, Corridor)
    assert found.transformation == "gazetteer test"


def test_facts_with_every_form_of_error_are_written_and_read_back_unchanged() -> None:
    """What was written before fixes could have a shape is read as it was; nothing of it is written otherwise."""
    road = a_position(longitude=None, latitude=None, address="High Street", method="road")
    square = a_position(longitude=None, latitude=None, grid_reference="SJ 345 901", method="grid_reference")
    report = a_report(positions=[a_position(), road, square])
    facts = read_report(report, now=NOW, gazetteer=_Made()).facts
    written = json.loads(json.dumps(facts_json(facts)))
    assert facts_from_json(written) == facts
    assert set(written["positions"][0]["fix"]) == {"longitude", "latitude", "r95_m"}
    assert [bool(position["fix"].get("spread")) for position in written["positions"]] == [False, True, True]
