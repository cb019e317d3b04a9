"""Transformations are pinned, offline, guarded in Northern Ireland, and checked at start-up (rules 56, 57, 59)."""

from importlib.metadata import version
from typing import Any

import numpy as np
import pyproj.network
import pytest
from convertbng.cutil import convert_bng, convert_lonlat

from geo import crs
from geo.crs import BRITISH_GRID, IRISH_GRID, WGS84
from geo.plane import GEOD
from geo.types import Point

# Names are real places, degrees to a few hundred metres.
_NORTHERN_IRELAND = {
    "Belfast": (-5.93, 54.597), "Derry": (-7.32, 54.997), "Newry": (-6.337, 54.175), "Portrush": (-6.65, 55.204),
    "Enniskillen": (-7.64, 54.344), "Portaferry": (-5.55, 54.381), "Rathlin": (-6.20, 55.29), "Larne": (-5.81, 54.853),
    "Portavogie": (-5.443, 54.458), "Belleek": (-8.09, 54.477), "Kilkeel": (-5.99, 54.06),
}  # fmt: skip
_GREAT_BRITAIN = {
    "Portpatrick": (-5.117, 54.842), "Mull of Kintyre": (-5.80, 55.31), "Campbeltown": (-5.606, 55.425),
    "Islay": (-6.18, 55.63), "Port Ellen": (-6.19, 55.628), "Holyhead": (-4.63, 53.31), "Douglas": (-4.48, 54.15),
    "St David's": (-5.30, 51.88), "Hugh Town": (-6.3167, 49.9147), "Hirta": (-8.61, 57.82), "St Kilda": (-8.58, 57.81),
    "Lowestoft": (1.75, 52.48),
    "Calf of Man": (-4.82, 54.05), "Mull of Oa": (-6.32, 55.59), "Sanda": (-5.58, 55.28),
}  # fmt: skip


def test_the_configured_operations_hold_on_this_machine() -> None:
    assert crs.check_transformations() == ()


def test_start_up_hears_of_a_wrong_ostn15(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule 59: no silent fallback. Two metres is what a Helmert shift misses by."""

    def wrong(eastings: Any, northings: Any) -> Any:
        longitudes, latitudes = convert(eastings, northings)
        return longitudes, latitudes + 2 / 111_000

    convert = convert_lonlat
    monkeypatch.setattr(crs, "convert_lonlat", wrong)
    faults = crs.check_transformations()
    assert len(faults) == 6
    assert "OSTN15 misses published point TP01 Scilly" in faults


def test_start_up_hears_of_a_wrong_irish_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crs, "_irish", lambda: pyproj.Transformer.from_crs(29903, 4258, always_xy=True))
    monkeypatch.setattr(crs, "_IRISH_CLOSE_M", 1e-4)
    assert crs.check_transformations() == ("the Irish Grid operation misses its published point",)


def test_start_up_hears_of_another_convertbng_and_of_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crs, "version", lambda name: version(name) + ".post1")
    monkeypatch.setattr(pyproj.network, "is_network_enabled", lambda: True)
    assert crs.check_transformations() == (
        "convertbng is not 2.0.0, which verdicts name",
        "PROJ may fetch grids from the network",
    )


def test_each_system_names_its_operation() -> None:
    assert crs.transformation(WGS84) is None
    assert crs.transformation(BRITISH_GRID) == "OSTN15 (convertbng 2.0.0)"
    assert crs.transformation(IRISH_GRID) == "Irish Grid + TM75 to WGS 84 (2) (EPSG:1954)"


@pytest.mark.parametrize("name", _NORTHERN_IRELAND)
def test_british_grid_is_refused_in_northern_ireland_rule_56(name: str) -> None:
    """convertbng answers there without complaint."""
    longitude, latitude = _NORTHERN_IRELAND[name]
    assert crs.in_northern_ireland(Point(longitude, latitude))
    assert crs.wgs84_to_bng(Point(longitude, latitude)) is None
    eastings, northings = convert_bng(longitude, latitude)
    assert crs.locate(BRITISH_GRID, float(eastings[0]), float(northings[0])).point is None


@pytest.mark.parametrize("name", _GREAT_BRITAIN)
def test_british_grid_is_taken_all_over_great_britain(name: str) -> None:
    longitude, latitude = _GREAT_BRITAIN[name]
    pair = crs.wgs84_to_bng(Point(longitude, latitude))
    assert pair is not None
    back = crs.to_wgs84(BRITISH_GRID, *pair)
    assert back is not None
    assert GEOD.inv(longitude, latitude, back.longitude, back.latitude)[2] < 0.01


@pytest.mark.parametrize("name", _NORTHERN_IRELAND)
def test_irish_grid_is_taken_all_over_northern_ireland(name: str) -> None:
    longitude, latitude = _NORTHERN_IRELAND[name]
    there = pyproj.Transformer.from_pipeline(crs._TM75_PIPELINE)
    easting, northing = there.transform(longitude, latitude, direction="INVERSE")
    found = crs.to_wgs84(IRISH_GRID, easting, northing)
    assert found is not None
    assert GEOD.inv(longitude, latitude, found.longitude, found.latitude)[2] < 0.001


def test_irish_grid_agrees_with_its_published_example_within_a_metre() -> None:
    """EPSG Guidance Note 7-2: 55 N, 6.5 W on TM75."""
    found = crs.to_wgs84(IRISH_GRID, 295978.0469, 417978.7337)
    assert found is not None
    assert GEOD.inv(-6.50094913, 55.00002972, found.longitude, found.latitude)[2] < 1


def test_an_unknown_system_places_nothing() -> None:
    assert crs.to_wgs84("EPSG:3857", 334000, 390000) is None


@pytest.mark.parametrize(
    ("system", "x", "y", "fault"),
    [
        (WGS84, -8.7001, 55, "outside_uk"),
        (WGS84, 2.6001, 55, "outside_uk"),
        (WGS84, -2, 49.4999, "outside_uk"),
        (WGS84, -2, 61.5001, "outside_uk"),
        (WGS84, 334000, 390000, "coordinates_not_in_crs"),
        (WGS84, 0.001, -0.001, "null_island"),
        (WGS84, np.inf, 53, "not_finite"),
        (BRITISH_GRID, 700_000.1, 1_250_000, "outside_uk"),
        (BRITISH_GRID, 400_000, -1, "outside_uk"),
        (IRISH_GRID, 130_000, 225_000, "outside_uk"),
        (IRISH_GRID, -6.5, 55, "coordinates_not_in_crs"),
        (IRISH_GRID, 418_000, 296_000, "coordinates_swapped"),
    ],
)
def test_what_does_not_fit_has_its_fault_rule_57(system: str, x: float, y: float, fault: str) -> None:
    found = crs.locate(system, x, y)
    assert (found.point, found.fault) == (None, fault)
    assert fault in crs.FAULTS
