"""Which half of the day a clock means, in every language that Unicode's CLDR knows ("PM", "下午", "م", "de la tarde").

Asked only where a clock of twelve hours says so. What several languages use for both halves is nobody's to guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from babel import localedata

_LEFT_OUT = re.compile("[\\s.\u00a0\u202f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_PLAIN = {"am": False, "pm": True, "a": False, "p": True}
_NOON = {"midnight": 0, "noon": 12}
_DAY = 24


def find_hour(marker: str, hour: int) -> int | None:
    """The hour from 0 to 23 of a clock that showed `hour` (1 to 12) and `marker`; None where that is not certain."""
    word = _LEFT_OUT.sub("", marker).casefold()
    if not 0 <= hour <= 12:
        return None
    if word in _PLAIN:
        return hour % 12 + (12 if _PLAIN[word] else 0)
    found = {at for at in (_place_hour(span, hour) for span in _spans_by_word().get(word, ())) if at is not None}
    return found.pop() if len(found) == 1 else None


def is_half_day(marker: str) -> bool:
    """Whether some language writes this beside a clock of twelve hours."""
    word = _LEFT_OUT.sub("", marker).casefold()
    return word in _PLAIN or word in _spans_by_word()


def _place_hour(span: tuple[int, int], hour: int) -> int | None:
    """Which of the two hours that a clock may mean lies in a part of the day, which may run past midnight."""
    start, end = span
    both = [at for at in (hour % 12, hour % 12 + 12) if (start <= at < end or start <= at + _DAY < end)]
    return both[0] if len(both) == 1 else None


@cache
def _spans_by_word() -> dict[str, frozenset[tuple[int, int]]]:
    """The parts of the day, in hours from midnight, by every word for one: some 1,300, read once in a process."""
    found: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    for name in localedata.locale_identifiers():
        for word, span in _read_locale(localedata.load(name, merge_inherited=False)):
            found[word].add(span)
        localedata._cache.clear()  # all languages together take 150 MB, and none is asked for again
    return {word: frozenset(spans) for word, spans in found.items() if word}


def _read_locale(data: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, int]]]:
    spans = {"am": (0, 12), "pm": (12, 24), **_read_rules(data.get("day_period_rules", {}))}
    for style in data.get("day_periods", {}).values():
        for words in style.values() if isinstance(style, Mapping) else ():
            for period, word in words.items() if isinstance(words, Mapping) else ():
                if period in spans and isinstance(word, str):
                    yield _LEFT_OUT.sub("", word).casefold(), spans[period]


def _read_rules(rules: Mapping[Any, Any]) -> dict[str, tuple[int, int]]:
    """CLDR gives each part of the day from and to, in seconds; midnight and noon as an instant."""
    spans: dict[str, tuple[int, int]] = {period: (at, at + 1) for period, at in _NOON.items()}
    for period, parts in (rules.get(None) or {}).items():
        for part in parts:
            if "from" in part and "before" in part:
                start, end = part["from"] // 3600, -(-part["before"] // 3600)
                spans[period] = (start, end if end > start else end + _DAY)
    return spans
