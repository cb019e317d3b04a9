"""Writing evidence: one verb, one transaction, an entry of continuity, a trace and a message with each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from accounts.types import Caller
from audit.services import record
from audit.types import SERVICE, Actor
from breaches.evidence import checks, continuity, messages, queries
from breaches.evidence.checks import Sent, is_unchanged
from breaches.evidence.models import EvidenceItem, EvidenceLink
from breaches.evidence.storage import NotThere
from breaches.evidence.types import LinkKind, Received
from breaches.models.reports import Report
from breaches.returning import REPORTERS, bring_back
from common.envelope import NotOpened
from common.problems import Conflict

CHECK = "breaches.evidence.tasks.check"
EXAMINE = "breaches.evidence.tasks.examine"
EXAMINE_AGAIN = "breaches.evidence.tasks.examine_again"
EXAMINE_OLDER = "breaches.evidence.tasks.examine_older"
CLUSTER = "evidence"
LINK_LASTS = timedelta(minutes=5)
logger = logging.getLogger(__name__)


class Changed(Conflict):
    """What lies in the store is not what was received."""

    def __init__(self) -> None:
        super().__init__(
            "evidence_locked", "This is no longer what was received. It is not given out; it was reported."
        )


class FileMissing(Conflict):
    """The store has nothing of an item, or not all of it."""

    def __init__(self) -> None:
        super().__init__(
            "file_missing", "The file of this is missing from the store. It was reported, and is looked for each night."
        )


@dataclass(frozen=True, slots=True)
class Before:
    """Where a file lay before it was evidence of a report: since when, and in words for its continuity."""

    received_at: datetime
    where: str


@transaction.atomic
def keep(
    *, actor: Actor, report_id: UUID, received: Received, sent: Sent, before: Before | None = None
) -> EvidenceItem:
    """Make an item of what lies in the store, and have it looked at. In quarantine until then.

    The one way for a file to become evidence, whoever sent it and however it came.
    """
    report = Report.objects.select_for_update(no_key=True).get(pk=report_id)
    item = _new_item(report, received, actor)
    now = item.received_at
    item.filename, item.sender_sha256 = sent.filename, sent.sha256
    item.received_at = before.received_at if before else now
    item.save(force_insert=True)
    reason = before.where if before else ""
    for kind in ("received", "sealed"):
        continuity.append(item, kind, actor=actor, at=item.received_at, sha256=item.sha256, reason=reason)
    record(actor=actor, action="collection", verb="evidence_received", records=[report.id, item.id])
    if actor.kind in REPORTERS:
        bring_back(report, actor=actor, at=now)
    async_task(EXAMINE, str(item.id), cluster=CLUSTER)
    return item


def _new_item(report: Report, received: Received, actor: Actor) -> EvidenceItem:
    number = queries.next_number(report)
    return EvidenceItem(
        report=report,
        number=number,
        exhibit=f"{report.reference}/{number:02}",
        size=received.size,
        sha256=received.sha256,
        key=received.part.key if received.part else "",
        wrapped_key=received.part.wrapped_key if received.part else b"",
        received_at=timezone.now(),
        received_from_kind=actor.kind,
        received_from=actor.id,
    )


@transaction.atomic
def keep_viewable(*, original_id: UUID, received: Received) -> EvidenceItem | None:
    """Make an item of a viewable copy (rule 67). None where there is one already, or none is wanted any more."""
    original = queries.held_item(original_id)
    if original.state != "released" or original.derivatives.exists():
        return None
    report = Report.objects.select_for_update(no_key=True).get(pk=original.report_id)
    item = _new_item(report, received, SERVICE)
    item.derived_from, item.state = original, "released"
    item.save(force_insert=True)
    for kind in ("received", "sealed"):
        continuity.append(item, kind, actor=SERVICE, at=item.received_at, sha256=item.sha256, reason="viewable copy")
    record(actor=SERVICE, action="alteration", verb="evidence_copy_made", records=[original.id, item.id])
    return item


def verify(*, item: EvidenceItem) -> None:
    """Read an item again and compare (rule 66). Nothing there: `FileMissing`. Something else there: `Changed`.

    A file that is missing says nothing of a change: a restored copy of the store brings it back, and then the item is
    again what it was. One that is not what was received is locked for good. Outside any transaction: what is found
    must stay though the caller is refused.
    """
    if item.state == "locked":
        raise Changed
    with notice_loss(item_id=item.id):
        unchanged = is_unchanged(item)
    if not unchanged:
        lock(item_id=item.id)
        raise Changed
    if item.state == "file_missing":
        note_found_again(item_id=item.id)
        item.refresh_from_db(fields=["state"])


@contextmanager
def notice_loss(*, item_id: UUID) -> Iterator[None]:
    """Whatever reads an item tells what it finds: nothing is there (`FileMissing`), or something else (`Changed`)."""
    try:
        yield
    except NotThere:
        note_missing(item_id=item_id)
        raise FileMissing from None
    except NotOpened:
        lock(item_id=item_id)
        raise Changed from None


def note_missing(*, item_id: UUID) -> None:
    """Tell that the store has nothing of an item, once; one that is locked stays so."""
    _withhold(item_id, "file_missing", code="file_missing", reason="not in the store")


def lock(*, item_id: UUID) -> None:
    """Give an item out no more, and raise the alarm. Again is harmless."""
    _withhold(item_id, "locked", code="digest_mismatch", reason="digest mismatch")


@transaction.atomic
def _withhold(item_id: UUID, state: Literal["locked", "file_missing"], *, code: str, reason: str) -> None:
    """Give an item out no more, for what was found in the store: on its continuity, the trail, an event and the log."""
    item = queries.held_item(item_id)
    if item.state in ("locked", state):
        return
    item.state = state
    item.save(update_fields=["state"])
    continuity.append(item, state, actor=SERVICE, at=timezone.now(), sha256="", reason=reason)
    record(
        actor=SERVICE,
        action="alteration",
        verb=f"evidence_{state}",
        records=[item.report_id, item.id],
        reason_code=code,
    )
    messages.locked(item)
    logger.error("evidence withheld", extra={"event": f"evidence_{state}"})


@transaction.atomic
def note_found_again(*, item_id: UUID) -> None:
    """Make an item whose file is back, and is what was received, what it was before it was missing."""
    item = queries.held_item(item_id)
    if item.state != "file_missing":
        return
    item.state = queries.state_before_missing(item)
    item.save(update_fields=["state"])
    continuity.append(item, "found_again", actor=SERVICE, at=timezone.now(), sha256=item.sha256)
    record(actor=SERVICE, action="alteration", verb="evidence_found_again", records=[item.report_id, item.id])
    if item.state != "quarantined":  # it is told once it has been looked at
        messages.examined(item)
    logger.warning("evidence found again", extra={"event": "evidence_found_again"})


@transaction.atomic
def note_checked(*, item_id: UUID) -> None:
    """The nightly look found an item as it was received."""
    item = queries.held_item(item_id)
    continuity.append(item, "checked", actor=SERVICE, at=timezone.now(), sha256=item.sha256)
    record(actor=SERVICE, action="consultation", verb="evidence_checked", records=[item.id])


@transaction.atomic
def make_link(*, caller: Caller, item: EvidenceItem, kind: LinkKind, purpose: str) -> EvidenceLink:
    """Leave for this person to fetch this item, for five minutes and for this purpose (rule 70)."""
    wanted = item if kind == "original" else queries.viewable_of(item)
    if wanted is None:
        raise Conflict("no_viewable_copy", "There is no viewable copy of this, or not yet.")
    checks.check_given_out(wanted, kind)
    now = timezone.now()
    link = EvidenceLink.objects.create(
        item=wanted, person_id=caller.person, kind=kind, purpose=purpose, made_at=now, expires_at=now + LINK_LASTS
    )
    record(
        actor=caller.actor,
        action="consultation",
        verb="evidence_link_made",
        records=[item.report_id, wanted.id],
        reason=purpose,
    )
    return link


@transaction.atomic
def note_fetched(*, caller: Caller, link: EvidenceLink) -> None:
    """An item that was just found unchanged goes out: viewed if a copy, exported if the original."""
    item = queries.held_item(link.item_id)
    continuity.append(
        item,
        "exported" if link.kind == "original" else "viewed",
        actor=caller.actor,
        at=timezone.now(),
        sha256=item.sha256,
        reason=link.purpose,
        recipient=caller.id,
    )
    record(
        actor=caller.actor,
        action="disclosure",
        verb="evidence_fetched",
        records=[item.report_id, item.id],
        reason=link.purpose,
        recipient=caller.id,
    )


@transaction.atomic
def note_transferred(*, actor: Actor, report_id: UUID, to_force: str, reason: str) -> None:
    """The evidence of a report goes to another force with it: an entry on every item (rule 69), and each is read
    and compared again (rule 66) by a worker, since there may be gigabytes of it."""
    items = EvidenceItem.objects.select_for_update(of=("self",)).filter(report_id=report_id).order_by("number")
    for item in items:
        continuity.append(
            item,
            "transferred",
            actor=actor,
            at=timezone.now(),
            sha256=item.sha256,
            reason=reason,
            recipient=to_force,
        )
        async_task(CHECK, str(item.id), cluster=CLUSTER)
    record(
        actor=actor,
        action="disclosure",
        verb="evidence_transferred",
        records=[report_id, *(item.id for item in items)],
        recipient=to_force,
    )
