"""Who may do what to a report. Each check has a bool twin that shows or hides the button."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings

from accounts.types import Caller
from breaches.models import EvidenceEntry, Report
from breaches.workflow import Move
from common.problems import Conflict, Forbidden
from common.staff_ids import is_same_staff_id
from orders.policies import MAY_APPROVE

# Moves after which a report is in the caller's hands.
TAKING = frozenset({"answer", "claim", "reopen", "takeover"})
WORKERS = frozenset({"reviewer", "officer", "supervisor"})


def check_may_report(caller: Caller) -> None:
    """Auditors look; they write nothing down."""
    if caller.role == "auditor":
        raise Forbidden("wrong_role", "Your role does not allow this.")


def check_may_move(caller: Caller, report: Report, move: Move) -> None:
    """Role, hold and whose decision it was: raises `wrong_role`, `not_holder`, `not_decider` or `not_independent`."""
    if caller.role not in move.roles:
        raise Forbidden("wrong_role", "Your role does not allow this.")
    if move.holder_only:
        check_holds(caller, report)
    if move.decider_only:
        check_may_undo(caller, report)
    if move.verb in TAKING:
        check_released_nothing(caller, report)


def check_released_nothing(caller: Caller, report: Report) -> None:
    """Raises `not_independent` for whoever called off an alarm about evidence of a report: another takes it."""
    entries = EvidenceEntry.objects.filter(item__report=report, kind="released", actor_kind="officer")
    if entries.filter(actor=caller.actor.id).exists():
        raise Forbidden("not_independent", "You released evidence of this report. A colleague takes it.")


def check_may_work_on(caller: Caller) -> None:
    """Notes and links, whatever state the report is in: auditors look, they write nothing down."""
    if caller.role not in WORKERS:
        raise Forbidden("wrong_role", "Your role does not allow this.")


def check_may_open_report(caller: Caller) -> None:
    """Rule 81: out from under a restricted order a report is read by the whole force, which takes a supervisor."""
    if caller.role != "supervisor":
        raise Forbidden("wrong_role", "Only a supervisor takes a report from under a restricted order.")


def check_may_reveal_reporter(caller: Caller) -> None:
    """Raises `wrong_role` for everybody but those to whom the names of an order are revealed (rule 72)."""
    if caller.role not in MAY_APPROVE:
        raise Forbidden("wrong_role", "Officers and supervisors are shown who reports.")


def check_holds(caller: Caller, report: Report) -> None:
    """Raises `not_holder` for everybody but the officer who claimed it."""
    if report.claimed_by_id != caller.user_id:
        raise Forbidden("not_holder", "Only the officer who claimed this report can do that.")


def check_may_undo(caller: Caller, report: Report) -> None:
    """Raises `not_decider` for everybody but a supervisor and whoever decided last, unless another holds it."""
    if caller.role == "supervisor":
        return
    last = report.decisions.order_by("-decided_at", "-id").first()
    if last is None or last.decided_by_id != caller.user_id or report.claimed_by_id not in (None, caller.user_id):
        raise Forbidden("not_decider", "A supervisor, or whoever verified this report, takes it back into review.")


def check_may_take_over(caller: Caller, report: Report, *, at: datetime) -> None:
    """Raises `already_held` for one's own, `holder_active` where the holder was heard of not long ago."""
    if report.claimed_by_id == caller.user_id:
        raise Conflict("already_held", "You hold this report already.")
    heard = max(filter(None, (report.claimed_at, report.heard_at)), default=at)
    free_from = heard + timedelta(minutes=settings.HOLDER_SILENT_MINUTES)
    if caller.role != "supervisor" and at < free_from:
        extra = {"free_from": free_from.isoformat()}
        raise Conflict("holder_active", "Whoever holds this report is still at work on it.", extra=extra)


def may_take_over(caller: Caller, report: Report, *, at: datetime) -> bool:
    try:
        check_may_take_over(caller, report, at=at)
    except Conflict:
        return False
    return True


def may_move(caller: Caller, report: Report, move: Move) -> bool:
    try:
        check_may_move(caller, report, move)
    except Forbidden:
        return False
    return True


def check_independent(caller: Caller, zone_staff: Collection[str]) -> None:
    """Rule 46: whoever drew or approved a zone that a finding relies on cannot verify that report."""
    if any(is_same_staff_id(caller.staff_id, staff_id) for staff_id in zone_staff):
        raise Forbidden("not_independent", "You drew or approved a zone that a finding relies on.")


def is_independent(caller: Caller, zone_staff: Collection[str]) -> bool:
    try:
        check_independent(caller, zone_staff)
    except Forbidden:
        return False
    return True
