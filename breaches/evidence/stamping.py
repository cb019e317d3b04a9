"""Timestamps of evidence by an authority (RFC 3161), where the settings name one: optional, and never in the way.

What is sent is a digest of a digest; nothing of the evidence, of the report or of the item leaves with it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from audit.services import record
from audit.types import SERVICE
from breaches.evidence import queries
from breaches.evidence.models import EvidenceItem, EvidenceTimestamp
from breaches.evidence.stamp_tries import EvidenceStampTry
from common.alarms import raise_alarm
from webhooks.client import ask
from webhooks.signing import Signed

_MOST_ANSWER = 64 * 1024
_AWAY_FOR = timedelta(minutes=1)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=4), timedelta(hours=6)  # the sweep comes every five minutes
_OVERDUE = timedelta(hours=1)
_MOST_NAMED = 20
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
logger = logging.getLogger(__name__)


def wanted() -> bool:
    """Whether the settings name an authority, and the root that its signatures must lead to."""
    return bool(settings.EVIDENCE_TSA_URL and settings.EVIDENCE_TSA_ROOTS)


def stamped(item: EvidenceItem) -> bytes:
    """What the timestamp is of: the SHA-256 of the original, as 64 hexadecimal digits. Anybody can write it again."""
    return item.sha256.encode("ascii")


class _NotStamped(Exception):
    """There is no timestamp of an item yet; `why` is a code of `WHY_NOT_STAMPED`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def stamp(*, item_id: UUID) -> bool:
    """Have an item timestamped, once. False where there is none, or not yet: then it is noted why, and tried again.

    While the authority is away nothing is asked of it for every item: whoever waits for it keeps others waiting.
    """
    item, now = queries.item_to_stamp(item_id), timezone.now()
    if not _is_due(item, at=now) or queries.authority_is_away(now - _AWAY_FOR):
        return False
    try:
        response, answered = _ask_authority(item)
    except _NotStamped as failure:
        note_not_stamped(item_id=item.id, why=failure.why, at=now)
        return False
    _keep(item, response, answered)
    return True


def _is_due(item: EvidenceItem, *, at: datetime) -> bool:
    if not wanted() or item.derived_from_id or hasattr(item, "timestamp"):
        return False
    tried: EvidenceStampTry | None = getattr(item, "stamp_try", None)
    return tried is None or tried.next_at <= at


def _ask_authority(item: EvidenceItem) -> tuple[TimeStampResponse, bytes]:
    """A timestamp that is proven, and the answer that it came in. Raises `_NotStamped`."""
    roots = _read_roots()
    request = TimestampRequestBuilder().data(stamped(item)).hash_algorithm(HashAlgorithm.SHA256).build()
    answered = ask(settings.EVIDENCE_TSA_URL, Signed(request.as_bytes(), _HEADERS), most=_MOST_ANSWER)
    if not answered:
        raise _NotStamped("authority_away")
    return _verified(answered, request, item, roots), answered


def _read_roots() -> list[Certificate]:
    try:
        return load_pem_x509_certificates(Path(settings.EVIDENCE_TSA_ROOTS).read_bytes())
    except (OSError, ValueError) as error:
        raise _NotStamped("roots_unreadable") from error


def _verified(
    answered: bytes, request: TimeStampRequest, item: EvidenceItem, roots: Iterable[Certificate]
) -> TimeStampResponse:
    """What was answered, if a root of the settings vouches for it, and it is of this item and this question."""
    try:
        response = decode_timestamp_response(answered)
        builder = VerifierBuilder().nonce(request.nonce) if request.nonce is not None else VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(response, stamped(item))
    except (VerificationError, ValueError) as error:
        raise _NotStamped("answer_not_proven") from error
    return response


@transaction.atomic
def note_not_stamped(*, item_id: UUID, why: str, at: datetime) -> None:
    """Keep that an item has no timestamp, and when it is asked about again: in minutes at first, then in hours."""
    tried, new = EvidenceStampTry.objects.select_for_update(of=("self",)).get_or_create(
        item_id=item_id, defaults={"tries": 1, "why": why, "last_at": at, "next_at": at + _FIRST_WAIT}
    )
    if not new:
        wait = min(_FIRST_WAIT * 2 ** min(tried.tries, 20), _LONGEST_WAIT)
        tried.tries, tried.why, tried.last_at, tried.next_at = tried.tries + 1, why, at, at + wait
        tried.save()
    logger.warning(
        "evidence not timestamped",
        extra={"event": "evidence_not_timestamped", "record": str(item_id), "key": why},
    )


def alarm_overdue(*, at: datetime) -> None:
    """At each sweep, while it is so: evidence that should have a timestamp and has none, whatever the reason.

    Also where nobody asked: a worker that is down, or that may not do what it should, leaves no other trace.
    """
    overdue = queries.stamps_overdue(at - _OVERDUE, _MOST_NAMED) if wanted() else []
    if overdue:
        raise_alarm("evidence_stamps_overdue", overdue)


@transaction.atomic
def _keep(item: EvidenceItem, response: TimeStampResponse, answered: bytes) -> None:
    _, new = EvidenceTimestamp.objects.get_or_create(
        item=item,
        defaults={
            "at": response.tst_info.gen_time.astimezone(UTC),
            "authority": (urlsplit(settings.EVIDENCE_TSA_URL).hostname or "")[:200],
            "token": answered,
            "received_at": timezone.now(),
        },
    )
    if new:
        record(actor=SERVICE, action="alteration", verb="evidence_timestamped", records=[item.report_id, item.id])
