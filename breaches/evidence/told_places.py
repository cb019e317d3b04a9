"""Where a file says it was made: degrees of EXIF and of XMP, and ISO 6709 of films. Pure: no Django.

A wrong place is far worse than none: 2.98 degrees east instead of west would tell a court that her photograph
contradicts her. A side that is not plainly one, a part that has no value, a place that nobody was at: all are none.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

Place = tuple[float, float]  # latitude and longitude in degrees, WGS84

_LATITUDE_SIDE, _LATITUDE, _LONGITUDE_SIDE, _LONGITUDE, _STATUS, _DATUM = 1, 2, 3, 4, 9, 18
# Words that programs wrote for a side. "O" is no side: it is east in German and west in French; so "Ost" is one.
_NORTH = frozenset({"n", "north", "northern", "nord", "norte", "noord"})
_SOUTH = frozenset({"s", "south", "southern", "sud", "sued", "sur", "sul", "zuid"})
_EAST = frozenset({"e", "east", "eastern", "est", "este", "leste", "ost", "oost"})
_WEST = frozenset({"w", "west", "western", "ouest", "ovest", "oeste"})
_NOT_LETTERS = re.compile(r"[^a-z]+")
_NULL_ISLAND = 0.001  # degrees; about 110 m
# Other shapes of the earth that cameras name: a place in them lies 100 to 500 m off.
_OTHER_DATUM = re.compile(r"tokyo|osgb|ed50|nad27|pulkovo|dhdn|potsdam", re.IGNORECASE)
# As an attribute or as an element of its own; the longest that is looked at is a little more than any place takes.
_XMP_SAID = re.compile(
    r"(?<![/\w])exif:GPS(?P<name>Latitude|Longitude|Status|MapDatum)(?:\s*=\s*[\"']|\s*>)(?P<value>[^<\"']{0,60})[<\"']"
)
_XMP_DEGREES = re.compile(r"(?P<parts>\d{1,3}(?:,\d{1,2}(?:\.\d{1,12})?){1,2})(?P<side>[A-Za-z])")
_ISO_6709 = re.compile(
    r"(?P<lat>[+-]\d{2,6}(?:\.\d+)?)(?P<lon>[+-]\d{3,7}(?:\.\d+)?)(?:[+-]\d+(?:\.\d+)?)?(?:CRS(?P<crs>[^/]*))?/?\Z"
)


def tells_place(gps: Mapping[int, Any]) -> bool:
    """Whether EXIF says anything of a place, usable or not."""
    return _LATITUDE in gps or _LONGITUDE in gps


def read_exif_place(gps: Mapping[int, Any]) -> Place | None:
    """The place of a GPS directory (Exif 2.32, 4.6.6); None where any part of it is missing, void or in doubt."""
    if _letters(gps.get(_STATUS)).startswith("v") or _OTHER_DATUM.search(_text(gps.get(_DATUM))):
        return None
    latitude = _read_degrees(gps.get(_LATITUDE), gps.get(_LATITUDE_SIDE), _NORTH, _SOUTH)
    longitude = _read_degrees(gps.get(_LONGITUDE), gps.get(_LONGITUDE_SIDE), _EAST, _WEST)
    return _usable_place(latitude, longitude)


def read_xmp_place(xmp: str) -> Place | None:
    """The place of an XMP packet (XMP part 2, 3.3: "53,24.432N" or "53,24,25.9N"); None as for EXIF."""
    said: dict[str, str] = {}
    for found in _XMP_SAID.finditer(xmp):
        if said.setdefault(found["name"], found["value"]) != found["value"]:
            return None  # said twice, and not alike
    if _letters(said.get("Status")).startswith("v") or _OTHER_DATUM.search(said.get("MapDatum", "")):
        return None
    return _usable_place(
        _read_xmp_degrees(said.get("Latitude", ""), _NORTH, _SOUTH),
        _read_xmp_degrees(said.get("Longitude", ""), _EAST, _WEST),
    )


def tells_xmp_place(xmp: str) -> bool:
    """Whether an XMP packet says anything of a place, usable or not."""
    return any(found["name"] in ("Latitude", "Longitude") for found in _XMP_SAID.finditer(xmp))


def _read_xmp_degrees(written: str, plus: frozenset[str], minus: frozenset[str]) -> float | None:
    found = _XMP_DEGREES.fullmatch(written.strip())
    parts = tuple(float(part) for part in found["parts"].split(",")) if found else ()
    return _read_degrees(parts, found["side"], plus, minus) if found else None


def read_iso_6709(text: str) -> Place | None:
    """The place of a film, like `+53.4072-002.9779+012.3/` (ISO 6709, annex H); None where it is none."""
    found = _ISO_6709.match(text.strip("\x00 \r\n\t"))
    if not found or (found["crs"] and _NOT_LETTERS.sub("", found["crs"].casefold()) != "wgs"):
        return None
    return _usable_place(_read_run(found["lat"], 2), _read_run(found["lon"], 3))


def read_place_in_degrees(latitude: float, longitude: float) -> Place | None:
    """The same of two numbers."""
    return _usable_place(latitude, longitude)


def _usable_place(latitude: float | None, longitude: float | None) -> Place | None:
    if latitude is None or longitude is None or not math.isfinite(latitude + longitude):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    if abs(latitude) < _NULL_ISLAND and abs(longitude) < _NULL_ISLAND:
        return None  # what a receiver without a fix writes; nobody is there
    if latitude == int(latitude) and longitude == int(longitude):
        return None  # rounded, so that nobody knows: up to 60 km off
    return latitude, longitude


def _read_degrees(written: Any, side: Any, plus: frozenset[str], minus: frozenset[str]) -> float | None:
    """Signed degrees. Below nought already, they must be so on the side that is."""
    word = _name_side(side)
    value = _add_parts(written)
    if value is None or (word not in plus and word not in minus):
        return None
    if value < 0:
        return value if word in minus else None
    return -value if word in minus else value


def _name_side(written: Any) -> str:
    """The word for a side, small, without blanks and what comes after a NUL; empty where it is not ASCII.

    Nothing is taken off to make it fit: the first byte of "西", west, reads as "è" in Latin-1, and is no east.
    """
    word = _text(written).partition("\x00")[0].strip().lower()
    return word.removesuffix("latitude").removesuffix("longitude").rstrip() if word.isascii() else ""


def _add_parts(written: Any) -> float | None:
    """Degrees, minutes and seconds; or the first ones only, where the last of them has a fraction.

    A part without a value (0/0) makes the whole none: 53 24' without its seconds is up to 2 km off.
    """
    parts = _read_numbers(written)
    if not parts or len(parts) > 3 or not all(math.isfinite(part) for part in parts):
        return None
    if len(parts) < 3 and parts[-1] == int(parts[-1]):
        return None
    degrees, minutes, seconds = (*parts, 0.0, 0.0)[:3]
    # Decimal degrees with minutes beside them say the same thing twice, or two things.
    if (degrees != int(degrees) and (minutes or seconds)) or (minutes != int(minutes) and seconds):
        return None
    if not (0 <= minutes < 60 and 0 <= seconds <= 60):
        return None
    return math.copysign(abs(degrees) + minutes / 60 + seconds / 3600, degrees)


def _read_numbers(written: Any) -> list[float]:
    try:
        return [float(part) for part in (written if isinstance(written, tuple | list) else (written,))]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return []


def _read_run(run: str, digits: int) -> float | None:
    """`+53.4`, `+5324.432` or `+532425.92`: how many digits stand before the point says which; `digits` of degrees."""
    whole, point, fraction = run[1:].partition(".")
    if len(whole) not in (digits, digits + 2, digits + 4) or (len(whole) < digits + 4 and not fraction):
        return None
    pieces = [whole[:digits], *(whole[n : n + 2] for n in range(digits, len(whole), 2))]
    pieces[-1] += point + fraction
    degrees, minutes, seconds = (*map(float, pieces), 0.0, 0.0)[:3]
    if minutes >= 60 or seconds >= 60:
        return None
    size = degrees + minutes / 60 + seconds / 3600
    return -size if run[0] == "-" else size


def _letters(written: Any) -> str:
    """The letters of a word, small and without their accents: what comes after a NUL is rubbish."""
    bare = unicodedata.normalize("NFKD", _text(written).partition("\x00")[0]).casefold()
    return _NOT_LETTERS.sub("", "".join(letter for letter in bare if not unicodedata.combining(letter)))


def _text(written: Any) -> str:
    if isinstance(written, bytes):
        return written.decode("latin-1")
    return written if isinstance(written, str) else ""
