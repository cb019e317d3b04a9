"""Sealing under this deployment's master keys (`common.envelope`)."""

from __future__ import annotations

from django.conf import settings

from common import envelope


def seal(plain: bytes, *, context: str) -> bytes:
    """Seal a small thing under a key of its own; `context` says what it is and whose."""
    return envelope.seal(plain, context=context, ring=settings.MASTER_KEYS)


def open_sealed(sealed: bytes, *, context: str) -> bytes:
    """What was sealed. Raises `NotOpened` if bytes, context or keys are not those it was sealed with."""
    return envelope.open_sealed(sealed, context=context, ring=settings.MASTER_KEYS)
