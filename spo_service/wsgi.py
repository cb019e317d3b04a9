"""The web processes' entry point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.core.wsgi import get_wsgi_application
from gunicorn.http.errors import ParseException

from database.roles import APP

_Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
_NO_END = str(1 << 62)


class _Input:
    """The input of a body, in which a broken chunk, and a sender who stops, are the sender's fault and not ours."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def read(self, size: int = -1) -> bytes:
        return self._sound(self._inner.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._sound(self._inner.readline, size)

    def _sound(self, take: Callable[[int], bytes], size: int) -> bytes:
        try:
            return take(size)
        except (ParseException, OSError):
            raise BadRequest("broken or unfinished body") from None


def bodies(inner: _Wsgi) -> _Wsgi:
    """Let bodies in that come in chunks, without a length, and give up on those that stand still.

    Django takes a request without Content-Length to have no body. Where the server itself marks the end of
    the input, any length will do: reading stops there, or at an endpoint's own limit.
    """

    def handle(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        if chunked and environ.get("wsgi.input_terminated") and not environ.get("CONTENT_LENGTH"):
            environ["CONTENT_LENGTH"] = _NO_END
        environ["wsgi.input"] = _Input(environ["wsgi.input"])
        return inner(environ, start_response)

    return handle


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
os.environ.setdefault("DB_ROLE", APP)
application = bodies(get_wsgi_application())
