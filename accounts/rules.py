"""What a way of signing in is worth, and how long a wrong try makes the next one wait. Pure: no Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.types import Assurance

FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
COUNTED_FOR = timedelta(hours=1)
FREE_FROM_ONE_ADDRESS = 50
ADDRESS_WAIT = timedelta(seconds=60)
LAST_INSTANT = 253_402_300_800  # the end of the year 9999, in seconds since 1970
SKEW = timedelta(seconds=60)  # so far may the clock of whoever vouches for somebody be ahead

Methods = Sequence[Mapping[str, Any]]


def wait_after(failures: Sequence[datetime], *, at: datetime) -> timedelta:
    """How long an account must still wait after these wrong tries, the last of them last.

    The first five cost nothing; each further one doubles the wait, up to a quarter of an hour.
    """
    over = len(failures) - FREE_TRIES
    if over < 0:
        return timedelta()
    pause = min(timedelta(seconds=2 ** min(over, 20)), LONGEST_WAIT)
    return max(failures[-1] + pause - at, timedelta())


def assurance_of(kind: str, methods: Iterable[Mapping[str, Any]]) -> Assurance:
    """What a session is worth, by what was proved in it (rule 84).

    An officer needs two factors: a password (or the force's own sign-in) and a second one, or a passkey that checked
    who holds it. Anybody else who proved more than a mailbox has `full`; the mailbox alone is `code`.
    """
    found = list(methods)
    passkey = any(_is_passkey(method) for method in found)
    proved = {method.get("method") for method in found}
    if kind == "officer":
        second = "mfa" in proved and bool(proved & {"password", "socialaccount"})
        return "full" if passkey or second else "none"
    if passkey or proved & {"password", "invitation"}:
        return "full"
    return "code" if "code" in proved else "none"


def second_factor_at(methods: Iterable[Mapping[str, Any]]) -> datetime | None:
    """When a second factor was last shown; None where it never was."""
    times = [method["at"] for method in methods if method.get("method") == "mfa" and _is_instant(method.get("at"))]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _is_instant(at: object) -> bool:
    """Whether it is seconds since 1970 of an instant that there is: no milliseconds, no infinity."""
    return isinstance(at, int | float) and not isinstance(at, bool) and 0 <= at < LAST_INSTANT


def _is_passkey(method: Mapping[str, Any]) -> bool:
    return method.get("method") == "mfa" and method.get("type") == "webauthn" and bool(method.get("passwordless"))
