"""The same person across orders, as it is said and as it is answered. By kinds of marks only, never by their values."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from edge.shapes import Instant, Reason, Shape, Text
from orders.rules.people import MarkKind, PersonRole

_KEY = r"^[A-Za-z0-9_-]{1,16}$"


class SamePersonIn(Shape):
    """Somebody of this order and somebody of another. `key` and `other_key` are for protected persons.

    `other_key` may be left out where it is the same key.
    """

    order: Text = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    role: PersonRole
    key: Text | None = Field(None, pattern=_KEY)
    other_key: Text | None = Field(None, pattern=_KEY)
    reason: Reason


class SaidOut(Shape):
    """What a named person said, on what it rested then, and why."""

    done: Literal["linked", "unlinked"]
    by: Text
    at: Instant
    rests_on: list[MarkKind]
    reason: Text


class MatchOut(Shape):
    """One possible pair. `unlinked`: linked once by what the records do not say, and taken back."""

    role: PersonRole
    key: Text | None
    order: Text
    other_key: Text | None
    state: Literal["suggested", "linked", "unlinked"]
    rests_on: list[MarkKind]
    history: list[SaidOut]


class MatchesOut(Shape):
    """`more`: there are others, which are not listed."""

    reference: Text
    matches: list[MatchOut]
    more: bool
