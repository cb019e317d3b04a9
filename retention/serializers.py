"""Shapes of keeping, disposal and requests for one's own data."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from edge.shapes import CivilDate, Instant, Reason, Shape, Text
from retention.types import Choice, Ground, Group, RecordKind, SubjectKind


def _uuid(value: object) -> object:
    try:
        return UUID(value) if isinstance(value, str) else value
    except ValueError:
        raise PydanticCustomError("uuid_unreadable", "unreadable") from None


Id = Annotated[UUID, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]


class ReviewIn(Shape):
    """The group of the report; the day of the next review follows from it."""

    group: Group
    reason: Reason


class HoldIn(Shape):
    held: bool
    reason: Reason


class ReasonIn(Shape):
    reason: Reason


class DisposalDecisionIn(Shape):
    approve: bool
    reason: Reason


class KeepingOut(Shape):
    """How a report stands. `reviewed` false: nobody has looked yet, and the group is what stalking has by itself."""

    id: UUID
    reference: str
    group: int
    review_on: CivilDate
    held: bool
    reviewed: bool


class KeepingListOut(Shape):
    results: list[KeepingOut]
    next: str | None
    previous: str | None


class DisposalOut(Shape):
    id: UUID
    report: UUID
    approved: bool | None


class AccessIn(Shape):
    """A request as the force received it. `report` is one that the protected person made, and says who she is."""

    reference: Text = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/-]+$")
    subject: SubjectKind
    orders: list[Annotated[Text, Field(max_length=64)]] = Field(default_factory=list, max_length=100)
    report: Text = Field(default="", max_length=40)
    received_on: CivilDate


class AccessOut(Shape):
    id: UUID
    reference: str
    subject: SubjectKind
    received_on: CivilDate
    due_on: CivilDate


class AccessListOut(Shape):
    results: list[AccessOut]
    next: str | None
    previous: str | None


class AccessDecisionIn(Shape):
    record: Id
    choice: Choice
    ground: Ground | None = None
    reason: Reason


class AccessDecisionOut(Shape):
    id: UUID
    record: UUID
    choice: Choice


class AccessRecordOut(Shape):
    """For the force's own file. `choice` null: nobody has decided yet."""

    kind: RecordKind
    record: UUID
    choice: Choice | None
    ground: str
    reason: str
    decided_by: str
    decided_at: Instant | None


class AccessRecordsOut(Shape):
    results: list[AccessRecordOut]


class PackOut(Shape):
    """The letter is the same whatever is enclosed, and whether or not there is anything else."""

    letter: str
    enclosed: list[dict[str, Any]]
