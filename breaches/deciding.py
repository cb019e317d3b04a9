"""What officers do to a report: claim, release, and decide. A named person verifies (rule 46)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from breaches import policies, queries, workflow
from breaches.feeding import add_decision
from breaches.models import Assessment, Decision, Report
from breaches.moving import Precondition, moved, permitted
from breaches.offences import BREACH, codes
from breaches.routing import send_to_follow_up
from breaches.types import NEEDS_VIEW
from common.problems import Problem, Refused
from common.reasons import says_something

VIEWS = ("agree", "disagree", "cannot_say")


@dataclass(frozen=True, slots=True)
class View:
    """An officer's view on one finding, in their own words."""

    clause: str
    view: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, before it is checked against the findings."""

    kind: str
    reason: str = ""
    views: tuple[View, ...] = ()
    offences: tuple[str, ...] = ()
    reasonable_excuse: dict[str, Any] | None = field(default=None)


Read = Callable[[], Decided]


@transaction.atomic(savepoint=False)
def claim(*, caller: Caller, key: str, precondition: Precondition) -> Report:
    """Take a report from the review or the follow-up queue. Of two at once, one gets it."""
    report = queries.locked_report_of_force(caller, key)
    move = permitted(caller, report, "claim", precondition)
    report.claimed_by_id, report.claimed_at = caller.user_id, timezone.now()
    return moved(caller, report, move)


@transaction.atomic(savepoint=False)
def release(*, caller: Caller, key: str, precondition: Precondition) -> Report:
    """Put a claimed report back where it came from."""
    report = queries.locked_report_of_force(caller, key)
    move = permitted(caller, report, "release", precondition)
    report.claimed_by_id = report.claimed_at = None
    return moved(caller, report, move)


@transaction.atomic(savepoint=False)
def verify(*, caller: Caller, key: str, read: Read, precondition: Precondition) -> Report:
    """Decide that the order was breached: a view on every finding that is not plainly none of it.

    `read` gives the decision; it is asked only once everything else allows it, so that what is wrong with
    the words is told last.
    """
    report = queries.locked_report_of_force(caller, key)
    current = queries.assessments(report)[0]
    if workflow.move("verify", report.state):
        policies.check_independent(caller, current.zone_staff)
    move = permitted(caller, report, "verify", precondition)
    decided = read()
    problems = [
        *_view_problems(current, decided.views),
        *_offence_problems(decided.offences),
        *_nothing_verified(current, decided),
    ]
    if problems:
        raise Refused(problems)
    return _decide(caller, report, current, decided, move)


@transaction.atomic(savepoint=False)
def not_verify(*, caller: Caller, key: str, read: Read, precondition: Precondition) -> Report:
    """Decide that no breach was shown, and why. The report is kept, and can be opened again."""
    report = queries.locked_report_of_force(caller, key)
    move = permitted(caller, report, "not-verified", precondition)
    return _decide(caller, report, queries.assessments(report)[0], read(), move)


def _decide(caller: Caller, report: Report, assessment: Assessment, decided: Decided, move: workflow.Move) -> Report:
    earlier = list(report.decisions.order_by("-decided_at", "-id")[:1])
    decision = Decision.objects.create(
        report=report,
        assessment=assessment,
        kind=decided.kind,
        decided_by_id=caller.person,
        staff_id=caller.staff_id,
        decided_at=timezone.now(),
        reason=decided.reason,
        findings=[{"clause": v.clause, "view": v.view, "reason": v.reason} for v in decided.views],
        offences=list(decided.offences),
        reasonable_excuse=decided.reasonable_excuse,
    )
    report.claimed_by_id = report.claimed_at = None
    if decided.kind == "verified":
        send_to_follow_up(report, assessment, caller)
    result = moved(caller, report, move, reason=decided.reason)
    add_decision(report, decision, earlier)
    return result


def _view_problems(assessment: Assessment, views: tuple[View, ...]) -> list[Problem]:
    findings = assessment.answer["findings"]
    needed = [f["clause"] for f in findings if f["outcome"] in NEEDS_VIEW]
    given = [view.clause for view in views]
    problems = [
        Problem("/findings", "finding_view_missing", f"A view on clause {clause} is missing.")
        for clause in dict.fromkeys(needed)
        if clause not in given
    ]
    for index, view in enumerate(views):
        problems += _one_view(view, f"/findings/{index}", known={f["clause"] for f in findings})
        if view.clause in given[:index]:
            problems.append(Problem(f"/findings/{index}/clause", "finding_repeated", "This clause has a view above."))
    return problems


def _one_view(view: View, path: str, *, known: set[str]) -> list[Problem]:
    problems = []
    if view.clause not in known:
        problems.append(Problem(f"{path}/clause", "finding_unknown", "The assessment has no finding on this clause."))
    if view.view not in VIEWS:
        problems.append(Problem(f"{path}/view", "unknown_value", f"A view is one of {', '.join(VIEWS)}."))
    if not _is_reason(view.reason):
        problems.append(Problem(f"{path}/reason", "reason_length", "A reason has 10 to 2,000 characters."))
    return problems


def _is_reason(text: str) -> bool:
    return 10 <= len(text.strip()) <= 2_000 and says_something(text)


def _nothing_verified(assessment: Assessment, decided: Decided) -> list[Problem]:
    """`nothing_verified`: what a decision must rest on (rule 46).

    On a finding of the machine that is agreed with; without one on a reason, and it is another offence than breach
    of the order. That breach (section 8) takes an order in force at the time and a clause agreed with.
    """
    answer = assessment.answer
    open_ = {finding["clause"] for finding in answer["findings"] if finding["outcome"] in NEEDS_VIEW}
    agreed = any(view.view == "agree" and view.clause in open_ for view in decided.views)
    in_force = answer.get("order_version") is not None and answer["verdict"] != "no_order_in_force"
    missing = []
    if not agreed and not _is_reason(decided.reason):
        missing.append(("/reason", "Without a finding agreed with a decision has a reason of 10 to 2,000 characters."))
    if not agreed and not set(decided.offences) - {BREACH}:
        missing.append(("/offences", "Without a finding agreed with another offence than the breach is named."))
    if missing:
        missing.insert(0, ("/findings", "No finding is agreed with."))
    if not (agreed and in_force):
        named = [index for index, code in enumerate(decided.offences) if code == BREACH]
        missing += [(f"/offences/{index}", "It takes an order in force and a clause agreed with.") for index in named]
    return [Problem(where, "nothing_verified", why) for where, why in missing]


def _offence_problems(offences: tuple[str, ...]) -> list[Problem]:
    return [
        Problem(f"/offences/{index}", "offence_unknown", "This is not a CJS code that the service knows.")
        for index, code in enumerate(offences)
        if code not in codes()
    ]
