"""The token endpoint, closed to what would reach the database only to break there."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView

GRANTS = frozenset({"client_credentials", "authorization_code", "refresh_token"})


class Token(TokenView):  # type: ignore[misc]
    """`POST /oauth/token/` (RFC 6749 section 3.2), for the grants that this service knows."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        values = [value for name in request.POST for value in (name, *request.POST.getlist(name))]
        if any("\x00" in value for value in [*values, *(basic_credentials(request.headers) or ())]):
            return JsonResponse({"error": "invalid_request"}, status=400)
        if request.method == "POST" and request.POST.get("grant_type", "client_credentials") not in GRANTS:
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


def basic_credentials(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Client id and secret of a Basic header (RFC 6749 section 2.3.1); None where there is none that can be read."""
    scheme, _, sent = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(sent).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (unquote_plus(name), unquote_plus(secret)) if colon else None
