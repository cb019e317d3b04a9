"""The offences an officer may name with a decision: CJS codes, from the published list."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_CSV = Path(__file__).resolve().parent / "data" / "offences.csv"
BREACH = "ST19001"  # section 8: breach of a stalking protection order or interim order; HO 008/74


# What is put before an officer with every report of an order (rule 48): the breach, and stalking itself (section 2A
# and 4A of the Protection from Harassment Act 1997). Named by the officer or not; nothing is decided by it.
PROMPTS = (BREACH, "PH97006", "PH97007", "PH97008")


@dataclass(frozen=True, slots=True)
class Offence:
    """One line of the published list: CJS code, its title, and the Home Office's class."""

    code: str
    title: str
    ho_class: str


@cache
def offences() -> dict[str, Offence]:
    with _CSV.open(encoding="utf-8", newline="") as rows:
        found = [Offence(row["cjs_code"], row["title"], row["ho_class"]) for row in csv.DictReader(rows)]
    return {offence.code: offence for offence in found}


def codes() -> frozenset[str]:
    return frozenset(offences())


def suggested() -> list[Offence]:
    """What an officer is reminded of, the breach first."""
    return [offences()[code] for code in PROMPTS]
