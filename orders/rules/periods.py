"""When an order, and each version of it, is in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from common.london import civil_date, midnight_ending, midnight_starting
from orders.rules.parts import Doc, date_of, instant_of, member
from orders.types import DeterminationResult, End, Period, Status

_CHANGES = ("variation", "renewal", "correction")


def two_years_from(made_on: date) -> date:
    """The shortest last day of a full order: two years beginning with the day made (section 3(2)).

    29 February counts to 28 February: made 29 Feb 2028, the second year ends on 28 Feb 2030.
    """
    if made_on.year + 2 > date.max.year:
        return date.max
    try:
        return made_on.replace(year=made_on.year + 2) - timedelta(days=1)
    except ValueError:
        return date(made_on.year + 2, 2, 28)


def first_day(doc: Doc) -> date | None:
    """The day from which a version without `effective_from` counts: the day made, a change's the day decided.

    A change that counted from the day the order was made would rewrite what bound him until then.
    """
    made_on, change = date_of(doc, "made_on"), member(doc, "change")
    decided_on = date_of(change, "decided_on") if member(change, "kind") in _CHANGES else None
    return max(made_on, decided_on) if made_on and decided_on else made_on


def period_of(doc: Doc) -> Period:
    """When the version runs if nothing else happens: `end` is the local midnight after the last day.

    Raises ValueError for a document without `made_on`, which `check` refuses.
    """
    day, last = first_day(doc), date_of(doc, "expires_on")
    if day is None:
        raise ValueError("a document without the day made has no period")
    start = instant_of(doc, "effective_from") or midnight_starting(day)
    return Period(start, midnight_ending(last) if last else None)


def in_force_periods(periods: Sequence[Period], ended_at: datetime | None = None) -> list[Period | None]:
    """When each version was the one in force, versions in order of number.

    A later version takes over from its own start, whatever the end of the earlier one; a correction that
    reaches back to or before an earlier start leaves nothing of that version (None). `ended_at` is when a court
    ended the order: nothing of it runs on from there.
    """
    result: list[Period | None] = []
    for index, own in enumerate(periods):
        later = [other.start for other in periods[index + 1 :]]
        ends = [end for end in (own.end, ended_at, *later) if end is not None]
        end = min(ends) if ends else None
        result.append(Period(own.start, end) if end is None or end > own.start else None)
    return result


def status_in(period: Period, *, at: datetime, end: End | None = None, superseded: bool = False) -> Status:
    """A version's status at an instant, by the time in which it is the one in force (rule 22).

    Computed, never stored: "active" is a question with a time in it. `end` is what ended the order, `superseded`
    that another version took over where this one's time ends.
    """
    if at < period.start:
        return "pending"
    if period.end is None or at < period.end:
        return "in_force"
    if superseded:
        return "superseded"
    return end.status if end and end.at <= at else "expired"


def determined(result: DeterminationResult, at: datetime) -> End:
    """What the main application's determination makes of an interim order (section 5(7), rule 5)."""
    return End(at, "superseded" if result == "granted" else "expired")


def discharge_needs_consents(made_on: date, discharged_at: datetime) -> bool:
    """Whether it falls before the end of two years beginning with the day made (section 4, rule 19)."""
    return civil_date(discharged_at) <= two_years_from(made_on)
