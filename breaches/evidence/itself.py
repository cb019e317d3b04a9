"""What a photograph says about itself, and how that lies to what was reported (rule 68). Pure: no Django.

It is a proposal. A camera's clock can be wrong, and EXIF can be written by anybody: agreement is no proof,
difference no lie, and absence says nothing at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PIL import ExifTags, Image
from pyproj import Geod

from breaches.evidence.types import Agreement, Comparison, Taken
from common.london import LONDON

_EXIF, _GPS = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo
_TIMES = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
)
_WRITTEN = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_ELLIPSOID = Geod(ellps="WGS84")
_KEPT = {ExifTags.Base.Make: "make", ExifTags.Base.Model: "model", ExifTags.Base.Software: "software"}


def taken(image: Image.Image) -> Taken:
    """Where and when a picture says it was taken. Total: what cannot be read is not there."""
    exif = image.getexif()
    try:
        inner, gps = dict(exif.get_ifd(_EXIF)), dict(exif.get_ifd(_GPS))
    except (ValueError, KeyError, TypeError, SyntaxError, OSError):
        return Taken()
    latitude, longitude = _degrees(gps, 2, 1, "S", 90), _degrees(gps, 4, 3, "W", 180)
    at, assumed = _instant(inner, gps)
    if latitude is None or longitude is None or (latitude, longitude) == (0.0, 0.0):
        return Taken(at=at, offset_assumed=assumed)
    return Taken(latitude, longitude, at, assumed)


def device(image: Image.Image) -> dict[str, str]:
    """The maker, model and software that a picture names, where it does."""
    exif = image.getexif()
    return {name: str(exif[tag])[:100].replace("\x00", "") for tag, name in _KEPT.items() if exif.get(tag)}


def compare(
    said: Taken,
    *,
    places: Sequence[tuple[float, float, float]],
    interval: tuple[datetime, datetime] | None,
    most_m: float,
    most_minutes: float,
) -> Comparison:
    """How that lies to what was reported: `places` are longitude, latitude (WGS84) and r95 in metres of each.

    Metres to the nearest place, minutes before the beginning or after the end. With nothing on either side:
    absent, which is neutral.
    """
    metres, place = _metres(said, places, most_m)
    minutes = _minutes(said.at, interval)
    time: Agreement = "absent" if minutes is None else "consistent" if minutes <= most_minutes else "inconsistent"
    return Comparison(place=place, time=time, metres=metres, minutes=minutes)


def _metres(said: Taken, places: Sequence[tuple[float, float, float]], most_m: float) -> tuple[float | None, Agreement]:
    if said.latitude is None or said.longitude is None or not places:
        return None, "absent"
    found = [(_ELLIPSOID.inv(said.longitude, said.latitude, lon, lat)[2], r95) for lon, lat, r95 in places]
    agrees = any(metres <= most_m + r95 for metres, r95 in found)
    return round(min(metres for metres, _ in found), 2), "consistent" if agrees else "inconsistent"


def _minutes(at: datetime | None, interval: tuple[datetime, datetime] | None) -> float | None:
    if at is None or interval is None:
        return None
    start, end = interval
    apart = max(start - at, at - end, timedelta())
    return round(apart / timedelta(minutes=1), 2)


def _degrees(gps: Mapping[int, Any], value: int, side: int, negative: str, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in gps[value])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(found) or not 0 <= found <= most:
        return None
    return -found if str(gps.get(side, "")).strip("\x00 ").upper() == negative else found


def _instant(inner: Mapping[int, Any], gps: Mapping[int, Any]) -> tuple[datetime | None, bool]:
    """When: by its clock and offset, else by the satellites (UTC), else by its clock as London's."""
    for tag, offset_tag in _TIMES:
        clock, offset = _clock(inner.get(tag)), _offset(inner.get(offset_tag))
        if clock is not None and offset is not None:
            return clock.replace(tzinfo=offset).astimezone(UTC), False
    satellites = _satellites(gps)
    if satellites is not None:
        return satellites, False
    clock = next(filter(None, (_clock(inner.get(tag)) for tag, _ in _TIMES)), None)
    return (clock.replace(tzinfo=LONDON).astimezone(UTC), True) if clock else (None, False)


def _clock(written: Any) -> datetime | None:
    found = _WRITTEN.match(str(written or ""))
    try:
        # Years that nobody's camera knows would not survive a change of offset.
        year, month, day, hour, minute, second = (int(part) for part in found.groups()) if found else (0,) * 6
        when = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its offset is another field
    except ValueError:
        return None
    return when if 1970 <= when.year <= 9000 else None


def _offset(written: Any) -> timezone | None:
    found = _OFFSET.match(str(written or ""))
    if not found:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-size if found[1] == "-" else size) if size < timedelta(hours=24) else None


def _satellites(gps: Mapping[int, Any]) -> datetime | None:
    try:
        hours, minutes, seconds = (float(part) for part in gps[7])
        day = datetime.strptime(str(gps[29]).strip("\x00 "), "%Y:%m:%d").replace(tzinfo=UTC)
        found = day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return found if 1970 <= found.year <= 9000 else None
