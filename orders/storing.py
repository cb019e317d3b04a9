"""From a checked document to the rows of its version: the same for one order and for thousands of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.problems import Problem
from database.copying import copy_in
from geo.shapes import shape_sha256
from geo.types import Shape
from geo.zones import Zone as Built
from geo.zones import build, core_ewkb
from orders import rules
from orders.matching import match_keys
from orders.models import Condition, MatchKey, Order, OrderVersion, ProtectedPerson, Zone
from orders.types import CHECKABLE


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that the rules found nothing against, with what they made of it and who records it when."""

    order: Order
    number: int
    body: dict[str, Any]
    sent: str
    digest: str
    verdict: rules.Verdict
    beside: Iterable[Problem]
    recorded_at: datetime
    recorded_by: str
    # Zones made ready when their shapes were read, by (condition, zone) index; those not here are made ready now.
    built: Mapping[tuple[int, int], Built] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are not stored yet, by table; a version's own are always stored together."""

    versions: list[OrderVersion] = field(default_factory=list)
    people: list[ProtectedPerson] = field(default_factory=list)
    marks: list[MatchKey] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)

    def add(self, checked: Checked) -> OrderVersion:
        """The rows of one version, which is given back; its times in force are not among them."""
        body, version = checked.body, _version(checked)
        self.versions.append(version)
        self.people.extend(
            ProtectedPerson(order_id=checked.order.id, key=person["key"]) for person in body["protected_persons"]
        )
        self.marks.extend(match_keys(version.id, force=checked.order.force_id, body=body))
        for index, item in enumerate(body["conditions"]):
            condition = _condition(version, index, item)
            self.conditions.append(condition)
            self.zones.extend(
                _zone(version, condition, zone, *_drawn(checked, (index, inner)))
                for inner, zone in enumerate(item.get("zones") or ())
            )
        return version

    def store(self) -> None:
        """One statement a table, inside the caller's transaction. A person keeps the row that she has."""
        OrderVersion.objects.bulk_create(self.versions)
        ProtectedPerson.objects.bulk_create(self.people, ignore_conflicts=True)
        MatchKey.objects.bulk_create(self.marks)
        Condition.objects.bulk_create(self.conditions)
        Zone.objects.bulk_create(self.zones)

    def store_new(self) -> None:
        """The same for many orders that nothing is on record of, at a fraction of the cost."""
        for rows in (self.versions, self.people, self.marks, self.conditions, self.zones):
            copy_in(rows)


def _version(checked: Checked) -> OrderVersion:
    body, period = checked.body, checked.verdict.period or rules.period_of(checked.body)
    warnings = (*checked.verdict.warnings, *checked.beside)
    return OrderVersion(
        order=checked.order,
        number=checked.number,
        change_kind=(body.get("change") or {}).get("kind") or "made",
        kind=body["kind"],
        made_on=body["made_on"],
        effective_from=period.start,
        in_force_until=period.end,
        body=body,
        body_sent=checked.sent,
        body_sha256=checked.digest,
        restricted=body.get("restricted"),
        corrects=(body.get("change") or {}).get("corrects"),
        replaces_interim=body.get("replaces_interim") or "",
        warnings=[{"code": w.code, "pointer": w.pointer, "detail": w.detail} for w in warnings],
        recorded_at=checked.recorded_at,
        recorded_by=checked.recorded_by,
    )


def _condition(version: OrderVersion, index: int, item: dict[str, Any]) -> Condition:
    return Condition(
        version_id=version.id,
        position=index,
        clause=item["clause"],
        kind=item["kind"],
        machine_checkable=item["kind"] in CHECKABLE,
    )


def _drawn(checked: Checked, place: tuple[int, int]) -> tuple[Shape, Built]:
    shape = checked.verdict.shapes[place].shape
    if shape is None:
        raise ValueError("a zone without a shape passed the rules")
    return shape, checked.built.get(place) or build(shape)


def _zone(version: OrderVersion, condition: Condition, item: dict[str, Any], shape: Shape, zone: Built) -> Zone:
    return Zone(
        version_id=version.id,
        condition_id=condition.id,
        code=item["code"],
        restricted_name=item.get("restricted_name") or "",
        drawn_by_name=item["drawn_by"]["name"],
        drawn_by_staff_id=item["drawn_by"]["staff_id"],
        shape_sent=json.dumps(item["shape"]),
        shape_sha256=shape_sha256(shape),
        core=core_ewkb(zone),
        reach_m=zone.reach_m,
        area_m2=zone.area_m2,
        transformation=zone.transformation or "",
    )
