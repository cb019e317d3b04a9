"""One written form for each shape: for storage, and for the digest a second person approves."""

import hashlib
import json
from typing import Any

from geo.types import Area, Candidate, Candidates, Circle, Corridor, Point, Ring, Shape, Spread


def shape_to_json(shape: Shape) -> dict[str, Any]:
    """The understood shape, every number a float as sent; `shape_from_json` gives it back unchanged."""
    if isinstance(shape, Circle):
        centre = {"longitude": shape.centre.longitude, "latitude": shape.centre.latitude}
        return {"type": "circle", "crs": shape.crs, "centre": centre, "radius_m": shape.radius_m}
    if isinstance(shape, Corridor):
        line = [list(xy) for xy in shape.line]
        return {"type": "corridor", "crs": shape.crs, "line": line, "width_m": shape.width_m}
    polygons = [[[list(xy) for xy in ring] for ring in part] for part in shape.polygons]
    return {"type": "polygon", "crs": shape.crs, "polygons": polygons}


def shape_from_json(stored: dict[str, Any]) -> Shape:
    """Undo `shape_to_json`. Raises KeyError or TypeError for anything it did not write."""
    if stored["type"] == "circle":
        centre = Point(float(stored["centre"]["longitude"]), float(stored["centre"]["latitude"]))
        return Circle(centre, float(stored["radius_m"]), stored["crs"])
    if stored["type"] == "corridor":
        return Corridor(stored["crs"], _ring(stored["line"]), float(stored["width_m"]))
    polygons = tuple(tuple(_ring(ring) for ring in part) for part in stored["polygons"])
    return Area(stored["crs"], polygons)


def spread_to_json(spread: Spread) -> dict[str, Any]:
    """The shape of a position's error, for storage; `spread_from_json` gives it back unchanged."""
    if isinstance(spread, Candidates):
        places = [[place.longitude, place.latitude, place.r95_m] for place in spread.places]
        return {"type": "candidates", "places": places}
    return shape_to_json(spread)


def spread_from_json(stored: dict[str, Any]) -> Spread:
    """Undo `spread_to_json`. Raises KeyError, TypeError or ValueError for anything it did not write."""
    if stored["type"] == "candidates":
        return Candidates(tuple(Candidate(*map(float, place)) for place in stored["places"]))
    shape = shape_from_json(stored)
    if isinstance(shape, Circle):
        raise ValueError("no circle is written as a spread")
    return shape


def shape_sha256(shape: Shape) -> str:
    """Hexadecimal SHA-256 of the shape as understood: 100 and 100.0, 0.0 and -0.0, any order of members and
    either direction of a ring that was turned give the same; another CRS or vertex does not."""
    plain = _plain_area(shape) if isinstance(shape, Area) else _plain(shape_to_json(shape))
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _ring(pairs: list[list[float]]) -> Ring:
    return tuple((float(x), float(y)) for x, y in pairs)


def _plain_area(area: Area) -> dict[str, Any]:
    """What `_plain` makes of a polygon, which has by far the most numbers."""
    polygons = [[[(float(x) + 0.0, float(y) + 0.0) for x, y in ring] for ring in part] for part in area.polygons]
    return {"type": "polygon", "crs": area.crs, "polygons": polygons}


def _plain(value: Any) -> Any:
    """The same with every number a float and no negative nought: they compare equal but print differently."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str) else float(value) + 0.0
