"""Who may act for a protected person, as it is recorded and as it is told."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from edge.shapes import Instant, Reason, Shape
from orders.serializers.invitations import InvitationIn

Scope = Literal["report", "follow"]


class AdvocateIn(InvitationIn):
    """`reason`: how the officer made sure of who it is, and of her consent."""

    scopes: Annotated[list[Scope], Field(min_length=1, max_length=2)]
    expires_at: Instant
    reason: Reason


class AdvocateOut(Shape):
    """`only_this_order` is false for an authority over every order that protects her."""

    id: UUID
    email: str
    scopes: list[Scope]
    granted_at: Instant
    expires_at: Instant
    only_this_order: bool


class RecordedOut(AdvocateOut):
    """`code` is told to the advocate by word of mouth, and is in no mail. Null where the account was in use already."""

    code: str | None


class AdvocatesOut(Shape):
    results: list[AdvocateOut]
