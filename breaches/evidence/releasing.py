"""Releasing what was held by mistake: by a supervisor, for a reason, and never what a scanner named."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from accounts.types import Caller
from audit.services import record
from breaches.evidence import continuity, messages, queries, services
from breaches.evidence.models import EvidenceItem
from breaches.evidence.types import SCANNER_HOLDS
from common.problems import Conflict, Forbidden


@transaction.atomic
def release_held(*, caller: Caller, item: EvidenceItem, reason: str) -> EvidenceItem:
    """Release a false alarm. What it was held for stays on record; from now on it is an item like any other.

    The caller has just seen that it is what was received (`services.verify`). Raises `Forbidden` `not_independent`;
    `Conflict` `named_by_scanner`, or `evidence_not_held` with the state that it is in.
    """
    held = queries.held_item(item.id)
    check_may_release(caller, held)
    check_false_alarm(held)
    held.state = "released"
    held.save(update_fields=["state"])
    continuity.append(
        held, "released", actor=caller.actor, at=timezone.now(), sha256=held.sha256, reason=reason, recipient=""
    )
    record(
        actor=caller.actor,
        action="alteration",
        verb="evidence_released",
        records=[held.report_id, held.id],
        reason_code="false_alarm",
        reason=reason,
    )
    messages.examined(held)
    async_task(services.EXAMINE_AGAIN, str(held.id), cluster=services.CLUSTER)
    return held


def check_may_release(caller: Caller, item: EvidenceItem) -> None:
    """Raises `not_independent`: whoever sent something, or ever had its report, does not call off an alarm about it.

    To put the report back first changes nothing: the moves of a report say who had it. And whoever released takes it
    no more (`policies.check_released_nothing`).
    """
    if item.received_from == caller.id:
        raise Forbidden("not_independent", "You sent this. Ask another supervisor to release it.")
    holds = item.report.claimed_by_id is not None and item.report.claimed_by_id == caller.user_id
    if holds or item.report.moves.filter(moved_by_id=caller.person).exists():
        raise Forbidden("not_independent", "You have worked on this report. Ask another supervisor to release this.")


def check_false_alarm(item: EvidenceItem) -> None:
    """Raises `Conflict` for what is not held, and for what no supervisor can call a false alarm."""
    if item.state != "held":
        raise Conflict("evidence_not_held", "This is not held back.", extra={"state": item.state})
    examined = getattr(item, "examination", None)
    named = sorted(SCANNER_HOLDS.intersection(examined.holds) if examined else SCANNER_HOLDS)
    if named:
        raise Conflict(
            "named_by_scanner",
            "A scanner named this, or could not look at it. It stays held; a forensic unit can have it.",
            extra={"holds": named},
        )
