"""What somebody under an order must tell the police, by when, and what not doing so may amount to.

Sections 9 to 11 of the Act, rules 26 to 32. Pure. Days are civil days in London: weekends and bank holidays count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from common.london import midnight_ending

# `after_registration`: once he is no longer subject to Part 2 of the Sexual Offences Act 2003 (section 9(6)).
DutyKind = Literal["initial", "new_name", "new_address", "after_registration"]
EventKind = Literal["new_name", "new_address", "registration_began", "registration_ended", "false_information"]
DutyState = Literal["due", "met", "late", "missed", "lapsed"]

# Section 11. Never ST19001, which is breach of the order itself (section 8, rule 32).
OFFENCE: Mapping[str, str] = {
    "initial": "ST19002",
    "after_registration": "ST19002",
    "new_name": "ST19003",
    "new_address": "ST19004",
}
# Which duty an event gives rise to; the others suspend one, or are an offence of their own.
ARISES: Mapping[str, DutyKind] = {
    "new_name": "new_name",
    "new_address": "new_address",
    "registration_ended": "after_registration",
}
REFUSED_IDENTITY_CHECK = "ST19005"
FALSE_INFORMATION = "ST19006"
assert set(OFFENCE) == set(get_args(DutyKind))

_DAYS_AFTER = timedelta(days=2)  # "within three days beginning with" the day


@dataclass(frozen=True, slots=True)
class Event:
    """Something that begins, suspends or resumes a duty, or that he was found to have lied, on a day."""

    kind: EventKind
    on: date


@dataclass(frozen=True, slots=True)
class Notified:
    """That he told them: of which duty, of which event's day (None: the first one), and when."""

    kind: DutyKind
    event_on: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty: `until` is exclusive, the midnight in London that ends its last day."""

    kind: DutyKind
    event_on: date
    due_on: date
    met_at: datetime | None = None
    lapses_at: datetime | None = None

    @property
    def until(self) -> datetime:
        return midnight_ending(self.due_on)

    def state(self, at: datetime) -> DutyState:
        """How it stands at an instant. A duty missed before the order ended stays missed.

        `lapses_at` is when the order ends with time left to meet it: until then it is due.
        """
        if self.met_at is not None and self.met_at <= at:
            return "met" if self.met_at < self.until else "late"
        if self.lapses_at is not None and at >= self.lapses_at:
            return "lapsed"
        return "due" if at < self.until else "missed"


def due_on(event_on: date) -> date:
    """The last day of "three days beginning with" a day: a Monday's is Wednesday (rule 26)."""
    return event_on + _DAYS_AFTER


def duties(
    *,
    served_on: date | None,
    replaces_interim: bool,
    ends_at: datetime | None,
    events: Sequence[Event],
    notified: Iterable[Notified],
) -> tuple[Duty, ...]:
    """Every duty of an order, the earliest first.

    `served_on` None: not served, so there is none yet. `replaces_interim`: a full order in place of an interim
    creates no new first duty (rule 27). `ends_at` is when the order ends or ended, None where nothing says.
    """
    told = list(notified)
    found = sorted(_arising(served_on, replaces_interim, ends_at, events), key=lambda duty: (duty[1], duty[0]))
    return tuple(_settled(kind, on, told, ends_at) for kind, on in found)


def _arising(
    served_on: date | None, replaces_interim: bool, ends_at: datetime | None, events: Sequence[Event]
) -> Iterator[tuple[DutyKind, date]]:
    if served_on is None:
        return
    if not replaces_interim and not _suspended(served_on, events):
        yield "initial", served_on
    for event in events:
        if event.kind == "registration_ended":
            # Rule 29: only if the order is still live on his final day.
            if event.on >= served_on and (ends_at is None or midnight_ending(event.on) <= ends_at):
                yield "after_registration", event.on
        elif event.kind in ("new_name", "new_address") and event.on >= served_on and not _suspended(event.on, events):
            yield event.kind, event.on


def _suspended(day: date, events: Sequence[Event]) -> bool:
    """Whether he was subject to the notification requirements of the 2003 Act on a day (section 9(5))."""
    past = [event for event in events if event.kind.startswith("registration") and event.on <= day]
    last = max(past, key=lambda event: (event.on, event.kind == "registration_ended"), default=None)
    return last is not None and (last.kind == "registration_began" or last.on == day)


def _settled(kind: DutyKind, on: date, told: Sequence[Notified], ends_at: datetime | None) -> Duty:
    times = [n.at for n in told if n.kind == kind and (n.event_on is None or n.event_on == on)]
    duty = Duty(kind, on, due_on(on), min(times, default=None))
    ends_in_time = ends_at is not None and ends_at < duty.until and duty.met_at is None
    return Duty(kind, on, duty.due_on, duty.met_at, ends_at if ends_in_time else None)
