"""Small secrets at rest, each sealed for a purpose and a row: whoever reads the database alone cannot read them.

Under the master keys, like everything sealed (`database.envelope`). Releases before sealed them under keys made from
`FIELD_KEY`, and such values still open; `manage.py sealed_columns --rewrap` puts them under a master key.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.envelope import NotOpened, is_sealed, sealed_by
from database import envelope
from database.field_keys import field_keys
from database.keys import Form, Place, resealed

BEFORE = "FIELD_KEY"  # what stands for the key of a value that a release before sealed
_NONCE_BYTES = 12


def seal(plain: bytes, *, purpose: str, row: Any) -> bytes:
    """Bound to the purpose and the row: moved to another row it does not open. `row`: the UUID that is its id."""
    return envelope.seal(plain, context=_context(purpose, row))


def open_sealed(sealed: bytes, *, purpose: str, row: Any) -> bytes:
    """What was sealed. Raises `NotOpened` if row, bytes, purpose or keys are not those it was sealed with."""
    if is_sealed(sealed):
        return envelope.open_sealed(sealed, context=_context(purpose, row))
    return _opened_as_before(sealed, purpose, row)


def place(table: str, column: str, *, purpose: str) -> Place:
    """Where such values lie, for whoever puts them under another key. Its rows have the key `id`, a UUID."""

    def anew(sealed: bytes, row: Any) -> bytes:
        if is_sealed(sealed):
            return resealed(sealed, _context(purpose, row))
        return seal(_opened_as_before(sealed, purpose, row), purpose=purpose, row=row)

    return Place(table, column, "id", lambda row: row, Form(_key_of, anew))


def _key_of(sealed: bytes) -> str:
    return sealed_by(sealed) if is_sealed(sealed) else BEFORE


def _context(purpose: str, row: Any) -> str:
    return f"{purpose} {row}"


def _opened_as_before(sealed: bytes, purpose: str, row: Any) -> bytes:
    nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    for key in field_keys():
        try:
            return _cipher(key, purpose).decrypt(nonce, text, row.bytes)
        except (InvalidTag, ValueError):
            continue
    raise NotOpened


@cache
def _cipher(field_key: str, purpose: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return AESGCM(derived.derive(field_key.encode()))
