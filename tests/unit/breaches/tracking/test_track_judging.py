"""A feed's fixes get the answers that each would get by itself (rules 51, 52, 60); ways through zones."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breaches.tracking.crossings import crossings
from breaches.tracking.judging import exclusion_zones, look, version_at
from breaches.tracking.types import SentFix
from geo.proximity import judge
from geo.types import Fix
from geo.zones import Zone
from tests.support.orders import EXCLUSION, NO_CONTACT, ZONE_A, ZONE_B, a_condition, an_order
from tests.support.terms import terms_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CORRIDOR = {
    **ZONE_A,
    "code": "C",
    "shape": {
        "type": "corridor",
        "crs": "EPSG:4326",
        "geometry": {"type": "LineString", "coordinates": [[-2.97, 53.40], [-2.96, 53.41]]},
        "width_m": 60,
    },
}
ALL = an_order(conditions=[a_condition(EXCLUSION, zones=[ZONE_A, ZONE_B, CORRIDOR]), NO_CONTACT])


def fix(longitude: float, latitude: float, r95_m: float = 10.0, *, at: datetime = NOON) -> SentFix:
    return SentFix("SPO", "tag", at, longitude, latitude, r95_m, "p95", r95_m)


def scattered(count: int) -> list[SentFix]:
    chance = random.Random(4)
    return [
        fix(-2.97 + chance.gauss(0, 0.01), 53.405 + chance.gauss(0, 0.006), chance.choice((1, 10, 50, 400, 3000)))
        for _ in range(count)
    ]


def test_a_batch_gets_the_answers_of_one_at_a_time() -> None:
    """Also which are near: by the exact distance, not by the first rough look."""
    terms, fixes = terms_of(ALL), scattered(600)
    zones = {zone.terms.code: zone.terms.zone for zone in exclusion_zones(terms.versions[0])}
    found = look(terms, fixes, ring_m=200.0)
    kinds = set()
    for one, looked in zip(fixes, found, strict=True):
        alone = {code: judge(zone, Fix(one.longitude, one.latitude, one.r95_m)) for code, zone in zones.items()}
        gap = min(answer.distance_m for answer in alone.values()) - one.r95_m
        kinds.add(looked.near)
        assert looked.near == ("touch" if gap <= 0 else "ring" if gap <= 200 else "none")
        if looked.near != "none":
            assert {s.zone: (s.distance_m, s.probability) for s in looked.seen} == {
                code: (answer.distance_m, answer.probability_inside) for code, answer in alone.items()
            }
    assert kinds == {"none", "ring", "touch"}


def test_each_fix_is_judged_by_the_version_of_its_own_time() -> None:
    later = an_order(effective_from="2026-11-20T12:00:00+00:00", conditions=[a_condition(EXCLUSION, zones=[ZONE_B])])
    terms = terms_of(ALL, later)
    home = (ZONE_A["shape"]["centre"]["longitude"], ZONE_A["shape"]["centre"]["latitude"])
    before, after = fix(*home, at=NOON - timedelta(microseconds=1)), fix(*home, at=NOON)
    found = look(terms, [after, before], ring_m=200.0)
    assert [looked.version for looked in found] == [None, 1]


@pytest.mark.parametrize("at", [datetime(2026, 3, 2, 11, 29, tzinfo=UTC), datetime(2028, 3, 2, 1, tzinfo=UTC)])
def test_where_no_version_is_in_force_nothing_is_near(at: datetime) -> None:
    terms = terms_of(ALL)
    assert version_at(terms, at) is None
    assert look(terms, [fix(-2.9779, 53.4072, at=at)], ring_m=200.0)[0].near == "none"


def test_an_order_without_zones_is_near_nothing() -> None:
    assert look(terms_of(an_order(conditions=[NO_CONTACT])), [fix(-2.9779, 53.4072)], ring_m=200.0)[0].seen == ()


# --- ways between fixes -----------------------------------------------------------------------------------


def zone(code: str) -> Zone:
    return next(z.terms.zone for z in exclusion_zones(terms_of(ALL).versions[0]) if z.terms.code == code)


def way(code: str, *places: tuple[float, float], minutes: float = 2) -> list[Any]:
    track = [fix(*place, at=NOON + index * timedelta(minutes=minutes)) for index, place in enumerate(places)]
    return list(crossings(zone(code), track))


# West to east on one latitude: through the middle of A (2.9779 W), beside it, up to it, within it.
THROUGH = ((-2.99, 53.4072), (-2.9658, 53.4072))


def test_a_straight_way_through_a_circle_is_timed_by_where_it_enters_and_leaves() -> None:
    (found,) = way("A", *THROUGH)
    half = (found.entered_about - NOON) + (found.left_about - NOON)
    assert half.total_seconds() == pytest.approx(120, abs=0.2)  # as long before the middle as behind it
    within = (found.left_about - found.entered_about).total_seconds()
    assert within / 120 == pytest.approx(200 / 1608, rel=0.01)
    assert not found.possible_only


@pytest.mark.parametrize(
    "places",
    [
        ((-2.99, 53.42), (-2.9658, 53.42)),  # beside it
        ((-2.99, 53.4072), (-2.985, 53.4072)),  # towards it
        ((-2.99, 53.4072), (-2.9779, 53.4072)),  # into it: a fix inside is no crossing
        ((-2.9779, 53.4072), (-2.99, 53.4072)),  # out of it
        ((-2.9778, 53.4072), (-2.9779, 53.4072)),  # within it
        ((-2.99, 53.4072), (-2.99, 53.4072)),  # no way at all
    ],
)
def test_what_is_no_crossing(places: tuple[tuple[float, float], ...]) -> None:
    assert way("A", *places) == []


@pytest.mark.parametrize("code", ["B", "C"])
def test_a_way_through_an_outline(code: str) -> None:
    middle = zone(code).plane
    west, east = (middle.longitude - 0.02, middle.latitude), (middle.longitude + 0.02, middle.latitude)
    (found,) = way(code, west, east)
    assert NOON < found.entered_about < found.left_about < NOON + timedelta(minutes=2)
    (back,) = way(code, east, west)
    assert (back.entered_about - NOON) + (found.left_about - NOON) == pytest.approx(
        timedelta(minutes=2), abs=timedelta(milliseconds=50)
    )


@pytest.mark.parametrize(("minutes", "possible_only"), [(5, False), (5.1, True), (360, True)])
def test_a_long_gap_makes_it_possible_only(minutes: float, possible_only: bool) -> None:
    assert [c.possible_only for c in way("A", *THROUGH, minutes=minutes)] == [possible_only]


def test_over_six_hours_any_way_is_possible_and_none_is_drawn() -> None:
    assert way("A", *THROUGH, minutes=361) == []


def test_two_fixes_of_one_instant_have_no_speed() -> None:
    (found,) = way("A", *THROUGH, minutes=0)
    assert found.speed_kmh == 0.0
