"""Answers are JSON, made in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer


class JsonAnswer(JSONRenderer):
    """UTF-8 JSON. `NaN` and `Infinity` cannot leave: they are not JSON."""

    strict = True

    def get_indent(self, accepted_media_type: str, renderer_context: Mapping[str, Any]) -> None:
        return None
