"""Endpoint secrets at rest: whoever reads the database alone cannot speak in this service's name."""

from __future__ import annotations

import os
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


def seal(secret: str, *, endpoint: UUID) -> bytes:
    """AES-256-GCM, bound to the endpoint: a sealed secret moved to another row does not open."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(settings.FIELD_KEY).encrypt(nonce, secret.encode(), endpoint.bytes)


def open_sealed(sealed: bytes, *, endpoint: UUID) -> str:
    """The secret. Raises `InvalidTag` if row, bytes or `FIELD_KEY` are not those it was sealed with."""
    nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    return _cipher(settings.FIELD_KEY).decrypt(nonce, text, endpoint.bytes).decode()


@cache
def _cipher(field_key: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"spo webhooks endpoint secret 1")
    return AESGCM(derived.derive(field_key.encode()))
