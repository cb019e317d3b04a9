"""Who helps: numbers and services as reviewed data, with the day of the review, never as code."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["emergency", "non_emergency", "helpline", "commissioned"]
_CSV = Path(__file__).resolve().parent / "data" / "support_services.csv"
_EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Service:
    """One line to ring. `force`: its PNC code, or "" for everywhere; empty texts were not known at the review."""

    kind: Kind
    force: str
    name: str
    what_for: str
    phone: str
    free_to_call: bool | None
    hours: str
    source: str
    reviewed_on: date


@dataclass(frozen=True, slots=True)
class Directory:
    """Every service, in the order in which the data has them."""

    emergency: Service
    non_emergency: Service
    others: tuple[Service, ...]

    def for_area(self, force: str | None) -> list[Service]:
        """What there is for the area of a force: the nation's, and what was commissioned there."""
        wanted = {"", force or ""}
        return [self.emergency, self.non_emergency, *(service for service in self.others if service.force in wanted)]


@cache
def directory() -> Directory:
    """The data as it was reviewed. Raises ValueError where a row is none, so that no release starts without."""
    with _CSV.open(encoding="utf-8", newline="") as rows:
        services = [_service(row) for row in csv.DictReader(rows)]
    (emergency,) = [service for service in services if service.kind == "emergency"]
    (non_emergency,) = [service for service in services if service.kind == "non_emergency"]
    others = tuple(service for service in services if service.kind in ("helpline", "commissioned"))
    return Directory(emergency, non_emergency, others)


def _service(row: Mapping[str, str]) -> Service:
    kinds: tuple[Kind, ...] = get_args(Kind)
    return Service(
        kind=kinds[kinds.index(row["kind"])],
        force="" if row["force"] == _EVERYWHERE else row["force"],
        name=row["name"],
        what_for=row["what_for"],
        phone=row["phone"],
        free_to_call={"yes": True, "no": False}.get(row["free_to_call"]),
        hours=row["hours"],
        source=row["source"],
        reviewed_on=date.fromisoformat(row["reviewed_on"]),
    )
