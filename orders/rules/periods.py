"""When an order, and each version of it, is in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

from common.london import civil_date, midnight_ending, midnight_starting
from orders.rules.parts import Doc, date_of, instant_of, member
from orders.types import DeterminationResult, End, Period, Placed, Status

_CHANGES = ("variation", "renewal", "correction")
_NO_CORRECTIONS: Mapping[int, int] = MappingProxyType({})


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


def period_of(doc: Doc, *, in_place_of: Placed | None = None) -> Period:
    """When the version runs if nothing else happens: `end` is the local midnight after the last day.

    `in_place_of` is the version whose place it takes (`change.corrects`). Raises ValueError for a document
    without `made_on`, which `check` refuses.
    """
    start, last = start_of(doc, in_place_of=in_place_of), date_of(doc, "expires_on")
    if start is None:
        raise ValueError("a document without the day made has no period")
    return Period(start, midnight_ending(last) if last else None)


def start_of(doc: Doc, *, in_place_of: Placed | None = None) -> datetime | None:
    """From when the version counts; None for a document without `made_on`."""
    day, made_on = first_day(doc), date_of(doc, "made_on")
    if day is None or made_on is None:
        return None
    said = instant_of(doc, "effective_from")
    return said or (_start_of_place(in_place_of, made_on) if in_place_of else midnight_starting(day))


def _start_of_place(corrected: Placed, made_on: date) -> datetime:
    """The start of a correction that names the version it corrects and no start of its own: that version's.

    A start that was only the day made moves with a corrected day made; none lies before that day.
    """
    midnight = midnight_starting(made_on)
    from_day_made = corrected.period.start == midnight_starting(corrected.made_on)
    return midnight if from_day_made else max(corrected.period.start, midnight)


def in_force_periods(
    periods: Sequence[Period], ended_at: datetime | None = None, *, corrects: Mapping[int, int] = _NO_CORRECTIONS
) -> list[Period | None]:
    """When each version is the one in force, versions in order of number; None: at no instant.

    At an instant that one governs which has the latest start not after it, of two that start together the higher
    number; whatever the end of an earlier one. So a correction of an early version repeals no later one.
    `corrects` gives by number the number of the version whose place a correction takes: that one governs no more.
    `ended_at` is when a court ended the order: nothing of it runs on from there.
    """
    starts: dict[datetime, int] = {}
    for number in standing_numbers(len(periods), corrects):
        starts[periods[number - 1].start] = number
    result: list[Period | None] = [None] * len(periods)
    for start, following in pairwise([*sorted(starts), None]):
        if start is None:
            continue
        number = starts[start]
        ends = [end for end in (periods[number - 1].end, ended_at, following) if end is not None]
        end = min(ends, default=None)
        result[number - 1] = Period(start, end) if end is None or end > start else None
    return result


def standing_numbers(count: int, corrects: Mapping[int, int]) -> list[int]:
    """The numbers of the versions, of so many, that hold a place of their own: of those in one place the newest."""
    holders = {place_of(number, corrects): number for number in range(1, count + 1)}
    return sorted(holders.values())


def place_of(number: int, corrects: Mapping[int, int]) -> int:
    """The version whose place it is in the end: a correction of a correction stands where the first one stood."""
    while (earlier := corrects.get(number)) is not None and earlier < number:
        number = earlier
    return number


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
