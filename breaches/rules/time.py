"""Whether a condition was in force: throughout an interval, in part of it, or not at all (rule 60)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from breaches.types import Interval, Reason
from common.london import LONDON, civil_date
from orders.types import DAYS, Period, Window

Coverage = Literal["all", "part", "none"]
IN_FUTURE = Reason(
    "occurred_in_future", "It was said to lie in the future when it was told: an officer asks when it was."
)
ENDS_IN_FUTURE = Reason(
    "occurred_in_future",
    "It was said to go on into the future when it was told: what lies before is judged, an officer asks when it ended.",
)
# A longer interval is not tiled with windows day by day: it is in them only in part anyway.
_LONGEST_TILED = timedelta(days=400)
_ONE_INSTANT = timedelta(microseconds=1)


def coverage(periods: Iterable[Period], windows: Sequence[Window], interval: Interval | None) -> Coverage:
    """How much of `interval` lies in one of `periods` and, where there are any, one of `windows`.

    An unknown time (None) is covered in part: nobody can say that it was, nor that it was not.
    """
    pieces = list(periods)
    if interval is None:
        return "part" if pieces else "none"
    start, end = interval.start, max(interval.end, interval.start + _ONE_INSTANT)
    if not windows and any(p.start <= start and (p.end is None or end <= p.end) for p in pieces):
        return "all"
    covered = _joined(_clipped(((p.start, p.end) for p in pieces), start, end))
    if windows and covered:
        if end - start > _LONGEST_TILED:
            return "part"
        tiles = _joined(_clipped(_occurrences(windows, start, end), start, end))
        covered = [piece for tile in tiles for piece in _clipped(covered, *tile)]
    if not covered:
        return "none"
    return "all" if covered == [(start, end)] else "part"


def served(served_at: datetime | None, interval: Interval | None) -> Coverage:
    """How much of `interval` lies after service: before it nobody can breach an order knowingly (rule 25)."""
    if served_at is None:
        return "none"
    return coverage([Period(served_at, None)], (), interval)


def _clipped(
    pieces: Iterable[tuple[datetime, datetime | None]], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    for piece_start, piece_end in pieces:
        first, last = max(piece_start, start), end if piece_end is None else min(piece_end, end)
        if first < last:
            yield first, last


def _joined(pieces: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _occurrences(windows: Sequence[Window], start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    # From the day before: yesterday's window may run past midnight into the interval.
    day, last = civil_date(start) - timedelta(days=1), civil_date(end)
    while day <= last:
        for window in windows:
            if DAYS[day.weekday()] in window.days and _dated(window, day):
                yield _on(window, day)
        day += timedelta(days=1)


def _dated(window: Window, day: date) -> bool:
    return not window.dates or any(first <= day <= last for first, last in window.dates)


def _on(window: Window, day: date) -> tuple[datetime, datetime]:
    """The window that begins on a day, by London's clock.

    In the hour that comes twice in October it begins at the first and ends at the second; a time that the
    clock leaps over in March is taken an hour later.
    """
    last = day if window.end > window.start else day + timedelta(days=1)
    return _instant(day, window.start, fold=0), _instant(last, window.end, fold=1)


def _instant(day: date, clock: time, *, fold: int) -> datetime:
    local = datetime.combine(day, clock.replace(fold=fold), tzinfo=LONDON)
    skipped = local.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None, fold=0) != local.replace(
        tzinfo=None, fold=0
    )
    return local.replace(fold=0 if skipped else fold).astimezone(UTC)
