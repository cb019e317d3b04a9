"""The web processes' entry point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

_Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
_NO_END = str(1 << 62)


def chunked_bodies(inner: _Wsgi) -> _Wsgi:
    """Let bodies in that come in chunks, without a length.

    Django takes a request without Content-Length to have no body. Where the server itself marks the end of
    the input, any length will do: reading stops there, or at an endpoint's own limit.
    """

    def handle(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        if chunked and environ.get("wsgi.input_terminated") and not environ.get("CONTENT_LENGTH"):
            environ["CONTENT_LENGTH"] = _NO_END
        return inner(environ, start_response)

    return handle


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
application = chunked_bodies(get_wsgi_application())
