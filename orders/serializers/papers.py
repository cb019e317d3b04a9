"""Documents, repair of shapes, revealing, monitoring authorities: what comes in and what goes out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from edge.shapes import Instant, Reason, Shape, Text
from orders.serializers.document import Drawn, Named
from orders.types import AuthorityKind


class ShapeIn(Shape):
    """A shape as an order's zone has it."""

    shape: Drawn


class ShapeProblemOut(Shape):
    pointer: str
    code: str
    detail: str


class ShapeRepairOut(Shape):
    """A valid shape near the one sent, in the CRS it was sent in. Nobody uses it unless you send it."""

    shape: dict[str, Any]
    area_before_m2: float
    area_after_m2: float
    difference_m2: float
    left_out: list[str] = Field(description="pointers to parts and holes that bound no area")
    made_parts: list[str] = Field(description="pointers to holes outside their polygon, taken for parts of their own")


class ShapeCheckOut(Shape):
    """`area_m2` is null where the shape is not valid; `repaired` where there is nothing to repair, or no telling.

    A repair that would take too long is not looked for: the warning `repair_not_tried`.
    """

    valid: bool
    problems: list[ShapeProblemOut]
    warnings: list[ShapeProblemOut]
    area_m2: float | None
    repaired: ShapeRepairOut | None


class DocumentOut(Shape):
    sha256: str


Field_ = Literal["respondent", "protected_persons", "watch_terms", "restricted_names"]


class RevealIn(Shape):
    """What is left out elsewhere, asked for by name and with a reason that goes into the trail."""

    fields: list[Field_] = Field(min_length=1, max_length=4)
    reason: Reason


class RevealOut(Shape):
    """Only what was asked for is there."""

    reference: str
    version: int
    respondent: dict[str, Any] | None = None
    protected_persons: list[dict[str, Any]] | None = None
    watch_terms: dict[str, list[str]] | None = Field(None, description="by clause")
    restricted_names: dict[str, str] | None = Field(None, description="by the zone's code")


def _unlike(devices: list[str]) -> list[str]:
    if len(set(devices)) < len(devices):
        raise PydanticCustomError("device_repeated", "repeated")
    return devices


DeviceId = Annotated[Text, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class MonitoringIn(Shape):
    """By what power positions may be taken, from when until when, and of which devices (rule 82)."""

    kind: AuthorityKind
    reference: Named = Field(max_length=64)
    from_: Instant = Field(alias="from")
    until: Instant
    devices: Annotated[list[DeviceId], AfterValidator(_unlike)] = Field(min_length=1, max_length=100)


class MonitoringOut(MonitoringIn):
    recorded_at: Instant


class MonitoringListOut(Shape):
    results: list[MonitoringOut]
