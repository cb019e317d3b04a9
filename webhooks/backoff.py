"""When to try again, and when to give up. Pure: given the time, asks no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from webhooks.types import Outcome

REFUSALS_BEFORE_PARKING = 6
GIVE_UP_AFTER = timedelta(hours=72)
# Six tries need five of these: 745 s, at most 820 s with jitter. With ten seconds for each try that is
# under the 15 minutes promised.
_DELAYS_S = (5, 20, 60, 180, 480)
_LONGEST_DELAY_S = 900
_JITTER = 0.1
_LONGEST_RETRY_AFTER_S = 3600
_WORTH_RETRYING = frozenset({408, 425, 429})
_MAY_ASK_FOR_TIME = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Tries:
    """The tries of one event at one endpoint so far, the last one included."""

    attempts: int
    refusals: int
    first_at: datetime


def is_refusal(status: int | None) -> bool:
    """Whether the receiver says that this event will never be taken, rather than not now."""
    return status is not None and 400 <= status < 500 and status not in _WORTH_RETRYING


def next_try(outcome: Outcome, tries: Tries, *, now: datetime, random: Random) -> datetime | None:
    """When to try again after a try that was not taken, or None: park it."""
    if is_refusal(outcome.status):
        if tries.refusals >= REFUSALS_BEFORE_PARKING:
            return None
        return now + timedelta(seconds=_delay(tries.refusals, random))
    last_chance = tries.first_at + GIVE_UP_AFTER
    if now >= last_chance:
        return None
    wait = max(_delay(tries.attempts, random), _asked_for(outcome))
    return min(now + timedelta(seconds=wait), last_chance)


def _delay(tries: int, random: Random) -> float:
    """Seconds after that many tries, a little more so that endpoints that fell together rise apart."""
    base = _DELAYS_S[tries - 1] if tries <= len(_DELAYS_S) else _LONGEST_DELAY_S
    return base * (1 + _JITTER * random.random())


def _asked_for(outcome: Outcome) -> float:
    if outcome.status not in _MAY_ASK_FOR_TIME or outcome.retry_after_s is None:
        return 0.0
    return min(outcome.retry_after_s, _LONGEST_RETRY_AFTER_S)
