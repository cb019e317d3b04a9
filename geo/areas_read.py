"""Boundary files in the public layouts: GeoJSON as ONS publishes police force areas, or one feature a force.

Accepted: a FeatureCollection of Polygon or MultiPolygon whose properties have PFAnnCD (ONS), or `force` (our own
code). Coordinates are WGS84, or British National Grid where the member `crs` or the caller says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from geo import crs
from geo.types import Area, Polygon

_ONS_CODE = re.compile(r"PFA[0-9]{2}CD", re.ASCII | re.IGNORECASE)
_CRS = {"4326": crs.WGS84, "CRS84": crs.WGS84, "27700": crs.BRITISH_GRID}


def read_areas(path: Path, forces: Mapping[str, str], system: str | None = None) -> list[tuple[str, Area]]:
    """(force code, area) of each feature; `forces` takes an ONS code to a force's.

    Raises ValueError, which names the feature by its place in the file, for anything that is not as it should be:
    half a boundary file must not be loaded.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        features, system = content["features"], system or _system(content)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("the file is no GeoJSON FeatureCollection") from error
    found = [_area(index, feature, forces, system) for index, feature in enumerate(features)]
    if not found:
        raise ValueError("the file has no areas")
    return found


def _system(content: Mapping[str, Any]) -> str:
    named = (content.get("crs") or {}).get("properties", {}).get("name", "CRS84")
    system = _CRS.get(named.rpartition(":")[2])
    if system is None:
        raise ValueError("the coordinate system is not known here")
    return system


def _area(index: int, feature: Any, forces: Mapping[str, str], system: str) -> tuple[str, Area]:
    try:
        force = _force(feature["properties"], forces)
        geometry = feature["geometry"]
        parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        polygons = tuple(_polygon(part) for part in parts)
        whole = shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in polygons])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"feature {index} is no area of a known force") from error
    if geometry["type"] not in ("Polygon", "MultiPolygon") or whole.is_empty or not shapely.is_valid(whole):
        raise ValueError(f"feature {index} has no valid area")
    west, south, east, north = shapely.bounds(whole).tolist()
    if any(crs.locate(system, x, y).point is None for x, y in ((west, south), (east, north))):
        raise ValueError(f"feature {index} is not in the United Kingdom, or in another coordinate system")
    return force, Area(system, _turned(whole))


def _force(properties: Mapping[str, Any], forces: Mapping[str, str]) -> str:
    if "force" in properties:
        force = str(properties["force"])
        if force not in forces.values():
            raise ValueError("unknown force")
        return force
    codes = (str(value) for name, value in properties.items() if _ONS_CODE.fullmatch(name))
    return forces[next(codes, "")]


def _polygon(rings: Any) -> Polygon:
    """Heights, which some editions carry, are left out."""
    return tuple(tuple((float(xy[0]), float(xy[1])) for xy in ring) for ring in rings)


def _turned(whole: Any) -> tuple[Polygon, ...]:
    parts = shapely.get_parts(shapely.orient_polygons(whole))
    return tuple(
        tuple(tuple(map(tuple, shapely.get_coordinates(ring).tolist())) for ring in (part.exterior, *part.interiors))
        for part in parts
    )
