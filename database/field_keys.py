"""What keyed hashes are made with: `FIELD_KEY` makes new ones, those in `FIELD_KEY_OLD` still find what they made."""

from __future__ import annotations

from django.conf import settings


def field_keys() -> tuple[str, ...]:
    """The newest first."""
    return settings.FIELD_KEY, *settings.FIELD_KEY_OLD
