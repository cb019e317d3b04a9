"""Imports over HTTP: how far one is, what is wrong in its file, what it changed."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from edge.shapes import Instant, Shape
from orders.imports.types import Severity


class ImportOut(Shape):
    """`rows` counts orders, so it is the sum of the four below it; `percent` is how much of the file is worked off.

    In a dry run the counts say what would become of the orders. `warnings` counts what PUT would have warned of, in
    orders that were taken; they stand among the errors with `severity: "warning"`. `dates_both_ways` counts cells like
    03/04/2026, which are read day first: where the file also has `date_month_first` among its errors, they are
    probably wrong.
    """

    id: UUID
    state: Literal["queued", "running", "done", "failed"]
    dry_run: bool
    percent: int
    rows: int
    created: int
    versioned: int
    duplicates: int
    bad: int
    dates_both_ways: int
    warnings: int
    received_at: Instant
    finished_at: Instant | None
    errors_url: str
    changes_url: str


class ImportsOut(Shape):
    """One page; `next` and `previous` are cursors."""

    results: list[ImportOut]
    next: str | None
    previous: str | None


class ImportErrorOut(Shape):
    """`row` as a spreadsheet shows it; `field` is a column (CSV) or JSON pointer, empty for the whole row.

    An `error` kept its order out; a `warning` did not.
    """

    row: int
    field: str
    code: str
    do: str
    severity: Severity


class ImportErrorsOut(Shape):
    """One page, by row; `next` and `previous` are cursors."""

    results: list[ImportErrorOut]
    next: str | None
    previous: str | None


class ImportChangeOut(Shape):
    """An order that the file changed: the number of its new version, and JSON pointers to what differs."""

    row: int
    reference: str
    version: int
    fields: list[str]


class ImportChangesOut(Shape):
    """One page, by row; `next` and `previous` are cursors."""

    results: list[ImportChangeOut]
    next: str | None
    previous: str | None
