"""Invitations and frozen accounts, as they are told and as they are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from edge.shapes import BriefReason, Shape, Text


class InvitationIn(Shape):
    """Her own address, which she said is safe."""

    email: Text = Field(min_length=3, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+$")


class InvitationOut(Shape):
    """`code` is told to her by word of mouth, and is in no mail; it is shown in this answer only."""

    id: UUID
    state: Literal["waiting"]
    expires_at: datetime
    code: str


class AcceptIn(Shape):
    token: Text = Field(max_length=200)
    code: Text = Field(max_length=20)


class AcceptedOut(Shape):
    """`session_token` goes into `X-Session-Token`. With `sign_in` true the account was there: sign in to it."""

    session_token: str | None
    sign_in: bool


class ReasonIn(Shape):
    reason: BriefReason


class FrozenOut(Shape):
    frozen_at: datetime | None
