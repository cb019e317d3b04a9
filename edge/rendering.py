"""Answers are JSON, made in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

_ANY = "*/*"


class OneFormat(DefaultContentNegotiation):
    """There is one format: whoever takes it, or anything, gets it without a list being weighed."""

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None) -> Any:
        first, *others = renderers
        if not others and request.META.get("HTTP_ACCEPT", _ANY) in (_ANY, first.media_type):
            return first, first.media_type
        return super().select_renderer(request, [first, *others], format_suffix)


class JsonAnswer(JSONRenderer):
    """UTF-8 JSON. `NaN` and `Infinity` cannot leave: they are not JSON."""

    strict = True

    def get_indent(self, accepted_media_type: str, renderer_context: Mapping[str, Any]) -> None:
        return None
