"""The six digits that are told to an invited person by word of mouth: worked out anew each time, kept nowhere."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from database.field_keys import field_keys


def spoken_code(invitation: UUID) -> str:
    """Six digits, which nobody can work out who has the database alone."""
    return _code(invitation, field_keys()[0])


def is_spoken_code(invitation: UUID, said: str) -> bool:
    """Whether they are the ones: told now, or before `FIELD_KEY` was changed."""
    sent = said.encode(errors="replace")
    return any(hmac.compare_digest(_code(invitation, key).encode(), sent) for key in field_keys())


def _code(invitation: UUID, field_key: str) -> str:
    text = f"invitation code {invitation}".encode()
    found = hmac.new(field_key.encode(), text, hashlib.sha256).digest()
    return f"{int.from_bytes(found[:8]) % 1_000_000:06}"
