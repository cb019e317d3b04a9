"""The interim order that a full one says it replaces: is it on record, and is it one (section 9, rule 27)?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import F, Func, QuerySet, TextField

from accounts.types import Caller
from common.problems import Problem
from orders.models import Order, OrderVersion
from orders.queries.access import orders_open_to
from orders.rules.references import fold_reference, meant_references

_WHERE = "/replaces_interim"
_FOLDED = Func(F("reference"), function="orders_folded", output_field=TextField())


def kinds_by_reference(caller: Caller, references: Collection[str]) -> dict[str, str]:
    """The kinds of those of these orders of the force that the caller may read, by the references as typed."""
    return _name_kinds(orders_open_to(caller), references) if references else {}


def _name_kinds(orders: QuerySet[Order], typed: Collection[str]) -> dict[str, str]:
    """Of each reference the kind of the one order that it means, by that order's newest version."""
    folded = {reference: fold_reference(reference) for reference in typed}
    kinds = _kinds_by_reference(orders.alias(folded=_FOLDED).filter(folded__in=set(folded.values())))
    known = {reference: [one for one in kinds if fold_reference(one) == fold] for reference, fold in folded.items()}
    meant = {reference: meant_references(reference, ones) for reference, ones in known.items()}
    return {reference: kinds[ones[0]] for reference, ones in meant.items() if len(ones) == 1}


def _kinds_by_reference(orders: QuerySet[Order]) -> dict[str, str]:
    rows = OrderVersion.objects.filter(order__in=orders).order_by("order_id", "-number").distinct("order_id")
    return dict(rows.values_list("order__reference", "kind"))


def interim_problems(body: Mapping[str, Any], kinds: Mapping[str, str], *, reference: str) -> list[Problem]:
    """`not_an_interim`: what it says that it replaces is a full order, itself among them; `replaces_itself`: an interim
    order that names itself. However the reference is written."""
    named = body.get("replaces_interim") or ""
    if fold_reference(named) == fold_reference(reference) and meant_references(named, [reference]):
        code = "replaces_itself" if body.get("kind") == "interim" else "not_an_interim"
        return [Problem(_WHERE, code, "An order does not replace itself: name the interim order.")]
    if kinds.get(named) != "full":
        return []
    return [Problem(_WHERE, "not_an_interim", "This is the reference of a full order: only an interim is replaced.")]


def interim_warnings(body: Mapping[str, Any], kinds: Mapping[str, str]) -> list[Problem]:
    """`interim_not_on_record`: until it is, the first notification is due after service as of any order."""
    named = body.get("replaces_interim")
    if not named or named in kinds:
        return []
    said = "No interim order of this reference is on record: until one is, the three days of section 9 run."
    return [Problem(_WHERE, "interim_not_on_record", said)]


def meant_interims(body: Mapping[str, Any], references: Sequence[str]) -> list[str]:
    """Those of these references that a document may mean by the interim order that it replaces."""
    named = body.get("replaces_interim") or ""
    alike = [one for one in references if fold_reference(one) == fold_reference(named)]
    return meant_references(named, alike)


def replaces_interim_on_record(order: Order) -> bool:
    """Whether it is a full order in place of an interim one that the force has on record.

    Only that keeps the first notification duty from arising (section 9(1), rule 27): a reference to nothing does not.
    """
    kind, named = order.versions.order_by("-number").values_list("kind", "replaces_interim")[0]
    if kind != "full" or not named:
        return False
    return _name_kinds(Order.objects.filter(force_id=order.force_id), [named]) == {named: "interim"}


def orders_replacing(force: str, references: Collection[str]) -> QuerySet[Order]:
    """The force's orders that say that they replace one of these."""
    named = Func(F("replaces_interim"), function="orders_folded", output_field=TextField())
    meant = [fold_reference(reference) for reference in references]
    rows = OrderVersion.objects.alias(named=named).filter(order__force_id=force, named__in=meant)
    return Order.objects.filter(pk__in=rows.values("order")).order_by("pk")
