"""A force's trail as a file, for a regulator: it can be checked without this service (`scripts/check_trail.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min

from audit.chain import COLUMNS, FORM, START
from audit.models import DaySeal, Link
from audit.sealing import BATCH


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of one organisation's chain: the sequence numbers of its first and last row, both in it."""

    organisation: str
    first: int
    last: int


def stretch(organisation: str, *, start: datetime, end: datetime) -> Stretch | None:
    """The run in which everything from `start` to before `end` is. None where nothing was chained then."""
    rows = Link.objects.filter(organisation=organisation, entry__at__gte=start, entry__at__lt=end)
    found = rows.aggregate(first=Min("sequence"), last=Max("sequence"))
    return Stretch(organisation, found["first"], found["last"]) if found["first"] else None


def lines(run: Stretch) -> Iterator[str]:
    """JSON, one a line: what comes before, each row, and the seals that ended within it."""
    before = Link.objects.filter(organisation=run.organisation, sequence=run.first - 1).first()
    after = {"sequence": run.first - 1, "digest": (bytes(before.digest) if before else START).hex()}
    yield _line({"form": FORM, "organisation": run.organisation, "after": after})
    links = Link.objects.filter(organisation=run.organisation, sequence__range=(run.first, run.last))
    for link in links.select_related("entry").order_by("sequence").iterator(chunk_size=BATCH):
        row = {name: getattr(link.entry, name) for name in COLUMNS}
        yield _line({"sequence": link.sequence, "digest": bytes(link.digest).hex(), **row})
    for seal in DaySeal.objects.order_by("day"):
        if run.first <= seal.heads.get(run.organisation, [0])[0] <= run.last:
            yield _line({"seal": str(seal.day), "digest": seal.digest, "heads": seal.heads})


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=_instant)


def _instant(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError
    return value.isoformat(timespec="microseconds")
