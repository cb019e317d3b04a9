"""Identifiers: UUIDv7 for machines, short references that a person can read out over a telephone."""

from __future__ import annotations

import os
import secrets
import time
import uuid

# Crockford's base 32: no I, L, O or U, so nothing is misheard or misread.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> uuid.UUID:
    """A UUIDv7 (RFC 9562 section 5.7): sorts by its millisecond, the rest is random."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def spoken_reference(prefix: str) -> str:
    """`R-XXXX-XXXX-XXXX`: 60 random bits, so that nobody finds a report by counting upwards."""
    letters = "".join(_ALPHABET[byte & 31] for byte in secrets.token_bytes(12))
    return f"{prefix}-{letters[:4]}-{letters[4:8]}-{letters[8:]}"
