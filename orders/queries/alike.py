"""Orders whose references differ from a new one only as people write them: perhaps the same order twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import F, Func, Q, TextField

from common.problems import Problem
from orders.models import Order
from orders.rules.references import fold_reference, is_alike_reference, plain_reference

_MOST_NAMED = 5


def find_alike_references(force: str, references: Collection[str]) -> dict[str, list[str]]:
    """For each of these references those on record that are alike; one without any is not there.

    Of restricted orders nothing is told: whoever reads the new one need not know that there is such an order (rule 81).
    """
    if not references:
        return {}
    rows = Order.objects.filter(force_id=force, restricted=False).alias(
        folded=Func(F("reference"), function="orders_folded", output_field=TextField()),
        plain=Func(F("reference"), function="orders_reference_plain", output_field=TextField()),
    )
    folded, plain = {fold_reference(one) for one in references}, {plain_reference(one) for one in references}
    known = list(rows.filter(Q(folded__in=folded) | Q(plain__in=plain)).values_list("reference", flat=True))
    found = {one: sorted(other for other in known if is_alike_reference(one, other)) for one in references}
    return {one: alike for one, alike in found.items() if alike}


def reference_warnings(alike: Sequence[str]) -> list[Problem]:
    """`reference_alike`: it may be an order that is on record already."""
    if not alike:
        return []
    named = ", ".join(alike[:_MOST_NAMED])
    said = f"This reference differs from one on record only in how it is written: {named}. Is it the same order?"
    return [Problem("", "reference_alike", said)]
