"""What a clock in an export showed, and whether day and month, the year and the half of the day are certain.

A date that decides about a breach is not guessed in silence: what is in doubt has no instant, or is noted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from breaches.evidence.chats.half_days import find_hour, is_half_day
from breaches.evidence.chats.types import from_clock, name_clock_doubt

EARLIEST_YEAR = 2005  # none of these programs is older
_CONNECTING = frozenset({
    "", "à", "at", "um", "om", "a las", "alle", "kl", "kl.", "klo", "o", "ob", "u", "в", "às", "ás", "de", "의", "lúc",
    "г", "г.",
})  # fmt: skip
# What stands behind a clock of 24 hours and says "hours" or "o'clock".
_GROUPS = ("before", "after", "first", "middle", "last", "separator", "hour", "minute", "second")
_HOURS = frozenset({"ч", "ч.", "h", "hs", "hrs", "uhr", "น", "น.", "val", "val."})


class Clock(NamedTuple):
    """A date and a time as they were written, before anybody knows which is the month."""

    first: int
    second: int
    third: int
    separator: str
    year_first: bool
    hour: int
    minute: int
    second_of_minute: int
    half_day: str = ""


@dataclass(slots=True)
class DateOrder:
    """What the dates of a file say about the order of day and month."""

    first_over: bool = False
    second_over: bool = False
    day_first_falls: int = 0
    month_first_falls: int = 0
    numeric: bool = False
    _last: tuple[tuple[int, ...], tuple[int, ...]] = field(default=((), ()))

    def see_date(self, first: int, second: int, third: int, separator: str, *, year_first: bool) -> None:
        """A date as it was written, in the order written."""
        if year_first or separator == ".":
            return
        self.numeric = True
        self.first_over |= first > 12
        self.second_over |= second > 12
        now = ((third, second, first), (third, first, second))
        if self._last[0]:
            self.day_first_falls += now[0] < self._last[0]
            self.month_first_falls += now[1] < self._last[1]
        self._last = now

    def is_month_first(self) -> bool:
        if self.first_over != self.second_over:
            return self.second_over
        return self.month_first_falls < self.day_first_falls and not self.first_over

    def name_doubt(self) -> str:
        """`date_order_mixed`, `date_order_inferred` or `date_order_ambiguous`; empty where there is no doubt."""
        if not self.numeric or self.first_over != self.second_over:
            return ""
        if self.first_over:
            return "date_order_mixed"
        return "date_order_ambiguous" if self.day_first_falls == self.month_first_falls else "date_order_inferred"


def make_clock(found: re.Match[str]) -> Clock:
    """A clock of a match with the groups y, m, d (in the order written), separator, hour, minute, second, halves."""
    before, after, first, middle, last, separator, hour, minute, second = found.group(*_GROUPS)
    year_first = is_year(first, separator)
    half_day = _name_half_day(before, after) if before or after else ""
    return Clock(
        int(first), int(middle), int(last), separator, year_first, int(hour), int(minute), int(second or 0), half_day
    )


def is_year(first: str, separator: str) -> bool:
    """Whether the first number of a date is its year."""
    return len(first) > 2 or separator == "年"


def _name_half_day(before: str | None, after: str | None) -> str:
    """The word beside a time that is no joining word and no "hours"."""
    joining, hours = (before or "").strip(), (after or "").strip()
    hours = "" if hours.casefold() in _HOURS else hours
    return hours or ("" if joining.casefold() in _CONNECTING else joining)


def read_clock(clock: Clock, *, month_first: bool, latest_year: int) -> tuple[datetime | None, str]:
    """The instant that a clock in London showed; with none, the doubt: `other_calendar`, `half_day_unknown`, `no_date`.

    In the night in which clocks are changed it has both: `clock_twice` is the first of the two, `clock_skipped` none
    that a clock showed.

    A year outside of `EARLIEST_YEAR` to `latest_year` is of another calendar (Buddhist, Hijri, Persian, the Republic of
    China's) or a slip: nobody's to convert by guess.
    """
    year, month, day = _order_date(clock, month_first)
    if not EARLIEST_YEAR <= year <= latest_year:
        return None, "other_calendar"
    hour = find_hour(clock.half_day, clock.hour) if clock.half_day else clock.hour
    if hour is None and clock.hour > 12 and not is_half_day(clock.half_day):
        hour = clock.hour  # a word of no half: it joins the two, in whatever language
    if hour is None:
        return None, "half_day_unknown"
    try:
        when = datetime(year, month, day, hour, clock.minute, clock.second_of_minute)  # noqa: DTZ001 - a clock
        return from_clock(when), name_clock_doubt(when)
    except (ValueError, OverflowError):
        return None, "no_date"


def _order_date(clock: Clock, month_first: bool) -> tuple[int, int, int]:
    if clock.year_first:
        return clock.first, clock.second, clock.third
    # Two figures of a year are of this century; three are of another calendar.
    year = 2000 + clock.third if clock.third < 100 else clock.third
    month_first = month_first and clock.separator != "."
    month, day = (clock.first, clock.second) if month_first else (clock.second, clock.first)
    return (year, day, month) if month > 12 else (year, month, day)  # a file that has both
