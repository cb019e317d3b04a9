"""What ended an order, as it is told and as it is answered."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from edge.shapes import CivilDate, Instant, Shape, Text
from orders.types import AppealOutcome, DeterminationResult, Status


class DeterminationIn(Shape):
    """The main application of an interim order was decided."""

    result: DeterminationResult
    at: Instant


class DeterminationOut(DeterminationIn):
    id: UUID
    status: Status


class ConsentsIn(Shape):
    """Who agreed to the discharge of a full order in its first two years (section 4).

    `residence_force` is the code of the force in whose area he lives now; null says that he lives nowhere in
    England and Wales. Where consents are needed it is never left out.
    """

    defendant: bool = False
    applying_chief_officer: bool = False
    residence_force: Text | None = Field(default=None, pattern=r"^[0-9]{2}$")
    residence_chief_officer: bool = False


class DischargeIn(Shape):
    """Consents are asked for where section 4 asks for them: not for an interim order, nor after two years."""

    discharged_at: Instant
    consents: ConsentsIn = ConsentsIn()


class DischargeOut(DischargeIn):
    id: UUID
    status: Status


class AppealIn(Shape):
    """An appeal that was lodged; with `outcome` and `at`, what the Crown Court made of it."""

    lodged_on: CivilDate
    outcome: AppealOutcome | None = None
    at: Instant | None = None


class AppealOut(AppealIn):
    id: UUID
    status: Status
