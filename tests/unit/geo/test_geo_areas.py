"""Which force's area a place lies in (item 11). The boundaries here are made up: squares in the public layout."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo.areas import AreaShare, ForceAreas, add_generation
from geo.areas_read import read_areas
from geo.types import Area, Fix

_FORCES = {"E23000001": "01", "E23000004": "05", "E23000005": "06"}
_DAY = date(2026, 11, 24)
Loader = Callable[..., ForceAreas]


def _square(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def _feature(code: str, rings: Any, kind: str = "Polygon", **more: str) -> dict[str, Any]:
    properties = {"PFA23CD": code, "PFA23NM": "Made up", **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": rings}}


# Two areas side by side along 3 W, and an island of the first one in the second.
_WEST = _feature("E23000004", [_square(-3.2, 53.3, -3.0, 53.5), _square(-2.9, 53.4, -2.89, 53.41)], "MultiPolygon")
_EAST = _feature("E23000005", [*_square(-3.0, 53.3, -2.8, 53.5), _square(-2.9, 53.4, -2.89, 53.41)[0][::-1]])


def _file(tmp_path: Path, *features: Any, **more: Any) -> Path:
    path = tmp_path / f"areas{len(list(tmp_path.iterdir()))}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}))
    return path


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    def loaded(*features: Any, valid_from: str = "2023-12-01", generalised_m: float = 0.0) -> ForceAreas:
        source = _file(tmp_path, *features)
        add_generation(
            tmp_path / "areas.sqlite",
            read_areas(source, _FORCES),
            valid_from=date.fromisoformat(valid_from),
            source_sha256=source.name,
            generalised_m=generalised_m,
        )
        return ForceAreas(tmp_path / "areas.sqlite")

    return loaded


def _found(areas: ForceAreas, fix: Fix, on: date = _DAY) -> list[str]:
    found = areas.find(fix, on)
    assert found is not None
    return [area.force for area in found.areas]


def test_deep_within_one_area_it_is_that_one_for_certain(load: Loader) -> None:
    found = load(_WEST, _EAST).find(Fix(-3.1, 53.4, 50.0), _DAY)
    assert found is not None and found.certain
    assert [(area.force, area.probability) for area in found.areas] == [("05", 1.0)]
    assert found.areas[0].distance_m < -6_000


def test_at_the_border_both_are_shown_and_neither_is_certain(load: Loader) -> None:
    found = load(_WEST, _EAST).find(Fix(-3.0001, 53.4, 50.0), _DAY)
    assert found is not None and not found.certain
    assert [area.force for area in found.areas] == ["05", "06"]
    assert sum(area.probability for area in found.areas) == pytest.approx(1.0, abs=0.0002)


def test_the_neighbour_within_the_error_is_shown_though_it_is_unlikely(load: Loader) -> None:
    """100 m from the border with 120 m of error at 95 %."""
    found = load(_WEST, _EAST).find(Fix(-3.0015, 53.4, 120.0), _DAY)
    assert found is not None
    assert [area.force for area in found.areas] == ["05", "06"]
    assert isinstance(found.areas[1], AreaShare) and 0 < found.areas[1].probability < 0.05
    assert not found.certain


def test_lines_that_were_generalised_bring_their_own_error(load: Loader) -> None:
    """The file's border may be 500 m from the true one."""
    fix = Fix(-3.005, 53.4, 10.0)
    assert _found(load(_WEST, _EAST), fix) == ["05"]
    exact = load(_WEST, _EAST, valid_from="2024-01-01", generalised_m=500.0)
    assert _found(exact, fix) == ["05", "06"]


def test_an_island_of_one_force_in_another_and_the_hole_it_lies_in(load: Loader) -> None:
    assert _found(load(_WEST, _EAST), Fix(-2.895, 53.405, 20.0)) == ["05"]


def test_nobodys_area(load: Loader) -> None:
    found = load(_WEST, _EAST).find(Fix(-4.5, 53.4, 20.0), _DAY)
    assert found is not None and (found.areas, found.certain) == ((), False)


def test_an_incident_is_looked_up_in_the_boundaries_of_its_day(load: Loader) -> None:
    load(_WEST, valid_from="2023-12-01")
    areas = load({**_WEST, "properties": {"force": "06"}}, valid_from="2025-04-01")
    fix = Fix(-3.1, 53.4, 20.0)
    days = ("2020-01-01", "2023-12-01", "2025-03-31", "2025-04-01", "2026-11-24")
    assert [_found(areas, fix, date.fromisoformat(day)) for day in days] == [["05"], ["05"], ["05"], ["06"], ["06"]]


@pytest.mark.parametrize("table", ["generation", "area"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET rowid = rowid + 7"])
def test_a_generation_is_never_edited(load: Loader, table: str, act: str) -> None:
    areas = load(_WEST)
    with sqlite3.connect(areas.path) as file, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        file.execute(act.format(table))


def test_the_same_day_or_a_force_twice_stores_nothing(load: Loader) -> None:
    areas = load(_WEST)
    with pytest.raises(ValueError, match="already"):
        load(_EAST)
    with pytest.raises(ValueError, match="twice"):
        load(_EAST, _EAST, valid_from="2030-01-01")
    with sqlite3.connect(areas.path) as file:
        assert file.execute("SELECT count(*), (SELECT count(*) FROM area) FROM generation").fetchone() == (1, 1)


def test_no_generation_and_no_file(tmp_path: Path) -> None:
    add = {"valid_from": _DAY, "source_sha256": "x", "generalised_m": -1.0}
    with pytest.raises(ValueError, match="already"):
        add_generation(tmp_path / "empty", [], **add)  # type: ignore[arg-type]
    assert ForceAreas(tmp_path / "empty").find(Fix(-3.1, 53.4, 20.0), _DAY) is None
    with pytest.raises(FileNotFoundError):
        ForceAreas(tmp_path / "none").find(Fix(-3.1, 53.4, 20.0), _DAY)


def test_boundaries_on_the_british_grid_by_the_files_own_crs(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    path = _file(tmp_path, _feature("E23000001", _square(530_000, 180_000, 531_000, 181_000)), crs=crs)
    ((force, area),) = read_areas(path, _FORCES)
    assert (force, area.crs) == ("01", "EPSG:27700")


_BAD: dict[str, Any] = {
    "no json": b"{",
    "no collection": b"[]",
    "nothing in it": {"features": []},
    "unknown system": {"features": [_WEST], "crs": {"properties": {"name": "EPSG:3857"}}},
    "unknown force": {"features": [_feature("E23009999", _square(-3, 53, -2, 54))]},
    "no force": {"features": [{**_WEST, "properties": {}}]},
    "no geometry": {"features": [{**_WEST, "geometry": None}]},
    "a point": {"features": [_feature("E23000004", [-3, 53], "Point")]},
    "crossing itself": {"features": [_feature("E23000004", [[[-3, 53], [-2, 54], [-2, 53], [-3, 54], [-3, 53]]])]},
    "words": {"features": [_feature("E23000004", [[["x", 53], [-2, 54], [-2, 53], ["x", 53]]])]},
    "another system's numbers": {"features": [_feature("E23000004", _square(330_000, 390_000, 340_000, 400_000))]},
}


@pytest.mark.parametrize("name", _BAD)
def test_a_file_that_is_not_sound_is_not_loaded_in_part(tmp_path: Path, name: str) -> None:
    content = _BAD[name]
    path = tmp_path / "bad.geojson"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the reason, nothing is loaded
        read_areas(path, _FORCES)


def test_an_area_read_is_turned_as_zones_are(tmp_path: Path) -> None:
    ((_, area),) = read_areas(_file(tmp_path, {**_EAST}), _FORCES)
    assert isinstance(area, Area)
    exterior, hole = area.polygons[0]
    assert exterior[0] == exterior[-1] and len(exterior) == 5 and len(hole) == 5
