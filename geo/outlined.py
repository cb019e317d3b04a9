"""A reported place that was drawn: an area, a stretch of road, several points. Read as strictly as a zone's shape.

What is wrong with it comes back as problems by code and pointer; the caller makes warnings of them, since no report
is refused for its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from common.problems import Problem
from geo import crs
from geo.gazetteer import MOST_CANDIDATES
from geo.gazetteer_build import ROAD_WIDTH_M
from geo.geojson import read_coordinates, read_path
from geo.members import read_crs
from geo.notes import Notes
from geo.shapes import read_shape
from geo.spread import middle
from geo.types import Candidate, Candidates, Circle, Fix, Spread

# A hand-drawn outline; each costs the time of the request that it came with.
MOST_POSITIONS = 1_000
_AREAS, _LINES, _POINTS = ("Polygon", "MultiPolygon"), ("LineString",), ("Point", "MultiPoint")


@dataclass(frozen=True, slots=True)
class Outlined:
    """The fix is None exactly where there are problems. `assumed`: nobody said how wide the road is."""

    fix: Fix | None
    crs: str | None
    assumed: bool
    problems: tuple[Problem, ...]


def read_outlined(raw: Mapping[str, object], r95_m: float) -> Outlined:
    """The members geometry, crs (WGS84 unless named) and width_m of a position; `r95_m` is for bare points."""
    raw = {"crs": crs.WGS84} | {name: value for name, value in raw.items() if value is not None}
    geometry = raw.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if isinstance(geometry, Mapping) and _positions(geometry.get("coordinates")) > MOST_POSITIONS:
        return _refused(Problem("/geometry", "too_many_vertices", "The place has more than 1,000 positions."))
    if kind in _POINTS:
        return _points(raw, r95_m)
    if kind in _LINES:
        return _shape({"type": "corridor", "width_m": ROAD_WIDTH_M} | _only(raw, "crs", "geometry", "width_m"), raw)
    if kind in _AREAS:
        return _shape({"type": "polygon"} | _only(raw, "crs", "geometry"), raw)
    notes = Notes()
    read_coordinates(raw, "", (*_AREAS, *_LINES, *_POINTS), notes)
    return _refused(*notes.problems)


def _shape(shape: dict[str, object], raw: Mapping[str, object]) -> Outlined:
    reading = read_shape(shape, "")
    if reading.shape is None or isinstance(reading.shape, Circle):
        return _refused(*reading.problems)
    return _placed(reading.shape, reading.shape.crs, shape["type"] == "corridor" and "width_m" not in raw)


def _points(raw: Mapping[str, object], r95_m: float) -> Outlined:
    notes = Notes()
    system, sent = read_crs(raw, "", notes), read_coordinates(raw, "", _POINTS, notes)
    if sent is None or system is None:
        return _refused(*notes.problems)
    path = read_path([sent[1]] if sent[0] == "Point" else sent[1], "/geometry/coordinates", system, notes)
    if path is not None and len(path[1]) > MOST_CANDIDATES:
        notes.wrong("/geometry/coordinates", "too_many_candidates")
    if path is None or notes.problems:
        return _refused(*notes.problems)
    points = [point for xy in dict.fromkeys(path[1]) if (point := crs.to_wgs84(system, *xy))]
    places = tuple(Candidate(point.longitude, point.latitude, r95_m) for point in points)
    if len(places) == 1:
        return Outlined(Fix(places[0].longitude, places[0].latitude, r95_m), system, True, ())
    return _placed(Candidates(places), system, True)


def _placed(spread: Spread, system: str, assumed: bool) -> Outlined:
    return Outlined(middle(spread), system, assumed, ())


def _refused(*problems: Problem) -> Outlined:
    return Outlined(None, None, False, problems)


def _only(raw: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: raw[name] for name in names if name in raw}


def _positions(coordinates: object) -> int:
    """Arrays that hold no other array, counted no further than need be."""
    waiting, found = [coordinates], 0
    while waiting and found <= MOST_POSITIONS:
        item = waiting.pop()
        inner = [part for part in item if isinstance(part, list | tuple)] if isinstance(item, list | tuple) else []
        waiting.extend(inner)
        found += not inner
    return found
