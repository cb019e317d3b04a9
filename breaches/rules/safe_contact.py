"""Whether a person can be reached by a channel at an instant without harm (rule 74). Pure: no Django, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from breaches.rules.time import coverage
from breaches.types import Interval, Reason
from orders.types import Period, Window

CHANNELS = frozenset({"phone_call", "sms", "email", "app", "post", "in_person", "through_advocate"})
# A message left for whoever listens first: asked for like a channel, allowed apart from calls.
VOICEMAIL = "voicemail"

_NOTHING = Reason("nothing_recorded", "Nobody has recorded how this person can be reached safely.")
_CHANNEL = Reason("channel_not_safe", "The person did not name this channel as safe.")
_VOICEMAIL = Reason("voicemail_not_safe", "The person does not want messages left.")
_HOUR = Reason("hour_not_safe", "This is outside the hours that the person named.")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person said is safe. No `hours`: at any hour. Hours are by London's clock, half-open."""

    channels: frozenset[str]
    hours: tuple[Window, ...] = ()
    voicemail: bool = False


def reasons_against(preferences: Preferences | None, channel: str, at: datetime) -> tuple[Reason, ...]:
    """Every reason why not, none where it is safe. What nobody asked about is not safe."""
    if preferences is None:
        return (_NOTHING,)
    found = []
    if ("phone_call" if channel == VOICEMAIL else channel) not in preferences.channels:
        found.append(_CHANNEL)
    if channel == VOICEMAIL and not preferences.voicemail:
        found.append(_VOICEMAIL)
    if preferences.hours and coverage((Period(at, None),), preferences.hours, Interval(at, at)) != "all":
        found.append(_HOUR)
    return tuple(found)
