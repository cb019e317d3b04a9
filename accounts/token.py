"""The token endpoint, closed to what would reach the database only to break there."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView

GRANTS = frozenset({"client_credentials", "authorization_code", "refresh_token"})


class Token(TokenView):  # type: ignore[misc]
    """`POST /oauth/token/` (RFC 6749 section 3.2), for the grants that this service knows."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        values = [value for name in request.POST for value in (name, *request.POST.getlist(name))]
        if any("\x00" in value for value in [*values, _basic(request)]):
            return JsonResponse({"error": "invalid_request"}, status=400)
        if request.method == "POST" and request.POST.get("grant_type", "client_credentials") not in GRANTS:
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


def _basic(request: HttpRequest) -> str:
    """What a Basic header holds once it is decoded; empty where it cannot be."""
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return unquote(base64.b64decode(sent).decode("utf-8", "replace"))
    except (binascii.Error, ValueError):
        return ""
