"""The offences an officer may name with a decision: CJS codes, from the published list."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_CSV = Path(__file__).resolve().parent / "data" / "offences.csv"
BREACH = "ST19001"  # section 8: breach of a stalking protection order or interim order; HO 008/74


@cache
def codes() -> frozenset[str]:
    with _CSV.open(encoding="utf-8", newline="") as rows:
        return frozenset(row["cjs_code"] for row in csv.DictReader(rows))
