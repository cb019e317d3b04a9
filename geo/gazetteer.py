"""From a postcode, an address or the name of a road to where it may be. Pluggable; a file-based one is built in.

Asked on this machine only: nobody outside learns that somebody asked about a place. What is found keeps its own
uncertainty (an area, a road with its width, several candidates), and is never sharper than the data it came from.
The file is made by `geo.gazetteer_build`; without one, places in words stay words (docs/gazetteer.md).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from geo.canonical import spread_from_json
from geo.spread import middle
from geo.types import Candidate, Candidates, Fix

Kind = Literal["postcode", "address", "road"]
Fault = Literal["location_not_found", "location_ambiguous", "gazetteer_unavailable"]

# A postcode has about fifteen addresses and at most a hundred delivery points; more places than this is no answer.
MOST_CANDIDATES = 200
_LONGEST = 500
# GIR 0AA aside, outward code and inward code; also where it stands within an address.
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\b", re.ASCII)
_NUMBER = re.compile(r"[0-9]+[a-z]?", re.ASCII)
_WORDS = re.compile(r"[^\W_]+")
_ASKED = "SELECT longitude, latitude, r95_m, spread FROM place WHERE kind = ? AND key = ? AND rank = ? LIMIT ?"
_BEST = "SELECT min(rank) FROM place WHERE kind = ? AND key = ?"


@dataclass(frozen=True, slots=True)
class Found:
    """Exactly one of a fix and a fault. `source` names the edition that was asked."""

    fix: Fix | None
    fault: Fault | None
    source: str


class Gazetteer(Protocol):
    """Whatever can say where a place named in words may be. Never raises."""

    def find(self, kind: Kind, text: str) -> Found: ...


@dataclass(frozen=True, slots=True)
class FileGazetteer:
    """An SQLite file that is only read. Opened for each question: threads and forks share nothing."""

    path: Path

    def find(self, kind: Kind, text: str) -> Found:
        """Where `text` may be. A postcode within an address is asked first; then the name of road and place."""
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
                edition = str(file.execute("SELECT value FROM about WHERE name = 'edition'").fetchone()[0])
                return _found(file, questions(kind, text), f"gazetteer {edition}")
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
    """The last postcode in a text, without its space; None where there is none. GIR 0AA is no place to be at."""
    plain = " ".join(text.upper().split())
    found = _POSTCODE.findall(plain)
    return "".join(found[-1]) if found else None


def name_key(*names: str) -> str:
    """Words of names in small letters with one space between: "St. Mary's Road", "Bath" to "st mary s road bath"."""
    return " ".join(word for name in names for word in _WORDS.findall(name.casefold()))


def _names(text: str) -> list[str]:
    """The words as they stand, and without a house number before them."""
    whole = name_key(_POSTCODE.sub(" ", text.upper()))
    first, _, rest = whole.partition(" ")
    return [name for name in ([whole, rest] if _NUMBER.fullmatch(first) else [whole]) if name]


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
