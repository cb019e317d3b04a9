"""Endpoint secrets at rest: whoever reads the database alone cannot speak in this service's name."""

from __future__ import annotations

from uuid import UUID

from database import vault

_PURPOSE = "spo webhooks endpoint secret 1"


def seal(secret: str, *, endpoint: UUID) -> bytes:
    """Bound to the endpoint: a sealed secret moved to another row does not open."""
    return vault.seal(secret.encode(), purpose=_PURPOSE, row=endpoint)


def open_sealed(sealed: bytes, *, endpoint: UUID) -> str:
    """The secret. Raises `InvalidTag` if row, bytes or `FIELD_KEY` are not those it was sealed with."""
    return vault.open_sealed(sealed, purpose=_PURPOSE, row=endpoint).decode()
