"""Lines that no corridor could be drawn around in a second are refused by a stated rule; real ones are not."""

import math
from typing import Any

import pytest

from geo.shapes import ShapeReading, read_shape

_FEW = 20_000


def _read(line: list[list[float]], width: float) -> ShapeReading:
    geometry: dict[str, Any] = {"type": "LineString", "coordinates": line}
    return read_shape({"type": "corridor", "crs": "EPSG:4326", "geometry": geometry, "width_m": width}, "")


def _zigzag(count: int, step: float, high: float) -> list[list[float]]:
    return [[-3.0 + step * index, 53.0 + high * (index % 2)] for index in range(count)]


def _scribble(count: int, size: float) -> list[list[float]]:
    return [[-3 + size * math.sin(index * 1.7), 53 + size * math.cos(index * 2.3)] for index in range(count)]


def _diagonals(count: int) -> list[list[float]]:
    """Long passes side by side that never cross, each in the box of every other."""
    return [[-3 + 1e-6 * index + 0.05 * (index % 2), 53 - 1e-6 * index + 0.05 * (index % 2)] for index in range(count)]


def _river(count: int) -> list[list[float]]:
    return [[-3 + index * 2e-5, 53 + 0.01 * math.sin(index / 300)] for index in range(count)]


@pytest.mark.parametrize(
    ("line", "width"),
    [
        (_zigzag(_FEW, 1e-5, 0.01), 60), (_zigzag(_FEW, 1e-5, 0.01), 100_000), (_scribble(_FEW, 0.005), 20),
        (_scribble(2_000, 0.05), 5), (_diagonals(3_000), 1),
    ],
)  # fmt: skip
def test_a_tangled_line_is_refused(line: list[list[float]], width: float) -> None:
    assert [problem.code for problem in _read(line, width).problems] == ["line_tangled"]


@pytest.mark.parametrize("width", [4, 60, 2_000, 20_000])
def test_a_long_and_finely_drawn_line_is_taken(width: float) -> None:
    assert _read(_river(_FEW), width).problems == ()


def test_a_walk_to_school_that_crosses_itself_is_taken() -> None:
    assert _read(_scribble(40, 0.005), 60).problems == ()
    assert _read(_zigzag(300, 1e-4, 0.002), 60).problems == ()
