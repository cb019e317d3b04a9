"""What is asked of a file before it is an item, and of an item ever after. Nothing in it is a reason to refuse it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings

from breaches.evidence import queries
from breaches.evidence.models import EvidenceItem
from breaches.evidence.sealing import Opened, digest_of
from breaches.evidence.types import LinkKind, Received
from breaches.models.reports import Report
from common.envelope import NotOpened
from common.problems import Conflict, Problem, Refused

_FULL = Problem("", "too_many_items", "This report has as much evidence as one report can have. Send another report.")
FULL_DIARY_ENTRY = Problem("", "too_many_items", "This entry has as many files as one can have. Write another entry.")
_OTHER = Problem("/sha256", "digest_mismatch", "What arrived is not what was sent. Send it again.")
_EMPTY = Problem("/file", "file_empty", "There is nothing in this file.")
_LONGEST_NAME = 1000
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sender says of a file: its name, kept as words only, and what its SHA-256 should be ("" if unsaid)."""

    filename: str
    sha256: str


def storable_name(name: str) -> str:
    """A file's name as it was sent; only what PostgreSQL cannot hold is replaced."""
    return name.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:_LONGEST_NAME]


def is_digest(text: str) -> bool:
    """Whether this is a SHA-256 in hexadecimal."""
    return _DIGEST.fullmatch(text) is not None


def check_room(report: Report) -> None:
    """Raises `Refused` where a report has as many items as one can have."""
    if queries.originals_of(report) >= settings.EVIDENCE_MAX_ITEMS:
        raise Refused([_FULL], code=_FULL.code, detail=_FULL.detail)


def check_whole(received: Received, sent: Sent) -> None:
    """Raises `Refused` where nothing arrived, or not what the sender says (rule 66)."""
    for problem, wrong in ((_EMPTY, received.size == 0), (_OTHER, sent.sha256 not in ("", received.sha256))):
        if wrong:
            raise Refused([problem], code=problem.code, detail=problem.detail)


def is_unchanged(item: EvidenceItem) -> bool:
    """Whether what lies in the store is what was received. Raises `NotThere` or `Unavailable`."""
    try:
        return digest_of(Opened(queries.parts_of(item))) == item.sha256
    except NotOpened:
        return False


def check_given_out(item: EvidenceItem, kind: LinkKind) -> None:
    """Raises `Conflict` for what was held back since a link to it was made; a forensic unit gets that as well."""
    if item.state != "released" and not (kind == "forensic" and item.state == "held"):
        raise Conflict("evidence_not_released", "This has not been released.", extra={"state": item.state})
