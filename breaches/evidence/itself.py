"""What a photograph says about itself, and how that lies to what was reported (rule 68). Pure: no Django.

It is a proposal. A camera's clock can be wrong, and EXIF can be written by anybody: agreement is no proof,
difference no lie, and absence says nothing at all.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from PIL import ExifTags, Image
from pyproj import Geod

from breaches.evidence import told_places, told_times
from breaches.evidence.pictures import MOST_AT_ONCE
from breaches.evidence.types import TIME_FAR_OFF, Agreement, Comparison, Taken

_EXIF, _GPS = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo
_XMP = ("xmp", "XML:com.adobe.xmp")
_LARGEST_XMP = 1024 * 1024  # characters
_A_DAY = timedelta(days=1)
# By weeks or years: an older file, or a clock that is wrong. Told in words, and not in millions of minutes.
_FAR_OFF = timedelta(days=14)
_ELLIPSOID = Geod(ellps="WGS84")
# What Pillow raises where EXIF is damaged.
_BROKEN = (ValueError, KeyError, TypeError, SyntaxError, OSError, IndexError, OverflowError, struct.error)
_DAMAGED = re.compile("corrupt|truncated|larger than file|too large", re.IGNORECASE)
_KEPT = {ExifTags.Base.Make: "make", ExifTags.Base.Model: "model", ExifTags.Base.Software: "software"}


def taken(image: Image.Image, *, latest: datetime | None = None) -> Taken:
    """Where and when a picture says it was taken. Total: what cannot be read, or relied on, is not there, and noted.

    `latest`: when it was received.
    """
    try:
        exif = _exif_of(image)
        inner, gps = dict(exif.get_ifd(_EXIF)), dict(exif.get_ifd(_GPS))
        damaged = ("metadata_unreadable",) if _is_damaged(image) else ()
    except _BROKEN:
        return Taken(notes=("metadata_unreadable",))
    place, time = told_places.read_exif_place(gps), told_times.read_exif_time(inner, gps, latest)
    told = told_places.tells_place(gps)
    if not told:
        # Programs that tidy pictures keep the place in XMP alone.
        xmp = _read_xmp(image)
        place, told = told_places.read_xmp_place(xmp), told_places.tells_xmp_place(xmp)
    notes = (*damaged, *time.notes)
    notes = notes if place or not told else (*notes, "place_unreadable")
    latitude, longitude = place or (None, None)
    return Taken(latitude, longitude, time.at, time.offset_assumed, notes)


def _read_xmp(image: Image.Image) -> str:
    """The XMP packet of a picture, as words; never as XML, so that nothing in it is expanded or fetched."""
    found = next((image.info[name] for name in _XMP if isinstance(image.info.get(name), bytes | str)), b"")
    words = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
    return words[:_LARGEST_XMP]


def _exif_of(image: Image.Image) -> Image.Exif:
    """The EXIF of a picture. A PNG may have it behind its pixels, which are unpacked where they fit into memory."""
    if image.format == "PNG" and image.width * image.height <= MOST_AT_ONCE:
        with suppress(*_BROKEN):  # cut short: what came before its pixels is there all the same
            image.load()
    return Image.Image.getexif(image)


def _is_damaged(image: Image.Image) -> bool:
    """Whether a part of its EXIF cannot be read: Pillow reads what it can, and only warns of the rest."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        again = Image.Exif()
        again.load(image.info.get("exif") or b"")
        for directory in (_EXIF, _GPS):
            again.get_ifd(directory)
    return any(_DAMAGED.search(str(one.message)) for one in warned)


def device(image: Image.Image) -> dict[str, str]:
    """The maker, model and software that a picture names, where it does."""
    try:
        exif = _exif_of(image)
        return {name: str(exif[tag])[:100].replace("\x00", "") for tag, name in _KEPT.items() if exif.get(tag)}
    except _BROKEN:
        return {}


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
    absent, which is neutral; so is a date that is off by the 1,024 weeks of the satellites (`gps_week_rollover`).
    A difference of weeks or years has the note `time_far_off`.
    """
    metres, place = _metres(said, places, most_m)
    minutes = _minutes(said.at, interval)
    if minutes is not None and told_times.is_week_rollover(timedelta(minutes=minutes), _A_DAY):
        # The camera had its date from satellites whose weeks ran over: that is no difference of 19.6 years.
        return Comparison(place=place, time="absent", metres=metres, notes=("gps_week_rollover",))
    time: Agreement = "absent" if minutes is None else "consistent" if minutes <= most_minutes else "inconsistent"
    far = minutes is not None and timedelta(minutes=minutes) > _FAR_OFF
    return Comparison(place=place, time=time, metres=metres, minutes=minutes, notes=(TIME_FAR_OFF,) if far else ())


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
