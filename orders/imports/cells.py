"""What is in one cell of a spreadsheet: dates, numbers, yes and no. Told, never guessed. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

Parsed = Any
Parser = Callable[[str], Parsed]

_ERRORS = frozenset({"#REF!", "#VALUE!", "#N/A", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"})
_HASHES = re.compile(r"#{3,}")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[ T]00:00(?::00)?)?", re.ASCII)
_BRITISH = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})(?: 00:00(?::00)?)?", re.ASCII)
_MONTHS = 12
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
# As spreadsheets write the days that they made: 10-May, May-10, 10-May-26, 10/05/2026, 2026-05-10 00:00:00. With a
# space between, MAY 10 is a number plate.
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_TURNED_INTO_DATE = re.compile(
    rf"\d{{1,2}}[-/]{_MONTH}(?:[-/]\d{{2,4}})?|{_MONTH}[-/]\d{{1,4}}|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}"
    r"|\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
# What is left of a letter that could not be saved, or of UTF-8 that was read as cp1252.
_LETTERS_LOST = re.compile(
    "\ufffd|[^\\W\\d_]\\?+[^\\W\\d_]|^\\?+[^\\W\\d_]|\\?{2,}|[\x80-\x9f]"
    "|\u00c3[\u0080-\u00bf\u0152-\u0178\u2013-\u2122]|\u00e2\u20ac"
)
_SHORT_YEAR = re.compile(r"\d\d?[/.-]\d\d?[/.-]\d\d", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::00)?", re.ASCII)
_TO = re.compile(r"\s+to\s+", re.IGNORECASE)
_SMART = re.compile("[‘’“”„‚`´]")
_TEN_DIGITS = re.compile(r"[1-37]\d{9}", re.ASCII)
_SOCIAL = re.compile(r"\s*([^:]+):\s*(\S.*)")
_YES_NO = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}


class CellError(Exception):
    """A cell that cannot be taken for what its column holds. Carries a code only: the cell may be an address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sound(cell: str) -> str:
    """A cell without the spaces around it. Raises `CellError` for what a spreadsheet shows in place of a value.

    `="07700900123"` is how a spreadsheet is made to keep a nought: it says what stands between the quotes. No other
    formula is a value, and none is ever worked out.
    """
    text = cell.strip()
    kept = _KEPT_AS_TEXT.fullmatch(text)
    if kept is not None:
        text = kept[1].strip()
    if text.upper() in _ERRORS or _HASHES.fullmatch(text):
        raise CellError("spreadsheet_error")
    if text.startswith("="):
        raise CellError("formula")
    return text


def words(text: str) -> str:
    return text


def read_person(text: str) -> str:
    """The name of somebody: a letter that the file could not hold is told, or nobody is ever recognised by it."""
    if _LETTERS_LOST.search(text):
        raise CellError("letters_lost")
    return text


def read_people(text: str) -> list[str]:
    return [read_person(part) for part in several(text)]


def name(text: str) -> str:
    """A code, number or word of a list: what a spreadsheet makes of those is told."""
    if _TURNED_INTO_DATE.fullmatch(text):
        raise CellError("turned_into_date")
    return read_reference(text)


def read_reference(text: str) -> str:
    """As `name`; some registers have references that look like days."""
    if _SCIENTIFIC.fullmatch(text):
        raise CellError("number_mangled")
    if _SMART.search(text):
        raise CellError("smart_quotes")
    return text


def word(text: str) -> str:
    """One of a list of words of this service, in whatever case and with spaces for underscores."""
    return name(text).casefold().replace(" ", "_").replace("-", "_")


def several(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def several_words(text: str) -> list[str]:
    return [word(part) for part in several(text)]


def several_names(text: str) -> list[str]:
    return [name(part) for part in several(text)]


def day(text: str) -> str:
    """dd/mm/yyyy, never month first, or yyyy-mm-dd; as yyyy-mm-dd."""
    if _SERIAL.fullmatch(text):
        raise CellError("date_is_serial_number")
    if _SHORT_YEAR.fullmatch(text):
        raise CellError("date_two_digit_year")
    iso, british = _ISO.fullmatch(text), _BRITISH.fullmatch(text)
    if british and int(british[1]) <= _MONTHS < int(british[2]):
        raise CellError("date_month_first")
    parts = iso.groups() if iso else british.groups()[::-1] if british else ("0", "0", "0")
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except ValueError:
        raise CellError("date_unreadable") from None


def reads_both_ways(text: str) -> bool:
    """Whether a day that was read is another day to somebody who writes the month first."""
    british = _BRITISH.fullmatch(text)
    return british is not None and british[1].zfill(2) != british[2].zfill(2) and int(british[1]) <= _MONTHS


def instant(text: str) -> str:
    """Left to the rules of instants; a spreadsheet's own number for it is told."""
    if _SERIAL.fullmatch(text):
        raise CellError("date_is_serial_number")
    return text


def clock(text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise CellError("time_unreadable")
    return f"{int(found[1]):02}:{found[2]}"


def read_spans(text: str) -> list[dict[str, str]]:
    """Days or spans of days, several with semicolons between: `24/12/2026 to 02/01/2027; 14/02/2027`."""
    found = [[day(end.strip()) for end in _TO.split(part)] for part in several(text)]
    if any(len(ends) > len(("from", "to")) for ends in found):
        raise CellError("dates_unreadable")
    return [{"from": ends[0], "to": ends[-1]} for ends in found]


def yes_no(text: str) -> bool:
    found = _YES_NO.get(text.casefold())
    if found is None:
        raise CellError("not_yes_or_no")
    return found


def number(text: str) -> float | int:
    """Metres, degrees or a grid coordinate: a point for the fraction, nothing between thousands."""
    if _SCIENTIFIC.fullmatch(text):
        raise CellError("number_mangled")
    if not _NUMBER.fullmatch(text):
        raise CellError("number_unreadable")
    return float(text) if "." in text else int(text)


def whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise CellError("number_unreadable")
    return int(text)


def phones(text: str) -> list[dict[str, str]]:
    for part in several(text):
        if _TEN_DIGITS.fullmatch(part):
            raise CellError("leading_zero_lost")
    return _identifiers("phone", text)


def emails(text: str) -> list[dict[str, str]]:
    return _identifiers("email", text)


def vehicles(text: str) -> list[dict[str, str]]:
    return _identifiers("vehicle", text)


def social(text: str) -> list[dict[str, str]]:
    """`platform: name`, several with semicolons between."""
    found = [_SOCIAL.fullmatch(part) for part in several(text)]
    if None in found:
        raise CellError("social_unreadable")
    return [{"kind": "social", "platform": name(m[1].strip()), "value": m[2].strip()} for m in found if m]


def _identifiers(kind: str, text: str) -> list[dict[str, str]]:
    return [{"kind": kind, "value": value} for value in several_names(text)]


def geometry(text: str) -> dict[str, Any]:
    """GeoJSON or WKT (Polygon, MultiPolygon, LineString) as GeoJSON. What it means is for the rules of shapes.

    Read here and not by GEOS, which no text of a caller's ever reaches.
    """
    try:
        found = json.loads(text) if text.startswith("{") else _wkt(text)
    except (ValueError, RecursionError):
        raise CellError("geometry_unreadable") from None
    return dict(found)


_WKT = re.compile(r"(POLYGON|MULTIPOLYGON|LINESTRING)\s*(\([-+\d.eE,()\s]*\))", re.IGNORECASE)
_POSITION = re.compile(r"([-+\d.eE]+)\s+([-+\d.eE]+)")
_KINDS = {"POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon", "LINESTRING": "LineString"}


def _wkt(text: str) -> dict[str, Any]:
    found = _WKT.fullmatch(text)
    if found is None:
        raise ValueError("no WKT of these kinds")
    lists = _POSITION.sub(r"[\1,\2]", found[2]).replace("(", "[").replace(")", "]")
    return {"type": _KINDS[found[1].upper()], "coordinates": json.loads(lists)}
