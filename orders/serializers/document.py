"""The order document as a force sends it: its shape only. What it must mean is in `orders.rules`.

Every member is optional here although many are required by `orders.rules.REQUIRED`: what is missing is a
finding like any other, told together with everything else that is wrong.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from edge.shapes import CivilDate, Instant, Shape, ShortReason, Text, storable
from orders.rules import REQUIRED
from orders.rules.readings import kind_named
from orders.types import (
    Basis,
    ChangeKind,
    Channel,
    ConditionKind,
    CourtType,
    Day,
    ExceptionKind,
    IdentifierKind,
    OrderKind,
    Polarity,
    Requirement,
    Route,
    ServiceMethod,
    Status,
)

Clock = Annotated[Text, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


# Text that says something: an empty watch term would be found in every post.
Named = Annotated[Text, Field(pattern=r"\S")]
# A staff id decides who is a second person: no space before or behind may make two of one.
StaffId = Annotated[Text, Field(max_length=32, pattern=r"^\S(.*\S)?$")]


_NUMBERS = (float, int)


def _storable_inside(shape: dict[str, Any]) -> dict[str, Any]:
    """Only what `geo` understands is stored, but what it refuses must still be told, and texts go astray."""
    left: list[Any] = [shape]
    while left:
        value = left.pop()
        if isinstance(value, str) and not storable(value):
            raise PydanticCustomError("text_not_storable", "not storable")
        if isinstance(value, dict):
            left.extend(value)
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(item for item in value if type(item) not in _NUMBERS)  # nearly all of it is
    return shape


Drawn = Annotated[
    dict[str, Any],
    AfterValidator(_storable_inside),
    Field(description="circle, polygon or corridor: see the guide to zones"),
]


def _requires(*names: str) -> ConfigDict:
    return ConfigDict(json_schema_extra={"required": list(names)})


def _required(part: str) -> ConfigDict:
    return _requires(*REQUIRED[part])


class Draft(Shape):
    """A part of the document. A number too large for a float stays infinite, for the rules to refuse."""

    model_config = ConfigDict(ser_json_inf_nan="constants")


class Court(Draft):
    model_config = _required("court")
    code: Named | None = Field(None, max_length=16)
    name: Named | None = Field(None, max_length=200)
    type: CourtType | None = None


class Change(Draft):
    """`respondent_present`: whether he was in court when this was made; then what is new in it needs no service."""

    model_config = _required("change")
    kind: ChangeKind | None = None
    decided_on: CivilDate | None = None
    necessity: Text | None = None
    respondent_present: bool | None = None
    # The number of the version whose place a correction takes wholly.
    corrects: int | None = Field(None, ge=1, le=100_000)


class MainApplication(Draft):
    model_config = _required("main_application")
    reference: Named | None = Field(None, max_length=64)
    applied_on: CivilDate | None = None


def kind_of_identifier(said: object) -> object:
    """The kind in whatever case, or by whatever name people have for it, it was said."""
    return (kind_named(said) or said) if isinstance(said, str) else said


class IdentifierIn(Draft):
    model_config = _required("identifiers")
    kind: Annotated[IdentifierKind | None, BeforeValidator(kind_of_identifier)] = None
    platform: Text | None = Field(None, max_length=40)
    value: Named | None = Field(None, max_length=500)


class Respondent(Draft):
    model_config = _required("respondent")
    family_name: Named | None = Field(None, max_length=200)
    given_names: Text | None = Field(None, max_length=200)
    date_of_birth: CivilDate | None = None
    also_known_as: list[Named] | None = Field(None, max_length=100)
    identifiers: list[IdentifierIn] | None = Field(None, max_length=1000)


class ProtectedPersonIn(Draft):
    model_config = _required("protected_persons")
    key: Text | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,16}$")
    family_name: Named | None = Field(None, max_length=200)
    given_names: Text | None = Field(None, max_length=200)
    identifiers: list[IdentifierIn] | None = Field(None, max_length=1000)
    # The code of the force where she lives: it reads along when a breach is verified (rule 47).
    home_force: Text | None = Field(None, pattern=r"^[0-9]{2}$")


class DrawnBy(Draft):
    model_config = _required("drawn_by")
    name: Named | None = Field(None, max_length=120)
    staff_id: StaffId | None = None


class ZoneIn(Draft):
    model_config = _required("zones")
    code: Text | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,16}$")
    restricted_name: Text | None = Field(None, max_length=200)
    drawn_by: DrawnBy | None = None
    shape: Drawn | None = None


class DateSpan(Draft):
    model_config = _required("dates")
    from_: CivilDate | None = Field(None, alias="from")
    to: CivilDate | None = None


class WindowIn(Draft):
    model_config = _required("windows")
    days: list[Day] | None = Field(None, min_length=1, max_length=7)
    from_: Clock | None = Field(None, alias="from")
    to: Clock | None = None
    dates: list[DateSpan] | None = Field(None, max_length=400)


class ExceptionIn(Draft):
    model_config = _required("exceptions")
    kind: ExceptionKind | None = None
    wording: Named | None = Field(None, max_length=4000)


class Locality(Draft):
    model_config = _required("locality")
    wording: Named | None = Field(None, max_length=4000)
    shape: Drawn | None = None


class _Condition(Draft):
    """Members of a condition that come in and go out alike."""

    clause: Named | None = Field(None, max_length=16)
    kind: ConditionKind | None = None
    wording: Named | None = Field(None, max_length=20_000)
    protects: list[Text] | None = Field(None, max_length=100)
    starts_on: CivilDate | None = None
    ends_on: CivilDate | None = None
    windows: list[WindowIn] | None = Field(None, max_length=100)
    exceptions: list[ExceptionIn] | None = Field(None, max_length=100)
    channels: list[Channel] | None = Field(None, max_length=100)
    indirect: bool | None = None
    platforms: list[Named] | None = Field(None, max_length=100)
    distance_m: float | None = None
    requirement: Requirement | None = None


class ConditionIn(_Condition):
    model_config = _required("conditions")
    locality: Locality | None = None
    zones: list[ZoneIn] | None = Field(None, max_length=200)
    watch_terms: list[Named] | None = Field(None, max_length=1000)


class _Order(Draft):
    """Members of an order that come in and go out alike."""

    kind: OrderKind | None = None
    route: Route | None = None
    change: Change | None = None
    necessity: Text | None = None
    court: Court | None = None
    application_basis: Basis | None = None
    made_on: CivilDate | None = None
    until_further_order: bool | None = None
    expires_on: CivilDate | None = None
    effective_from: Instant | None = None
    replaces_interim: Text | None = Field(None, max_length=64)
    main_application: MainApplication | None = None
    respondent_age_at_application: int | None = Field(None, ge=0, le=130)
    restricted: bool | None = None
    readers: list[StaffId] | None = Field(None, max_length=50)


class OrderDocument(_Order):
    """`PUT /force/orders/{reference}/versions/{n}`: what the court ordered, with the court's own words."""

    model_config = _required("")
    respondent: Respondent | None = None
    protected_persons: list[ProtectedPersonIn] | None = Field(None, max_length=100)
    conditions: list[ConditionIn] | None = Field(None, max_length=500)


class ServiceIn(Shape):
    """That the order was served on the respondent: separate from its making (rule 25).

    `version` is the one that he was given; left out, the one in force at `served_at`.
    """

    version: int | None = Field(None, ge=1, le=100_000)
    served_at: Instant
    method: ServiceMethod
    served_by: Named = Field(max_length=120)


class ApprovalIn(Draft):
    """A second person stands by a drawn zone. Version and hash say exactly which drawing was looked at."""

    model_config = _requires("reason")
    version: int | None = Field(None, ge=1, le=100_000)
    shape_sha256: Text | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    reason: ShortReason | None = None


class ZoneOut(Shape):
    code: str
    area_m2: float
    shape_sha256: str
    approved: bool


class ConditionOut(Shape):
    clause: str
    kind: ConditionKind
    polarity: Polarity
    machine_checkable: bool
    zones: list[ZoneOut]


class WarningOut(Shape):
    code: str
    pointer: str
    detail: str


class VersionOut(Shape):
    """What was understood of a registered version."""

    reference: str
    version: int
    status: Status
    in_force_from: Instant
    in_force_until: Instant | None
    conditions: list[ConditionOut]
    warnings: list[WarningOut]


class ProtectedPersonOut(Shape):
    """A key of the order. The name behind it is not shown here."""

    key: str


class DrawnByOut(Shape):
    staff_id: str


class ZoneShown(ZoneOut):
    """`shape` is shown to officers who may approve it, and to systems with the scope `zones:read`."""

    drawn_by: DrawnByOut
    shape: dict[str, Any] | None = None


class LocalityOut(Shape):
    wording: str
    shape: dict[str, Any] | None = None


class ConditionShown(_Condition):
    """A condition as recorded, without its watch terms, and what was made of it."""

    model_config = _requires(*REQUIRED["conditions"], "polarity", "machine_checkable", "zones")
    polarity: Polarity
    machine_checkable: bool
    locality: LocalityOut | None = None
    zones: list[ZoneShown]


class OrderOut(_Order):
    """A version as recorded, without names, identifiers and what zones are called, and what was made of it.

    A member that was not sent is not there.
    """

    model_config = _requires(
        *(name for name in REQUIRED[""] if name != "respondent"),
        *("reference", "version", "status", "in_force_from", "in_force_until", "warnings", "served_at", "recorded_at"),
    )
    protected_persons: list[ProtectedPersonOut]
    conditions: list[ConditionShown]
    reference: str
    version: int
    status: Status
    in_force_from: Instant
    in_force_until: Instant | None
    warnings: list[WarningOut]
    served_at: Instant | None
    recorded_at: Instant


class OrderRow(Shape):
    reference: str
    version: int
    kind: OrderKind
    status: Status
    in_force_from: Instant
    in_force_until: Instant | None


class ListedOrder(OrderRow):
    """`due_on` is the day on which what `due` asks for is due; null where nothing was asked."""

    due_on: CivilDate | None


class OrdersOut(Shape):
    """One page; `next` and `previous` are cursors."""

    results: list[ListedOrder]
    next: str | None
    previous: str | None


class ServiceOut(Shape):
    """`notification_due` is the last day of the duty to notify police that this service began.

    Null where it began none: a full order replaced an interim, the 2003 Act applies to him, an earlier service counts.
    """

    id: UUID
    version: int
    served_at: Instant
    method: str
    notification_due: CivilDate | None


class ApprovalOut(Shape):
    code: str
    version: int
    approved: bool
    approved_by: str
    approved_at: Instant
