"""When a mail was sent: by its own word, and by that of the server that took it in (RFC 5322 3.3, 4.3; RFC 5321 4.4).

A zone in letters that the standard does not define says nothing by itself ("BST" is British Summer Time, or that of
Bangladesh): it counts only where the receiving server's time confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

# The zones in letters that RFC 5322 4.3 defines. "-0000" says that nothing is known.
_ZONES = frozenset({"UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"})
_OFFSET = re.compile(r"[+-]\d{4}")
_COMMENT = re.compile(r"\([^()]*\)")
_STEP = timedelta(minutes=30)  # of which nearly every zone's offset is a multiple
_FARTHEST = timedelta(hours=14)
_ON_ITS_WAY = (timedelta(minutes=-1), timedelta(minutes=5))  # clocks differ, and a mail takes a while
_DIFFERS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class MailDate:
    """`at`: when it was sent, None where that is not certain. `received`: when the topmost server says it took it in.

    `differs`: the two are more than a quarter of an hour apart, or only the second is known.
    """

    at: datetime | None
    received: datetime | None
    differs: bool
    notes: tuple[str, ...] = ()


def read_date(written: str, received: Sequence[str]) -> MailDate:
    """Read a `Date` header beside the topmost `Received`. Total: what is no date is noted.

    Notes: `date_missing`, `date_impossible`, `zone_unknown`, `zone_confirmed_by_server`, `date_differs_from_server`.
    """
    taken_in = next((_read_instant(line.rpartition(";")[2])[0] for line in received), None)
    if not written.strip():
        return MailDate(None, taken_in, taken_in is not None, ("date_missing",))
    at, clock = _read_instant(written)
    if at is None and clock is None:
        return MailDate(None, taken_in, taken_in is not None, ("date_impossible",))
    if at is None and clock is not None:
        at = _confirm_zone(clock, taken_in)
        if at is None:
            return MailDate(None, taken_in, taken_in is not None, ("zone_unknown",))
        return MailDate(at, taken_in, differs=False, notes=("zone_confirmed_by_server",))
    differs = at is not None and taken_in is not None and abs(at - taken_in) > _DIFFERS
    return MailDate(at, taken_in, differs, ("date_differs_from_server",) if differs else ())


def _read_instant(written: str) -> tuple[datetime | None, datetime | None]:
    """An instant; or, where its zone says nothing, what its clock showed."""
    found = parsedate_tz(written)
    if found is None:
        return None, None
    try:
        clock = datetime(*found[:6], tzinfo=UTC)
    except (ValueError, OverflowError):
        return None, None
    zone = _COMMENT.sub(" ", written).split()[-1]
    if zone.upper() not in _ZONES and (not _OFFSET.fullmatch(zone) or zone == "-0000"):
        return None, clock
    if abs(found[9] or 0) > _FARTHEST.total_seconds():
        return None, None  # no clock on earth shows that
    try:
        return clock - timedelta(seconds=found[9] or 0), None
    except OverflowError:
        return None, None


def _confirm_zone(clock: datetime, received: datetime | None) -> datetime | None:
    """The instant that the server's own time makes of a clock without a zone."""
    if received is None:
        return None
    offset = round((clock - received) / _STEP) * _STEP
    at = clock - offset
    on_time = _ON_ITS_WAY[0] <= received - at <= _ON_ITS_WAY[1]
    return at if abs(offset) <= _FARTHEST and on_time else None
