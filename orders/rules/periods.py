"""When an order, and each version of it, is in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from common.london import midnight_ending, midnight_starting
from orders.rules.parts import Doc, date_of, instant_of, member
from orders.types import Period, Status

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


def status_at(period: Period, *, at: datetime, superseded_from: datetime | None = None) -> Status:
    """Computed, never stored (rule 22): "active" is a question with a time in it."""
    if superseded_from is not None and superseded_from <= max(at, period.start):
        return "superseded"
    if at < period.start:
        return "pending"
    if period.end is not None and at >= period.end:
        return "expired"
    return "in_force"


def in_force_periods(periods: Sequence[Period]) -> list[Period | None]:
    """When each version was the one in force, versions in order of number.

    A later version takes over from its own start, whatever the end of the earlier one; a correction that
    reaches back to or before an earlier start leaves nothing of that version (None).
    """
    result: list[Period | None] = []
    for index, own in enumerate(periods):
        later = [other.start for other in periods[index + 1 :]]
        ends = [end for end in (own.end, *later) if end is not None]
        end = min(ends) if ends else None
        result.append(Period(own.start, end) if end is None or end > own.start else None)
    return result


def nearest(periods: Sequence[Period], at: datetime) -> int:
    """Which version counts at an instant: the last that had begun, and before all the one that begins first.

    Of two that begin together the later number counts.
    """
    begun = [index for index, period in enumerate(periods) if period.start <= at]
    return begun[-1] if begun else min(range(len(periods)), key=lambda index: (periods[index].start, -index))
