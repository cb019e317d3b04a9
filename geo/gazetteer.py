"""From a postcode, an address or the name of a road to where it may be. Pluggable; a file-based one is built in.

Asked on this machine only: nobody outside learns that somebody asked about a place. What is found keeps its own
uncertainty (an area, a road with its width, several candidates), and is never sharper than the data it came from.
The file is made by `geo.gazetteer_build`; without one, places in words stay words (docs/gazetteer.md).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from geo.canonical import spread_from_json
from geo.place_phrases import reads_one_way
from geo.spread import middle
from geo.types import Candidate, Candidates, Fix

Kind = Literal["postcode", "address", "road"]
Fault = Literal[
    "location_not_found",
    "location_ambiguous",
    "location_reads_two_ways",
    "postcode_terminated",
    "gazetteer_unavailable",
]

# A postcode has about fifteen addresses and at most a hundred delivery points; more places than this is no answer.
MOST_CANDIDATES = 200
_LONGEST = 500
# The kind of a postcode that the directory says is in use no more.
ENDED = "postcode_ended"
# GIR 0AA aside, outward code and inward code; also where it stands
# within an address, but not where it is a piece of a longer word or of a number of something (AB-L1 1AA, L11AA-7).
_POSTCODE = re.compile(
    r"""(?<![^\s,;:.(\['"])([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})(?![^\s,;:.)\]'"!?])""",
    re.ASCII | re.IGNORECASE,
)
# What stands between two postcodes that were written as one word, or nearly: L1 1AA/L8 2BB, L1 1AA-L8 2BB.
_PAIR = re.compile(
    r"""(?<![^\s,;:.(\['"])([A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})\s*(?:[^\w\s,;:.]|_){1,3}\s*"""
    r"""(?=[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}(?![A-Z0-9]))""",
    re.ASCII | re.IGNORECASE,
)
# "Block B2 4th floor" is no postcode.
_ORDINALS = re.compile(r"1st|2nd|3rd|[04-9]th", re.ASCII)
# Somebody's home or work is named, which need not be where he was; also where no postcode stands beside it.
_LIVES = re.compile(
    r"\b(lives?|lived|living|resid(es?|ed|ing)|stay(s|ed|ing)? (at|in|with)|work(s|ed|ing)? (at|in|for)|moved (to|from)"
    r"|comes? from|(my|his|her|their|our|home) (home )?address)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]+[a-z]?", re.ASCII)
_WORDS = re.compile(r"[^\W_]+")
_ASKED = "SELECT longitude, latitude, r95_m, spread FROM place WHERE kind = ? AND key = ? AND rank = ? LIMIT ?"
_BEST = "SELECT min(rank) FROM place WHERE kind = ? AND key = ?"


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A postcode that stands in a text, and where it is: WGS84 degrees, metres. For a person to choose from."""

    name: str
    longitude: float
    latitude: float
    r95_m: float
    terminated: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Exactly one of a fix and a fault. `source` names the edition that was asked.

    `candidates`: what was found in a text that does not read one way.
    """

    fix: Fix | None
    fault: Fault | None
    source: str
    candidates: tuple[Mentioned, ...] = ()


class Gazetteer(Protocol):
    """Whatever can say where a place named in words may be. Never raises."""

    def find(self, kind: Kind, text: str) -> Found: ...


@dataclass(frozen=True, slots=True)
class FileGazetteer:
    """An SQLite file that is only read. Opened for each question: threads and forks share nothing."""

    path: Path

    def find(self, kind: Kind, text: str) -> Found:
        """Where `text` may be, where it reads one way: a postcode within an address; then the name of road and place.

        Two postcodes, a postcode among words that may say something else of it (`geo.place_phrases`), somebody's home
        or work, or a postcode that is in use no more, are left to a person.
        """
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
                edition = str(file.execute("SELECT value FROM about WHERE name = 'edition'").fetchone()[0])
                return _find_doubt(file, kind, text, f"gazetteer {edition}") or _found(
                    file, questions(kind, text), f"gazetteer {edition}"
                )
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            return Found(None, "gazetteer_unavailable", "")


def questions(kind: Kind, text: str) -> list[tuple[str, str]]:
    """(kind, key) to look for, the surest first."""
    text = text[:_LONGEST]
    postcode = postcode_key(text)
    if kind == "postcode":
        return [("postcode", postcode)] if postcode else []
    names = [(known, name) for known in ("address", "road") for name in _names(text)]
    return [*([("postcode", postcode)] if postcode and kind == "address" else []), *names]


def postcode_key(text: str) -> str | None:
    """The one postcode in a text, without its space; None where there is none, or more than one."""
    found = postcodes_in(text)
    return found[0] if len(found) == 1 else None


def postcodes_in(text: str) -> list[str]:
    """The postcodes that stand in a text as words of their own, each once, without spaces; not GIR 0AA."""
    found = ((match[1] + match[2]).upper() for match in _POSTCODE.finditer(_set_apart(text)) if _is_postcode(match))
    return list(dict.fromkeys(found))


def words_around_postcodes(text: str) -> str:
    """What a text says beside its postcodes."""
    return _POSTCODE.sub(lambda match: " " if _is_postcode(match) else match[0], _set_apart(text, keep_lines=True))


def _set_apart(text: str, *, keep_lines: bool = False) -> str:
    """The text with single spaces, and what was written between two postcodes as a space."""
    lines = (" ".join(line.split()) for line in text.splitlines()) if keep_lines else (" ".join(text.split()),)
    apart = "\n".join(lines)
    # A code that ends one pair begins the next one only once it stands by itself.
    while (further := _PAIR.sub(r"\1 ", apart)) != apart:
        apart = further
    return apart


def _is_postcode(match: re.Match[str]) -> bool:
    return not _ORDINALS.fullmatch(match[2])


def name_key(*names: str) -> str:
    """Words of names in small letters with one space between: "St. Mary's Road", "Bath" to "st mary s road bath"."""
    return " ".join(word for name in names for word in _WORDS.findall(name.casefold()))


def _names(text: str) -> list[str]:
    """The words as they stand, and without a house number before them."""
    whole = name_key(_POSTCODE.sub(" ", " ".join(text.split())))
    first, _, rest = whole.partition(" ")
    return [name for name in ([whole, rest] if _NUMBER.fullmatch(first) else [whole]) if name]


def _find_doubt(file: sqlite3.Connection, kind: Kind, text: str, source: str) -> Found | None:
    """Why a text is not looked up, with what stands in it; None where it reads one way."""
    whole, text = text, text[:_LONGEST]
    codes = [] if kind == "road" else postcodes_in(text)
    candidates = tuple(place for code in codes for place in _find_mentioned(file, code))

    def is_known(name: str) -> bool:
        key = name_key(name)
        return any(file.execute(_BEST, (known, key)).fetchone()[0] is not None for known in ("address", "road"))

    one_way = len(codes) < 2 and not _LIVES.search(text)
    if codes and one_way:
        one_way = len(whole) <= _LONGEST and reads_one_way(words_around_postcodes(text), is_known)
    if not one_way:
        return Found(None, "location_reads_two_ways", source, candidates)
    if any(place.terminated for place in candidates):
        return Found(None, "postcode_terminated", source, candidates)
    return None


def _find_mentioned(file: sqlite3.Connection, code: str) -> Iterator[Mentioned]:
    for kind in (ENDED, "postcode"):
        found = _found(file, [(kind, code)], "").fix
        if found:
            name = f"{code[:-3]} {code[-3:]}"
            yield Mentioned(name, found.longitude, found.latitude, found.r95_m, terminated=kind == ENDED)
            return


def _found(file: sqlite3.Connection, asked: Iterable[tuple[str, str]], source: str) -> Found:
    for kind, key in asked:
        (rank,) = file.execute(_BEST, (kind, key)).fetchone()
        if rank is None:
            continue
        rows = file.execute(_ASKED, (kind, key, rank, MOST_CANDIDATES + 1)).fetchall()
        if len(rows) > MOST_CANDIDATES:
            return Found(None, "location_ambiguous", source)
        fixes = [_fix(*row) for row in rows]
        return Found(fixes[0] if len(fixes) == 1 else _one_of(fixes), None, source)
    return Found(None, "location_not_found", source)


def _fix(longitude: float, latitude: float, r95_m: float, spread: str) -> Fix:
    return Fix(longitude, latitude, r95_m, spread_from_json(json.loads(spread)) if spread else None)


def _one_of(fixes: list[Fix]) -> Fix:
    # An area among several places stands there with the circle that holds it.
    return middle(Candidates(tuple(Candidate(fix.longitude, fix.latitude, fix.r95_m) for fix in fixes)))
