"""What every answer of the service gets, whatever view made it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from audit.context import correlation_id

_SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")
Handler = Callable[[HttpRequest], HttpResponse]
# No page of the service uses anything of the device.
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "fullscreen",
        "geolocation", "gyroscope", "hid", "local-fonts", "magnetometer", "microphone", "midi", "payment", "serial",
        "usb", "web-share",
    )
)  # fmt: skip


def policy(**allowed: str) -> str:
    """A Content-Security-Policy that allows what is named (`script="'nonce-...'"`) and nothing else."""
    parts = ["default-src 'none'", *(f"{what}-src {sources}" for what, sources in allowed.items())]
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])


# An answer that is no page: shown by itself in a browser it loads, runs and sends nothing.
_NOTHING = policy()


def correlation(get_response: Handler) -> Handler:
    """Give each request an id, the caller's own if it is harmless, and say it back."""

    def handle(request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-Id", "")
        # Not reset afterwards: Django logs a refusal once every middleware is done with it.
        correlation_id.set(sent if _SAFE.fullmatch(sent) else uuid.uuid4().hex)
        response = get_response(request)
        response["X-Request-Id"] = correlation_id.get()
        return response

    return handle


def private(get_response: Handler) -> Handler:
    """Nothing is kept by a browser or proxy unless a view says so: a shared computer is his computer too."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Content-Security-Policy", _NOTHING)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return handle
