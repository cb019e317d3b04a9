"""Which rows of a file are one order's, wherever they stand: found in a first look through it. Pure.

A run is what one order has in one place: rows of one reference with nothing between them. An order with several
runs stands apart in its file, and is read from all of them where the first one is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from orders.imports.reading import Row


@dataclass(frozen=True, slots=True)
class Run:
    """Rows from number `row` up to `next_row`, in the bytes from `start` up to `end`.

    `key` is their reference in one case: two spellings of one reference are never two orders of one file. It is
    empty where these rows say no reference; `ownerless` where they then may be any order's.
    """

    key: str
    row: int
    next_row: int
    start: int
    end: int
    ownerless: bool = False


def key_of(reference: str) -> str:
    return reference.upper()


def csv_runs(rows: Iterator[Row], reference_of: Callable[[Row], str | None]) -> Iterator[Run]:
    """The runs of a CSV file, which end where `csv_entries` ends an order."""
    begun: tuple[str, Row, Row] | None = None
    for row in rows:
        reference = None if row.blank else reference_of(row)
        if begun is not None and (reference is None or reference != begun[0]):
            yield _build_run(*begun)
            begun = None
        if reference is None:
            yield Run("", row.number, row.number + 1, row.start, row.end, ownerless=not row.blank)
        else:
            begun = (reference, begun[1] if begun else row, row)
    if begun is not None:
        yield _build_run(*begun)


def json_runs(rows: Iterator[Row], reference_of: Callable[[Row], str | None]) -> Iterator[Run]:
    """Every line by itself. One that cannot be read is a whole order: it is nobody else's."""
    for row in rows:
        yield _build_run((None if row.blank else reference_of(row)) or "", row, row)


def _build_run(reference: str, first: Row, last: Row) -> Run:
    return Run(key_of(reference), first.number, last.number + 1, first.start, last.end)
