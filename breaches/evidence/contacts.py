"""Who wrote in a chat or a mail, each sender held against the respondent's known identifiers (rule 42).

A proposal to the officer, as everything that a file says: the report's own facts stay as they were sent.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from breaches.evidence.models import EvidenceExamination, EvidenceItem
from breaches.rules.identifiers import recognise_then
from breaches.types import Interval
from orders.queries import terms_by_id
from orders.types import OrderTerms

_NUMBER = re.compile(r"[\s\u200e\u202a\u202c]*\+?[\d\s()./\u2011\u00a0-]{6,24}[\s\u200e\u202c]*")
_MAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")


def contacts_of(item: EvidenceItem) -> list[dict[str, Any]]:
    """The senders in an item, the busiest first, with how each compares: known, alike, naming or unknown."""
    examined: EvidenceExamination | None = getattr(item, "examination", None)
    if examined is None:
        return []
    order_id = item.report.order_id
    terms = terms_by_id(order_id) if order_id and examined.senders else None
    return [
        {
            **row,
            "platform": row.get("platform") or examined.platform,
            "doubtful": row.get("doubtful", 0),
            "kind": kind_of(row["sender"], row.get("platform") or examined.platform),
            "first_at": _instant(row["first_at"]),
            "last_at": _instant(row["last_at"]),
            "match": _match(row, row.get("platform") or examined.platform, terms) if terms else "unknown",
        }
        for row in examined.senders
    ]


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def kind_of(sender: str, platform: str) -> str:
    """The kind of identifier that a sender shows as: a number, an address, a handle, or a name that says nothing."""
    if _NUMBER.fullmatch(sender):
        return "phone"
    if _MAIL.fullmatch(sender):
        return "email"
    return "social" if platform in ("instagram", "messenger", "telegram") else "other"


def _match(row: dict[str, Any], platform: str, terms: OrderTerms) -> str:
    """Throughout the time in which the sender wrote: a number may have been his in part of it only."""
    sender, first, last = row["sender"], _instant(row["first_at"]), _instant(row["last_at"])
    known = first is not None and last is not None and first.tzinfo is not None and last.tzinfo is not None
    when = Interval(first, last) if first and last and known else None
    return recognise_then(terms.respondent, kind_of(sender, platform), sender, platform, when).match
