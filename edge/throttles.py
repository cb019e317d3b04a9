"""Rate limits by caller: a fixed window of one second, counted in the shared cache."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.types import Caller


class CallerThrottle(BaseThrottle):
    """So many requests a second for one caller in one audience (`CALLER_LIMITS`).

    With the in-process cache each web process counts for itself; set `REDIS_URL` to count together.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        audience = getattr(view, "audience", "public")
        key = f"limit:{audience}:{self._who(request)}:{int(time.time())}"
        try:
            count = cache.incr(key)
        except ValueError:  # the first in this second, or dropped by a full cache
            count = 1 if cache.add(key, 1, timeout=5) else _counted(key)
        return bool(count <= settings.CALLER_LIMITS.get(audience, settings.CALLER_LIMITS["public"]))

    def wait(self) -> float:
        return 1.0

    def _who(self, request: Request) -> str:
        caller = request.user
        return caller.id if isinstance(caller, Caller) else str(self.get_ident(request))


def _counted(key: str) -> int:
    """One more, where another was the first meanwhile."""
    try:
        return int(cache.incr(key))
    except ValueError:  # dropped between the two calls by a full cache: let it pass, and count anew
        return 1


def address_of(request: Any) -> str:
    """Where a request comes from: behind a proxy what it names, otherwise whoever is connected."""
    return str(BaseThrottle().get_ident(request))


@dataclass(frozen=True, slots=True)
class Guessing:
    """Slows down whoever tries numbers that only their owner knows.

    After `free` wrong ones each further one makes the same caller wait twice as long, up to `longest_s` seconds;
    and in one minute all callers together may be wrong `most_a_minute` times.
    """

    name: str
    free: int = 5
    longest_s: int = 900
    most_a_minute: int = 120

    def check(self, request: Request) -> None:
        """Raise `Throttled` with the seconds that are left to wait."""
        now = time.time()
        count, last = cache.get(self._of_caller(request), (0, 0.0))
        wait = last + self._pause(count) - now
        if cache.get(self._of_all(now), 0) >= self.most_a_minute:
            wait = max(wait, 60 - now % 60)
        if wait > 0:
            raise Throttled(wait=wait)

    def wrong(self, request: Request) -> None:
        """Count a number that was none."""
        now, key = time.time(), self._of_caller(request)
        cache.set(key, (cache.get(key, (0, 0.0))[0] + 1, now), timeout=4 * self.longest_s)
        cache.add(self._of_all(now), 0, timeout=120)
        try:
            cache.incr(self._of_all(now))
        except ValueError:  # dropped between the two calls by a full cache
            return

    def _pause(self, count: int) -> int:
        over = count - self.free
        return 0 if over < 0 else int(min(2 ** min(over, 20), self.longest_s))

    def _of_caller(self, request: Request) -> str:
        return f"wrong:{self.name}:{BaseThrottle().get_ident(request)}"

    def _of_all(self, now: float) -> str:
        return f"wrong:{self.name}:{int(now // 60)}"
