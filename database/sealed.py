"""Columns that are sealed at rest: text and JSON that would tell where somebody lives, or what she said.

Whoever has the database, a dump or a backup without the master keys can read none of them. Each value has a key of
its own, wrapped by a master key whose id stands beside it, and is bound to its table, column and row: put into
another place it does not open. Nothing can be searched in such a column; what must be found has a keyed hash beside
it (`orders.models.MatchKey`) or a column of its own.

A row that was read is opened at the first look at the attribute, so a list that does not show it does not pay.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from pydantic_core import to_json

from common.envelope import KeyMissing, NotOpened
from common.problems import UNREADABLE, Unavailable
from database.envelope import open_sealed, seal

_log = logging.getLogger(__name__)


class Unreadable(Unavailable):
    """A stored value does not open: its master key is not in `MASTER_KEYS`, or the bytes were changed.

    `where` names the table, the column and the row; `key` the id of the key that is missing, if it is that.
    """

    def __init__(self, where: str, key: str) -> None:
        super().__init__("stored_text_unreadable", UNREADABLE)
        self.where, self.key = where, key

    def __str__(self) -> str:
        return f"{self.where}: {f'the master key {self.key} is missing' if self.key else 'the bytes were changed'}"


@dataclass(frozen=True, slots=True)
class Closed:
    """A value as the database has it, not opened yet."""

    sealed: bytes


class _Opening(DeferredAttribute):
    """What `row.column` does: open once, keep what was opened."""

    field: SealedField

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, Closed):
            value = instance.__dict__[self.field.attname] = self.field.opened(value.sealed, instance.pk)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class SealedField(_Field):
    """A `bytea` that is text or JSON to the program. Empty text is kept as no bytes: it hides nothing."""

    descriptor_class = _Opening

    def get_internal_type(self) -> str:
        return "BinaryField"

    def to_bytes(self, value: Any) -> bytes:
        raise NotImplementedError

    def from_bytes(self, plain: bytes) -> Any:
        raise NotImplementedError

    def context(self, pk: UUID | int | None) -> str:
        """What a value is bound to. A table or column that is renamed keeps the name that it was sealed under."""
        if pk is None:
            raise ValueError("a sealed column needs a row that knows its id")
        return context_of(self.model._meta.db_table, str(self.column), pk)

    def sealed(self, value: Any, pk: UUID | int | None) -> bytes:
        """The bytes of the column for a value of the row `pk`."""
        plain = self.to_bytes(value)
        return seal(plain, context=self.context(pk)) if plain else b""

    def opened(self, sealed: bytes, pk: UUID | int | None) -> Any:
        """The value. Raises `Unreadable`."""
        return self.from_bytes(open_bound(sealed, context=self.context(pk)) if sealed else b"")

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__[self.attname]
        if value is None or isinstance(value, Closed):
            return value
        return Closed(self.sealed(value, model_instance.pk))

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or isinstance(value, bytes):
            return value
        if not isinstance(value, Closed):
            raise TypeError("a sealed column is written with its row, and not searched")
        return value.sealed

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Closed | None:
        return None if value is None else Closed(bytes(value))


class SealedText(SealedField):
    """Text, to the letter."""

    def to_bytes(self, value: Any) -> bytes:
        return str(value).encode()

    def from_bytes(self, plain: bytes) -> Any:
        return plain.decode()


_PACKED_ABOVE = 256  # bytes
_PACKED = b"x"  # how zlib begins (RFC 1950), and JSON never does


def unpacked(plain: bytes) -> bytes:
    """The JSON that was sealed, packed or as it was."""
    return zlib.decompress(plain) if plain.startswith(_PACKED) else plain


class SealedJSON(SealedField):
    """A JSON value, packed before it is sealed: afterwards nothing can be, and PostgreSQL keeps a short row whole."""

    empty_strings_allowed = False

    def to_bytes(self, value: Any) -> bytes:
        plain = to_json(value)
        return zlib.compress(plain, 1) if len(plain) > _PACKED_ABOVE else plain

    def from_bytes(self, plain: bytes) -> Any:
        return json.loads(unpacked(plain))


def context_of(table: str, column: str, pk: UUID | int) -> str:
    """What a sealed column's value is bound to."""
    return f"{table}.{column}.{pk}"


def open_bound(sealed: bytes, *, context: str) -> bytes:
    """What a sealed column holds. Raises `Unreadable`, and says in the log which row it was."""
    try:
        return open_sealed(sealed, context=context)
    except NotOpened as error:
        key = error.key if isinstance(error, KeyMissing) else ""
        _log.error("unreadable", extra={"event": "sealed_column_unreadable", "record": context, "key": key})
        raise Unreadable(context, key) from None


def sealed_fields() -> Iterator[SealedField]:
    """Every sealed column of every table."""
    for model in apps.get_models():
        yield from (field for field in model._meta.concrete_fields if isinstance(field, SealedField))
