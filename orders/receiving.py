"""Taking in a file piece by piece: sealed as it comes, never whole in memory, and gone again if it is no use."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from accounts.types import Caller
from common.ids import uuid7
from common.problems import Refused
from database import vault
from orders.imports.kinds import FileKind, Look
from orders.models import ImportPiece, OrderImport

# Every piece but the last has this size: which one holds a byte is arithmetic.
PIECE_BYTES = 256 * 1024
PURPOSE = "spo orders import 1"


def take_in(*, caller: Caller, kind: FileKind, dry_run: bool, pieces: Iterable[bytes]) -> OrderImport:
    """Keep a file of the caller's force until it is begun or thrown away (`throw_away`). Nobody sees it yet.

    `pieces` are of `PIECE_BYTES` each but the last. Raises `Refused` for what is no such file at all, and
    whatever the pieces raise; then nothing of it is left. Outside any transaction: a slow sender holds none open.
    """
    job = OrderImport.objects.create(force_id=caller.force, requested_by=caller.id, kind=kind, dry_run=dry_run)
    kept = False
    try:
        _keep(job, pieces)
        kept = True
    finally:
        if not kept:
            throw_away(job)
    return job


def _keep(job: OrderImport, pieces: Iterable[bytes]) -> None:
    look, digest, size = Look(), hashlib.sha256(), 0
    for number, piece in enumerate(pieces):
        look.at(piece)
        if number == 0 and (problem := look.mistaken(job.kind)):  # type: ignore[arg-type]
            raise Refused([problem], code=problem.code, detail=problem.detail)
        digest.update(piece)
        size += len(piece)
        row = uuid7()
        ImportPiece.objects.create(id=row, job=job, number=number, sealed=vault.seal(piece, purpose=PURPOSE, row=row))
    problem = look.mistaken(job.kind)  # type: ignore[arg-type]
    if problem:
        raise Refused([problem], code=problem.code, detail=problem.detail)
    form = look.form()
    job.sha256, job.size = digest.hexdigest(), size
    job.encoding, job.line_end, job.next_byte = form.encoding, form.line_end, form.first_byte


def throw_away(job: OrderImport) -> None:
    """Remove a file that was not begun. One that was stays."""
    OrderImport.objects.filter(pk=job.pk, state="receiving").delete()
