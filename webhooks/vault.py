"""Endpoint secrets at rest: whoever reads the database alone cannot speak in this service's name."""

from __future__ import annotations

from uuid import UUID

from database import vault

PURPOSE = "spo webhooks endpoint secret 1"


def seal(secret: str, *, endpoint: UUID) -> bytes:
    """Bound to the endpoint: a sealed secret moved to another row does not open."""
    return vault.seal(secret.encode(), purpose=PURPOSE, row=endpoint)


def open_sealed(sealed: bytes, *, endpoint: UUID) -> str:
    """The secret. Raises `NotOpened` if row, bytes or keys are not those it was sealed with."""
    return vault.open_sealed(sealed, purpose=PURPOSE, row=endpoint).decode()
