"""When a report is looked at again, and by when a request for one's own data is answered. Pure."""

from __future__ import annotations

from datetime import date

from retention.types import YEARS, Group


def review_on(start: date, group: Group) -> date:
    """The day of the next review, so many years after `start`; 29 February becomes 1 March (rule 79)."""
    return _later(start, years=YEARS[group])


def answer_due(received_on: date) -> date:
    """One month after the day of receipt, or the last day of a shorter month (DPA 2018 section 54)."""
    year, month = (received_on.year + received_on.month // 12, received_on.month % 12 + 1)
    for day in range(received_on.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, received_on.day)


def _later(start: date, *, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)
