"""Looking again at what older readers looked at. What was found then stays; what is found now is what counts.

Nothing that was decided changes by it: no verdict, no state of a report, no place that somebody took. What comes out
otherwise is told to the officers of the case. Held stays held, until a person releases it; what a scanner of today
names is held from now on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.services import record
from audit.types import SERVICE
from breaches.evidence import continuity, messages, queries, services
from breaches.evidence.changes import find_changes
from breaches.evidence.examining import ReadItem, Seen, look_at, make_examination, make_viewable, read_item, reads_words
from breaches.evidence.models import EvidenceExamination, EvidenceItem
from breaches.evidence.readings import describe_held
from breaches.evidence.rows import are_same_messages
from breaches.evidence.types import READERS_VERSION, Reading, ReadingState


def examine_again(*, item_id: UUID) -> None:
    """Examine an item that older readers examined, or that was released without having been read.

    Anything else is left alone, so again is harmless. With no scanner to be had nothing changes.
    """
    item = queries.item(item_id)
    if not _is_due(item):
        return
    with suppress(services.Changed, services.FileMissing), services.notice_loss(item_id=item_id):
        with look_at(item) as seen:
            if seen is None:
                return
            _write_findings(item, seen)
        make_viewable(queries.item(item_id))


def _is_due(item: EvidenceItem) -> bool:
    """Whether an item that was looked at is to be looked at again."""
    examined: EvidenceExamination | None = getattr(item, "examination", None)
    if item.state not in ("released", "held") or examined is None:
        return False
    return examined.readers < READERS_VERSION or _was_let_go(item, examined)


def _was_let_go(item: EvidenceItem, examined: EvidenceExamination) -> bool:
    """Whether a person released an item since: of what is held not everything is read."""
    if item.state != "released" or not examined.holds:
        return False
    return item.continuity.filter(kind="released", at__gt=examined.examined_at).exists()


@transaction.atomic
def _write_findings(item: EvidenceItem, seen: Seen) -> None:
    """Everything that was found, in one transaction, as the first time; and what of it is new."""
    held = EvidenceItem.objects.select_for_update(of=("self",)).select_related("report").get(pk=item.pk)
    if not _is_due(held):
        return  # another worker was faster
    before = held.examination
    if held.state == "released" and "malware_found" in seen.found.holds:
        held.state = "held"
        held.save(update_fields=["state"])
    read, messages_of = _read_again(held, seen, before)
    found = make_examination(held, seen, read)
    found.number, found.messages_of = before.number + 1, messages_of
    found.changed = sorted(find_changes(before, found))
    found.save(force_insert=True)
    _tell_changes(held, item, found)


def _read_again(item: EvidenceItem, seen: Seen, before: EvidenceExamination) -> tuple[ReadItem, int]:
    """What was read of it, and the number under which its messages are kept: the old one where they are the same."""
    if not reads_words(item, seen):
        return _keep_reading(before), before.messages_of
    number = before.number + 1
    with transaction.atomic():
        read = read_item(item, seen, examination=number)
        if not are_same_messages(item, before.messages_of, number):
            return read, number
        transaction.set_rollback(True)  # of what was stored a second time only
    return read, before.messages_of


def _keep_reading(before: EvidenceExamination) -> ReadItem:
    """What was read of an item before it was held; that it is held, where nothing was."""
    if not before.reading_state:
        return ReadItem(describe_held())
    state, why = cast(ReadingState, before.reading_state), tuple(sorted(before.why_unread.items()))
    reading = Reading(state, before.reading_kind, before.things_found, before.things_read, why)
    return ReadItem(reading, before.platform, tuple(before.notes), before.senders)


def _tell_changes(item: EvidenceItem, before: EvidenceItem, found: EvidenceExamination) -> None:
    """An entry of continuity and a trace in any case; an event where something came out otherwise."""
    reason = f"readers {found.readers}"
    continuity.append(item, "examined", actor=SERVICE, at=found.examined_at, sha256=item.sha256, reason=reason)
    if item.state != before.state:
        continuity.append(item, item.state, actor=SERVICE, at=timezone.now(), sha256=item.sha256)
        messages.examined(item)
    record(actor=SERVICE, action="alteration", verb="evidence_examined_again", records=[item.report_id, item.id])
    if found.changed:
        messages.examined_again(item)
