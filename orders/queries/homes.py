"""Where the people live whom an order protects, as far as a force said: the code of their home force, never a place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from accounts.models import Force
from common.problems import Problem
from orders.queries.versions import last_terms

_UNKNOWN = "This is not the code of a force."


def homes_of(order_id: UUID, *, clauses: Collection[str]) -> set[str]:
    """The home forces of those whom the conditions of these clauses protect, by the last terms."""
    last = last_terms(order_id)
    body: Mapping[str, Any] = last.body if last else {"conditions": [], "protected_persons": []}
    concerned = {key for c in body["conditions"] if c["clause"] in clauses for key in c.get("protects") or ()}
    said = {p.get("home_force") for p in body["protected_persons"] if p["key"] in concerned}
    return set(Force.objects.filter(code__in=said - {None}).values_list("code", flat=True))


def home_problems(body: Mapping[str, Any]) -> list[Problem]:
    """Home forces that are none, in a document whose parts may be missing."""
    people = list(enumerate(body.get("protected_persons") or ()))
    said = {person["home_force"] for _, person in people if person.get("home_force")}
    if not said:
        return []
    known = set(Force.objects.filter(code__in=said).values_list("code", flat=True))
    return [
        Problem(f"/protected_persons/{index}/home_force", "force_not_known", _UNKNOWN)
        for index, person in people
        if person.get("home_force") and person["home_force"] not in known
    ]
