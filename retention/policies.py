"""Who keeps and who lets go: supervisors; auditors look."""

from __future__ import annotations

from accounts.types import Caller
from common.problems import Forbidden
from common.staff_ids import is_same_staff_id
from retention.models import Disposal

MAY_DECIDE = frozenset({"supervisor"})
MAY_LOOK = frozenset({"supervisor", "auditor"})


def check_may_decide(caller: Caller) -> None:
    if caller.role not in MAY_DECIDE:
        raise Forbidden("wrong_role", "Supervisors decide what is kept, and what somebody is told.")


def check_second_person(caller: Caller, disposal: Disposal) -> None:
    """Rule 79: what one person proposes another decides."""
    check_may_decide(caller)
    if caller.person == disposal.proposed_by_id or is_same_staff_id(caller.staff_id, disposal.staff_id):
        raise Forbidden("second_person_required", "Whoever proposed a disposal cannot decide it.")
