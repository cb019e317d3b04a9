"""From rows to orders: each with its document, what is wrong with it, and where the next one begins. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What else of an order stands in its file. `rows` None: nothing, it is whole where it stands.

    Otherwise all of its rows; none where they were read further up. `unsure`: the file reads otherwise than it did
    when it was looked through, so nobody can say.
    """

    rows: Iterable[Row] | None = None
    unsure: bool = False


# What else there is of the order whose rows here begin with this number and say this reference.
Gather = Callable[[int, str], Elsewhere]


def stands_alone(_row: int, _reference: str) -> Elsewhere:
    """For a file in which no order stands apart."""
    return Elsewhere()


def json_reference(row: Row, decode: Callable[[str], Any]) -> str | None:
    """The reference of a line; None where it says none that could be one."""
    doc = None if row.fault else decode(row.text)
    reference = doc.get("reference") if isinstance(doc, dict) else None
    return reference if isinstance(reference, str) and REFERENCE.fullmatch(reference) else None


def json_entries(rows: Iterator[Row], decode: Callable[[str], Any], gather: Gather = stands_alone) -> Iterator[Entry]:
    """Every line is an order. `decode` gives None for what is not JSON.

    Of several documents with one reference nobody can say which is right: each is refused, and none wins.
    """
    for row in rows:
        yield _blank(row) if row.blank else _json_entry(row, decode, gather)


def _json_entry(row: Row, decode: Callable[[str], Any], gather: Gather) -> Entry:
    doc = None if row.fault else decode(row.text)
    if not isinstance(doc, dict):
        return _unreadable(row, row.fault or "malformed_json")
    reference = doc.pop("reference", None)
    if not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
        code = "reference_invalid" if reference else "reference_missing"
        return Entry(row.number, row.end, row.number + 1, problems=(told(row.number, "/reference", code),))
    if gather(row.number, reference) != Elsewhere():
        repeated = (told(row.number, "", "reference_repeated"),)
        return Entry(row.number, row.end, row.number + 1, reference, problems=repeated)
    change, wrong = take_codes(doc)
    problems = tuple(told(row.number, pointer, code) for pointer, code in wrong)
    return Entry(row.number, row.end, row.number + 1, reference, doc, row.text, change, problems)


def _blank(row: Row) -> Entry:
    return Entry(row.number, row.end, row.number + 1, blank=True)


def _unreadable(row: Row, code: str) -> Entry:
    return Entry(row.number, row.end, row.number + 1, problems=(told(row.number, "", code),))


def csv_entries(
    rows: Iterator[Row], columns: Sequence[str], delimiter: str, gather: Gather = stands_alone
) -> Iterator[Entry]:
    """Rows with one reference are an order, which is read where its first rows stand: `gather` finds the others.

    A row that cannot be read may be a zone of the order before it or after it. Where its reference cannot be
    made out both are refused: an order that lost a zone would say "outside" where he must not be.
    """
    group = _Group(columns, delimiter)
    for row in rows:
        if row.blank:
            yield from _gather_whole_order(group, gather)
            group = _Group(columns, delimiter)
            yield _blank(row)
            continue
        reference = csv_reference(row, columns, delimiter)
        if reference is None:
            yield from _gather_whole_order(group, gather, doubtful=True)
            yield _unreadable(row, row.fault or "reference_missing")
            # One that says no reference is at worst the order's above, as where cells were merged.
            group = _Group(columns, delimiter, doubtful=bool(row.fault))
            continue
        if group.reference not in (None, reference):
            yield from _gather_whole_order(group, gather)
            group = _Group(columns, delimiter)
        group.add(row, reference)
    yield from _gather_whole_order(group, gather)


def _gather_whole_order(group: _Group, gather: Gather, *, doubtful: bool = False) -> Iterator[Entry]:
    """The order of a group of rows, with its rows from elsewhere in the file."""
    if group.reference is None:
        return
    found = gather(group.first, group.reference)
    if found.rows is None:
        yield group.build_entry(doubtful=doubtful or found.unsure)
        return
    whole = group.make_empty()
    for row in found.rows:
        whole.join_row(row, group.reference)
    yield whole.build_entry(doubtful=doubtful, around=group) if whole.reference else group.passed_over()


def csv_reference(row: Row, columns: Sequence[str], delimiter: str) -> str | None:
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
        self.end = self.next_row = self.first = 0
        self.reference: str | None = None

    def make_empty(self) -> _Group:
        return _Group(self._columns, self._delimiter, doubtful=self._doubtful)

    def add(self, row: Row, reference: str) -> None:
        if self.reference is None:
            self.reference, self.first = reference, row.number
        self.end, self.next_row = row.end, row.number + 1
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

    def join_row(self, row: Row, reference: str) -> None:
        """Add a row from anywhere in the file, which may write the reference otherwise."""
        said = csv_reference(row, self._columns, self._delimiter)
        if said is None:
            self._problems.append(told(row.number, "", row.fault or "neighbour_unreadable"))
        elif said != reference:
            self._problems.append(told(row.number, "reference", "reference_spelt_twice"))
        self.add(row, reference)

    def passed_over(self) -> Entry:
        """For rows of an order that was read further up."""
        return Entry(self.first, self.end, self.next_row, blank=True)

    def build_entry(self, *, doubtful: bool = False, around: _Group | None = None) -> Entry:
        """The order of these rows. `around` are those in whose place it stands, where others lie further down."""
        around, reference = around or self, self.reference or ""
        order = order_of(self._rows, self._columns)
        change, wrong = take_codes(order.doc)
        problems = [*self._problems, *order.problems]
        problems += [told(*_place(pointer, order.places, self.first), code) for pointer, code in wrong]
        if doubtful or self._doubtful:
            problems.append(told(self.first, "", "neighbour_unreadable"))
        if self._count > _MOST_ROWS or self._size > ROW_LIMIT:
            problems = [told(self.first, "", "order_too_large")]
        if not REFERENCE.fullmatch(reference):
            problems.append(told(self.first, "reference", "reference_invalid"))
            reference = ""
        sent = "\n".join([self._delimiter.join(self._columns), *(row.text for row in self._rows)])
        return Entry(
            row=self.first,
            end=around.end,
            next_row=around.next_row,
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
        "/conditions/*/locality/shape": "locality_latitude",
        "/conditions/*/locality/shape/centre": "locality_latitude",
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
