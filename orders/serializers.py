"""The order document as a force sends it: its shape only. What it must mean is in `orders.rules`.

Every member is optional here although most are required by `REQUIRED`: what is missing is a finding like
any other, told together with everything else that is wrong.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from edge.shapes import CivilDate, Instant, Shape, Text
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
    Requirement,
    Route,
)

Clock = Annotated[Text, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


def _required(names: tuple[str, ...]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"required": list(names)})


class Draft(Shape):
    """A part of the document. `REQUIRED` drives both the rule and the published schema."""

    REQUIRED: ClassVar[tuple[str, ...]] = ()


class Court(Draft):
    REQUIRED = ("code", "name", "type")
    model_config = _required(REQUIRED)
    code: Text | None = Field(None, max_length=16)
    name: Text | None = Field(None, max_length=200)
    type: CourtType | None = None


class Change(Draft):
    REQUIRED = ("kind", "decided_on")
    model_config = _required(REQUIRED)
    kind: ChangeKind | None = None
    decided_on: CivilDate | None = None
    necessity: Text | None = None


class MainApplication(Draft):
    REQUIRED = ("reference", "applied_on")
    model_config = _required(REQUIRED)
    reference: Text | None = Field(None, max_length=64)
    applied_on: CivilDate | None = None


class IdentifierIn(Draft):
    REQUIRED = ("kind", "value")
    model_config = _required(REQUIRED)
    kind: IdentifierKind | None = None
    platform: Text | None = Field(None, max_length=40)
    value: Text | None = Field(None, max_length=500)


class Respondent(Draft):
    REQUIRED = ("family_name",)
    model_config = _required(REQUIRED)
    family_name: Text | None = Field(None, max_length=200)
    given_names: Text | None = Field(None, max_length=200)
    date_of_birth: CivilDate | None = None
    also_known_as: list[Text] | None = Field(None, max_length=100)
    identifiers: list[IdentifierIn] | None = Field(None, max_length=1000)


class ProtectedPersonIn(Draft):
    REQUIRED = ("key", "family_name")
    model_config = _required(REQUIRED)
    key: Text | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,16}$")
    family_name: Text | None = Field(None, max_length=200)
    given_names: Text | None = Field(None, max_length=200)
    identifiers: list[IdentifierIn] | None = Field(None, max_length=1000)


class DrawnBy(Draft):
    REQUIRED = ("name", "staff_id")
    model_config = _required(REQUIRED)
    name: Text | None = Field(None, max_length=120)
    staff_id: Text | None = Field(None, max_length=32)


class ZoneIn(Draft):
    REQUIRED = ("code", "shape")
    model_config = _required(REQUIRED)
    code: Text | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,16}$")
    restricted_name: Text | None = Field(None, max_length=200)
    drawn_by: DrawnBy | None = None
    shape: dict[str, Any] | None = Field(None, description="circle, polygon or corridor: see the guide to zones")


class DateSpan(Draft):
    REQUIRED = ("from", "to")
    model_config = _required(REQUIRED)
    from_: CivilDate | None = Field(None, alias="from")
    to: CivilDate | None = None


class WindowIn(Draft):
    REQUIRED = ("days", "from", "to")
    model_config = _required(REQUIRED)
    days: list[Day] | None = Field(None, min_length=1, max_length=7)
    from_: Clock | None = Field(None, alias="from")
    to: Clock | None = None
    dates: list[DateSpan] | None = Field(None, max_length=400)


class ExceptionIn(Draft):
    REQUIRED = ("kind", "wording")
    model_config = _required(REQUIRED)
    kind: ExceptionKind | None = None
    wording: Text | None = Field(None, max_length=4000)


class Locality(Draft):
    REQUIRED = ("wording",)
    model_config = _required(REQUIRED)
    wording: Text | None = Field(None, max_length=4000)
    shape: dict[str, Any] | None = None


class ConditionIn(Draft):
    REQUIRED = ("clause", "kind", "wording")
    model_config = _required(REQUIRED)
    clause: Text | None = Field(None, min_length=1, max_length=16)
    kind: ConditionKind | None = None
    wording: Text | None = Field(None, min_length=1, max_length=20_000)
    protects: list[Text] | None = None
    starts_on: CivilDate | None = None
    ends_on: CivilDate | None = None
    locality: Locality | None = None
    windows: list[WindowIn] | None = Field(None, max_length=100)
    exceptions: list[ExceptionIn] | None = Field(None, max_length=100)
    zones: list[ZoneIn] | None = Field(None, max_length=200)
    channels: list[Channel] | None = None
    indirect: bool | None = None
    platforms: list[Text] | None = None
    watch_terms: list[Text] | None = Field(None, max_length=1000)
    distance_m: float | None = None
    requirement: Requirement | None = None


class OrderDocument(Draft):
    """`PUT /force/orders/{reference}/versions/{n}`: what the court ordered, with the court's own words."""

    REQUIRED = ("kind", "route", "court", "made_on", "respondent", "protected_persons", "conditions")
    model_config = _required(REQUIRED)
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
    respondent: Respondent | None = None
    respondent_age_at_application: int | None = Field(None, ge=0, le=130)
    restricted: bool | None = None
    protected_persons: list[ProtectedPersonIn] | None = Field(None, max_length=100)
    conditions: list[ConditionIn] | None = Field(None, max_length=500)


class ServiceIn(Shape):
    """That the order was served on the respondent: separate from its making (rule 25)."""

    served_at: Instant
    method: Literal["in_person", "in_court", "solicitor", "post", "other"]
    served_by: Text = Field(min_length=1, max_length=120)


class ApprovalIn(Shape):
    """A second person stands by a drawn zone. Version and hash say exactly which drawing was looked at."""

    version: int | None = Field(None, ge=1, le=100_000)
    shape_sha256: Text | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    reason: Text = Field(min_length=1, max_length=2_000)


class ZoneOut(Shape):
    code: str
    area_m2: float
    shape_sha256: str
    approved: bool


class ConditionOut(Shape):
    clause: str
    kind: str
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
    status: str
    in_force_from: Instant
    in_force_until: Instant | None
    conditions: list[ConditionOut]
    warnings: list[WarningOut]


class ServiceOut(Shape):
    served_at: Instant
    method: str
    notification_due: CivilDate | None


class ApprovalOut(Shape):
    code: str
    version: int
    approved: bool
    approved_by: str
    approved_at: Instant
