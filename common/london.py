"""Civil time in England and Wales. Instants are UTC everywhere else."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def midnight_starting(day: date) -> datetime:
    """The instant (UTC) at which a civil day begins in London."""
    return datetime.combine(day, time(0), tzinfo=LONDON).astimezone(UTC)


def midnight_ending(day: date) -> datetime:
    """The instant (UTC) at which a civil day ends in London: exclusive end of "until and including"."""
    return midnight_starting(day + timedelta(days=1))


def civil_date(instant: datetime) -> date:
    """The date on a London calendar at that instant."""
    return instant.astimezone(LONDON).date()
