"""The six digits that are told to an invited person by word of mouth: worked out anew each time, kept nowhere."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from django.conf import settings


def spoken_code(invitation: UUID) -> str:
    """Six digits, which nobody can work out who has the database alone."""
    text = f"invitation code {invitation}".encode()
    found = hmac.new(settings.FIELD_KEY.encode(), text, hashlib.sha256).digest()
    return f"{int.from_bytes(found[:8]) % 1_000_000:06}"
