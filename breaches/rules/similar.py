"""Whether two reports may tell of one thing. Only ever a suggestion: nothing is merged (rule 39, trap 14). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Literal

from breaches.types import Interval

Ground = Literal["same_words", "same_place"]
# A pin on a street corner and a phone's own fix of the same corner lie about this far apart.
NEAR_M = 150.0
_SAME_WORDS = 0.8
_FEWEST_WORDS = 5
_MOST_WORDS = 2_000
_MOST_PLACES = 20
_EARTH_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """What two reports are compared by. `places`: (subject, longitude, latitude), WGS84 degrees."""

    interval: Interval | None
    words: frozenset[str]
    places: tuple[tuple[str, float, float], ...] = ()


def words_of(*texts: str | None) -> frozenset[str]:
    """Pairs of neighbouring words, whatever their case, accents and punctuation: near-same texts share most."""
    joined = unicodedata.normalize("NFKD", " ".join(text for text in texts if text)).casefold()
    found = re.findall(r"\w+", joined)[:_MOST_WORDS]
    if len(found) < _FEWEST_WORDS:
        return frozenset()
    return frozenset(f"{one} {other}" for one, other in pairwise(found))


def grounds(one: Sketch, other: Sketch) -> tuple[Ground, ...]:
    """Why they may tell of one thing; none where their times do not touch."""
    if not _overlap(one.interval, other.interval):
        return ()
    found: list[Ground] = []
    if _alike(one.words, other.words):
        found.append("same_words")
    if _near(one.places[:_MOST_PLACES], other.places[:_MOST_PLACES]):
        found.append("same_place")
    return tuple(found)


def _overlap(one: Interval | None, other: Interval | None) -> bool:
    if one is None or other is None:
        return False
    return one.start <= other.end and other.start <= one.end


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= _SAME_WORDS * len(one | other)


def _near(ones: Sequence[tuple[str, float, float]], others: Sequence[tuple[str, float, float]]) -> bool:
    return any(a[0] == b[0] and _metres(a, b) <= NEAR_M for a in ones for b in others)


def _metres(one: tuple[str, float, float], other: tuple[str, float, float]) -> float:
    """On a sphere: right to half a percent, which is enough for a suggestion and never for a verdict."""
    (_, lon1, lat1), (_, lon2, lat2) = one, other
    half = sin(radians(lat2 - lat1) / 2) ** 2
    half += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(min(1.0, half)))
