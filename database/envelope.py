"""The ring of master keys of this deployment, and sealing under it (`common.envelope`)."""

from __future__ import annotations

import base64
import binascii
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from common import envelope
from common.envelope import Keyring


def ring() -> Keyring:
    """The keys of the setting `MASTER_KEYS`."""
    return _ring(tuple(settings.MASTER_KEYS))


def seal(plain: bytes, *, context: str) -> bytes:
    """Seal a small thing under a key of its own; `context` says what it is and whose."""
    return envelope.seal(plain, context=context, ring=ring())


def open_sealed(sealed: bytes, *, context: str) -> bytes:
    """What was sealed. Raises `NotOpened` if bytes, context or ring are not those it was sealed with."""
    return envelope.open_sealed(sealed, context=context, ring=ring())


@cache
def _ring(written: tuple[str, ...]) -> Keyring:
    """Keys written `id:base64 of 32 bytes`, the newest first."""
    try:
        pairs = [entry.split(":", 1) for entry in written]
        return Keyring(tuple((name, base64.b64decode(key, validate=True)) for name, key in pairs))
    except (ValueError, binascii.Error):
        raise ImproperlyConfigured("MASTER_KEYS is a list of id:base64, each of 32 bytes, the newest first.") from None
