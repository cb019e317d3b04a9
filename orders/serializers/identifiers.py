"""An identifier of a person, as it is recorded and as it is answered: never with its value."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from edge.shapes import Instant, Reason, Shape, Text
from orders.serializers.document import Named, kind_of_identifier
from orders.types import IdentifierKind


class PersonIdentifierIn(Shape):
    """A number, address or handle, and when it is that person's; `until` is exclusive."""

    kind: Annotated[IdentifierKind, BeforeValidator(kind_of_identifier)]
    value: Named = Field(max_length=500)
    platform: Text | None = Field(None, max_length=40)
    from_: Instant | None = Field(None, alias="from")
    until: Instant | None = None


class RetireIn(Shape):
    """Why it was recorded wrongly."""

    reason: Reason


class IdentifierWarningOut(Shape):
    code: str
    pointer: str
    detail: str


class PersonIdentifierOut(Shape):
    """What it is stays behind `reveal`."""

    id: str
    kind: str
    from_: Instant | None = Field(alias="from")
    until: Instant | None
    recorded_at: Instant
    retired_at: Instant | None


class PersonIdentifierRecordedOut(PersonIdentifierOut):
    warnings: list[IdentifierWarningOut]


class PersonIdentifiersOut(Shape):
    results: list[PersonIdentifierOut]
