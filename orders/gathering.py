"""Rows of one order from all over its file: found in a first look through it, read where the first of them stands.

Nothing of the file is copied for it: what is kept is where rows stand. Memory is that of a window of rows, a few
pieces of the file and one order, however large the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min

from common.problems import Malformed
from database.copying import copy_in
from edge.parsing import decode
from orders.imports.entries import Elsewhere, csv_reference, json_reference
from orders.imports.kinds import Form
from orders.imports.reading import Row, csv_rows, json_rows, lines
from orders.imports.runs import Run, csv_runs, json_runs, key_of
from orders.imports.telling import RowProblem, told
from orders.leases import advance_import
from orders.models import ImportRun, OrderImport
from orders.queries.imports import Pieces, bytes_from

_CHUNK, _WINDOW = 2_000, 1_000
# More runs than an order may have rows are not looked at: it is refused as too large.
_MOST_RUNS = 2_001
_MOST_OWNERLESS, _LONGEST_KEY = 100, 64


def rows_from(job: OrderImport, at: int, number: int) -> Iterator[Row]:
    """The rows of a file from byte `at` on, the first of which has this number."""
    return _read_rows(job, bytes_from(job, at), at, number)


def _read_rows(job: OrderImport, pieces: Iterator[bytes], at: int, number: int) -> Iterator[Row]:
    form = Form(job.encoding, job.line_end, 0)  # type: ignore[arg-type]
    found = lines(pieces, form.newline, at=at)
    if job.kind == "ndjson":
        return json_rows(found, form, number=number)
    return csv_rows(found, form, job.delimiter, number=number)


def decode_line(text: str) -> Any:
    """What a line of NDJSON says; None where it is not JSON."""
    try:
        return decode(text)
    except Malformed:
        return None


def look_through(job: OrderImport, lease: UUID) -> Iterator[None]:
    """Find where rows of every order stand. After each step, one transaction, anybody can go on from there."""
    at = max((job.looked_byte, job.looked_row), (job.next_byte, job.next_row))
    runs = _find_runs(job, rows_from(job, *at))
    while True:
        chunk = list(islice(runs, _CHUNK))
        with transaction.atomic():
            if chunk:
                _keep_runs(job, lease, chunk)
            if len(chunk) < _CHUNK:
                _conclude_gathering(job, lease)
                return
        yield


def _find_runs(job: OrderImport, rows: Iterator[Row]) -> Iterator[Run]:
    if job.kind == "ndjson":
        return json_runs(rows, lambda row: json_reference(row, decode_line))
    return csv_runs(rows, lambda row: csv_reference(row, job.columns, job.delimiter))


def _keep_runs(job: OrderImport, lease: UUID, chunk: Sequence[Run]) -> None:
    copy_in([
        # What is too long for a reference is refused by itself, wherever its rows stand.
        ImportRun(job=job, key=run.key, row=run.row, start=run.start, end=run.end)
        for run in chunk
        if 0 < len(run.key) <= _LONGEST_KEY
    ])  # fmt: skip
    job.looked_byte, job.looked_row = chunk[-1].end, chunk[-1].next_row
    job.ownerless = [*job.ownerless, *(run.row for run in chunk if run.ownerless)][:_MOST_OWNERLESS]
    place = {"looked_byte": job.looked_byte, "looked_row": job.looked_row, "ownerless": job.ownerless}
    advance_import(job, lease, **place)


def _conclude_gathering(job: OrderImport, lease: UUID) -> None:
    mine = ImportRun.objects.filter(job=job)
    job.scattered = mine.values("key").annotate(runs=Count("id")).filter(runs__gt=1).exists()
    if not job.scattered:
        mine.delete()
    advance_import(job, lease, scattered=job.scattered)


def find_doubts(job: OrderImport) -> list[RowProblem]:
    """Why a file that was looked through cannot be taken at all.

    Where orders stand apart, a row that says no order may be a zone of any of them.
    """
    return [told(row, "", "owner_unknown") for row in job.ownerless] if job.scattered else []


class Gathering:
    """Says of rows what else of their order stands in the file, for one worker on its way through it."""

    def __init__(self, job: OrderImport) -> None:
        self._job, self._pieces = job, Pieces(job)
        self._window: dict[int, tuple[str, int, int]] = {}
        self._until = 0

    def __call__(self, row: int, reference: str) -> Elsewhere:
        if not self._job.scattered:
            return Elsewhere()
        if row > self._until:
            self._look_ahead(row)
        key, first, runs = self._window.get(row, ("", row, 0))
        if key != key_of(reference):
            return Elsewhere(unsure=len(reference) <= _LONGEST_KEY)
        if runs == 1:
            return Elsewhere()
        return Elsewhere(self._all_rows(key) if first == row else ())

    def _look_ahead(self, row: int) -> None:
        mine = ImportRun.objects.filter(job=self._job)
        ahead = list(mine.filter(row__gte=row).order_by("row").values_list("row", "key")[:_WINDOW])
        keys = {key for _, key in ahead}
        found = mine.filter(key__in=keys).values_list("key").annotate(first=Min("row"), runs=Count("id"))
        known = {key: (first, runs) for key, first, runs in found}
        self._window = {number: (key, *known[key]) for number, key in ahead}
        self._until = ahead[-1][0] if ahead else row

    def _all_rows(self, key: str) -> Iterator[Row]:
        runs = ImportRun.objects.filter(job=self._job, key=key).order_by("row")
        for row, start, end in runs.values_list("row", "start", "end")[:_MOST_RUNS]:
            yield from _read_rows(self._job, self._pieces.read_between(start, end), start, row)
