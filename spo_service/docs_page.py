"""The API's human page: scripts by nonce, nothing from elsewhere."""

from __future__ import annotations

import secrets
from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response

from spo_service.middleware import policy


class DocsPage(SpectacularSwaggerView):
    """As drf-spectacular makes it, with a policy that the next page of it cannot use."""

    template_name = "docs/page.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        nonce = secrets.token_urlsafe(16)
        response.data["nonce"] = nonce
        response["Content-Security-Policy"] = policy(
            script=f"'nonce-{nonce}'", style=f"'self' 'nonce-{nonce}'", connect="'self'", img="'self' data:"
        )
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        return response
