"""When a file says it was made: a camera's clock beside that of the satellites (Exif 2.32, 4.6.5 and 4.6.6). Pure.

The two seldom agree to the second. A fix may be hours older than the picture; a receiver whose weeks ran over is 1,024
weeks off (7,168 days); a camera's clock may be of any year. Which of these it is, is told; what is in doubt is no time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PIL import ExifTags

from common.london import LONDON

GPS_WEEKS = timedelta(days=7168)  # after which a receiver's ten bits of weeks begin anew
_TIMES = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
)
_GPS_TIME, _GPS_DATE = 7, 29
_WRITTEN = re.compile(r"\s*(\d{4})([:/.-])(\d\d)\2(\d\d)[ T](\d\d):(\d\d):(\d\d)")
_HALVES = re.compile(r"[^\W\dZzTt]")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_FIRST_WEEK = datetime(1980, 1, 7, tzinfo=UTC)  # satellites began the day before: who says that day had no time
_OFFSETS = frozenset(
    {timedelta(minutes=30 * step) for step in range(-24, 29)} | {timedelta(minutes=45 + 60 * h) for h in (5, 8, 12)}
)
_LAST_UNSET = 2020  # no camera that is sold begins at a later year
_SAME = timedelta(minutes=2)  # seconds of leap, and the while that a fix takes
_OLD_FIX, _OLDEST_FIX = timedelta(minutes=15), timedelta(days=7)
_CLOCK_OFF = timedelta(days=1)
_AFTER_RECEIPT = timedelta(hours=26)  # a clock of the far east that was read as London's, and is fast


@dataclass(frozen=True, slots=True)
class ToldTime:
    """`at`: None where nothing is said, or nothing that can be relied on. `notes`: what is doubtful, by code."""

    at: datetime | None = None
    offset_assumed: bool = False
    notes: tuple[str, ...] = ()


def read_exif_time(inner: Mapping[int, Any], gps: Mapping[int, Any], latest: datetime | None = None) -> ToldTime:
    """When a picture was taken: by its clock and offset, else by the satellites, else by its clock as London's.

    `latest`: when it was received; what is said to be more than a day later is impossible. Total. Notes:
    `fix_older_than_picture`, `camera_clock_off`, `gps_week_rollover`, and where there is no time `clocks_differ`,
    `clock_unset` and `time_unreadable`.
    """
    zoned, local, satellites = _read_zoned(inner), _read_local(inner), _read_satellites(gps)
    told = _weigh_clocks(zoned, local, satellites)
    unset = _is_unset(_read_local(inner))
    if unset and (satellites is None or told.at is None):
        return ToldTime(notes=(*told.notes, "clock_unset"))
    unreadable = told.at is None and not told.notes and any(_says_something(inner.get(tag)) for tag, _ in _TIMES)
    return ToldTime(notes=("time_unreadable",)) if unreadable else doubt_future(told, latest)


def doubt_unset(told: ToldTime) -> ToldTime:
    """The same of one clock alone, without a time that shows that nobody has set it."""
    return ToldTime(notes=(*told.notes, "clock_unset")) if _is_unset(told.at) else told


def _is_unset(clock: datetime | None) -> bool:
    """Whether a clock shows the day at which one begins that nobody has set: of 1970, 1980, or a New Year's Day."""
    return clock is not None and (clock.month, clock.day) == (1, 1) and clock.year <= _LAST_UNSET


def doubt_future(told: ToldTime, latest: datetime | None) -> ToldTime:
    """The same, without a time that lies after the file was received."""
    if told.at is None or latest is None or told.at <= latest + _AFTER_RECEIPT:
        return told
    return ToldTime(notes=(*told.notes, "time_unreadable"))


def is_week_rollover(apart: timedelta, tolerance: timedelta) -> bool:
    """Whether two instants lie apart by 1,024 weeks, or a few times that, give or take a tolerance."""
    times = round(apart / GPS_WEEKS)
    return times != 0 and abs(apart - times * GPS_WEEKS) <= tolerance


def read_written_time(written: Any) -> datetime | None:
    """A date and time with its offset, as `2026-11-20T18:07:12+0000`; None without an offset."""
    clock, found = _read_clock(written), _WRITTEN.match(_text(written))
    offset = _read_offset(_text(written)[found.end() :].lstrip(".0123456789 ")) if found else None
    return clock.replace(tzinfo=offset).astimezone(UTC) if clock and offset else None


def _weigh_clocks(zoned: datetime | None, local: datetime | None, satellites: datetime | None) -> ToldTime:
    """`zoned`: the camera's clock with an offset. `local`: without one, in no zone."""
    camera = zoned or (local.replace(tzinfo=LONDON).astimezone(UTC) if local else None)
    assumed = zoned is None and camera is not None
    if camera is None or satellites is None:
        return ToldTime(camera or satellites, assumed)
    notes: tuple[str, ...] = ()
    times = round((camera - satellites) / GPS_WEEKS)
    if times:
        satellites, notes = satellites + times * GPS_WEEKS, ("gps_week_rollover",)
    if assumed and local is not None and _is_an_offset(local.replace(tzinfo=UTC) - satellites):
        return ToldTime(satellites, notes=notes)
    older = camera - satellites
    if not -_CLOCK_OFF <= older <= _OLDEST_FIX:
        return ToldTime(notes=("clocks_differ",))
    if older > _OLD_FIX:
        return ToldTime(camera, assumed, (*notes, "fix_older_than_picture"))
    if older < -_OLD_FIX:
        return ToldTime(satellites if assumed else camera, notes=(*notes, "camera_clock_off"))
    return ToldTime(camera, notes=notes)  # the satellites bear out its offset


def _is_an_offset(apart: timedelta) -> bool:
    """Whether a clock that shows this much more than UTC is that of a zone on earth."""
    return any(abs(apart - offset) <= _SAME for offset in _OFFSETS)


def _read_zoned(inner: Mapping[int, Any]) -> datetime | None:
    for tag, offset_tag in _TIMES:
        clock, offset = _read_clock(inner.get(tag)), _read_offset(_text(inner.get(offset_tag)))
        offset = offset or _read_offset(_read_after(_text(inner.get(tag))))  # some write it behind the time itself
        if clock is not None and offset is not None:
            return clock.replace(tzinfo=offset).astimezone(UTC)
    return None


def _read_after(written: str) -> str:
    """What stands behind a time and the parts of its second."""
    found = _WRITTEN.match(written)
    return re.sub(r"^[.,]\d+", "", written[found.end() :]).strip("\x00 ") if found else ""


def _read_local(inner: Mapping[int, Any]) -> datetime | None:
    return next(filter(None, (_read_clock(inner.get(tag)) for tag, _ in _TIMES)), None)


def _read_clock(written: Any) -> datetime | None:
    found = _WRITTEN.match(_text(written))
    try:
        # Years that nobody's camera knows would not survive a change of offset.
        year, month, day, hour, minute, second = (int(found[n]) for n in (1, 3, 4, 5, 6, 7)) if found else (0,) * 6
        when = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its offset is another field
    except ValueError:
        return None
    if _HALVES.search(_read_after(_text(written))):
        return None  # of twelve hours: which half a camera means by which word is nobody's to guess
    return when if 1970 <= when.year <= 9000 else None


def _read_offset(written: str) -> timezone | None:
    if written[:1] in ("Z", "z"):
        return timezone(timedelta())
    found = _OFFSET.match(written.strip())
    if not found or int(found[3]) > 59:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-size if found[1] == "-" else size) if size <= timedelta(hours=14) else None


def _read_satellites(gps: Mapping[int, Any]) -> datetime | None:
    """UTC by the satellites. None where a part has no value or is of no clock, and of before there were any."""
    try:
        hours, minutes, seconds = (float(part) for part in gps[_GPS_TIME])
        year, month, day = (int(part) for part in re.split(r"[:/.-]", _text(gps[_GPS_DATE]).strip("\x00 ")))
        date = datetime(year, month, day, tzinfo=UTC)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    on_clock = math.isfinite(hours + minutes + seconds) and 0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61
    if not on_clock or date.year > 9000:
        return None
    found = date + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return found if found >= _FIRST_WEEK else None


def _says_something(written: Any) -> bool:
    """Whether a field for a date has more in it than nought and blanks, which mean that nobody knew."""
    return any(letter not in "\x000: /.-" for letter in _text(written).strip())


def _text(written: Any) -> str:
    if isinstance(written, bytes):
        return written.decode("latin-1")
    return written if isinstance(written, str) else ""
