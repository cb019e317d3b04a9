"""Many points at once: the very answers of one at a time (rule 51), for every kind of zone and of error."""

import random
from typing import Any

import numpy as np
import pytest

from bench.verdicts import five_zones, some_fixes
from geo.many import RESULTS, judge_many
from geo.proximity import judge
from geo.shapes import read_shape
from geo.types import Fix, Proximity
from geo.zones import Zone, build


def _unlike(points: Any, zones: list[Zone]) -> list[tuple[int, Any]]:
    """Zone and point wherever many at once are answered otherwise than one."""
    found, unlike = judge_many(points, zones), []
    for row, zone in enumerate(zones):
        for column, point in enumerate(points.tolist()):
            many = Proximity(
                RESULTS[found.result[row, column]],  # type: ignore[arg-type]
                float(found.distance_m[row, column]),
                point[2],
                float(found.probability_inside[row, column]),
                bool(found.too_coarse[row, column]),
            )
            if many != judge(zone, Fix(*point)):
                unlike.append((row, point))
    return unlike


def _zone(raw: dict[str, Any]) -> Zone:
    shape = read_shape(raw, "").shape
    assert shape is not None
    return build(shape)


def test_an_order_of_five_zones() -> None:
    points = np.array([(fix.longitude, fix.latitude, fix.r95_m) for fix in some_fixes(800)])
    assert _unlike(points, five_zones()) == []


@pytest.mark.parametrize("r95_m", [0.001, 3.0, 40.0, 900.0, 60_000.0])
def test_each_kind_of_zone_and_error(r95_m: float) -> None:
    hole = [[-2.99, 53.40], [-2.95, 53.40], [-2.95, 53.42], [-2.99, 53.42], [-2.99, 53.40]]
    inner = [[-2.98, 53.405], [-2.98, 53.415], [-2.96, 53.415], [-2.96, 53.405], [-2.98, 53.405]]
    county = [[-4.0, 52.5], [-1.5, 52.5], [-1.5, 54.0], [-4.0, 54.0], [-4.0, 52.5]]
    line = {"type": "LineString", "coordinates": [[-2.99, 53.40], [-2.96, 53.41], [-2.98, 53.42]]}
    zones = [
        _zone({"type": "polygon", "crs": "EPSG:4326", "geometry": {"type": "Polygon", "coordinates": [hole, inner]}}),
        _zone({"type": "polygon", "crs": "EPSG:4326", "geometry": {"type": "Polygon", "coordinates": [county]}}),
        _zone({"type": "corridor", "crs": "EPSG:4326", "geometry": line, "width_m": 60}),
        _zone({"type": "circle", "centre": {"longitude": -2.97, "latitude": 53.41}, "radius_m": 300}),
        _zone({"type": "circle", "centre": {"longitude": -2.97, "latitude": 53.41}, "radius_m": 90_000}),
    ]
    chance = random.Random(5)
    points = [(chance.uniform(-3.02, -2.92), chance.uniform(53.39, 53.43), r95_m) for _ in range(60)]
    points += [(chance.uniform(-5.0, 0.0), chance.uniform(52.0, 54.5), r95_m) for _ in range(40)]
    points += [(x, y, r95_m) for x, y in hole + inner + line["coordinates"]]  # type: ignore[operator]
    assert _unlike(np.array(points), zones) == []


def test_no_points_and_no_zones() -> None:
    assert judge_many(np.empty((0, 3)), five_zones()).result.shape == (5, 0)
    assert judge_many(np.array([[-2.9, 53.4, 5.0]]), []).result.shape == (0, 1)


@pytest.mark.parametrize(
    "row", [(np.nan, 53.0, 5.0), (-2.0, np.inf, 5.0), (-2.0, 53.0, 0.0), (-2.0, 53.0, np.nan), (181.0, 53.0, 5.0)]
)
def test_what_could_be_no_fix_is_refused_as_one(row: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="finite position"):
        judge_many(np.array([(-2.9, 53.4, 5.0), row]), five_zones())
