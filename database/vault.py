"""Small secrets at rest: whoever reads the database alone cannot read them."""

from __future__ import annotations

import os
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


def seal(plain: bytes, *, purpose: str, row: UUID) -> bytes:
    """AES-256-GCM under a key of that purpose, bound to the row: moved to another row it does not open."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(settings.FIELD_KEY, purpose).encrypt(nonce, plain, row.bytes)


def open_sealed(sealed: bytes, *, purpose: str, row: UUID) -> bytes:
    """What was sealed. Raises `InvalidTag` if row, bytes, purpose or `FIELD_KEY` are not those it was sealed with."""
    nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    return _cipher(settings.FIELD_KEY, purpose).decrypt(nonce, text, row.bytes)


@cache
def _cipher(field_key: str, purpose: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return AESGCM(derived.derive(field_key.encode()))
