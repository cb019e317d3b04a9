"""What is quick to say of a whole line says the same as what is said of each of its positions."""

from __future__ import annotations

import hashlib
import json
import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.canonical import shape_to_json
from geo.crs import KNOWN, all_sound, locate
from geo.densify import densify
from geo.plane import Plane, between, metres_between
from geo.shapes import read_shape, shape_sha256
from geo.zones import build, core_ewkb

_degrees = st.floats(-10, 65)
_metres = st.floats(-1_000, 1_400_000)
_anything = st.one_of(_degrees, _metres, st.floats(), st.sampled_from([0.0, -0.0, 180.0, 180.0000001, 49.5, -8.7]))


def _in(crs: str) -> st.SearchStrategy[tuple[float, float]]:
    likely = {
        "EPSG:4326": st.tuples(st.floats(-9, 3), st.floats(49, 62)),
        "EPSG:27700": st.tuples(st.floats(-10, 700_010), st.floats(-10, 1_300_010)),
        "EPSG:29903": st.tuples(st.floats(150_000, 400_010), st.floats(280_000, 500_010)),
    }
    return st.one_of(likely[crs], likely[crs], st.tuples(_anything, _anything))


@pytest.mark.parametrize("crs", KNOWN)
@given(data=st.data())
def test_positions_are_sound_together_exactly_where_each_is_rule_57(crs: str, data: st.DataObject) -> None:
    positions = data.draw(st.lists(_in(crs), min_size=1, max_size=4))
    assert all_sound(crs, np.array(positions)) == all(locate(crs, x, y).fault is None for x, y in positions)


@pytest.mark.parametrize(
    ("crs", "position"),
    [
        ("EPSG:4326", (-8.7, 49.5)),
        ("EPSG:4326", (2.6, 61.5)),
        ("EPSG:27700", (334_000.0, 390_000.0)),
        ("EPSG:29903", (333_000.0, 374_000.0)),
    ],
)
def test_sound_positions_are_found_sound_together(crs: str, position: tuple[float, float]) -> None:
    assert all_sound(crs, np.array([position, position]))


@pytest.mark.parametrize(
    ("crs", "position"),
    [
        ("EPSG:4326", (53.4, -2.9)),
        ("EPSG:4326", (0.0, 0.0)),
        ("EPSG:4326", (math.nan, 53.4)),
        ("EPSG:4326", (-2.9, math.inf)),
        ("EPSG:4326", (334_000.0, 390_000.0)),
        ("EPSG:27700", (-2.9, 53.4)),
        ("EPSG:27700", (180.0, 180.0)),
        ("EPSG:27700", (math.nan, 390_000.0)),
        ("EPSG:27700", (130_000.0, 530_000.0)),  # Belfast
        ("EPSG:29903", (200_000.0, 200_000.0)),  # Tullamore
    ],
)
def test_one_position_at_fault_is_found_among_sound_ones(crs: str, position: tuple[float, float]) -> None:
    sound = {"EPSG:4326": (-2.9, 53.4), "EPSG:27700": (334_000.0, 390_000.0), "EPSG:29903": (333_000.0, 374_000.0)}
    assert not all_sound(crs, np.array([sound[crs], position, sound[crs]]))


@given(
    start=st.tuples(st.floats(-8.7, 2.6), st.floats(49.5, 61.5)),
    turn=st.floats(0, 2 * math.pi),
    length=st.floats(0.000001, 0.00199999),
    origin=st.tuples(st.floats(-8.7, 2.6), st.floats(49.5, 61.5)),
)
def test_a_short_edge_in_degrees_is_its_own_chord_to_four_millimetres(
    start: tuple[float, float], turn: float, length: float, origin: tuple[float, float]
) -> None:
    """On the ellipsoid and in a plane whose middle is anywhere in the kingdom; the promise is a centimetre."""
    end = start[0] + length * math.cos(turn), start[1] + length * math.sin(turn)
    edge, plane, parts = np.array([start, end]), Plane(*origin), np.linspace(0, 1, 21)[:, None]
    assert len(densify("EPSG:4326", edge, plane)) == 2
    true = edge[:1] + (edge[1:] - edge[:1]) * parts
    geodesic = between(edge[:1].repeat(21, axis=0), edge[1:].repeat(21, axis=0), parts[:, 0])
    flat = plane.forward_all(edge)
    chord = flat[:1] + (flat[1:] - flat[:1]) * parts
    assert metres_between(true, geodesic).max() < 0.004
    assert np.hypot(*(plane.forward_all(true) - chord).T).max() < 0.004


def test_an_edge_just_too_long_to_be_told_so_is_measured() -> None:
    """Two kilometres along a parallel lie 11 cm off the geodesic: it gets more chords than one."""
    assert len(densify("EPSG:4326", np.array([(-2.9, 53.4), (-2.87, 53.4)]), Plane(-2.9, 53.4))) > 2


@pytest.mark.parametrize("wrong", [True, "1", None, [1], 10**400])
def test_what_is_no_number_is_told_at_its_own_pointer_among_many_that_are(wrong: object) -> None:
    ring: list[list[object]] = [[-2.9, 53.4], [-2.8, 53.4], [-2.8, 53.5], [-2.9, 53.4]]
    ring[2] = [-2.8, wrong]
    raw = {"type": "polygon", "crs": "EPSG:4326", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    [problem] = read_shape(raw, "").problems
    assert problem.pointer == "/geometry/coordinates/0/2/1"


def test_the_hash_of_a_polygon_is_that_of_its_written_form() -> None:
    """A second person's approval rests on it: it must never come out otherwise."""
    ring = [[400000, 300000], [400100.5, 300000], [400100, 300100], [400000, 300000]]
    raw = {"type": "polygon", "crs": "EPSG:27700", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    shape = read_shape(raw, "").shape
    assert shape is not None
    written = json.dumps(shape_to_json(shape), sort_keys=True, separators=(",", ":"))
    assert shape_sha256(shape) == hashlib.sha256(written.encode()).hexdigest()
    assert shape_sha256(shape) == "727a8d0a0493d424f1e5cf322ad42783b575988128059aca8a222e7b29d6fdda"


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "circle", "centre": {"longitude": -2.9779, "latitude": 53.4072}, "radius_m": 100},
        {
            "type": "corridor",
            "crs": "EPSG:27700",
            "width_m": 60,
            "geometry": {"type": "LineString", "coordinates": [[334000.1, 390000.3], [334200.7, 391000]]},
        },
        {
            "type": "polygon",
            "crs": "EPSG:4326",
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [
                        [[-2.9, 53.4], [-2.8, 53.4], [-2.8, 53.5], [-2.9, 53.5], [-2.9, 53.4]],
                        [[-2.87, 53.43], [-2.83, 53.43], [-2.83, 53.47], [-2.87, 53.43]],
                    ],
                    [[[-2.5, 53.4], [-2.4, 53.4], [-2.4, 53.5], [-2.5, 53.4]]],
                ],
            },
        },
    ],
    ids=["circle", "corridor", "polygons with a hole"],
)
def test_the_core_is_stored_as_it_is_written_to_the_last_bit(raw: dict[str, object]) -> None:
    shape = read_shape(raw, "").shape
    assert shape is not None
    zone = build(shape)
    kept = shapely.from_wkb(core_ewkb(zone))
    assert shapely.get_srid(kept) == 4326
    assert _tuples(kept.__geo_interface__) == _tuples(zone.core_geojson)


def _tuples(value: object) -> object:
    if isinstance(value, dict):
        return {name: _tuples(item) for name, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value
