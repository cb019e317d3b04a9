"""Rate limits by caller: a fixed window of one second, counted in the shared cache."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
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
        cache.add(key, 0, timeout=5)
        try:
            count = cache.incr(key)
        except ValueError:  # dropped between the two calls by a full cache: let it pass, and count anew
            return True
        return bool(count <= settings.CALLER_LIMITS.get(audience, settings.CALLER_LIMITS["public"]))

    def wait(self) -> float:
        return 1.0

    def _who(self, request: Request) -> str:
        caller = request.user
        return caller.id if isinstance(caller, Caller) else str(self.get_ident(request))
