"""The 60 published proximity vectors and the 40 published OSTN15 points (api.md "to a verdict"; rules 52-59)."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from geo.accuracy import r95
from geo.crs import BRITISH_GRID, to_wgs84, wgs84_to_bng
from geo.plane import GEOD
from geo.proximity import judge
from geo.shapes import read_shape, shape_from_json, shape_to_json
from geo.types import Fix, Point, Proximity, Shape
from geo.zones import build

_DATA = Path(__file__).parents[2] / "data" / "geo"
_VECTORS: list[dict[str, Any]] = json.loads((_DATA / "proximity_vectors.json").read_text())["vectors"]
_POINTS = list(csv.DictReader((_DATA / "ostn15_test_points.csv").read_text("ascii").splitlines()))
_CLOSE_M = 0.05


def _shape(vector: dict[str, Any]) -> Shape:
    shape = read_shape(vector["shape"], "").shape
    assert shape is not None
    return shape


def _judge(vector: dict[str, Any], shape: Shape) -> Proximity:
    sent = vector["fix"]
    radius = r95(sent["accuracy_m"], sent["accuracy_basis"], None).r95_m
    return judge(build(shape), Fix(sent["longitude"], sent["latitude"], radius))


def test_all_published_data_is_here() -> None:
    assert (len(_VECTORS), len(_POINTS)) == (60, 40)


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: str(vector["name"]))
def test_published_vector_within_its_tolerances(vector: dict[str, Any]) -> None:
    found, expected = _judge(vector, _shape(vector)), vector["expect"]
    assert found.result == expected["result"]
    assert found.probability_inside == pytest.approx(expected["probability_inside"], abs=0.02)
    allowed = max(0.1, 0.002 * abs(expected["distance_m"]))
    assert found.distance_m == pytest.approx(expected["distance_m"], abs=allowed)


def test_a_stored_shape_gives_the_same_verdict_again() -> None:
    """Habit 7: any verdict can be replayed years later and comes out the same."""
    for vector in _VECTORS:
        shape = _shape(vector)
        stored = json.loads(json.dumps(shape_to_json(shape)))
        assert shape_from_json(stored) == shape
        assert _judge(vector, shape_from_json(stored)) == _judge(vector, shape)


@pytest.mark.parametrize("row", _POINTS, ids=lambda row: str(row["point"]))
def test_ostn15_to_the_grid_within_five_centimetres_rule_59(row: dict[str, str]) -> None:
    found = wgs84_to_bng(Point(float(row["longitude"]), float(row["latitude"])))
    assert found is not None
    assert math.dist(found, (float(row["easting"]), float(row["northing"]))) < _CLOSE_M


@pytest.mark.parametrize("row", _POINTS, ids=lambda row: str(row["point"]))
def test_ostn15_from_the_grid_within_five_centimetres_rule_59(row: dict[str, str]) -> None:
    found = to_wgs84(BRITISH_GRID, float(row["easting"]), float(row["northing"]))
    assert found is not None
    _, _, miss = GEOD.inv(float(row["longitude"]), float(row["latitude"]), found.longitude, found.latitude)
    assert miss < _CLOSE_M
