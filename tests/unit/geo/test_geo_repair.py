"""What an area that is not valid might have been meant to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo.repair import MOST_VERTICES, repair
from geo.shapes import read_shape

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


def test_a_thicket_larger_than_that_is_not_begun() -> None:
    """Every edge crosses most others: the work grows with the square of their number."""
    points = np.random.default_rng(7).uniform(0, 1_000, (MOST_VERTICES - 1, 2)) + np.array([334000, 390000])
    assert repair(polygon(points.tolist())) is not None
    assert repair(polygon([*points.tolist(), [334000, 390000]])) is None
