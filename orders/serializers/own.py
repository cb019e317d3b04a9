"""What a protected person is told of an order: shapes only."""

from __future__ import annotations

from edge.shapes import Instant, Shape


class OwnForceOut(Shape):
    code: str
    name: str


class OwnConditionOut(Shape):
    """One thing that the order forbids or asks for, in plain words; zones by their codes alone."""

    clause: str
    kind: str
    says: list[str]
    zones: list[str]


class OwnOrderOut(Shape):
    """`in_force_until` is the first instant at which it is no longer in force; null: until a further order.

    `terms_until`: from when on other terms count, where that is known. `served_at` is null where it is not on record
    that the respondent was given the order.
    """

    reference: str
    force: OwnForceOut
    kind: str
    status: str
    in_force_from: Instant
    in_force_until: Instant | None
    terms_until: Instant | None
    served_at: Instant | None
    says: list[str]
    conditions: list[OwnConditionOut]


class OwnOrdersOut(Shape):
    results: list[OwnOrderOut]
    next: str | None
    previous: str | None
