"""Showing an officer who reports: on purpose only, with a reason, and with an alarm outside their own case."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from breaches import messages, policies, queries
from breaches.models import Report
from breaches.reporter import revealed_reporter
from orders.queries import works_on

_log = logging.getLogger(__name__)


@transaction.atomic
def reveal_reporter(*, caller: Caller, key: str, fields: Sequence[str], reason: str) -> dict[str, Any]:
    """Who reports, as far as anybody knows. Raises `NotFound`, `Forbidden`.

    Shown by the force that works on the report or offered it to the one that does: not by one to which it is on offer,
    or which reads along.

    Somebody who does not hold the report and works on none of its order is shown it too, and it alarms: an event, and
    a line in the log, as where the names of an order are revealed (rule 72).
    """
    report = queries.readable_report(caller, key)
    policies.check_may_reveal_reporter(caller)
    queries.check_worked_on(caller, report)
    outside = not _is_own_case(caller, report)
    asked = list(dict.fromkeys(fields))
    record(
        actor=caller.actor,
        action="consultation",
        verb="reporter_revealed",
        records=[report.id],
        reason_code="break_glass" if outside else "reveal",
        reason=f"{', '.join(sorted(asked))}: {reason}",
    )
    if outside:
        messages.revealed_outside_case(report)
        _log.warning("break glass", extra={"event": "reporter_revealed_outside_case", "record": str(report.id)})
    return revealed_reporter(report, asked, at=timezone.now())


def _is_own_case(caller: Caller, report: Report) -> bool:
    if report.claimed_by_id == caller.user_id:
        return True
    return report.order is not None and works_on(caller, report.order)
