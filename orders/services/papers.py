"""The court's paper, what is revealed of an order and to whom, and by what authority positions are taken."""

from __future__ import annotations

import hashlib
import io
import logging
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import magic
from django.db import transaction
from django.utils import timezone
from PIL import Image, UnidentifiedImageError

from accounts.types import Caller
from audit.services import record
from common.ids import uuid7
from common.problems import Conflict, Forbidden, NotFound, Problem, Refused
from database import vault
from orders import messages, policies, queries
from orders.models import MonitoringAuthority, Order, OrderDocument, OrderVersion
from orders.queries.identifiers import identifiers_counting
from orders.reading import revealed
from orders.timeline import moment
from orders.types import AuthorityKind, DocumentType

_log = logging.getLogger(__name__)
PURPOSE = "spo orders document 1"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it was sent, and what it is by its content."""

    media_type: str
    content: bytes


@transaction.atomic
def keep_document(*, caller: Caller, reference: str, number: int, content: bytes) -> tuple[OrderDocument, bool]:
    """Keep the document that a version was typed from (rule 16). True where it is new, False for the same bytes.

    Raises `NotFound`; `Conflict` `document_conflict`: another paper is another version's; `Refused`.
    """
    order = queries.order_for_update(caller, reference)
    version = _version(order, number)
    digest = hashlib.sha256(content).hexdigest()
    known = OrderDocument.objects.filter(version=version).first()
    if known is not None:
        if known.sha256 != digest:
            raise Conflict("document_conflict", "This version has another document: a correction is a new version.")
        return known, False
    media_type = _type_of(content)
    if media_type is None:
        raise Refused([Problem("", "document_type_unknown", "This is not a PDF, PNG or JPEG file that opens.")])
    row = uuid7()
    document = OrderDocument.objects.create(
        id=row,
        version=version,
        sha256=digest,
        media_type=media_type,
        size=len(content),
        sealed=vault.seal(content, purpose=PURPOSE, row=row),
        recorded_at=moment(order),
        recorded_by=caller.id,
    )
    record(actor=caller.actor, action="collection", verb="order_document_kept", records=[order.id, document.id])
    return document, True


@transaction.atomic
def show_document(*, caller: Caller, reference: str, number: int) -> Paper:
    """The document as it was sent, to whoever may see drawn shapes. Raises `NotFound`, `Forbidden`."""
    order = queries.order_of(caller, reference)
    document = OrderDocument.objects.filter(version=_version(order, number)).first()
    if document is None:
        raise NotFound
    if not policies.may_see_shapes(caller):
        raise Forbidden("wrong_role", "A document shows where zones lie: your role or scope does not.")
    content = vault.open_sealed(bytes(document.sealed), purpose=PURPOSE, row=document.id)
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise ValueError("a stored document is not what was kept")
    action = policies.reading(caller)
    record(
        actor=caller.actor,
        action=action,
        verb="order_document_shown",
        records=[order.id, document.id],
        recipient=caller.force if action == "disclosure" else "",
    )
    return Paper(document.media_type, content)


@transaction.atomic
def reveal(
    *, caller: Caller, reference: str, fields: Collection[str], reason: str
) -> tuple[OrderVersion, dict[str, Any]]:
    """Names, identifiers and what zones are called, left out everywhere else: shown once, for a reason (rule 72).

    Somebody who works on no report of the order is shown them too, and it alarms: an event, and a line in the log.

    Raises `NotFound`, `Forbidden`.
    """
    order = queries.order_of(caller, reference)
    policies.check_may_reveal(caller)
    version = queries.last_terms(order.id)
    if version is None:
        raise NotFound
    action = policies.reading(caller)
    outside = not queries.works_on(caller, order)
    record(
        actor=caller.actor,
        action=action,
        verb="order_revealed",
        records=[order.id, version.pk],
        reason_code="break_glass" if outside else "reveal",
        reason=f"{', '.join(sorted(fields))}: {reason}",
        recipient=caller.force if action == "disclosure" else "",
    )
    if outside:  # shown all the same: somebody may be in danger, and whoever looks is named
        messages.revealed_outside_case(order, status=queries.status_of(order, at=timezone.now()))
        _log.warning("break glass", extra={"event": "order_revealed_outside_case", "record": str(order.id)})
    return version, _with_learned(order, revealed(version.body, fields))


def _with_learned(order: Order, shown: dict[str, Any]) -> dict[str, Any]:
    """With what was learned of each person beside the versions, for whoever is shown who they are."""
    if "respondent" in shown:
        learned = identifiers_counting(order, "respondent").get("", [])
        shown = {**shown, "respondent": {**shown["respondent"], "learned_identifiers": learned}}
    if "protected_persons" in shown:
        by_key = identifiers_counting(order, "protected_person")
        people = [{**p, "learned_identifiers": by_key.get(p["key"], [])} for p in shown["protected_persons"]]
        shown = {**shown, "protected_persons": people}
    return shown


@dataclass(frozen=True, slots=True)
class Power:
    """By what power positions may be taken: half-open in time, of these devices."""

    kind: AuthorityKind
    reference: str
    starts_at: datetime
    ends_at: datetime
    devices: tuple[str, ...]


@transaction.atomic
def record_monitoring_authority(*, caller: Caller, reference: str, power: Power) -> tuple[MonitoringAuthority, bool]:
    """A licence, bail, DAPO or another court's order under which positions may be taken (rule 82).

    Of one kind and reference the last recorded counts. True where it is new, False for the same again.
    """
    order = queries.order_for_update(caller, reference)
    if power.ends_at <= power.starts_at:
        raise Refused([Problem("/until", "authority_ends_before_start", "It ends before it begins.")])
    latest = (
        MonitoringAuthority.objects.filter(order=order, kind=power.kind, reference=power.reference)
        .order_by("-recorded_at")
        .first()
    )
    wanted = (power.starts_at, power.ends_at, list(power.devices))
    if latest is not None and (latest.starts_at, latest.ends_at, latest.devices) == wanted:
        return latest, False
    row = MonitoringAuthority.objects.create(
        order=order,
        kind=power.kind,
        reference=power.reference,
        starts_at=power.starts_at,
        ends_at=power.ends_at,
        devices=list(power.devices),
        recorded_at=moment(order),
        recorded_by=caller.id,
    )
    record(actor=caller.actor, action="collection", verb="monitoring_authority_recorded", records=[order.id, row.id])
    return row, True


def _version(order: Order, number: int) -> OrderVersion:
    version = order.versions.filter(number=number).defer("body", "body_sent").first()
    if version is None:
        raise NotFound
    return version


def _type_of(content: bytes) -> DocumentType | None:
    """The type by the content, not by what the sender calls it; None for another, and for what does not open."""
    found = magic.from_buffer(content[:4096], mime=True) if content else ""
    for known in get_args(DocumentType):
        if found == known and all(_opens(content, known)):
            return known  # type: ignore[no-any-return]
    return None


def _opens(content: bytes, media_type: str) -> Iterator[bool]:
    if media_type == "application/pdf":
        yield content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture of a hundred million pixels is no court's map
            with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as picture:
                picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError):
        yield False
