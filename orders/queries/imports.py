"""Reading imports: whose they are, how far they are, and the pieces of a file from a byte on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from common.problems import NotFound
from database import vault
from orders.models import ImportPiece, OrderImport
from orders.receiving import PIECE_BYTES, PURPOSE

# A queue row that was lost is missed after this; a file that nobody finished sending is given up after that.
_SURELY_FORGOTTEN = timedelta(minutes=5)
_GIVEN_UP = timedelta(hours=24)
# Where rows of one order stand in several parts of a file, each part is read from its beginning to its end.
_MOST_OPEN = 16


def imports_of(force: str) -> QuerySet[OrderImport]:
    """A force's own, without those that are still coming in."""
    return OrderImport.objects.filter(force_id=force).exclude(state="receiving")


def import_of(force: str, job_id: UUID) -> OrderImport:
    """The force's own, or `NotFound`."""
    job = imports_of(force).filter(pk=job_id).first()
    if job is None:
        raise NotFound
    return job


def same_file(job: OrderImport) -> OrderImport | None:
    """An import of the same bytes for the same purpose that did not fail."""
    alike = imports_of(job.force_id).filter(sha256=job.sha256, kind=job.kind, dry_run=job.dry_run)
    return alike.exclude(state="failed").first()


def left_behind(now: datetime) -> QuerySet[OrderImport]:
    """Imports that a killed worker held, or whose queue row was lost."""
    lost = Q(lease=None, received_at__lt=now - _SURELY_FORGOTTEN)
    return OrderImport.objects.filter(Q(leased_until__lt=now) | lost, state__in=["queued", "running"])


def half_received(now: datetime) -> QuerySet[OrderImport]:
    """Files whose sender went away."""
    return OrderImport.objects.filter(state="receiving", received_at__lt=now - _GIVEN_UP)


def bytes_from(job: OrderImport, at: int) -> Iterator[bytes]:
    """The file from byte `at` on, a piece at a time."""
    number, skip = divmod(at, PIECE_BYTES)
    while number * PIECE_BYTES < job.size:
        yield _read_piece(job, number)[skip:]
        number, skip = number + 1, 0


def _read_piece(job: OrderImport, number: int) -> bytes:
    piece = ImportPiece.objects.get(job=job, number=number)
    return vault.open_sealed(bytes(piece.sealed), purpose=PURPOSE, row=piece.id)


class Pieces:
    """Parts of a file in any order: the pieces that were asked for last are kept open."""

    def __init__(self, job: OrderImport) -> None:
        self._job = job
        self._open: dict[int, bytes] = {}

    def read_between(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, a piece at a time."""
        while start < end:
            number, skip = divmod(start, PIECE_BYTES)
            part = self._open_piece(number)[skip : skip + end - start]
            yield part
            start += len(part)

    def _open_piece(self, number: int) -> bytes:
        found = self._open.pop(number, None) or _read_piece(self._job, number)
        self._open[number] = found
        if len(self._open) > _MOST_OPEN:
            del self._open[next(iter(self._open))]
        return found
