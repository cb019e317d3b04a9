"""The interim order that a full one says it replaces: is it on record, and is it one (section 9, rule 27)?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.types import Caller
from common.problems import Problem
from orders.models import Order, OrderVersion
from orders.queries.access import orders_open_to

_WHERE = "/replaces_interim"


def kinds_by_reference(caller: Caller, references: Collection[str]) -> dict[str, str]:
    """The kinds of those of these orders of the force that the caller may read, by their newest versions."""
    if not references:
        return {}
    return _kinds(orders_open_to(caller).filter(reference__in=references))


def _kinds(orders: QuerySet[Order]) -> dict[str, str]:
    rows = OrderVersion.objects.filter(order__in=orders).order_by("order_id", "-number").distinct("order_id")
    return dict(rows.values_list("order__reference", "kind"))


def interim_problems(body: Mapping[str, Any], kinds: Mapping[str, str]) -> list[Problem]:
    """`not_an_interim`: what it says that it replaces is a full order."""
    if kinds.get(body.get("replaces_interim") or "") != "full":
        return []
    return [Problem(_WHERE, "not_an_interim", "This is the reference of a full order: only an interim is replaced.")]


def interim_warnings(body: Mapping[str, Any], kinds: Mapping[str, str]) -> list[Problem]:
    """`interim_not_on_record`: until it is, the first notification is due after service as of any order."""
    named = body.get("replaces_interim")
    if not named or named in kinds:
        return []
    said = "No interim order of this reference is on record: until one is, the three days of section 9 run."
    return [Problem(_WHERE, "interim_not_on_record", said)]


def replaces_interim_on_record(order: Order) -> bool:
    """Whether it is a full order in place of an interim one that the force has on record.

    Only that keeps the first notification duty from arising (section 9(1), rule 27): a reference to nothing does not.
    """
    kind, named = order.versions.order_by("-number").values_list("kind", "replaces_interim")[0]
    if kind != "full" or not named:
        return False
    return _kinds(Order.objects.filter(force_id=order.force_id, reference=named)) == {named: "interim"}


def orders_replacing(force: str, references: Collection[str]) -> QuerySet[Order]:
    """The force's orders that say that they replace one of these."""
    rows = OrderVersion.objects.filter(order__force_id=force, replaces_interim__in=references)
    return Order.objects.filter(pk__in=rows.values("order")).order_by("pk")
