"""Bringing in a file of orders: begun by a force's system, worked off in pieces of a few seconds by a worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from time import monotonic
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django_q.tasks import async_task

from accounts.types import Caller
from audit.services import record
from common.collecting import seldom_collecting
from orders.gathering import Gathering, decode_line, find_doubts, look_through, rows_from
from orders.import_drafts import caller_of
from orders.imports.columns import delimiter_of, header_of
from orders.imports.entries import Entry, csv_entries, json_entries
from orders.imports.reading import Row
from orders.imports.telling import RowProblem, told
from orders.landing import COUNTS, land
from orders.leases import WORK, LeaseLost, advance_import, claim_import, give_back_import
from orders.models import ImportPiece, ImportProblem, ImportRun, OrderImport
from orders.queries.imports import half_received, left_behind, same_file
from orders.receiving import PIECE_BYTES

# Well under the worker's timeout; what is left goes into a task of its own.
_SECONDS = 4.0
_BATCH, _BATCH_CHARACTERS = 300, 2_000_000
_MOST_TRIES = 5


@transaction.atomic
def begin_import(*, caller: Caller, received: OrderImport) -> OrderImport:
    """Put a file that was taken in to work. The same file again is the import that it was the first time."""
    known = same_file(received)
    if known is not None:
        return known
    received.state = "queued"
    try:
        with transaction.atomic():
            received.save()
    except IntegrityError:  # somebody else sent the same file at this very moment
        known = same_file(received)
        if known is None:
            raise
        return known
    record(actor=caller.actor, action="collection", verb="orders_import_begun", records=[received.id])
    async_task(WORK, str(received.id))
    return received


def work_off(*, job_id: UUID, seconds: float = _SECONDS) -> None:
    """Work on an import for a few seconds. Safe to run any number of times and twice at once.

    A batch of orders, what became of them and where to go on are one transaction: a worker killed between
    two of them has done nothing twice. What is left is queued again.
    """
    lease = claim_import(job_id)
    if lease is None:
        return
    try:
        with seldom_collecting():
            _work(OrderImport.objects.get(pk=job_id), lease, until=monotonic() + seconds)
    except OperationalError:
        # A row that somebody held for too long: again, from the last batch on.
        give_back_import(job_id, lease)
    except LeaseLost:
        return


def _work(job: OrderImport, lease: UUID, *, until: float) -> None:
    if job.tries > _MOST_TRIES:
        _fail(job, lease, [told(job.next_row, "", "import_gave_up")])
        return
    if not _made_ready(job, lease, until=until):
        return
    for batch in _batches(job):
        with transaction.atomic():
            _land(job, lease, batch)
        if monotonic() > until:
            give_back_import(job.pk, lease)
            return
    if job.rows == 0:
        _fail(job, lease, [told(job.next_row, "", "no_rows")])
    else:
        _finish(job, lease, "done", [])


def _made_ready(job: OrderImport, lease: UUID, *, until: float) -> bool:
    """Whether columns are known and the file was looked through; where not, it failed or the time was up."""
    problems = _read_header(job, lease) if job.kind == "csv" and not job.columns else []
    if not problems and job.scattered is None:
        for _ in look_through(job, lease):
            if monotonic() > until:
                give_back_import(job.pk, lease)
                return False
    problems = problems or find_doubts(job)
    if problems:
        _fail(job, lease, problems)
    return not problems


def _rows(job: OrderImport) -> Iterator[Row]:
    """The rows from where the import stands."""
    return rows_from(job, job.next_byte, job.next_row)


def _read_header(job: OrderImport, lease: UUID) -> list[RowProblem]:
    """Find the columns of a CSV file, and stand at the row after them; or what is wrong with them."""
    job.delimiter = "\x1f"  # in no file: the row comes whole
    first = next((row for row in _rows(job) if not _says_delimiter(row)), None)
    if first is None or first.blank:
        return [told(job.next_row, "", "header_missing")]
    job.delimiter = delimiter_of(first.text)
    row = next((row for row in _rows(job) if not _says_delimiter(row)), None)
    if row is None or row.blank:  # commas, and nothing between them
        return [told(first.number, "", "header_missing")]
    columns, problems = header_of(row)
    if not problems:
        job.columns, job.next_byte, job.next_row = list(columns), row.end, row.number + 1
        advance_import(job, lease, delimiter=job.delimiter, columns=job.columns)
    return problems


def _says_delimiter(row: Row) -> bool:
    """A first line for Excel alone, like `sep=;`."""
    return row.text.casefold().startswith("sep=") and len(row.text) == len("sep=;")


def _entries(job: OrderImport) -> Iterator[Entry]:
    rows, gather = _rows(job), Gathering(job)
    if job.kind == "ndjson":
        return json_entries(rows, decode_line, gather)
    return csv_entries(rows, job.columns, job.delimiter, gather)


def _batches(job: OrderImport) -> Iterator[list[Entry]]:
    entries = _entries(job)
    while True:
        batch: list[Entry] = []
        characters = 0
        for entry in islice(entries, _BATCH):
            batch.append(entry)
            characters += len(entry.sent)
            if characters > _BATCH_CHARACTERS:
                break
        if not batch:
            return
        yield batch


def _land(job: OrderImport, lease: UUID, batch: Sequence[Entry]) -> None:
    counts = land(job, [entry for entry in batch if not entry.blank])
    job.next_byte, job.next_row = batch[-1].end, batch[-1].next_row
    for name, count in counts.items():
        setattr(job, name, getattr(job, name) + count)
    job.rows += sum(counts[name] for name in COUNTS.values())
    job.dates_both_ways += sum(entry.dates_both_ways for entry in batch)
    done = ("rows", "dates_both_ways", *counts)
    advance_import(job, lease, **{name: getattr(job, name) for name in done})
    # What was read is no longer kept: it names people and places.
    ImportPiece.objects.filter(job=job, number__lt=job.next_byte // PIECE_BYTES).delete()


def _fail(job: OrderImport, lease: UUID, problems: Sequence[RowProblem]) -> None:
    _finish(job, lease, "failed", problems)


@transaction.atomic
def _finish(job: OrderImport, lease: UUID, state: str, problems: Sequence[RowProblem]) -> None:
    ImportProblem.objects.bulk_create(
        ImportProblem(job=job, row=p.row, field=p.field, code=p.code, do=p.do) for p in problems
    )
    ImportPiece.objects.filter(job=job).delete()
    ImportRun.objects.filter(job=job).delete()
    ours = OrderImport.objects.filter(pk=job.pk, lease=lease)
    if not ours.update(state=state, finished_at=timezone.now(), lease=None, leased_until=None):
        raise LeaseLost
    record(
        actor=caller_of(job).actor,
        action="collection",
        verb=f"orders_import_{state}",
        records=[job.id],
    )


def sweep() -> None:
    """Queue what was left behind, and forget what was never sent whole. Safe to run any number of times."""
    now = timezone.now()
    half_received(now).delete()
    for job_id in left_behind(now).values_list("pk", flat=True):
        async_task(WORK, str(job_id))
