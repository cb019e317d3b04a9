"""Who may do what to an order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from accounts.types import Caller
from audit.types import Action
from common.problems import Forbidden
from common.staff_ids import is_same_staff_id

MAY_APPROVE = frozenset({"officer", "supervisor"})


def may_see_shapes(caller: Caller) -> bool:
    """Nobody can stand by a drawing unseen; a force's system sees shapes only with the scope for it."""
    return "zones:read" in caller.scopes or (caller.kind == "officer" and caller.role in MAY_APPROVE)


def check_may_reveal(caller: Caller) -> None:
    """Names and places are shown on purpose only: to officers and supervisors, to systems that may see zones."""
    if not may_see_shapes(caller):
        raise Forbidden("wrong_role", "Your role or scope does not show names and places.")


def reading(caller: Caller) -> Action:
    """What the trail calls a reading: another system takes it elsewhere, an officer looks (section 62)."""
    return "disclosure" if caller.kind == "force_system" else "consultation"


def check_keeps_readers(caller: Caller) -> None:
    """Rule 81: a supervisor says who may read a restricted order. That they are on its list was asked before."""
    if caller.role != "supervisor":
        raise Forbidden("wrong_role", "Only a supervisor keeps the list of an order.")


def check_may_open(caller: Caller, *, restricted: bool, body: Mapping[str, Any]) -> None:
    """Opening a restricted order to the whole force takes a supervisor on its list, or a system on it."""
    if restricted and body.get("restricted") is False and caller.kind == "officer":
        check_keeps_readers(caller)


def check_second_person(caller: Caller, *, drawn_by: Collection[str], recorded_by: Collection[str]) -> None:
    """Rule 16: a drawn zone counts only when somebody who neither drew it nor put it on record stands by it.

    `drawn_by`: staff ids; `recorded_by`: ids of the accounts and systems that recorded a version with this drawing.
    """
    if caller.role not in MAY_APPROVE:
        raise Forbidden("wrong_role", "Officers and supervisors approve zones.")
    drew = any(is_same_staff_id(caller.staff_id, staff_id) for staff_id in drawn_by)
    if drew or caller.id in recorded_by:
        raise Forbidden("second_person_required", "Whoever drew a zone or recorded it cannot approve it.")
