"""The one module that knows coordinate systems.

Truth is WGS84 degrees. British National Grid goes through OSTN15 inside convertbng (centimetres, offline);
stock PROJ has no OSTN15 grid and silently falls back to a Helmert shift that is metres wrong. The Irish Grid
goes through one pinned Helmert operation (stated accuracy 1 m). The network is never asked for a grid.
"""

import math
import threading
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pyproj.network
import shapely
from convertbng.cutil import convert_bng, convert_lonlat
from pyproj import Transformer

from geo.plane import GEOD, Array, Plane
from geo.types import Point

WGS84, BRITISH_GRID, IRISH_GRID = "EPSG:4326", "EPSG:27700", "EPSG:29903"
KNOWN = (WGS84, BRITISH_GRID, IRISH_GRID)

_CONVERTBNG = "2.0.0"
OSTN15 = f"OSTN15 (convertbng {_CONVERTBNG})"
TM75 = "Irish Grid + TM75 to WGS 84 (2) (EPSG:1954)"
_TRANSFORMATIONS = {WGS84: None, BRITISH_GRID: OSTN15, IRISH_GRID: TM75}

# Written out, not looked up: PROJ chooses by what grids it finds on the machine, and a verdict must not.
_TM75_PIPELINE = (
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=53.5 +lon_0=-8 +k=1.000035 +x_0=200000 +y_0=250000"
    " +a=6377340.189 +rf=299.3249646 +step +proj=push +v_3 +step +proj=cart +a=6377340.189 +rf=299.3249646"
    " +step +proj=helmert +x=482.5 +y=-130.6 +z=564.6 +rx=-1.042 +ry=-0.214 +rz=-0.631 +s=8.15"
    " +convention=position_vector +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3"
    " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)

# Rule 57. East, south, west and north of the whole United Kingdom with its near sea.
_WEST, _EAST, _SOUTH, _NORTH = -8.7, 2.6, 49.5, 61.5
# Easting and northing from nought up to these.
_MOST_DEGREES = 180.0
_GRID_LIMITS = {BRITISH_GRID: (700_000.0, 1_300_000.0), IRISH_GRID: (400_000.0, 500_000.0)}

# Generous, drawn down the middle of the North Channel and the Irish Sea: no British land is in it, all of
# Ireland within the bounds above is. convertbng answers here without complaint, though British National
# Grid stops at the sea, and the answer is a plausible wrong place.
_ISLAND_OF_IRELAND = shapely.Polygon([
    (-9.0, 51.2), (-5.9, 51.2), (-5.9, 53.5), (-5.3, 53.95), (-5.3, 54.9), (-5.55, 55.05),
    (-5.95, 55.27), (-6.05, 55.42), (-9.0, 55.42),
])  # fmt: skip
shapely.prepare(_ISLAND_OF_IRELAND)
# Northern Ireland reaches from Lough Melvin to the Ards and from Carlingford Lough to Rathlin.
_NI_WEST, _NI_SOUTH = -8.3, 53.95

FAULTS = {
    "not_finite": "A coordinate is not a finite number.",
    "null_island": "Both coordinates are nought, as a device sends when it has no position.",
    "coordinates_swapped": "The two coordinates fit the United Kingdom only the other way round.",
    "coordinates_not_in_crs": "The numbers do not belong to the coordinate system that was named.",
    "northern_ireland_british_grid": "British National Grid is not defined in Northern Ireland.",
    "outside_uk": "The position is outside the United Kingdom.",
}

pyproj.network.set_network_enabled(False)  # type: ignore[attr-defined]
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Located:
    """Exactly one of a point in the United Kingdom and a fault, which is a key of `FAULTS`."""

    point: Point | None
    fault: str | None


def transformation(crs: str) -> str | None:
    """The name of the pinned operation that takes `crs` to WGS84; None where nothing is transformed."""
    return _TRANSFORMATIONS[crs]


def to_wgs84(crs: str, x: float, y: float) -> Point | None:
    """None where `crs` is unknown or not defined there, or the place is outside the United Kingdom."""
    return locate(crs, x, y).point if crs in KNOWN else None


def wgs84_to_bng(point: Point) -> tuple[float, float] | None:
    """Easting and northing in metres; None where British National Grid is not defined."""
    if not in_united_kingdom(point) or _in_ireland(point):
        return None
    eastings, northings = convert_bng(point.longitude, point.latitude)
    pair = float(eastings[0]), float(northings[0])
    return pair if all(map(math.isfinite, pair)) else _bng_the_other_way(point)


def in_united_kingdom(point: Point) -> bool:
    """Within the bounds of rule 57, near sea and part of the Republic of Ireland included."""
    return _SOUTH <= point.latitude <= _NORTH and _WEST <= point.longitude <= _EAST


def in_northern_ireland(point: Point) -> bool:
    """In a generous outline of Northern Ireland, border counties included, nothing of Great Britain."""
    return point.longitude >= _NI_WEST and point.latitude >= _NI_SOUTH and _in_ireland(point)


def locate(crs: str, x: float, y: float) -> Located:
    """Where (x, y), in the order longitude, latitude or easting, northing, lies; or why that is not known."""
    if not (math.isfinite(x) and math.isfinite(y)):
        return Located(None, "not_finite")
    if abs(x) < 0.01 and abs(y) < 0.01:
        return Located(None, "null_island")
    return _locate_degrees(x, y) if crs == WGS84 else _locate_grid(crs, x, y)


def all_sound(crs: str, xy: Array) -> bool:
    """Whether `locate` finds no fault with any row of (n, 2) x, y."""
    if crs == WGS84:
        # Neither nought nor infinite can be within these; nor does anything compare with what is no number.
        return bool(((xy >= (_WEST, _SOUTH)) & (xy <= (_EAST, _NORTH))).all())
    eastern, northern = _GRID_LIMITS[crs]
    if not ((xy > _MOST_DEGREES).any(axis=1) & (xy >= 0).all(axis=1) & (xy <= (eastern, northern)).all(axis=1)).all():
        return False
    degrees = transform_all(crs, xy)
    if not all_sound(WGS84, degrees):
        return False
    irish = np.asarray(shapely.intersects_xy(_ISLAND_OF_IRELAND, degrees[:, 0], degrees[:, 1]))
    if crs == BRITISH_GRID:
        return not irish.any()
    return bool((irish & (degrees >= (_NI_WEST, _NI_SOUTH)).all(axis=1)).all())


def transform_all(crs: str, xy: Array) -> Array:
    """(n, 2) x, y to (n, 2) longitude, latitude; nan where there is no answer. Asks for no plausibility."""
    if crs == WGS84:
        return xy
    if crs == BRITISH_GRID:
        longitudes, latitudes = convert_lonlat(xy[:, 0], xy[:, 1])
    else:
        longitudes, latitudes = _irish().transform(xy[:, 0], xy[:, 1])
    return np.column_stack((longitudes, latitudes))


def check_transformations() -> tuple[str, ...]:
    """What is wrong with the transformations on this machine; empty when they may be relied on (rule 59).

    To be asked at start-up: a service that converts wrongly must not start.
    """
    faults = [f"OSTN15 misses published point {name}" for name in _OSTN15_POINTS if not _ostn15_holds(name)]
    if not _irish_holds():
        faults.append("the Irish Grid operation misses its published point")
    if version("convertbng") != _CONVERTBNG:
        faults.append(f"convertbng is not {_CONVERTBNG}, which verdicts name")
    if pyproj.network.is_network_enabled():  # type: ignore[attr-defined]
        faults.append("PROJ may fetch grids from the network")
    return tuple(faults)


def _bng_the_other_way(point: Point) -> tuple[float, float] | None:
    """convertbng's way to the grid ends short of Hugh Town and the west of Hirta; its way back does not.

    So the way back is followed, each step taking off what the last one missed by.
    """
    east, north = Plane(-2.0, 49.0).forward(point.longitude, point.latitude)
    easting, northing = 400_000 + east, north - 100_000
    for _ in range(12):
        longitude, latitude = transform_all(BRITISH_GRID, np.array([[easting, northing]]))[0]
        if not (math.isfinite(longitude) and math.isfinite(latitude)):
            return None
        east, north = Plane(float(longitude), float(latitude)).forward(point.longitude, point.latitude)
        easting, northing = easting + east, northing + north
    pair = round(easting, 3), round(northing, 3)
    return pair if _in_limits(BRITISH_GRID, *pair) else None


def _in_ireland(point: Point) -> bool:
    return bool(shapely.intersects_xy(_ISLAND_OF_IRELAND, point.longitude, point.latitude))


def _locate_degrees(x: float, y: float) -> Located:
    point = Point(x, y)
    if in_united_kingdom(point):
        return Located(point, None)
    if in_united_kingdom(Point(y, x)):
        return Located(None, "coordinates_swapped")
    if not _could_be_degrees(x, y) and _in_limits(BRITISH_GRID, x, y):
        return Located(None, "coordinates_not_in_crs")
    return Located(None, "outside_uk")


def _locate_grid(crs: str, x: float, y: float) -> Located:
    if _could_be_degrees(x, y):
        return Located(None, "coordinates_not_in_crs")
    found = _read_grid(crs, x, y)
    if found.fault == "outside_uk" and _read_grid(crs, y, x).point is not None:
        return Located(None, "coordinates_swapped")
    return found


def _read_grid(crs: str, x: float, y: float) -> Located:
    if not _in_limits(crs, x, y):
        return Located(None, "outside_uk")
    longitude, latitude = transform_all(crs, np.array([[x, y]]))[0]
    point = Point(float(longitude), float(latitude))
    fault = _british_fault(point) if crs == BRITISH_GRID else _irish_fault(point)
    return Located(None, fault) if fault else Located(point, None)


def _british_fault(point: Point) -> str | None:
    if in_northern_ireland(point):
        return "northern_ireland_british_grid"
    return None if in_united_kingdom(point) and not _in_ireland(point) else "outside_uk"


def _irish_fault(point: Point) -> str | None:
    return None if in_northern_ireland(point) else "outside_uk"


def _could_be_degrees(x: float, y: float) -> bool:
    # A grid position this close to its false origin is open sea, so nothing real is lost.
    return abs(x) <= _MOST_DEGREES and abs(y) <= _MOST_DEGREES


def _in_limits(crs: str, x: float, y: float) -> bool:
    eastern, northern = _GRID_LIMITS[crs]
    return 0 <= x <= eastern and 0 <= y <= northern


def _irish() -> Transformer:
    # One for each thread: pyproj's transformers are not safe to share.
    if not hasattr(_local, "irish"):
        _local.irish = Transformer.from_pipeline(_TM75_PIPELINE)
    transformer: Transformer = _local.irish
    return transformer


# Ordnance Survey's published OSTN15 test points: longitude, latitude, easting, northing.
_OSTN15_POINTS = {
    "TP01 Scilly": (-6.29977752014, 49.92226393730, 91492.146, 11318.804),
    "TP09 London": (-0.11992557180, 51.48936564950, 530624.974, 178388.464),
    "TP16 Cheshire": (-2.64049320810, 53.34480280190, 357455.843, 383290.436),
    "TP21 Isle of Man": (-4.63452168212, 54.08666318080, 227778.330, 468847.388),
    "TP31 St Kilda": (-8.57854456076, 57.81351838410, 9587.909, 899448.996),
    "TP40 Shetland": (-2.07382822798, 60.13308091660, 395999.668, 1138728.951),
}
# EPSG Guidance Note 7-2, example for TM75 to ETRS89 (polynomial, 0.4 m): TM75 55 N, 6.5 W on the Irish Grid.
_IRISH_POINT = (295978.0469, 417978.7337, -6.50094913, 55.00002972)
_CLOSE_M, _IRISH_CLOSE_M = 0.05, 1.0


def _ostn15_holds(name: str) -> bool:
    longitude, latitude, easting, northing = _OSTN15_POINTS[name]
    back, there = to_wgs84(BRITISH_GRID, easting, northing), wgs84_to_bng(Point(longitude, latitude))
    if back is None or there is None:
        return False
    _, _, miss = GEOD.inv(longitude, latitude, back.longitude, back.latitude)
    return miss < _CLOSE_M and math.dist(there, (easting, northing)) < _CLOSE_M


def _irish_holds() -> bool:
    easting, northing, longitude, latitude = _IRISH_POINT
    found = to_wgs84(IRISH_GRID, easting, northing)
    if found is None:
        return False
    _, _, miss = GEOD.inv(longitude, latitude, found.longitude, found.latitude)
    return bool(miss < _IRISH_CLOSE_M)
