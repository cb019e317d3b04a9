"""Dates with the month as a word ("Mar 24, 2026 9:47:03 PM", "24 mars 2026, 21:47"), in every language of CLDR."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Any

from babel import localedata

from breaches.evidence.chats.clocks import EARLIEST_YEAR
from breaches.evidence.chats.half_days import find_hour, is_half_day
from breaches.evidence.chats.types import from_clock

_ENGLISH = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
            ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
            ("dec", "december"),
        ),
        1,
    )
    for name in names
}  # fmt: skip
_LONGEST = 100  # characters of a date with everything that is written beside it
_GAP = "[\\s\u00a0\u202f\u200e\u200f,.]"
_TIME = re.compile(
    rf"(?P<before>[^\W\d_][^\d]{{0,24}}?)?{_GAP}*(?P<hour>\d{{1,2}})(?:[:.h]|{_GAP}h{_GAP})(?P<minute>\d\d)(?:[:.](?P<second>\d\d))?"
    rf"{_GAP}*(?P<after>[^\W\d_][^\d]{{0,24}}?)?{_GAP}*(?P<zone>(?:UTC|GMT)?[+-]\d\d:?\d\d|UTC|GMT|Z)?$"
)
_PARTS = re.compile(r"\d+|[^\W\d_]+", re.UNICODE)
# What joins a date to a time, and the parts of a date to one another.
_JOINS = frozenset({
    "at", "à", "às", "as", "um", "a las", "alle", "ore", "kl", "klo", "o", "om", "ob", "v", "в", "de", "del", "of", "г",
    "р", "года", "року",
})  # fmt: skip


def read_worded_date(written: str) -> tuple[datetime | None, bool]:
    """The instant that a date in words names, and whether it was taken as London's clock because no zone was there.

    None where it is no such date, or where day, month or half of the day are not certain.
    """
    return _read_short(written) if len(written) <= _LONGEST else (None, False)


@lru_cache(maxsize=4096)
def _read_short(written: str) -> tuple[datetime | None, bool]:
    time = _TIME.search(written)
    if time is None:
        return None, False
    day = _read_day(written[: time.start("hour")])
    hour = _read_hour(time)
    if day is None or hour is None:
        return None, False
    try:
        when = datetime(*day, hour, int(time["minute"]), int(time["second"] or 0))  # noqa: DTZ001 - a clock
        zone = time["zone"]
        return (when.replace(tzinfo=_read_zone(zone)), False) if zone else (from_clock(when), True)
    except (ValueError, OverflowError):
        return None, False


def _read_hour(time: re.Match[str]) -> int | None:
    """The hour from 0 to 23; None where a word beside it may be a half of the day and is not known as one."""
    hour = int(time["hour"])
    before, after = ((time[name] or "").strip(" .,\u202f\u00a0") for name in ("before", "after"))
    if after:
        return find_hour(after, hour)
    if before and is_half_day(before):
        return find_hour(before, hour)
    known = not before or before.casefold() in _JOINS or find_month(before) is not None
    return hour if known or hour > 12 else None


def _read_zone(zone: str) -> timezone:
    found = re.search(r"([+-])(\d\d):?(\d\d)", zone)
    if found is None:
        return timezone.utc  # noqa: UP017 - a fixed offset like the others
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)


def _read_day(written: str) -> tuple[int, int, int] | None:
    """Year, month and day of words such as "Mar 24, 2026" or "24 de marzo de 2026"."""
    parts = _PARTS.findall(written)
    numbers = [int(part) for part in parts if part.isdecimal()]
    words = [part for part in parts if not part.isdecimal() and part.casefold() not in _JOINS]
    months = {month for word in words if (month := find_month(word)) is not None}
    years = [number for number in numbers if EARLIEST_YEAR <= number <= 2200]
    days = [number for number in numbers if 1 <= number <= 31]
    if len(numbers) == 2 and len(months) == 1 and len(years) == 1 and len(days) == 1:
        return years[0], months.pop(), days[0]
    return None


def find_month(word: str) -> int | None:
    """The month that a word names in some language; None for none, and where languages differ."""
    plain = word.casefold().strip(".")
    if plain in _ENGLISH:
        return _ENGLISH[plain]
    found = _months_by_word().get(plain, frozenset())
    return next(iter(found)) if len(found) == 1 else None


@cache
def _months_by_word() -> dict[str, frozenset[int]]:
    """The Gregorian months by their names, read once in a process and only where a name is not English."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for name in localedata.locale_identifiers():
        for word, month in _read_months(localedata.load(name, merge_inherited=False)):
            found[word].add(month)
        localedata._cache.clear()  # all languages together take 150 MB, and none is asked for again
    return {word: frozenset(months) for word, months in found.items() if word}


def _read_months(data: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for style in data.get("months", {}).values():
        for width, words in style.items() if isinstance(style, Mapping) else ():
            for month, word in words.items() if isinstance(words, Mapping) and width != "narrow" else ():
                if isinstance(word, str) and not word.isdigit():
                    yield word.casefold().strip("."), int(month)
