"""Rule 81: every query that begins at orders or reports goes through the one filter, or says here why it need not."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BEGINS = re.compile(r"\b(Order|Report)\.objects\b")
# Where a query may begin without it.
ELSEWHERE = {
    "orders/queries/access.py": "the filter itself",
    "orders/queries/alike.py": "warnings, which tell of no restricted order",
    "orders/queries/coming.py": "days of orders that were read through it; and the worker's look",
    "orders/queries/interims.py": "whether an interim is on record: a duty of the law; callers are told by the filter",
    "orders/queries/people.py": "warnings, which tell of no restricted order",
    "orders/services/coming.py": "the worker's",
    "orders/services/people.py": "holds two orders that were read through it",
    "orders/services/readers.py": "an unattended order, for whoever takes charge of it",
    "orders/services/registering.py": "makes an order",
    "breaches/queries.py": "the filter of reports; a victim's own reports",
    "breaches/evidence/services.py": "holds a report that was read through it; the worker's",
    "breaches/evidence/tus.py": "holds a report that was read through it",
    "breaches/services/adding.py": "a victim's own, or one found by a receipt",
    "breaches/services/linking.py": "holds two reports that were read through it",
    "breaches/services/submitting.py": "the worker's, which judges again",
    "breaches/tasks.py": "the worker's",
    "breaches/tracking/entering.py": "the report of a visit under an order that was read through it",
    "breaches/timeline.py": "what belongs to an order that was read through it",
}


def test_no_query_goes_round_the_filter() -> None:
    found = {
        str(path.relative_to(ROOT))
        for folder in ("orders", "breaches", "spo_service", "webhooks")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and _BEGINS.search(path.read_text("utf-8"))
    }
    assert found == set(ELSEWHERE)
