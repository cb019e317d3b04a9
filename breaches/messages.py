"""What others are told of a report: its id, its reference and its state. Never a person, place or word of it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

from breaches import queries
from breaches.models import Report
from database import tenancy
from webhooks.services import About, enqueue, set_about


def received(report: Report, *, about: About | None) -> None:
    """The report is in the queue; with immediate danger a second event says so at once (rule 37)."""
    _tell_one(report, report.force_id, "report.received", about)
    if report.immediate_danger:
        _tell_one(report, report.force_id, "report.immediate_danger", about)


def moved_to_order(report: Report) -> None:
    """What was told of a report follows it under its order: under a restricted one it is on no feed (rule 81)."""
    set_about(subject=report.id, about=about_order(report))


def assessed_again(report: Report) -> None:
    _tell(report, "report.assessed", about_order(report))


_MOVED = {
    "claim": "report.claimed",
    "verify": "report.verified",
    "not-verified": "report.not_verified",
    "request-information": "report.information_requested",
    "answer": "report.information_received",
    "outcome": "report.closed",
    "reopen": "report.reopened",
}


def moved(report: Report, verb: str) -> None:
    """Releases are nobody else's business: there is no event for them."""
    event = _MOVED.get(verb)
    if event:
        _tell(report, event, about_order(report))


def transferred(report: Report, *, to: str, how: str) -> None:
    """A report on its way between two forces; `how` it stands with the offer is the state that is told.

    Both hear of an end, and who reads along; of an offer the force it is made to, since the other one made it.
    """
    along = {copy.force_id for copy in queries.readers_of(report)}
    for force in sorted({to} if how == "offered" else {to, report.force_id, *along}):
        enqueue(
            force=force,
            type="report.transferred",
            subject=report.id,
            reference=report.reference,
            state=how,
            about=about_order(report),
        )


def revealed_outside_case(report: Report) -> None:
    """Who reports was shown to somebody in whose hands the report is not."""
    _tell_one(report, report.force_id, "report.revealed_outside_case", about_order(report))


def added_to(report: Report) -> None:
    """The reporter said more, unasked."""
    _tell_of_reporter(report, "report.information_received")


def danger(report: Report) -> None:
    """The reporter says, in a later message, that she is in danger now."""
    _tell_of_reporter(report, "report.immediate_danger")


def tell_reopened(report: Report) -> None:
    """What the reporter said brought a decided report back into review."""
    _tell_of_reporter(report, "report.reopened")


def withdrawn(report: Report) -> None:
    _tell_of_reporter(report, "report.withdrawn")


def tell_resumed(report: Report) -> None:
    """The reporter took her withdrawal back."""
    _tell_of_reporter(report, "report.resumed")


def _tell_of_reporter(report: Report, event: str) -> None:
    """Also the force to which it is on offer: it reads what it may soon have to act on (rule 89)."""
    about = about_order(report)
    _tell(report, event, about)
    offer = queries.open_transfer(report)
    told = {report.force_id, *(copy.force_id for copy in queries.readers_of(report))}
    if offer is not None and offer.to_force_id not in told:
        _tell_one(report, offer.to_force_id, event, about)


def about_order(report: Report) -> About | None:
    """The order that a report belongs to: of one under a restricted order the force is not told (rule 81)."""
    tenant = tenancy.current()
    # Who is of no force may not see it: a restricted one was put there without a word to its sender.
    with tenancy.acting(replace(tenant, force=report.force_id)) if tenant and not tenant.force else nullcontext():
        order = report.order
    return About(order.id, order.restricted) if order else None


def _tell(report: Report, event: str, about: About | None) -> None:
    """The force that works on it, and those that read along (rule 47)."""
    for force in [report.force_id, *(copy.force_id for copy in queries.readers_of(report))]:
        _tell_one(report, force, event, about)


def _tell_one(report: Report, force: str, event: str, about: About | None) -> None:
    enqueue(force=force, type=event, subject=report.id, reference=report.reference, state=report.state, about=about)
