"""From rows to orders: each with its document, what is wrong with it, and where the next one begins. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.problems import Problem
from orders.imports.codes import take_codes
from orders.imports.columns import COLUMNS, order_of
from orders.imports.reading import ROW_LIMIT, Row
from orders.imports.telling import RowProblem, of_rules, told
from orders.types import ChangeKind

REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
Json = dict[str, Any]
_MOST_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One order of a file. `row` is its first row, `end` the byte after its last one, `next_row` that one's number.

    `reference` is empty where it could not be read. `applied_for` is the change that an application code says.
    `places` say where in a spreadsheet a part of the document stands. A `blank` one is no order: nothing but empty
    rows ends there. `dates_both_ways` counts cells whose date is another one where the month is written first.
    """

    row: int
    end: int
    next_row: int
    reference: str = ""
    doc: Json = field(default_factory=dict)
    sent: str = ""
    applied_for: ChangeKind | None = None
    problems: tuple[RowProblem, ...] = ()
    places: Mapping[str, tuple[int, str]] | None = None
    blank: bool = False
    dates_both_ways: int = 0

    def told(self, problem: Problem) -> RowProblem:
        """A finding of the rules in the words and at the place of the file."""
        if self.places is None:
            return of_rules(self.row, problem.pointer, problem)
        return of_rules(*_place(problem.pointer, self.places, self.row), problem)


def json_entries(rows: Iterator[Row], decode: Callable[[str], Any]) -> Iterator[Entry]:
    """Every line is an order. `decode` gives None for what is not JSON."""
    for row in rows:
        yield _blank(row) if row.blank else _json_entry(row, decode)


def _json_entry(row: Row, decode: Callable[[str], Any]) -> Entry:
    doc = None if row.fault else decode(row.text)
    if not isinstance(doc, dict):
        return _unreadable(row, row.fault or "malformed_json")
    reference = doc.pop("reference", None)
    if not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
        code = "reference_invalid" if reference else "reference_missing"
        return Entry(row.number, row.end, row.number + 1, problems=(told(row.number, "/reference", code),))
    change, wrong = take_codes(doc)
    problems = tuple(told(row.number, pointer, code) for pointer, code in wrong)
    return Entry(row.number, row.end, row.number + 1, reference, doc, row.text, change, problems)


def _blank(row: Row) -> Entry:
    return Entry(row.number, row.end, row.number + 1, blank=True)


def _unreadable(row: Row, code: str) -> Entry:
    return Entry(row.number, row.end, row.number + 1, problems=(told(row.number, "", code),))


def csv_entries(rows: Iterator[Row], columns: Sequence[str], delimiter: str) -> Iterator[Entry]:
    """Rows that follow one another with one reference are an order; a thousand empty rows end it.

    A row that cannot be read may be a zone of the order before it or after it. Where its reference cannot be
    made out both are refused: an order that lost a zone would say "outside" where he must not be.
    """
    group = _Group(columns, delimiter)
    for row in rows:
        if row.blank:
            if group.reference is not None:
                yield from group.entries()
                group = _Group(columns, delimiter)
            yield _blank(row)
            continue
        reference = _reference(row, columns, delimiter)
        if reference is None:
            yield from group.entries(doubtful=True)
            yield _unreadable(row, row.fault or "reference_missing")
            # One that says no reference is at worst the order's above, as where cells were merged.
            group = _Group(columns, delimiter, doubtful=bool(row.fault))
            continue
        if group.reference not in (None, reference):
            yield from group.entries()
            group = _Group(columns, delimiter)
        group.add(row, reference)
    yield from group.entries()


def _reference(row: Row, columns: Sequence[str], delimiter: str) -> str | None:
    """The reference of a row; of one that cannot be read, where it can be made out for certain."""
    at = columns.index("reference")
    cells: Sequence[str] = row.cells if not row.fault else [cell.strip('"') for cell in row.text.split(delimiter)]
    found = cells[at].strip() if at < len(cells) else ""
    if row.fault and (row.fault == "encoding_unreadable" or at > 0 or not REFERENCE.fullmatch(found)):
        return None
    return found or None


class _Group:
    """Rows of one reference as they come, up to what one order may hold."""

    def __init__(self, columns: Sequence[str], delimiter: str, *, doubtful: bool = False) -> None:
        self._columns, self._delimiter, self._doubtful = columns, delimiter, doubtful
        self._rows: list[Row] = []
        self._problems: list[RowProblem] = []
        self._count = self._size = 0
        self._last: Row | None = None
        self._first = 0
        self.reference: str | None = None

    def add(self, row: Row, reference: str) -> None:
        if self.reference is None:
            self.reference, self._first = reference, row.number
        self._last = row
        self._count += 1
        self._size += len(row.text)
        fault = row.fault or self._misfit(row)
        if self._count > _MOST_ROWS or self._size > ROW_LIMIT:
            self._rows.clear()
        elif fault:
            self._problems.append(told(row.number, "", fault))
        else:
            self._rows.append(row)

    def _misfit(self, row: Row) -> str:
        if len(row.cells) < len(self._columns):
            return "too_few_cells"
        return "too_many_cells" if any(cell.strip() for cell in row.cells[len(self._columns) :]) else ""

    def entries(self, *, doubtful: bool = False) -> Iterator[Entry]:
        """The order of these rows; none where there are no rows."""
        if self._last is None:
            return
        reference = self.reference or ""
        order = order_of(self._rows, self._columns)
        change, wrong = take_codes(order.doc)
        problems = [*self._problems, *order.problems]
        problems += [told(*_place(pointer, order.places, self._first), code) for pointer, code in wrong]
        if doubtful or self._doubtful:
            problems.append(told(self._first, "", "neighbour_unreadable"))
        if self._count > _MOST_ROWS or self._size > ROW_LIMIT:
            problems = [told(self._first, "", "order_too_large")]
        if not REFERENCE.fullmatch(reference):
            problems.append(told(self._first, "reference", "reference_invalid"))
            reference = ""
        sent = "\n".join([self._delimiter.join(self._columns), *(row.text for row in self._rows)])
        yield Entry(
            row=self._first,
            end=self._last.end,
            next_row=self._last.number + 1,
            reference=reference,
            doc=order.doc,
            sent=sent,
            applied_for=change,
            problems=tuple(problems),
            places=order.places,
            dates_both_ways=order.dates_both_ways,
        )


_NUMBER = re.compile(r"/\d+(?=/|$)")


def _column_pointers() -> dict[str, str]:
    roots = {
        "respondent": "/respondent/",
        "condition": "/conditions/*/",
        "window": "/conditions/*/windows/*/",
        "exception": "/conditions/*/exceptions/*/",
        "zone": "/conditions/*/zones/*/",
    }
    own = {
        roots.get(column.part, "/") + "/".join(column.path): name
        for name, column in COLUMNS.items()
        if column.part not in ("row", "identifiers", "person")
    }
    return own | {
        "/conditions": "clause",
        "/protected_persons": "protected_1_family_name",
        "/conditions/*/zones": "zone_code",
        "/conditions/*/zones/*/drawn_by": "drawn_by_name",
        "/conditions/*/zones/*/shape": "latitude",
    }


_POINTERS = _column_pointers()


def _place(pointer: str, places: Mapping[str, tuple[int, str]], first: int) -> tuple[int, str]:
    """The row and column that a pointer means: of the deepest part around it that has a place of its own."""
    name = ""
    while pointer:
        name = name or _POINTERS.get(_NUMBER.sub("/*", pointer), "")
        if pointer in places:
            row, column = places[pointer]
            return row, name or column
        pointer = pointer.rpartition("/")[0]
    return first, name
