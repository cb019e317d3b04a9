"""What an area that is not valid might have been meant to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import transform_all
from geo.geojson import MOST_VERTICES
from geo.repair import Attempt, Repair, attempt_repair
from geo.shapes import read_shape


def repair(sent: object) -> Repair | None:
    return attempt_repair(sent).repair


SQUARE = [[334000, 390000], [334200, 390000], [334200, 390180], [334000, 390180], [334000, 390000]]


def polygon(*rings: Any, crs: str = "EPSG:27700", kind: str = "Polygon") -> dict[str, Any]:
    coordinates: Any = list(rings) if kind == "Polygon" else [[ring] for ring in rings]
    return {"type": "polygon", "crs": crs, "geometry": {"type": kind, "coordinates": coordinates}}


BOW_TIE = polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]])
UNCLOSED = polygon(SQUARE[:-1])
SPIKE = polygon([*SQUARE[:2], [334300, 390000], [334200, 390000], *SQUARE[2:]])
OVERLAPPING = polygon(SQUARE, [[x + 100, y] for x, y in SQUARE], kind="MultiPolygon")
HIGH = polygon([[*position, 12.0] for position in SQUARE])


@pytest.mark.parametrize(
    ("sent", "area"),
    [(BOW_TIE, 18_000), (UNCLOSED, 36_000), (SPIKE, 36_000), (OVERLAPPING, 54_000), (HIGH, 36_000)],
    ids=["a bow-tie", "unclosed", "a spike", "overlapping parts", "with heights"],
)
def test_it_is_made_valid_and_says_what_changed(sent: dict[str, Any], area: float) -> None:
    assert read_shape(sent, "").shape is None
    found = repair(sent)
    assert found is not None
    assert read_shape(found.shape, "").problems == ()
    assert found.area_after_m2 == pytest.approx(area, rel=2e-3)


def test_the_area_before_is_that_of_the_rings_as_drawn() -> None:
    found = repair(OVERLAPPING)
    assert found and found.area_before_m2 == pytest.approx(72_000, rel=2e-3)


NOTHING: dict[str, Any] = {
    "nothing": None,
    "a circle": {"type": "circle", "centre": {"longitude": -2.97, "latitude": 53.4}, "radius_m": -1},
    "no numbers": polygon([["a", "b"], ["c", "d"], ["e", "f"]]),
    "not finite": polygon([[float("inf"), 1], [2, 2], [3, 1]]),
    "two positions": polygon(SQUARE[:2]),
    "no geometry": {"type": "polygon", "crs": "EPSG:27700"},
    "another system": polygon(SQUARE, crs="EPSG:3857"),
    "a line": polygon([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[1], SQUARE[0]]),
    "outside the United Kingdom": polygon([[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]], crs="EPSG:4326"),
    "no rings": polygon(),
    "rings that are texts": polygon("abcdef"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_there_is_no_telling_what_was_meant(name: str) -> None:
    assert repair(NOTHING[name]) is None


# Of the grid against the ground at this easting; where OSGB36 itself was stretched it is some 50 millionths off.
SCALE = 0.999655
CENTRE = np.array([334000.0, 390000.0])


def around(count: int, radius: float = 500.0) -> list[list[float]]:
    """A ring of so many positions around a place, and its first position again."""
    turn = np.linspace(0, 2 * np.pi, count - 1, endpoint=False)
    ring = CENTRE + radius * np.c_[np.cos(turn), np.sin(turn)]
    return [*ring.tolist(), ring[0].tolist()]


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    x, y = CENTRE
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return [[x + dx, y + dy] for dx, dy in corners]


def test_a_large_area_with_one_slip_is_repaired_up_to_what_is_taken() -> None:
    """It was 500 positions; the areas that councils send have thousands."""
    ring = around(MOST_VERTICES - 10)
    ring[7], ring[8] = ring[8], ring[7]
    found = repair(polygon(ring))
    assert found and found.area_after_m2 == pytest.approx(np.pi * 500**2, rel=2e-3)


def test_a_large_area_of_many_parts_that_overlap_is_repaired() -> None:
    """40 m boxes at 30 m from each other, 60 by 60: a carpet of 1,810 m a side."""
    boxes = [box(x, y, x + 40, y + 40) for x in range(0, 1_800, 30) for y in range(0, 1_800, 30)]
    found = repair(polygon(*boxes, kind="MultiPolygon"))
    assert found and found.area_after_m2 == pytest.approx(1_810**2, rel=2e-3)


def test_a_thicket_is_not_begun_and_that_is_said() -> None:
    """Every edge crosses most others: the work grows with the square of their number."""
    points = np.random.default_rng(7).uniform(0, 1_000, (1_000, 2)) + CENTRE
    assert repair(polygon(points[:250].tolist())) is not None
    assert attempt_repair(polygon(points.tolist())) == Attempt(None, tried=False)


def test_rings_that_all_meet_in_one_position_are_not_begun() -> None:
    """GEOS takes minutes over 4,900 of them."""
    spokes = [
        [[0, 0], [np.cos(a), np.sin(a)], [np.cos(a + 1e-4), np.sin(a + 1e-4)], [0, 0]] for a in np.linspace(0, 6, 4_900)
    ]
    holes = [(CENTRE + 100 * np.array(spoke)).tolist() for spoke in spokes]
    assert attempt_repair(polygon(around(30), *holes)) == Attempt(None, tried=False)


def test_more_positions_than_are_taken_are_not_begun() -> None:
    assert attempt_repair(polygon(around(MOST_VERTICES + 1))) == Attempt(None, tried=False)


def degrees(*rings: Any, kind: str) -> dict[str, Any]:
    """The same rings on WGS84."""
    turned = [[list(transform_all("EPSG:27700", np.array(ring))[i]) for i in range(len(ring))] for ring in rings]
    return polygon(*turned, crs="EPSG:4326", kind=kind)


# Rings; whether each is a part of its own; what the repair has in square metres on the grid; what it leaves out.
MEANT: dict[str, tuple[list[Any], str, float, tuple[str, ...]]] = {
    "two parts that share a quarter": ([box(0, 0, 200, 200), box(100, 100, 300, 300)], "MultiPolygon", 70_000, ()),
    "three parts in a chain": (
        [box(0, 0, 200, 100), box(100, 0, 300, 100), box(150, 50, 250, 250)], "MultiPolygon", 45_000, ()
    ),
    "three parts over one place": (
        [box(0, 0, 100, 100), box(0, 0, 100, 100), box(50, 0, 150, 100)], "MultiPolygon", 15_000, ()
    ),
    "a part in another part": ([box(0, 0, 200, 200), box(50, 50, 100, 100)], "MultiPolygon", 40_000, ()),
    "parts that share an edge": ([box(0, 0, 100, 100), box(100, 0, 200, 100)], "MultiPolygon", 20_000, ()),
    "a part without area": (
        [box(0, 0, 200, 200), [[334000, 391000], [334100, 391000], [334050, 391000], [334000, 391000]]],
        "MultiPolygon", 40_000, ("/geometry/coordinates/1",),
    ),
    "holes over each other": (
        [box(0, 0, 200, 180), box(50, 50, 100, 100), box(80, 50, 130, 100)], "Polygon", 32_000, ()
    ),
    "a hole outside is a part": ([box(0, 0, 200, 180), box(500, 500, 600, 600)], "Polygon", 46_000, ()),
    "a hole over the edge": ([box(0, 0, 200, 200), box(150, 50, 250, 150)], "Polygon", 35_000, ()),
    "a hole along the edge": ([box(0, 0, 200, 200), box(0, 50, 100, 150)], "Polygon", 30_000, ()),
    "a hole without area": (
        [box(0, 0, 200, 200), box(50, 50, 100, 100), box(0, 0, 0, 0)], "Polygon", 37_500,
        ("/geometry/coordinates/2",),
    ),
    "a spike inside a hole": (
        [box(0, 0, 200, 200), [*box(50, 50, 100, 100)[:2], [334150, 390075], *box(50, 50, 100, 100)[1:]]],
        "Polygon", 37_500, (),
    ),
    "a ring gone round twice": ([[*box(0, 0, 200, 200), *box(0, 0, 200, 200)[1:]]], "Polygon", 40_000, ()),
    "two loops of one ring over each other": (
        [[[334000, 390000], [334200, 390000], [334200, 390200], [334100, 390200], [334100, 390100], [334300, 390100],
          [334300, 390300], [334000, 390300], [334000, 390000]]], "Polygon", 80_000, ()
    ),
}  # fmt: skip


# In degrees these are not the same: a straight line of the grid is bent there, and bounds a little.
ON_THE_GRID = {"a part without area", "a hole along the edge"}


@pytest.mark.parametrize("name", MEANT)
def test_a_repair_keeps_all_that_any_part_covers(name: str) -> None:
    rings, kind, area, left_out = MEANT[name]
    found = mended(polygon(*rings, kind=kind))
    assert found.area_after_m2 == pytest.approx(area / SCALE**2, rel=2e-4)
    assert found.left_out == left_out


@pytest.mark.parametrize("name", sorted(MEANT.keys() - ON_THE_GRID))
def test_the_same_in_degrees(name: str) -> None:
    rings, kind, area, _ = MEANT[name]
    assert mended(degrees(*rings, kind=kind)).area_after_m2 == pytest.approx(area / SCALE**2, rel=2e-4)


def test_a_hole_that_was_taken_for_a_part_is_told() -> None:
    found = mended(polygon(box(0, 0, 200, 180), box(50, 50, 60, 60), box(500, 500, 600, 600)))
    assert found.made_parts == ("/geometry/coordinates/2",)


def mended(sent: dict[str, Any]) -> Repair:
    assert read_shape(sent, "").shape is None
    found = repair(sent)
    assert found is not None
    assert read_shape(found.shape, "").problems == ()
    return found


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=4, max_size=9))
def test_a_crossed_ring_becomes_all_that_it_goes_around(corners: list[tuple[int, int]]) -> None:
    """By faces of its own linework, each of which it goes around so many times, or not at all."""
    ring = [[x * 10.0 + 334000, y * 10.0 + 390000] for x, y in [*corners, corners[0]]]
    faces = shapely.get_parts(shapely.polygonize([shapely.node(shapely.LineString(ring))]))
    around_it = [face.area for face in faces if _turns(ring, face.point_on_surface())]
    found = repair(polygon(ring))
    assert (found.area_after_m2 if found else 0) == pytest.approx(sum(around_it) / SCALE**2, rel=2e-4, abs=0.1)


def _turns(ring: list[list[float]], inside: shapely.Point) -> int:
    """How many times a ring goes around a point: its winding number."""
    x, y = (np.array(ring) - [inside.x, inside.y]).T
    cross, dot = x[:-1] * y[1:] - x[1:] * y[:-1], x[:-1] * x[1:] + y[:-1] * y[1:]
    return round(float(np.arctan2(cross, dot).sum()) / (2 * np.pi))
