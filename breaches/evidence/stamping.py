"""Timestamps of evidence by an authority (RFC 3161), where the settings name one: optional, and never in the way.

What is sent is a digest of a digest; nothing of the evidence, of the report or of the item leaves with it.
"""

from __future__ import annotations

import logging
from datetime import UTC
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
from webhooks.client import ask
from webhooks.signing import Signed

_MOST_ANSWER = 64 * 1024
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
logger = logging.getLogger(__name__)


def wanted() -> bool:
    """Whether the settings name an authority, and the root that its signatures must lead to."""
    return bool(settings.EVIDENCE_TSA_URL and settings.EVIDENCE_TSA_ROOTS)


def stamped(item: EvidenceItem) -> bytes:
    """What the timestamp is of: the SHA-256 of the original, as 64 hexadecimal digits. Anybody can write it again."""
    return item.sha256.encode("ascii")


def stamp(*, item_id: UUID) -> bool:
    """Have an item timestamped, once. False where there is none, or not yet: the sweep has it tried again."""
    item = queries.item(item_id)
    if not wanted() or item.derived_from_id or hasattr(item, "timestamp"):
        return False
    request = TimestampRequestBuilder().data(stamped(item)).hash_algorithm(HashAlgorithm.SHA256).build()
    answered = ask(settings.EVIDENCE_TSA_URL, Signed(request.as_bytes(), _HEADERS), most=_MOST_ANSWER)
    found = _verified(answered, request, item) if answered else None
    if answered is None or found is None:
        logger.warning("evidence not timestamped", extra={"event": "evidence_not_timestamped"})
        return False
    _keep(item, found, answered)
    return True


def _roots() -> list[Certificate]:
    """Raises OSError or ValueError where the file cannot be read."""
    return load_pem_x509_certificates(Path(settings.EVIDENCE_TSA_ROOTS).read_bytes())


def _verified(answered: bytes, request: TimeStampRequest, item: EvidenceItem) -> TimeStampResponse | None:
    """What was answered, if a root of the settings vouches for it, and it is of this item and this question."""
    try:
        response = decode_timestamp_response(answered)
        builder = VerifierBuilder().nonce(request.nonce) if request.nonce is not None else VerifierBuilder()
        for root in _roots():
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(response, stamped(item))
    except (VerificationError, ValueError, OSError):
        return None
    return response


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
