"""Chaining the trail after the fact, so that nobody who writes it waits for another, and sealing each day."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from math import inf
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from audit.chain import COLUMNS, START, entry_digest, heads_digest, next_digest
from audit.models import DaySeal, Entry, Link

BATCH = 2_000
# No transaction lives so long (spo_service.settings): an id still missing below then was rolled back.
_SETTLED = timedelta(hours=1)
_LOCK = 0x5350_4F41_5544  # one sealer at a time, in the whole database

# What follows the part of the trail in which nothing can be missing any more.
_UNCHAINED = f"""
SELECT {", ".join(f"e.{name}" for name in COLUMNS)}
  FROM audit_entry e LEFT JOIN audit_link l ON l.entry_id = e.id
 WHERE l.entry_id IS NULL AND e.id > %s ORDER BY e.id LIMIT %s
"""  # noqa: S608 - names of ours
_LINK = """
INSERT INTO audit_link (entry_id, organisation, sequence, digest)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bytea[])
"""


class Chained(NamedTuple):
    """How many rows were chained, and whether that was all that there were."""

    rows: int
    complete: bool


def chain(*, everything: bool = False, seconds: float = inf) -> Chained:
    """Chain the rows that are not yet, a batch in a transaction, each after the last of its organisation.

    Rows are chained in the order in which they are found, which is that of their commits, not of their instants.
    `everything`: look through the whole trail, not only what is recent. A batch that is begun is finished.
    """
    until, rows, after = time.monotonic() + seconds, 0, 0 if everything else _floor()
    while (batch := _chain_batch(after)) is not None:
        rows, after = rows + len(batch), batch[-1] if batch else after
        if len(batch) < BATCH:
            return Chained(rows, complete=True)
        if time.monotonic() > until:
            break
    return Chained(rows, complete=False)


@transaction.atomic
def _chain_batch(after: int) -> list[int] | None:
    """The ids of the entries that were chained. None where another process is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_UNCHAINED, [after, BATCH])
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
        heads = {name: heads_of(name) for name in {row["organisation"] for row in rows}}
        links = []
        for row in rows:
            sequence, digest = heads[row["organisation"]]
            head = (sequence + 1, next_digest(digest, sequence=sequence + 1, entry=entry_digest(row)))
            heads[row["organisation"]] = head
            links.append((row["id"], row["organisation"], *head))
        if links:
            cursor.execute(_LINK, [list(column) for column in zip(*links, strict=True)])
    return [link[0] for link in links]


def _floor() -> int:
    settled = Link.objects.filter(chained_at__lt=timezone.now() - _SETTLED).aggregate(last=Max("entry_id"))["last"]
    return settled or 0


def heads_of(organisation: str) -> tuple[int, bytes]:
    """The end of an organisation's chain: its sequence number and value."""
    last = Link.objects.filter(organisation=organisation).order_by("-sequence").values_list("sequence", "digest")[:1]
    return (last[0][0], bytes(last[0][1])) if last else (0, START)


@transaction.atomic
def seal_day(*, day: date, tell: Callable[[DaySeal], object] | None = None) -> DaySeal | None:
    """Seal the ends of all chains for a day that is over (UTC). None where it is not, or was sealed before.

    `tell` is given a new seal in the same transaction: what makes it known elsewhere happens with it, or neither does.
    """
    if day >= timezone.now().date() or DaySeal.objects.filter(day=day).exists():
        return None
    ends = Link.objects.values("organisation").annotate(last=Max("sequence")).values_list("organisation", "last")
    heads = {name: (last, _hex(name, last)) for name, last in ends}
    seal, new = DaySeal.objects.get_or_create(
        day=day, defaults={"heads": {n: list(h) for n, h in heads.items()}, "digest": heads_digest(heads)}
    )
    if new and tell is not None:
        tell(seal)
    return seal


def _hex(organisation: str, sequence: int) -> str:
    return bytes(Link.objects.get(organisation=organisation, sequence=sequence).digest).hex()


def first_broken() -> dict[str, Any] | None:
    """The first row, by organisation and place in its chain, that is not what was chained; None: all hold.

    `{"organisation", "sequence", "entry", "what"}`. A row that was never chained though it is old, and a day's
    seal that no longer fits, are breaks too.
    """
    for organisation in Link.objects.order_by("organisation").values_list("organisation", flat=True).distinct():
        found = _first_broken_of(organisation)
        if found:
            return found
    return _broken_seal() or _never_chained()


def _first_broken_of(organisation: str) -> dict[str, Any] | None:
    digest = START
    links = Link.objects.filter(organisation=organisation).select_related("entry").order_by("sequence")
    for expected, link in enumerate(links.iterator(chunk_size=BATCH), start=1):
        where = {"organisation": organisation, "sequence": expected, "entry": link.entry_id}
        if link.sequence != expected:
            return where | {"entry": None, "what": "a row or its link is missing"}
        row = {name: getattr(link.entry, name) for name in COLUMNS}
        digest = next_digest(digest, sequence=expected, entry=entry_digest(row))
        if row["organisation"] != organisation or digest != bytes(link.digest):
            return where | {"what": "the row is not what was chained"}
    return None


def _broken_seal() -> dict[str, Any] | None:
    for seal in DaySeal.objects.order_by("day"):
        heads = {name: (head[0], head[1]) for name, head in seal.heads.items()}
        for name, (sequence, value) in heads.items():
            link = Link.objects.filter(organisation=name, sequence=sequence).first()
            if link is None or bytes(link.digest).hex() != value:
                entry = link.entry_id if link else None
                return {"organisation": name, "sequence": sequence, "entry": entry, "what": f"the seal of {seal.day}"}
        if heads_digest(heads) != seal.digest:
            return {"organisation": "", "sequence": 0, "entry": None, "what": f"the seal of {seal.day}"}
    return None


def _never_chained() -> dict[str, Any] | None:
    old = Entry.objects.filter(at__lt=timezone.now() - timedelta(days=1), link=None).order_by("id").first()
    if old is None:
        return None
    return {"organisation": old.organisation, "sequence": 0, "entry": old.pk, "what": "the row was never chained"}
